/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * evil - a message made by a client that keeps to no rule: honest as a whole, then wrong in one place.
 *
 * For tests only. What the attack itself needs and does not get ends the program with 9: then nothing was tested.
 */
#ifndef EVIL_H
#define EVIL_H

#include "case_chain.h"
#include "draft.h"
#include "session.h"

enum { EVIL_MAX = 8, EVIL_BROKEN = 9 };

struct evil {
	struct sluis_session *session;
	struct sluis_arena *arena;
	struct sluis_failure failure;
};

struct evil_message {
	struct sluis_draft draft;
	struct sluis_draft_recipient recipients[EVIL_MAX];
	struct sluis_draft_section sections[EVIL_MAX];
	uint32_t indexes[EVIL_MAX][EVIL_MAX];
	struct sluis_draft_grant grant;
	Sluis__Push *push;
	struct sluis_bytes files[EVIL_MAX]; /* of the sections, as they go */
	struct sluis_bytes body;
};

/** evil_must(err, what): ends the program where the attack cannot be made. */
void evil_must(enum sluis_err err, const char *what);
void *evil_alloc(struct evil *evil, size_t len);
struct sluis_id evil_id(const char *hex);

/** evil_case(evil, id): the chain, verified; never freed. */
struct sluis_case *evil_case(struct evil *evil, const struct sluis_id *id);

/**
 * evil_draft(evil, case_hex, grant, to, purpose, words, n_words, ret):
 * An honest draft but for one thing: nobody decides on it first. ${grant} is GRANT, or GRANT@CASE of its own; `-` none. ${to} is
 * HANDLE,HANDLE; ${words} are CATEGORY=TEXT; every section goes to all.
 */
void evil_draft(struct evil *evil, const char *case_hex, const char *grant, const char *to,
    const char *purpose, char **words, int n_words, struct evil_message *ret);

/** evil_seal(evil, m): seal it; push (not signed yet) and files follow. */
void evil_seal(struct evil *evil, struct evil_message *m);

/** evil_replace(evil, m, section, file): another file; descriptor, manifest and body follow as an honest client's would. */
void evil_replace(struct evil *evil, struct evil_message *m, size_t section, struct sluis_bytes file);

/** evil_reseal(evil, m, section, keys, n, context): section's plaintext to ${keys} with ${context} (NULL: without that stanza). */
void evil_reseal(struct evil *evil, struct evil_message *m, size_t section, const struct sluis_public *keys,
    size_t n, const struct sluis_hash *context);

/** evil_context(m, section): the value that the section's context stanza should have. */
struct sluis_hash evil_context(const struct evil_message *m, size_t section);

/** evil_sign(evil, m): a batch of one over the manifest as it stands, signed by this profile's key. */
void evil_sign(struct evil *evil, struct evil_message *m);

/** evil_join(evil, m): body = files, back to back. */
void evil_join(struct evil *evil, struct evil_message *m);

/** evil_save, evil_load: a push with its body, as it went. */
void evil_save(const char *path, struct evil *evil, const struct evil_message *m);
void evil_load(const char *path, struct evil *evil, struct evil_message *m);

/** evil_say(evil, err, done): print ${done}, or the rule of the refusal, or what failed; the exit code of ${err}. */
int evil_say(const struct evil *evil, enum sluis_err err, const char *done);

/** evil_grant(evil, attack, case_hex): honest, short, youth, one-parent, federation, text; prints its id. Ends with the exit code. */
int evil_grant(struct evil *evil, const char *attack, const char *case_hex);

/** evil_approve(evil, path): approve the record in that file. Ends with the exit code. */
int evil_approve(struct evil *evil, const char *path);

/** evil_renew(evil, argv, argc): CODE (hex) FOLDER FILE ROLE...: see evil_client. Ends with the exit code. */
int evil_renew(struct evil *evil, char **argv, int argc);

/** evil_registrars(evil, handles, needed): prints index, entry and root of the keys log with that entry at its end. */
int evil_registrars(struct evil *evil, const char *handles, uint32_t needed);

#endif
