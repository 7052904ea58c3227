/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * age - seal and open age v1 files (X25519, binary), and check a section's header without any key.
 *
 * Two readings of one format: opening is as lenient as age itself (unknown stanzas are skipped), so that files
 * of other programs open; sluis_age_section_check() is the rule for sections on the wire, where nothing unknown
 * may stand. Never: sockets, clock, store; randomness only through a parameter. Not for several threads at once.
 * Source: PROTOCOL 4; c2sp.org/age v1.1.0; crypto.md 1.
 *
 * Passphrases (scrypt) are for files of one's own, never for sections.
 *
 * BUGS: no ASCII armour, no hybrid recipients; such files are refused, never misread.
 */
#ifndef SLUIS_AGE_H
#define SLUIS_AGE_H

#include "base.h"
#include "limits.h"
#include "random.h"

#define SLUIS_AGE_CONTEXT_TYPE "sluis/ctx1"
#define SLUIS_AGE_FILE_KEY_BYTES 16
#define SLUIS_AGE_NONCE_BYTES 16
#define SLUIS_AGE_TAG_BYTES 16
#define SLUIS_AGE_SEALED_CHUNK_BYTES (SLUIS_AGE_CHUNK_BYTES + SLUIS_AGE_TAG_BYTES)
/* Longest plaintext: 2^32 chunks. */
#define SLUIS_AGE_PLAIN_MAX_BYTES ((uint64_t)SLUIS_AGE_CHUNK_BYTES << 32)

/* ---- Header ---- */

/** One stanza; views into the bytes that were parsed. */
struct sluis_age_stanza {
	struct sluis_bytes type; /* first argument */
	struct sluis_bytes args; /* the others, one space between them; empty when there are none */
	struct sluis_bytes body; /* base64 lines as they stand, without the last LF */
	size_t body_len;         /* bytes when decoded */
};

/** A well-formed header. */
struct sluis_age_header {
	struct sluis_age_stanza stanzas[SLUIS_AGE_STANZAS_MAX];
	size_t n_stanzas;
	size_t n_x25519;
	size_t n_scrypt;           /* 0, or 1 and then the only stanza */
	size_t n_context;          /* stanzas of SLUIS_AGE_CONTEXT_TYPE, well formed or not */
	bool has_context;          /* the first stanza is a well-formed context stanza */
	struct sluis_hash context; /* its value; zeros without */
	struct sluis_bytes signed_part; /* what the MAC covers: from the first byte up to "---" */
	uint8_t mac[32];
	size_t len; /* of the whole header, last LF included; the payload nonce follows */
};

/**
 * sluis_age_header_parse(file, ret):
 * Parse the header at the start of ${file}; what follows it is not looked at. Views in ${ret} borrow from ${file}.
 * Every X25519 stanza is checked for form (two arguments, a canonical share, a body of 32 bytes); stanzas of
 * other types only for grammar; scrypt must stand alone. Without a key the MAC is not checked.
 * Errors: SLUIS_EHEADER (whoever wrote the file; also when it ends inside the header, is larger than
 * SLUIS_AGE_HEADER_MAX_BYTES or has more than SLUIS_AGE_STANZAS_MAX stanzas); ${ret} is then undefined.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_header_parse(struct sluis_bytes file, struct sluis_age_header *ret);

/**
 * sluis_age_section_check(file, n_recipients, context):
 * The rule for a section, by whoever cannot open it: first one context stanza with exactly ${context}, then
 * exactly ${n_recipients} X25519 stanzas, and nothing else. ${file} starts with the header, may go on; such a
 * header takes exactly sluis_age_header_size(${n_recipients}, true) bytes.
 * Errors (the sender's fault): SLUIS_EHEADER (grammar, count, a stanza of any other type, scrypt);
 * SLUIS_ECONTEXT (no context stanza, a wrong value or form, two of them, not the first).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_section_check(struct sluis_bytes file, size_t n_recipients,
    const struct sluis_hash *context);

/* ---- Sizes ---- */

/** sluis_age_header_size(n_recipients, has_context): bytes of a header that this module writes. */
size_t sluis_age_header_size(size_t n_recipients, bool has_context);

