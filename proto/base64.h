/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * base64 - RFC 4648 section 4, one spelling only: no line breaks, no stray bits, no half groups.
 *
 * The codec is libsodium's, which does not branch on or index by the content.
 */
#ifndef SLUIS_BASE64_H
#define SLUIS_BASE64_H

#include "base.h"

enum sluis_base64_form {
	SLUIS_BASE64_PADDED, /* "=" up to a multiple of four: signed notes, PEM bodies */
	SLUIS_BASE64_RAW     /* no padding: age */
};

/* Characters of 32 bytes in the raw form: a key share, a wrapped file key, a header MAC, a context value. */
#define SLUIS_BASE64_RAW_32 43

/** sluis_base64_chars(form, len): characters that ${len} bytes take, the terminator not counted. */
size_t sluis_base64_chars(enum sluis_base64_form form, size_t len);

/** sluis_base64_encode(form, bytes, ret): sluis_base64_chars() characters and a terminator to ${ret}. */
void sluis_base64_encode(enum sluis_base64_form form, struct sluis_bytes bytes, char *ret);

/**
 * sluis_base64_decode(form, text, ret, cap, ret_len):
 * Read all of ${text} into ${ret}, which holds ${cap} bytes, and set ${ret_len}.
 * Errors: SLUIS_EFORMAT (a character outside the alphabet, line breaks and blanks included; wrong or missing
 * padding; trailing bits that are not zero; more than ${cap} bytes): ${ret} may be partly written.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_base64_decode(enum sluis_base64_form form, struct sluis_bytes text,
    uint8_t *ret, size_t cap, size_t *ret_len);

/** sluis_base64_decode_exact(form, text, ret, len): as above, and exactly ${len} bytes, else SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_base64_decode_exact(enum sluis_base64_form form,
    struct sluis_bytes text, uint8_t *ret, size_t len);

#endif
