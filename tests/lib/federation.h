/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * federation - a complete practice region in memory, for tests: real keys, real certificates, a real keys log.
 *
 * As design 10 describes it: eight organisations under one test root, ten members with their roles, one registrar,
 * all approved, the federation body being `expert-team`. Keys come from their names, so every run gives the same
 * federation id but for the certificates. A failure in here aborts: it is a mistake in the test.
 */
#ifndef FEDERATION_H
#define FEDERATION_H

#include "age.h"
#include "arena.h"
#include "case_chain.h"
#include "directory.h"
#include "dsse.h"
#include "record.h"
#include "signed.h"

#define FEDERATION_NOW_MS INT64_C(1893456000000) /* 2030-01-01 */
#define FEDERATION_DAY_MS (24 * 3600 * INT64_C(1000))
#define FEDERATION_ORGANISATIONS_MAX 24
#define FEDERATION_MEMBERS_MAX 64
#define FEDERATION_EPOCH 1 /* from a day before the founding, for 31 days; then comes the next */

/** An organisation with what it keeps to itself. */
struct federation_organisation {
	char handle[33];
	char oin[21];
	struct sluis_bytes chain[3]; /* DER: leaf, issuing, root */
	size_t n_chain;
	struct sluis_bytes key_pem; /* of the leaf */
	struct sluis_hash payload_hash;
};

/** A member with its secrets. */
struct federation_member {
	char handle[33];
	char organisation[33];
	struct sluis_hash record_hash;
	struct sluis_signing_secret sign_secret;
	struct sluis_public sign_key;
	struct sluis_secret32 curve_secret;
	struct sluis_public curve_key;
	struct sluis_secret32 age_secret[2]; /* epochs FEDERATION_EPOCH and the one after */
	struct sluis_recipient age[2];
	struct sluis_signer signer; /* record hash and key, ready for sluis_signed_make() */
};

struct federation_ca; /* root and issuing certificate */

struct federation {
	struct sluis_arena *arena;           /* lives as long as the federation; for tests to use too */
	struct sluis_directory *directory;   /* the replayed log */
	struct sluis_hash id;
	int64_t now_ms; /* created_ms of what is made next; tests may move it on */
	struct federation_ca *ca;
	struct sluis_hash anchor;
	struct federation_organisation organisations[FEDERATION_ORGANISATIONS_MAX];
	size_t n_organisations;
	struct federation_member members[FEDERATION_MEMBERS_MAX];
	size_t n_members;
	struct sluis_signing_secret keys_log_secret; /* origins: practice.example/keys and /exchange */
	struct sluis_public keys_log_key;
	struct sluis_signing_secret exchange_log_secret;
	struct sluis_public exchange_log_key;
	struct sluis_signing_secret decision_secret;
	struct sluis_public decision_key;
	struct sluis_secret32 broker_curve_secret;
	struct sluis_public broker_curve_key;
	struct sluis_secret32 next_curve_secret;
	struct sluis_public next_curve_key;
	struct sluis_hash policy_hash;
	struct sluis_hash agreement_hash;
};

/** federation_new(policy_hash, now_ms): the whole region, founded an hour before ${now_ms} (0: FEDERATION_NOW_MS);
 *  NULL stands for a policy of nobody. Free with federation_free(). */
struct federation *federation_new(const struct sluis_hash *policy_hash, int64_t now_ms);
void federation_free(struct federation *federation);

/** federation_found(policy_hash, now_ms): only genesis: the body and its registrar; the rest is up to the test. */
struct federation *federation_found(const struct sluis_hash *policy_hash, int64_t now_ms);

/** federation_member(federation, handle): aborts where there is none. */
struct federation_member *federation_member(struct federation *federation, const char *handle);
struct federation_organisation *federation_organisation(struct federation *federation, const char *handle);

/** federation_time(federation): now_ms, moved on by a second. */
int64_t federation_time(struct federation *federation);

/** federation_add_organisation(federation, handle, regime): a new one, in the log and approved. */
struct federation_organisation *federation_add_organisation(struct federation *federation,
    const char *handle, const char *regime);
/** federation_add_member(federation, handle, organisation, roles): roles parted by blanks; in the log and approved. */
struct federation_member *federation_add_member(struct federation *federation, const char *handle,
    const char *organisation, const char *roles);
/** federation_waiting_member(...): the same, in the log and not approved. */
struct federation_member *federation_waiting_member(struct federation *federation, const char *handle,
    const char *organisation, const char *roles);
/** federation_suspend(federation, handle, state): an entry by the registrar about a member. */
void federation_suspend(struct federation *federation, const char *handle, enum sluis_standing state);