/**
 * sluis_age_sealed_size(n_recipients, has_context, plain_len):
 * Bytes of the whole file; 0 when ${plain_len} is over SLUIS_AGE_PLAIN_MAX_BYTES.
 */
uint64_t sluis_age_sealed_size(size_t n_recipients, bool has_context, uint64_t plain_len);

/**
 * sluis_age_plain_size(header_len, file_len, ret):
 * Bytes of plaintext in a file of ${file_len} bytes whose header takes ${header_len}. Public knowledge.
 * Errors: SLUIS_EHEADER (no room for the nonce), SLUIS_EPAYLOAD (no plaintext gives a file of this size).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_plain_size(uint64_t header_len, uint64_t file_len, uint64_t *ret);

/* ---- Whole files ---- */

/** To whom, and to what, a file is bound. */
struct sluis_age_to {
	const struct sluis_public *recipients;
	size_t n_recipients;              /* 1..SLUIS_RECIPIENTS_MAX */
	const struct sluis_hash *context; /* NULL: no context stanza, a plain age file */
};

/** The keys to try. */
struct sluis_age_identities {
	const struct sluis_secret32 *keys;
	size_t n_keys;
	struct sluis_bytes passphrase; /* empty: none; tried where the file asks for one */
};

/**
 * sluis_age_seal(to, random, random_context, plain, out):
 * Append the age file of ${plain} to ${out}, which must have room for sluis_age_sealed_size() bytes and not
 * overlap ${plain}. An empty ${plain} is allowed here; a section never is empty (PROTOCOL 4.1).
 * Takes from ${random}, in this order: file key (16), payload nonce (16), one ephemeral secret (32) a recipient.
 * Errors: SLUIS_EUSAGE (no or too many recipients, no room), SLUIS_EFORMAT (a recipient that is no proper X25519
 * point), SLUIS_ENOMEM; ${out} then holds what it held.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_seal(const struct sluis_age_to *to, sluis_random random,
    void *random_context, struct sluis_bytes plain, struct sluis_writer *out);

/**
 * sluis_age_open(identities, file, out):
 * Append the plaintext of ${file} to ${out}, all of it or nothing.
 * Errors, in this order of checks: SLUIS_EHEADER (also an all-zero shared secret, or no room for the nonce),
 * SLUIS_ENOMATCH (sealed to none of ${identities}), SLUIS_EHMAC, SLUIS_EPAYLOAD: the writer's or the wire's
 * fault; SLUIS_EUSAGE (${out} has no room for the plaintext), SLUIS_ENOMEM: ours.
 * ${out} then holds what it held, and what was written beyond is wiped.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_open(const struct sluis_age_identities *identities,
    struct sluis_bytes file, struct sluis_writer *out);

/* ---- Streams: constant memory ---- */

/**
 * sluis_age_update_room(len):
 * Room in ${out} with which an _update of ${len} bytes, or a _final (${len} 0), of either stream never lacks any.
 */
size_t sluis_age_update_room(size_t len);

/** What makes the same payload bytes again; secret. With it the header must be kept too. */
struct sluis_age_file_secret {
	uint8_t file_key[SLUIS_AGE_FILE_KEY_BYTES];
	uint8_t nonce[SLUIS_AGE_NONCE_BYTES];
};

void sluis_age_file_secret_wipe(struct sluis_age_file_secret *secret);

/** A file being sealed. Holds at most one chunk. */
struct sluis_age_sealer;

/**
 * sluis_age_sealer_new(to, random, random_context, out, ret):
 * Start a file: append header and nonce (sluis_age_header_size() + SLUIS_AGE_NONCE_BYTES) to ${out}.
 * Errors as sluis_age_seal(). The caller frees ${ret}.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_sealer_new(const struct sluis_age_to *to, sluis_random random,
    void *random_context, struct sluis_writer *out, struct sluis_age_sealer **ret);

/** How much work a passphrase is made to be: 2^N rounds of scrypt, 2^(N+10) bytes; that of stock age, and what is still read. */
#define SLUIS_AGE_WORK_LOG2 18
#define SLUIS_AGE_WORK_MAX_LOG2 20
/** Bytes of the header and nonce that sluis_age_passphrase_sealer_new() writes, at most. */
#define SLUIS_AGE_PASSPHRASE_HEADER_BYTES 192

