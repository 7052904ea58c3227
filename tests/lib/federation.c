/* SPDX-License-Identifier: EUPL-1.2 */
#include "federation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hash.h"

#define HOUR_MS (3600 * INT64_C(1000))
#define BODY "expert-team"

/* A step that must succeed; assert() says where it did not. */
#define MUST(expr)                                                                                     \
	do {                                                                                           \
		const enum sluis_err must_ = (expr);                                                   \
		if (must_ != SLUIS_OK) {                                                               \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #expr,                  \
			    sluis_err_text(must_));                                                    \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

enum { WORDS_MAX = 16, ARENA_BYTES = 64 * 1024 * 1024 };

/* clang-format off */
static const struct {
	const char *handle;
	const char *regime;
} ORGANISATIONS[] = { /* the body is there from genesis */
	{ "provider", "jeugdwet" },
	{ "referrer", "jeugdwet" },
	{ "gi", "jeugdwet" },
	{ "municipality-a", "jeugdwet" },
	{ "municipality-b", "jeugdwet" },
	{ "expertise-centre", "wgbo" },
	{ "school", "education" },
};

static const struct {
	const char *handle;
	const char *organisation;
	const char *roles;
} MEMBERS[] = { /* the registrar is there from genesis */
	{ "provider", "provider", "provider" },
	{ "referrer", "referrer", "referrer" },
	{ "gi", "gi", "certified-institution" },
	{ "municipality-a", "municipality-a", "municipality-access municipality-funding" },
	{ "municipality-b", "municipality-b", "municipality-access municipality-funding" },
	{ "director", BODY, "director" },
	{ "officer", BODY, "privacy-officer" },
	{ "expertise-centre", "expertise-centre", "expertise-centre" },
	{ "school", "school", "school" },
};
/* clang-format on */

/* ---- words and secrets ---- */

static size_t
words(struct federation *f, const char *text, struct sluis_bytes **ret)
{
	struct sluis_bytes *all = sluis_arena_alloc(f->arena, WORDS_MAX * sizeof(*all));
	size_t n = 0;

	assert(all != NULL);
	while (text != NULL && *text != '\0') {
		const size_t len = strcspn(text, " ");

		assert(n < WORDS_MAX);
		if (len > 0)
			MUST(sluis_arena_copy(f->arena, sluis_bytes(text, len), &all[n++]));
		text += len + (text[len] == ' ');
	}
	*ret = all;
	return n;
}

static void
secret_of(const char *who, const char *what, struct sluis_secret32 *ret)
{
	const struct sluis_bytes parts[] = { sluis_bytes_text("test federation "),
		sluis_bytes_text(who), sluis_bytes("\0", 1), sluis_bytes_text(what) };
	const struct sluis_hash hash = sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));

	memcpy(ret->bytes, hash.bytes, sizeof(ret->bytes));
}

static void
sign_keys_of(const char *who, const char *what, struct sluis_signing_secret *ret,
    struct sluis_public *ret_public)
{
	struct sluis_secret32 seed;

	secret_of(who, what, &seed);
	sluis_signing_secret_expand(&seed, ret, ret_public);
}

static void
x25519_keys_of(const char *who, const char *what, struct sluis_secret32 *ret,
    struct sluis_public *ret_public)
{
	secret_of(who, what, ret);
	assert(crypto_scalarmult_base(ret_public->bytes, ret->bytes) == 0);
}

void
federation_keys_of(const char *handle, const char *label, struct federation_member *ret)
{
	char what[64];

	snprintf(ret->handle, sizeof(ret->handle), "%s", handle);
	snprintf(what, sizeof(what), "%s/sign", label);
	sign_keys_of(handle, what, &ret->sign_secret, &ret->sign_key);
	snprintf(what, sizeof(what), "%s/curve", label);
	x25519_keys_of(handle, what, &ret->curve_secret, &ret->curve_key);
	for (unsigned i = 0; i < SLUIS_ARRAY_LEN(ret->age); i++) {
		snprintf(what, sizeof(what), "%s/age/%u", label, i);
		x25519_keys_of(handle, what, &ret->age_secret[i], &ret->age[i].key);
	}
}

/* ---- the log ---- */

int64_t
federation_time(struct federation *f)
{
	return f->now_ms += 1000;
}

struct sluis_bytes
federation_entry(struct federation *f, enum sluis_entry_type type, Sluis__Signed *act)
{
	struct sluis_bytes entry;

	MUST(sluis_record_entry(type, act, f->arena, &entry));
	return entry;
}

void
federation_append(struct federation *f, enum sluis_entry_type type, Sluis__Signed *act)
{
	struct sluis_why why = { "" };
	const enum sluis_err err =
	    sluis_directory_append(f->directory, federation_entry(f, type, act), &why);

	if (err != SLUIS_OK)
		fprintf(stderr, "the test federation: %s: %s\n", sluis_err_text(err), why.text);
	MUST(err);
}

