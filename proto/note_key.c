/* SPDX-License-Identifier: EUPL-1.2 */
/* The keys of note.h: names, ids, and their text form. */
#include "note.h"

#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "hash.h"

#define ID_BYTES 4
#define TYPED_KEY_BYTES (1 + SLUIS_KEY_BYTES)
#define KEY_MAX_BYTES 4096 /* of any algorithm, to tell an unknown one from nonsense */

/* Is the character at ${at} a Unicode space (White_Space)? ${len} bytes of valid UTF-8 are left. */
static bool
is_space(const uint8_t *at, size_t len)
{
	static const char *const SPACES[] = {
		" ", "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
		"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
		"\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SPACES); i++) {
		const size_t n = strlen(SPACES[i]);

		if (n <= len && memcmp(at, SPACES[i], n) == 0)
			return true;
	}
	return false;
}

/* "key ID = SHA-256(key name || 0x0A || signature type || public key)[:4]" */
static uint32_t
key_id(struct sluis_bytes name, const uint8_t typed_key[static TYPED_KEY_BYTES])
{
	const struct sluis_hash hash = sluis_hash_parts(
	    (const struct sluis_bytes[]){ name, sluis_bytes("\n", 1),
	        sluis_bytes(typed_key, TYPED_KEY_BYTES) },
	    3);
	struct sluis_reader r;

	sluis_reader_init(&r, sluis_hash_bytes(&hash));
	return sluis_reader_get_u32(&r);
}

static void
typed_key_of(const struct sluis_note_key *key, uint8_t ret[static TYPED_KEY_BYTES])
{
	ret[0] = (uint8_t)key->type;
	memcpy(ret + 1, key->public.bytes, SLUIS_KEY_BYTES);
}

/* What lies before the first "+", which goes too; false when there is none. */
static bool
cut_at_plus(struct sluis_bytes *rest, struct sluis_bytes *ret)
{
	const uint8_t *plus = rest->len == 0 ? NULL : memchr(rest->data, '+', rest->len);

	if (plus == NULL)
		return false;
	*ret = sluis_bytes(rest->data, (size_t)(plus - rest->data));
	*rest = sluis_bytes(plus + 1, rest->len - ret->len - 1);
	return true;
}

bool
sluis_note_name_is_valid(struct sluis_bytes name)
{
	if (name.len == 0 || !sluis_utf8_is_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] < 0x20 || name.data[i] == '+' || is_space(name.data + i, name.len - i))
			return false;
	}
	return true;
}

enum sluis_err
sluis_note_key_init(struct sluis_bytes name, enum sluis_note_type type,
    const struct sluis_public *public, struct sluis_note_key *ret)
{
	struct sluis_note_key key = { .type = type, .public = *public, .name_len = name.len };
	uint8_t typed_key[TYPED_KEY_BYTES];

	if (name.len > SLUIS_NOTE_NAME_MAX_BYTES)
		return SLUIS_ETOOBIG;
	if (!sluis_note_name_is_valid(name))
		return SLUIS_EFORMAT;
	memcpy(key.name, name.data, name.len);
	typed_key_of(&key, typed_key);
	key.id = key_id(name, typed_key);
	*ret = key;
	return SLUIS_OK;
}

enum sluis_err
sluis_note_key_parse(struct sluis_bytes text, struct sluis_note_key *ret)
{
	uint8_t raw[KEY_MAX_BYTES];
	struct sluis_bytes rest = text, name, id;
	struct sluis_note_key key;
	struct sluis_public public;
	char expected[2 * ID_BYTES + 1];
	size_t len;

	if (!cut_at_plus(&rest, &name) || !cut_at_plus(&rest, &id))
		return SLUIS_EFORMAT;
	SLUIS_TRY(sluis_base64_decode(SLUIS_BASE64_PADDED, rest, raw, sizeof(raw), &len));
	if (len != TYPED_KEY_BYTES || (raw[0] != SLUIS_NOTE_ED25519 && raw[0] != SLUIS_NOTE_COSIGNATURE))
		return len == 0 ? SLUIS_EFORMAT : SLUIS_EVERSION;
	memcpy(public.bytes, raw + 1, sizeof(public.bytes));
	SLUIS_TRY(sluis_note_key_init(name, (enum sluis_note_type)raw[0], &public, &key));
	snprintf(expected, sizeof(expected), "%08x", (unsigned)key.id);
	if (!sluis_bytes_is_text(id, expected))
		return SLUIS_EFORMAT;
	*ret = key;
	return SLUIS_OK;
}

void
sluis_note_key_encode(const struct sluis_note_key *key, char ret[SLUIS_NOTE_VKEY_MAX_CHARS + 1])
{
	uint8_t typed_key[TYPED_KEY_BYTES];
	char base64[4 * (TYPED_KEY_BYTES + 2) / 3 + 1];

	typed_key_of(key, typed_key);
	sluis_base64_encode(SLUIS_BASE64_PADDED, sluis_bytes(typed_key, sizeof(typed_key)), base64);
	snprintf(ret, SLUIS_NOTE_VKEY_MAX_CHARS + 1, "%.*s+%08x+%s", (int)key->name_len,
	    (const char *)key->name, (unsigned)key->id, base64);
}