/** federation_entry(federation, type, act): packed, in the arena. federation_append(): and into the log. */
struct sluis_bytes federation_entry(struct federation *federation, enum sluis_entry_type type,
    Sluis__Signed *act);
void federation_append(struct federation *federation, enum sluis_entry_type type, Sluis__Signed *act);

/** federation_sign(federation, handle, type, payload): the payload with that member's one signature. */
Sluis__Signed *federation_sign(struct federation *federation, const char *handle,
    enum sluis_signed_type type, struct sluis_bytes payload);
/** federation_keys(federation): the keys-log checkpoint of this moment. */
struct sluis_merkle_head federation_keys(const struct federation *federation);

/** federation_open_case(federation, id_byte, opener, handles): a case (id: sixteen times ${id_byte}) opened by
 *  ${opener} with the members ${handles} (parted by blanks) beside. federation_case_act(): one more act by ${actor},
 *  naming ${handles}, with the fact ${fact} = ${value} (NULL: none). Both give the signed act; the case takes it. */
struct sluis_case *federation_open_case(struct federation *federation, uint8_t id_byte, const char *opener,
    const char *handles, Sluis__Signed **ret_act);
Sluis__Signed *federation_case_act(struct federation *federation, struct sluis_case *of_case,
    const char *actor, enum sluis_case_code code, const char *handles, const char *fact, const char *value);

/* ---- pieces, for tests that build what is wrong ---- */

/** A genesis that is not signed yet; a test may change the draft. */
struct federation_founding {
	struct sluis_record_organisation organisation; /* of the body, as signed in genesis.body */
	struct sluis_record_draft records[3];          /* of the registrars, as signed in genesis.registrars */
	Sluis__Signed *registrars[3];
	struct sluis_record_genesis genesis;
};

/** federation_empty(policy_hash, now_ms): keys and certificates, and a directory without an entry. */
struct federation *federation_empty(const struct sluis_hash *policy_hash, int64_t now_ms);
/** federation_prepare(federation, n, ret): the body and its first ${n} registrars: registrar, registrar-2, -3. */
void federation_prepare(struct federation *federation, size_t n, struct federation_founding *ret);
/** federation_genesis(federation, founding): the entry, signed by the body and every registrar. */
struct sluis_bytes federation_genesis(struct federation *federation,
    const struct federation_founding *founding);

/** What a test certificate is to look like. */
struct federation_certificate {
	const char *oin;
	const char *name;
	int64_t from_ms;
	int64_t until_ms;
};

/** federation_ca_new(arena, name): another test PKI: a root nobody trusts, unless a test puts it among the anchors. */
struct federation_ca *federation_ca_new(struct sluis_arena *arena, const char *name);
void federation_ca_free(struct federation_ca *ca);
/** federation_ca_issue(ca, arena, wish, ret): a leaf of ${ca}: fills chain, key, oin of ${ret}. */
void federation_ca_issue(struct federation_ca *ca, struct sluis_arena *arena,
    const struct federation_certificate *wish, struct federation_organisation *ret);
struct sluis_hash federation_ca_anchor(const struct federation_ca *ca);
/** federation_ca_crls(ca, arena, at_ms, revoked, ret): lists of both authorities that hold at ${at_ms}, with the
 *  certificate of ${revoked} (NULL: none) on them. */
void federation_ca_crls(struct federation_ca *ca, struct sluis_arena *arena, int64_t at_ms,
    const struct federation_organisation *revoked, struct sluis_bytes ret[static 2]);

/** federation_keys_of(handle, label, ret): keys named after ${handle} and ${label}: fills the secrets of ${ret}. */
void federation_keys_of(const char *handle, const char *label, struct federation_member *ret);
/** federation_record_of(federation, member, roles, ret): a draft of the record that ${member} would have. */
void federation_record_of(struct federation *federation, const struct federation_member *member,
    const char *roles, struct sluis_record_draft *ret);
/** federation_sign_record(federation, draft, member, previous): signed by organisation, own key and ${previous}
 *  (NULL: none); sets record_hash and signer of ${member}. */
Sluis__Signed *federation_sign_record(struct federation *federation, const struct sluis_record_draft *draft,
    struct federation_member *member, const struct federation_member *previous);
/** federation_sign_organisation(federation, draft, organisation): signed by its leaf; sets payload_hash. */
Sluis__Signed *federation_sign_organisation(struct federation *federation,
    const struct sluis_record_organisation *draft, struct federation_organisation *organisation);
/** federation_approve(federation, target): the registrar's approval, appended. */
void federation_approve(struct federation *federation, const struct sluis_hash *target);

#endif