Sluis__Signed *
federation_sign(struct federation *f, const char *handle, enum sluis_signed_type type,
    struct sluis_bytes payload)
{
	Sluis__Signed *act;

	MUST(sluis_signed_make(&federation_member(f, handle)->signer, type, payload, f->arena, &act));
	return act;
}

struct sluis_merkle_head
federation_keys(const struct federation *f)
{
	return (struct sluis_merkle_head){ .size = sluis_directory_size(f->directory),
		.root = sluis_directory_root(f->directory) };
}

void
federation_approve(struct federation *f, const struct sluis_hash *target)
{
	const struct sluis_record_act act = { .federation = f->id, .created_ms = federation_time(f) };
	struct sluis_bytes payload;

	MUST(sluis_record_approval(&act, target, f->arena, &payload));
	federation_append(f, SLUIS_ENTRY_APPROVAL,
	    federation_sign(f, "registrar", SLUIS_SIGNED_APPROVAL, payload));
}

void
federation_suspend(struct federation *f, const char *handle, enum sluis_standing state)
{
	const struct sluis_record_act act = { .federation = f->id, .created_ms = federation_time(f) };
	const struct sluis_record_suspension draft = { .handle = sluis_bytes_text(handle),
		.state = state,
		.reason = sluis_bytes_text("test") };
	struct sluis_bytes payload;

	MUST(sluis_record_suspension(&act, &draft, f->arena, &payload));
	federation_append(f, SLUIS_ENTRY_SUSPENSION,
	    federation_sign(f, "registrar", SLUIS_SIGNED_SUSPENSION, payload));
}

/* ---- organisations ---- */

struct federation_organisation *
federation_organisation(struct federation *f, const char *handle)
{
	for (size_t i = 0; i < f->n_organisations; i++) {
		if (strcmp(f->organisations[i].handle, handle) == 0)
			return &f->organisations[i];
	}
	fprintf(stderr, "the test federation has no organisation %s\n", handle);
	abort();
}

static void
organisation_draft(struct federation *f, const struct federation_organisation *organisation,
    const char *regime, struct sluis_record_organisation *ret)
{
	*ret = (struct sluis_record_organisation){
		.handle = sluis_bytes_text(organisation->handle),
		.name = sluis_bytes_text("Test Organisation"),
		.oin = sluis_bytes_text(organisation->oin),
		.regime = sluis_bytes_text(regime),
		.certificates = organisation->chain,
		.n_certificates = organisation->n_chain,
		.agreement_hash = f->agreement_hash,
		.created_ms = federation_time(f),
	};
}

Sluis__Signed *
federation_sign_organisation(struct federation *f, const struct sluis_record_organisation *draft,
    struct federation_organisation *organisation)
{
	const struct sluis_certificate_signer signer = { .certificate = organisation->chain[0],
		.key_pem = organisation->key_pem };
	struct sluis_bytes payload;
	Sluis__Signed *act;

	MUST(sluis_record_organisation(draft, f->arena, &payload));
	MUST(sluis_signed_of(payload, f->arena, &act));
	MUST(sluis_signed_add_certificate(act, SLUIS_SIGNED_ORGANISATION, &signer, f->arena));
	organisation->payload_hash = sluis_signed_hash(act);
	return act;
}

static struct federation_organisation *
new_organisation(struct federation *f, const char *handle)
{
	struct federation_organisation *organisation;
	char oin[SLUIS_OIN_DIGITS + 1];
	struct federation_certificate wish = { .oin = oin,
		.name = "Test Organisation",
		.from_ms = f->now_ms - 30 * FEDERATION_DAY_MS,
		.until_ms = f->now_ms + 1000 * FEDERATION_DAY_MS };

	assert(f->n_organisations < FEDERATION_ORGANISATIONS_MAX);
	organisation = &f->organisations[f->n_organisations++];
	snprintf(organisation->handle, sizeof(organisation->handle), "%s", handle);
	snprintf(oin, sizeof(oin), "00000099%09zu000", 100 + f->n_organisations);
	federation_ca_issue(f->ca, f->arena, &wish, organisation);
	return organisation;
}

struct federation_organisation *
federation_add_organisation(struct federation *f, const char *handle, const char *regime)
{
	struct federation_organisation *organisation = new_organisation(f, handle);
	struct sluis_record_organisation draft;

	organisation_draft(f, organisation, regime, &draft);
	federation_append(f, SLUIS_ENTRY_ORGANISATION,
	    federation_sign_organisation(f, &draft, organisation));
	federation_approve(f, &organisation->payload_hash);
	return organisation;
}

/* ---- members ---- */

