/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * section - what ties a section to its message: salted hashes of descriptors, the context value, media numbers.
 *
 * Pure. Source: PROTOCOL 4.3, 5.1, 5.4.
 */
#ifndef SLUIS_SECTION_H
#define SLUIS_SECTION_H

#include "base.h"
#include "limits.h"

/* Bits of SectionDescriptor.flags; no other may be set. */
#define SLUIS_SECTION_FLAG_CRIMINAL 1u /* criminal data (AVG 10) */
#define SLUIS_SECTION_FLAG_NOT_BSN 2u  /* holds what looked like a BSN, and the sender says that it is none */
#define SLUIS_SECTION_FLAGS (SLUIS_SECTION_FLAG_CRIMINAL | SLUIS_SECTION_FLAG_NOT_BSN)

/**
 * sluis_section_hash(salt, descriptor): H("sluis/section/v1" ‖ 0x00 ‖ salt ‖ descriptor).
 * ${salt} is 32 bytes; ${descriptor} a packed SectionDescriptor, as it travels.
 */
struct sluis_hash sluis_section_hash(const uint8_t salt[static SLUIS_HASH_BYTES], struct sluis_bytes descriptor);

/** sluis_section_recipient_hash(salt, descriptor): the same for a RecipientDescriptor ("sluis/recipient/v1"). */
struct sluis_hash sluis_section_recipient_hash(const uint8_t salt[static SLUIS_HASH_BYTES],
    struct sluis_bytes descriptor);

/** What a section is bound to (PROTOCOL 4.3); all borrowed. */
struct sluis_section_context {
	struct sluis_bytes federation; /* 32 bytes */
	struct sluis_bytes message_id; /* 16 bytes */
	struct sluis_bytes case_id;    /* 16 bytes */
	struct sluis_bytes sender;     /* hash of the sender's record */
	uint32_t index;
	struct sluis_bytes section_id; /* 16 bytes */
	struct sluis_bytes category;
	struct sluis_bytes purpose;
	const struct sluis_hash *recipients; /* salted hashes of the section's recipient descriptors, in order */
	size_t n_recipients;                 /* 1..SLUIS_RECIPIENTS_MAX; more is a bug of the caller (assert) */
};

/** sluis_section_context_value(context): VALUE of the context stanza. */
struct sluis_hash sluis_section_context_value(const struct sluis_section_context *context);

/** sluis_section_media_extension(media_number): "pdf", static; "bin" for a number that is not in the list. */
const char *sluis_section_media_extension(uint32_t media_number);

/** sluis_section_media_number(extension): number of ${extension} in any case, without dot; 1 (bin) if unknown.
 *  "jpeg", "tif" and "htm" count as the spellings in the list. */
uint32_t sluis_section_media_number(struct sluis_bytes extension);

#endif
