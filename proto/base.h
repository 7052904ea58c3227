/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * base - byte views, cleanup, sticky readers and writers; what every other module stands on.
 *
 * Never: sockets, clock, store, logging, randomness.
 */
#ifndef SLUIS_BASE_H
#define SLUIS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SLUIS_MUST_CHECK __attribute__((warn_unused_result))
#define SLUIS_AUTO(fn) __attribute__((cleanup(fn)))
#define SLUIS_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Move a pointer out of a SLUIS_AUTO variable: the variable becomes NULL, its cleanup does nothing. */
#define SLUIS_TAKE(p)                                                                      \
	__extension__({                                                                    \
		__typeof__(p) sluis_taken_ = (p);                                          \
		(p) = NULL;                                                                \
		sluis_taken_;                                                              \
	})

/* The one macro that may return: hand an error up; cleanups run. */
#define SLUIS_TRY(expr)                                                                    \
	do {                                                                               \
		const enum sluis_err sluis_try_ = (expr);                                  \
		if (sluis_try_ != SLUIS_OK)                                                \
			return sluis_try_;                                                 \
	} while (0)

#define SLUIS_ID_BYTES 16
#define SLUIS_HASH_BYTES 32
#define SLUIS_KEY_BYTES 32
#define SLUIS_SIGNATURE_BYTES 64

/** A borrowed view of bytes: never owns, may be empty (data may then be NULL). */
struct sluis_bytes {
	const uint8_t *data;
	size_t len;
};

struct sluis_id {
	uint8_t bytes[SLUIS_ID_BYTES];
};

struct sluis_hash {
	uint8_t bytes[SLUIS_HASH_BYTES];
};

/** A public key (Ed25519, X25519 or CURVE, by the name of its field). */
struct sluis_public {
	uint8_t bytes[SLUIS_KEY_BYTES];
};

/** A secret of 32 bytes: a type of its own, so that it can never be passed for a public one. */
struct sluis_secret32 {
	uint8_t bytes[32];
};

struct sluis_signature {
	uint8_t bytes[SLUIS_SIGNATURE_BYTES];
};

/** Why something failed, for people, filled only at the edge (configuration, administration). */
struct sluis_why {
	char text[256];
};

/** sluis_secret32_wipe(secret): overwrite ${secret}; for SLUIS_AUTO. */
void sluis_secret32_wipe(struct sluis_secret32 *secret);

/** sluis_freep(pointer to a heap pointer): free what it points at; for SLUIS_AUTO on any heap pointer. */
void sluis_freep(void *pp);

static inline struct sluis_bytes
sluis_bytes(const void *data, size_t len)
{
	return (struct sluis_bytes){ .data = data, .len = len };
}

/** sluis_bytes_text(text): view of a C string without its terminator. */
struct sluis_bytes sluis_bytes_text(const char *text);

/** sluis_bytes_equal(a, b): same length and content; not constant time, for public bytes only. */
bool sluis_bytes_equal(struct sluis_bytes a, struct sluis_bytes b);

/** sluis_bytes_is_text(a, text): ${a} equals the C string ${text}. */
bool sluis_bytes_is_text(struct sluis_bytes a, const char *text);

/** sluis_bytes_compare(a, b): order of memcmp, the shorter first where one is a prefix. */
int sluis_bytes_compare(struct sluis_bytes a, struct sluis_bytes b);

/** sluis_hex(bytes, len, ret): write 2 * ${len} lower-case digits and a terminator to ${ret}. */
void sluis_hex(const uint8_t *bytes, size_t len, char *ret);

/**
 * sluis_unhex(text, ret, len):
 * Read exactly 2 * ${len} lower- or upper-case hex digits and the end of ${text} into ${ret}.
 * Errors: SLUIS_EFORMAT (${ret} may be partly written).
 */
SLUIS_MUST_CHECK enum sluis_err sluis_unhex(const char *text, uint8_t *ret, size_t len);

/** sluis_code_is_valid(code): 1..32 bytes of [a-z0-9-], first one a letter or digit. PROTOCOL 2.2. */
bool sluis_code_is_valid(struct sluis_bytes code);

/** sluis_utf8_is_valid(text): well-formed UTF-8 (RFC 3629), no surrogates, no overlong forms. */
bool sluis_utf8_is_valid(struct sluis_bytes text);

/**
 * A writer into caller storage that remembers overflow: write all, check once.
 * Integers are big-endian. After an overflow nothing more is written and ${overflow} stays set.
 */
struct sluis_writer {
	uint8_t *data;
	size_t cap;
	size_t len;
	bool overflow;
};

void sluis_writer_init(struct sluis_writer *w, void *data, size_t cap);
void sluis_writer_put(struct sluis_writer *w, const void *data, size_t len);
void sluis_writer_put_text(struct sluis_writer *w, const char *text);
void sluis_writer_put_u8(struct sluis_writer *w, uint8_t value);
void sluis_writer_put_u32(struct sluis_writer *w, uint32_t value);
void sluis_writer_put_u64(struct sluis_writer *w, uint64_t value);

/**
 * A reader over borrowed bytes that remembers failure: read all, check once.
 * Integers are big-endian. After a short read every further read gives zeros or NULL, ${failed} stays set.
 */
struct sluis_reader {
	struct sluis_bytes rest;
	bool failed;
};

void sluis_reader_init(struct sluis_reader *r, struct sluis_bytes bytes);
const uint8_t *sluis_reader_get(struct sluis_reader *r, size_t len);
void sluis_reader_copy(struct sluis_reader *r, void *ret, size_t len);
uint8_t sluis_reader_get_u8(struct sluis_reader *r);
uint32_t sluis_reader_get_u32(struct sluis_reader *r);
uint64_t sluis_reader_get_u64(struct sluis_reader *r);
/** sluis_reader_get_line(r): bytes up to the next LF, which is consumed and not included. */
struct sluis_bytes sluis_reader_get_line(struct sluis_reader *r);
/** sluis_reader_end(r): SLUIS_OK when nothing failed and nothing is left, else SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_reader_end(const struct sluis_reader *r);

#endif