/**
 * sluis_age_passphrase_sealer_new(passphrase, work_log2, random, random_context, out, ret):
 * As _sealer_new, for who knows ${passphrase} (1 byte or more); stock age opens it. Takes from ${random}: file key, nonce, salt (16).
 * Errors: SLUIS_EUSAGE (no passphrase, work outside 1..SLUIS_AGE_WORK_MAX_LOG2, no room), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_passphrase_sealer_new(struct sluis_bytes passphrase, unsigned work_log2,
    sluis_random random, void *random_context, struct sluis_writer *out, struct sluis_age_sealer **ret);

/** sluis_age_sealer_secret(sealer, ret): what sluis_age_sealer_resume() needs; keep it sealed, wipe it. */
void sluis_age_sealer_secret(const struct sluis_age_sealer *sealer, struct sluis_age_file_secret *ret);

/**
 * sluis_age_sealer_resume(secret, first_chunk, ret):
 * Go on with a file whose header is already kept elsewhere, at plaintext offset ${first_chunk} *
 * SLUIS_AGE_CHUNK_BYTES, that is ${first_chunk} * SLUIS_AGE_SEALED_CHUNK_BYTES behind header and nonce. The same
 * plaintext gives the same bytes. NEVER resume with another plaintext than the first time: two texts under one
 * key and nonce give both away. Check the hash of the source before.
 * Errors: SLUIS_EUSAGE (chunk beyond the limit), SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_sealer_resume(const struct sluis_age_file_secret *secret,
    uint64_t first_chunk, struct sluis_age_sealer **ret);

/**
 * sluis_age_sealer_update(sealer, plain, out):
 * Take ${plain}, any length; append the chunks that are complete to ${out}.
 * Errors: SLUIS_EUSAGE (no room: nothing was taken, come again; or after _final), SLUIS_ETOOBIG (over
 * SLUIS_AGE_PLAIN_MAX_BYTES: the sealer is finished).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_sealer_update(struct sluis_age_sealer *sealer,
    struct sluis_bytes plain, struct sluis_writer *out);

/**
 * sluis_age_sealer_final(sealer, out): append the last chunk.
 * Errors: SLUIS_EUSAGE (no room: come again; or called twice; or resumed behind chunk 0 and given nothing).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_sealer_final(struct sluis_age_sealer *sealer,
    struct sluis_writer *out);

void sluis_age_sealer_free(struct sluis_age_sealer *sealer);
void sluis_age_sealer_freep(struct sluis_age_sealer **sealer);

/** A file being opened. Holds at most one header or one chunk. */
struct sluis_age_opener;

/**
 * sluis_age_opener_new(identities, n_recipients, context, ret):
 * Start reading. ${identities} are borrowed until the opener is freed. With a ${context} (borrowed likewise) the
 * header must also pass sluis_age_section_check(${n_recipients}, ${context}); NULL reads any age file.
 * Errors: SLUIS_ENOMEM. The caller frees ${ret}.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_opener_new(const struct sluis_age_identities *identities,
    size_t n_recipients, const struct sluis_hash *context, struct sluis_age_opener **ret);

/**
 * sluis_age_opener_update(opener, file, out):
 * Take the next bytes of the file, any length; append the plaintext of whole chunks to ${out}.
 * That plaintext is not yet known to be complete: keep it unreleased until _final gave SLUIS_OK.
 * Errors: those of sluis_age_open() and sluis_age_section_check(), and from then on always the same one;
 * SLUIS_EUSAGE (no room: nothing was taken, come again; or after _final).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_age_opener_update(struct sluis_age_opener *opener,
    struct sluis_bytes file, struct sluis_writer *out);

/** sluis_age_opener_final(opener, out): the file ends here; append the rest. Errors as _update. */
SLUIS_MUST_CHECK enum sluis_err sluis_age_opener_final(struct sluis_age_opener *opener,
    struct sluis_writer *out);

void sluis_age_opener_free(struct sluis_age_opener *opener);
void sluis_age_opener_freep(struct sluis_age_opener **opener);

#endif