struct federation_member *
federation_member(struct federation *f, const char *handle)
{
	for (size_t i = 0; i < f->n_members; i++) {
		if (strcmp(f->members[i].handle, handle) == 0)
			return &f->members[i];
	}
	fprintf(stderr, "the test federation has no member %s\n", handle);
	abort();
}

void
federation_record_of(struct federation *f, const struct federation_member *member, const char *roles,
    struct sluis_record_draft *ret)
{
	struct sluis_bytes *codes;
	const size_t n = words(f, roles, &codes);

	*ret = (struct sluis_record_draft){
		.federation = f->id,
		.handle = sluis_bytes_text(member->handle),
		.organisation_handle = sluis_bytes_text(member->organisation),
		.kind = sluis_bytes_text("person"),
		.roles = codes,
		.n_roles = n,
		.mandate = sluis_bytes_text("test mandate"),
		.created_ms = federation_time(f),
		.from_ms = f->now_ms - FEDERATION_DAY_MS,
		.until_ms = f->now_ms + 365 * FEDERATION_DAY_MS,
		.sign_key = member->sign_key,
		.curve_key = member->curve_key,
		.recipients = member->age,
		.n_recipients = SLUIS_ARRAY_LEN(member->age),
	};
}

Sluis__Signed *
federation_sign_record(struct federation *f, const struct sluis_record_draft *draft,
    struct federation_member *member, const struct federation_member *previous)
{
	const struct federation_organisation *organisation =
	    federation_organisation(f, member->organisation);
	const struct sluis_certificate_signer signer = { .certificate = organisation->chain[0],
		.key_pem = organisation->key_pem };
	struct sluis_bytes payload;
	Sluis__Signed *act;

	MUST(sluis_record_build(draft, f->arena, &payload));
	MUST(sluis_signed_of(payload, f->arena, &act));
	member->record_hash = sluis_signed_hash(act);
	member->signer = (struct sluis_signer){ .record_hash = member->record_hash,
		.secret = &member->sign_secret };
	MUST(sluis_signed_add_certificate(act, SLUIS_SIGNED_RECORD, &signer, f->arena));
	MUST(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &member->signer, f->arena));
	if (previous != NULL) {
		const struct sluis_signer former = { .record_hash = previous->record_hash,
			.secret = &previous->sign_secret };

		MUST(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &former, f->arena));
	}
	return act;
}

static struct federation_member *
new_member(struct federation *f, const char *handle, const char *organisation)
{
	const int64_t from_ms = f->now_ms - FEDERATION_DAY_MS;
	struct federation_member *member;

	assert(f->n_members < FEDERATION_MEMBERS_MAX);
	member = &f->members[f->n_members++];
	federation_keys_of(handle, "first", member);
	snprintf(member->organisation, sizeof(member->organisation), "%s", organisation);
	for (unsigned i = 0; i < SLUIS_ARRAY_LEN(member->age); i++) {
		member->age[i].epoch = FEDERATION_EPOCH + i;
		member->age[i].from_ms = from_ms + i * 31 * FEDERATION_DAY_MS;
		member->age[i].until_ms = from_ms + (i + 1) * 31 * FEDERATION_DAY_MS;
	}
	return member;
}

struct federation_member *
federation_waiting_member(struct federation *f, const char *handle, const char *organisation,
    const char *roles)
{
	struct federation_member *member = new_member(f, handle, organisation);
	struct sluis_record_draft draft;

	federation_record_of(f, member, roles, &draft);
	federation_append(f, SLUIS_ENTRY_RECORD, federation_sign_record(f, &draft, member, NULL));
	return member;
}

struct federation_member *
federation_add_member(struct federation *f, const char *handle, const char *organisation,
    const char *roles)
{
	struct federation_member *member = federation_waiting_member(f, handle, organisation, roles);

	federation_approve(f, &member->record_hash);
	return member;
}

/* ---- the whole ---- */

static void
make_keys(struct federation *f)
{
	sign_keys_of("broker", "keys-log", &f->keys_log_secret, &f->keys_log_key);
	sign_keys_of("broker", "exchange-log", &f->exchange_log_secret, &f->exchange_log_key);
	sign_keys_of("broker", "decision", &f->decision_secret, &f->decision_key);
	x25519_keys_of("broker", "curve", &f->broker_curve_secret, &f->broker_curve_key);
	x25519_keys_of("broker", "next-curve", &f->next_curve_secret, &f->next_curve_key);
}

