/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * manifest - open and check a message: manifest, openings, batch, files; all that needs no directory and no store.
 *
 * The broker opens a push (every opening), a receiver a fetch (its own openings); draft.h makes them.
 * Order of use: verify the signature, open, look up who is named, check the files.
 * Pure; allocates only in the caller's arena. Source: PROTOCOL 3, 4, 5.
 */
#ifndef SLUIS_MANIFEST_H
#define SLUIS_MANIFEST_H

#include "batch.h"
#include "codec.h"
#include "section.h"

#define SLUIS_MANIFEST_SUITE 1

enum sluis_manifest_kind {
	SLUIS_MANIFEST_NEW = 1,
	SLUIS_MANIFEST_SUPERSEDES = 2,
	SLUIS_MANIFEST_ANSWERS = 3,
	SLUIS_MANIFEST_PASSES_ON = 4
};

enum sluis_manifest_recipient_kind {
	SLUIS_MANIFEST_MEMBER = 1,
	SLUIS_MANIFEST_RECOVERY = 2 /* the recovery key of an organisation: record_hash is H(Organisation payload) */
};

/** A message whose form is sound. Arrays run by index in the manifest; what is not opened is NULL or 0. */
struct sluis_manifest {
	Sluis__Manifest *m;
	struct sluis_bytes bytes; /* as they came: in the arena */
	struct sluis_hash hash;   /* H(bytes): the act_hash of its events */
	Sluis__Batch *batch;      /* NULL from sluis_manifest_open() */
	size_t n_sections;        /* listed in the manifest */
	size_t n_recipients;
	size_t n_opened;          /* sections whose opening is present; all of them for the broker */
	Sluis__SectionDescriptor **sections;
	Sluis__RecipientDescriptor **recipients;
	uint64_t *plain_sizes; /* bytes of plaintext of each opened section; follows from file_size */
	uint64_t files_size;   /* bytes of the opened sections' files, back to back: length of the body */
	uint64_t plain_size;   /* sum of plain_sizes */
	size_t own;            /* fetch: index of the receiver's own recipient entry; else n_recipients */
};

/**
 * sluis_manifest_verify_signature(batch, kind, sign_key):
 * ${batch} carries exactly one signature: algorithm 1, valid under ${sign_key} over its payload as a batch of ${kind}.
 * The caller found ${sign_key} in the record that sluis_manifest_signer() names; that this is the record in
 * the payload is checked by _open. Do this first.
 * Errors: SLUIS_ESIGNATURE (also: none, or more than one), SLUIS_ETOOBIG; SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_verify_signature(const Sluis__Signed *batch,
    enum sluis_batch_kind kind, const struct sluis_public *sign_key);

/** sluis_manifest_signer(batch): record hash that the one signature names; zeros without exactly one. */
struct sluis_hash sluis_manifest_signer(const Sluis__Signed *batch);

/** A message without its batch: not signed yet, or signed apart. Borrowed. */
struct sluis_manifest_parts {
	ProtobufCBinaryData manifest_bytes;
	Sluis__Opening **sections; /* all of them, by index */
	size_t n_sections;
	Sluis__Opening **recipients;
	size_t n_recipients;
};

/**
 * sluis_manifest_open(parts, arena, ret): as _open_push without all that concerns batch and signature; ret->batch is
 * NULL. For a sender, who looks at its own message before it signs.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_open(const struct sluis_manifest_parts *parts,
    struct sluis_arena *arena, struct sluis_manifest *ret);

/**
 * sluis_manifest_open_push(push, arena, ret):
 * Open ${push} (from a frame, checked by codec): strict manifest, batch and descriptors; every opening present
 * and equal to its salted hash; indexes 0..n-1; recipient indexes ascending, in range; no section id, no recipient
 * record twice, no ground fact twice; kind and reference agree; created <= not_before < expires; sizes within the
 * limits; sender = batch record = signer; place in the batch, which was not made before the manifest.
 * A recipient without a section is left to policy (rule receiver-empty).
 * On SLUIS_OK ${ret} lives in ${arena}, independent of ${push}.
 * Errors, the sender's fault: SLUIS_EFORMAT; SLUIS_EVERSION (suite); SLUIS_ETOOBIG (a limit of PROTOCOL 12);
 * SLUIS_EHASH (an opening); SLUIS_EPROOF (batch path); SLUIS_ESIGNATURE (sender, batch and signer differ).
 * Ours: SLUIS_ENOMEM.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_open_push(const Sluis__Push *push, struct sluis_arena *arena,
    struct sluis_manifest *ret);

/**
 * sluis_manifest_open_intent(intent, arena, ret):
 * As _open_push, for what is asked before it is sealed: alone in its batch; every section's size is the greatest that it
 * will have, and its hash is 32 zero bytes (PROTOCOL 5.7), else SLUIS_EFORMAT. There are no files.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_open_intent(const Sluis__Intent *intent,
    struct sluis_arena *arena, struct sluis_manifest *ret);

/**
 * sluis_manifest_open_fetch(fetch, record, arena, ret):
 * As _open_push, for the receiver with record hash ${record}: its own recipient entry is opened and carries
 * ${record}; the sections opened are in order of index, at least one, and each lists that entry; total_size is
 * the length of their files. The signature, the acceptance and release events, and whose
 * record sent it are the caller's. A section that is not opened may still be meant for this receiver: the sender
 * sees that in the receipt, which names the sections received.
 * Errors as _open_push; SLUIS_ESTATUS (an entry that is not ${record}'s: an answer to somebody else).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_open_fetch(const Sluis__TellFetch *fetch,
    const struct sluis_hash *record, struct sluis_arena *arena, struct sluis_manifest *ret);

/**
 * sluis_manifest_context(manifest, index): context value of opened section ${index}.
 * An index that is not opened is a bug of the caller (assert).
 */
struct sluis_hash sluis_manifest_context(const struct sluis_manifest *manifest, size_t index);

/**
 * sluis_manifest_file(manifest, index, body):
 * View of the file of opened section ${index} in ${body}, the opened sections' files back to back; empty where
 * ${body} is not manifest->files_size long, or the section is not opened.
 */
struct sluis_bytes sluis_manifest_file(const struct sluis_manifest *manifest, size_t index,
    struct sluis_bytes body);

/**
 * sluis_manifest_check_file(manifest, index, file):
 * ${file} is the whole age file of opened section ${index}: size and SHA-256 as in its descriptor; header as
 * sluis_age_section_check() demands, with this message's context value and the number of its recipients.
 * Errors, the sender's (or the broker's) fault: SLUIS_EHASH (size or hash), SLUIS_EHEADER, SLUIS_ECONTEXT.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_check_file(const struct sluis_manifest *manifest, size_t index,
    struct sluis_bytes file);

/**
 * sluis_manifest_check_body(manifest, body):
 * _check_file for every opened section, and nothing left over. Errors: those, and SLUIS_EFORMAT (length of body).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_manifest_check_body(const struct sluis_manifest *manifest,
    struct sluis_bytes body);

#endif
