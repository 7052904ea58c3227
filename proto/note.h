/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * note - signed notes: text under signature lines, by the log's own key or by a witness with its time.
 *
 * Pure; parsed things are views into the caller's bytes. Only two of the assigned signature types are known here:
 * 0x01 (Ed25519 over the text) and 0x04 (Ed25519 cosignature with a time). Never: sockets, clock, store, heap.
 * Source: c2sp.org/signed-note v1.0.0, c2sp.org/tlog-cosignature v1.0.1.
 */
#ifndef SLUIS_NOTE_H
#define SLUIS_NOTE_H

#include "base.h"
#include "dsse.h"

#define SLUIS_NOTE_MAX_BYTES (128u * 1024) /* whole note: 16 signatures of 5 kB fit, as the source asks */
#define SLUIS_NOTE_TEXT_COSIGNED_MAX_BYTES (8u * 1024) /* text under a cosignature: one checkpoint */
#define SLUIS_NOTE_SIGNATURES_MAX 100
#define SLUIS_NOTE_SIGNATURE_MAX_BYTES (8u * 1024)  /* key id and signature of any algorithm */
#define SLUIS_NOTE_NAME_MAX_BYTES 255
#define SLUIS_NOTE_VKEY_MAX_CHARS (SLUIS_NOTE_NAME_MAX_BYTES + 10 + 44)
#define SLUIS_NOTE_LINE_MAX_BYTES (SLUIS_NOTE_NAME_MAX_BYTES + 110) /* of a line that we sign */

enum sluis_note_type {
	SLUIS_NOTE_ED25519 = 0x01,    /* over the text: a log */
	SLUIS_NOTE_COSIGNATURE = 0x04 /* over time and text: a witness */
};

/** Whose signature is accepted. Made by _key_init() or _key_parse() only, so that ${id} fits the rest. */
struct sluis_note_key {
	enum sluis_note_type type;
	uint32_t id;
	struct sluis_public public;
	size_t name_len;
	uint8_t name[SLUIS_NOTE_NAME_MAX_BYTES];
};

/** One signature line; ${base64} = key id and signature. Its last bits are looked at only under a known key. */
struct sluis_note_signature {
	struct sluis_bytes name;
	uint32_t id;
	struct sluis_bytes base64;
};

/** A note in parts; views into the bytes parsed. Nothing in it is to be believed before _verify(). */
struct sluis_note {
	struct sluis_bytes text; /* ends in LF; this is what is signed */
	size_t n; /* 1..SLUIS_NOTE_SIGNATURES_MAX */
	struct sluis_note_signature signatures[SLUIS_NOTE_SIGNATURES_MAX];
};

/** What _find() says of one key. */
struct sluis_note_found {
	bool is_signed;
	uint64_t time_s; /* of the newest cosignature, Unix seconds; 0 for SLUIS_NOTE_ED25519 */
};

/** sluis_note_name_is_valid(name): not empty, UTF-8, no Unicode space, no control character, no "+". */
bool sluis_note_name_is_valid(struct sluis_bytes name);

/**
 * sluis_note_key_init(name, type, public, ret):
 * The key ${public} under ${name}; computes its id.
 * Errors: SLUIS_EFORMAT (not a valid name), SLUIS_ETOOBIG (name above SLUIS_NOTE_NAME_MAX_BYTES).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_key_init(struct sluis_bytes name, enum sluis_note_type type,
    const struct sluis_public *public, struct sluis_note_key *ret);

/**
 * sluis_note_key_parse(text, ret):
 * Read a verifier key "NAME+ID+BASE64" (id: 8 lower-case hex digits).
 * Errors: SLUIS_EFORMAT (form, or an id that is not the key's), SLUIS_EVERSION (another type of key),
 * SLUIS_ETOOBIG (name).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_key_parse(struct sluis_bytes text, struct sluis_note_key *ret);

/** sluis_note_key_encode(key, ret): the verifier key as a C string. */
void sluis_note_key_encode(const struct sluis_note_key *key, char ret[SLUIS_NOTE_VKEY_MAX_CHARS + 1]);

/**
 * sluis_note_parse(bytes, ret):
 * Split a note at its last blank line; check characters, names and base64 of every line. Signatures of any
 * type are taken, none is verified.
 * Errors: SLUIS_EFORMAT, SLUIS_ETOOBIG (note, one signature, or their number); the sender's fault.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_parse(struct sluis_bytes bytes, struct sluis_note *ret);

/**
 * sluis_note_verify(note, keys, n):
 * At least one of the ${n} ${keys} signed, and no line under name and id of one of them fails. Lines of other
 * keys are ignored.
 * Errors: SLUIS_ESIGNATURE (a known key's line fails, or no known key signed; sluis_note_has_known() tells them
 * apart), SLUIS_ETOOBIG (text too long for a cosignature).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_verify(const struct sluis_note *note,
    const struct sluis_note_key *keys, size_t n);

/**
 * sluis_note_find(note, keys, n, ret):
 * Which of the ${n} ${keys} signed, and when; ${ret} has ${n} places. None at all is no error here: this is
 * for counting witnesses on a note that sluis_note_verify() has accepted for the log.
 * Errors: SLUIS_ESIGNATURE (a known key's line fails), SLUIS_ETOOBIG (as above); ${ret} then says nobody signed.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_find(const struct sluis_note *note,
    const struct sluis_note_key *keys, size_t n, struct sluis_note_found *ret);

/** sluis_note_has_known(note, keys, n): some line bears name and id of one of ${keys}. Proves nothing. */
bool sluis_note_has_known(const struct sluis_note *note, const struct sluis_note_key *keys, size_t n);

/**
 * sluis_note_sign(key, secret, text, out):
 * Append the signature line of SLUIS_NOTE_ED25519 ${key} over ${text} to ${out}. A note is text, LF, lines.
 * Errors: SLUIS_EUSAGE (other type of key, or a secret that is not its half), SLUIS_EFORMAT (not a note's
 * text), SLUIS_ETOOBIG (no room in ${out}, or ${text} longer than a note).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_sign(const struct sluis_note_key *key,
    const struct sluis_signing_secret *secret, struct sluis_bytes text, struct sluis_writer *out);

/**
 * sluis_note_cosign(key, secret, time_s, text, out):
 * Append the line of SLUIS_NOTE_COSIGNATURE ${key} over ${text} as of ${time_s} (Unix seconds, 1..2^63-1).
 * Sign only what sluis_witness_decide() allows. Errors: as _sign; SLUIS_EUSAGE also for the time.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_note_cosign(const struct sluis_note_key *key,
    const struct sluis_signing_secret *secret, uint64_t time_s, struct sluis_bytes text,
    struct sluis_writer *out);

#endif