static void
genesis_draft(struct federation *f, Sluis__Signed *body, size_t n, struct federation_founding *ret)
{
	static const char ENDPOINT[] = "tcp://127.0.0.1:5555";
	struct sluis_bytes *endpoint;

	words(f, ENDPOINT, &endpoint);
	ret->genesis = (struct sluis_record_genesis){
		.name = sluis_bytes_text("Practice region"),
		.created_ms = federation_time(f),
		.anchors = &f->anchor,
		.n_anchors = 1,
		.body = body,
		.registrars = ret->registrars,
		.n_registrars = n,
		.needed = n > 1 ? 2 : 1,
		.keys_log = { .origin = sluis_bytes_text("practice.example/keys"),
		    .key = f->keys_log_key },
		.exchange_log = { .origin = sluis_bytes_text("practice.example/exchange"),
		    .key = f->exchange_log_key },
		.broker = { .curve_key = f->broker_curve_key,
		    .next_curve_key = f->next_curve_key,
		    .decision_key = f->decision_key,
		    .endpoints = endpoint,
		    .n_endpoints = 1 },
		.policy_hash = f->policy_hash,
		.agreement_hash = f->agreement_hash,
	};
}

void
federation_prepare(struct federation *f, size_t n, struct federation_founding *ret)
{
	static const char *const HANDLES[] = { "registrar", "registrar-2", "registrar-3" };
	struct federation_organisation *body = new_organisation(f, BODY);
	Sluis__Signed *act;

	assert(n >= 1 && n <= SLUIS_ARRAY_LEN(HANDLES));
	organisation_draft(f, body, "jeugdwet", &ret->organisation);
	act = federation_sign_organisation(f, &ret->organisation, body);
	for (size_t i = 0; i < n; i++) {
		struct federation_member *registrar = new_member(f, HANDLES[i], BODY);

		federation_record_of(f, registrar, "registrar", &ret->records[i]);
		ret->registrars[i] = federation_sign_record(f, &ret->records[i], registrar, NULL);
	}
	genesis_draft(f, act, n, ret);
}

struct sluis_bytes
federation_genesis(struct federation *f, const struct federation_founding *founding)
{
	const struct federation_organisation *body = federation_organisation(f, BODY);
	const struct sluis_certificate_signer signer = { .certificate = body->chain[0],
		.key_pem = body->key_pem };
	struct sluis_bytes payload;
	Sluis__Signed *act;

	MUST(sluis_record_genesis(&founding->genesis, f->arena, &payload));
	MUST(sluis_signed_of(payload, f->arena, &act));
	MUST(sluis_signed_add_certificate(act, SLUIS_SIGNED_GENESIS, &signer, f->arena));
	for (size_t i = 0; i < f->n_members; i++)
		MUST(sluis_signed_add(act, SLUIS_SIGNED_GENESIS, &f->members[i].signer, f->arena));
	return federation_entry(f, SLUIS_ENTRY_GENESIS, act);
}

struct federation *
federation_empty(const struct sluis_hash *policy_hash, int64_t now_ms)
{
	struct federation *f = calloc(1, sizeof(*f));

	assert(f != NULL && sodium_init() >= 0);
	f->arena = sluis_arena_new(ARENA_BYTES);
	f->directory = sluis_directory_new();
	assert(f->arena != NULL && f->directory != NULL);
	f->now_ms = (now_ms != 0 ? now_ms : FEDERATION_NOW_MS) - HOUR_MS;
	f->agreement_hash = sluis_hash(sluis_bytes_text("the agreement of the practice region"));
	f->policy_hash = policy_hash != NULL ? *policy_hash
	                                     : sluis_hash(sluis_bytes_text("the policy of nobody"));
	make_keys(f);
	f->ca = federation_ca_new(f->arena, "Practice");
	f->anchor = federation_ca_anchor(f->ca);
	return f;
}

struct federation *
federation_found(const struct sluis_hash *policy_hash, int64_t now_ms)
{
	struct federation *f = federation_empty(policy_hash, now_ms);
	struct federation_founding founding;

	federation_prepare(f, 1, &founding);
	MUST(sluis_directory_append(f->directory, federation_genesis(f, &founding), NULL));
	f->id = sluis_directory_federation(f->directory);
	return f;
}

struct federation *
federation_new(const struct sluis_hash *policy_hash, int64_t now_ms)
{
	struct federation *f = federation_found(policy_hash, now_ms);

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ORGANISATIONS); i++)
		federation_add_organisation(f, ORGANISATIONS[i].handle, ORGANISATIONS[i].regime);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(MEMBERS); i++)
		federation_add_member(f, MEMBERS[i].handle, MEMBERS[i].organisation, MEMBERS[i].roles);
	f->now_ms = now_ms != 0 ? now_ms : FEDERATION_NOW_MS;
	return f;
}

void
federation_free(struct federation *f)
{
	if (f == NULL)
		return;
	sluis_directory_free(f->directory);
	federation_ca_free(f->ca);
	sluis_arena_free(f->arena);
	sodium_memzero(f, sizeof(*f));
	free(f);
}
