/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * age files. First byte even: the rest is a file, read in every way we have; all must agree.
 * Odd: a file of ours is sealed and changed as the input says; it opens exactly when nothing was changed.
 */
#include <stdlib.h>
#include <string.h>

#include "age.h"
#include "fixed_random.h"
#include "fuzz.h"

enum { KEYS = 2, PLAIN_MAX = 512 };

static struct sluis_secret32 IDENTITIES[KEYS];
static struct sluis_public RECIPIENTS[KEYS];
static const struct sluis_age_identities OWN = { .keys = IDENTITIES, .n_keys = KEYS };

static void
make_keys(void)
{
	static bool made;

	if (!made)
		fixed_age_keys(0, KEYS, IDENTITIES, RECIPIENTS);
	made = true;
}

static bool
is_within(struct sluis_bytes part, struct sluis_bytes whole)
{
	return part.len == 0 ||
	    (part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void
look_at_header(struct sluis_bytes file)
{
	struct sluis_age_header h;
	uint64_t plain_len;
	size_t n_x25519 = 0;

	if (sluis_age_header_parse(file, &h) != SLUIS_OK)
		return;
	FUZZ_MUST(h.len <= file.len && h.len <= SLUIS_AGE_HEADER_MAX_BYTES);
	FUZZ_MUST(h.n_stanzas >= 1 && h.n_stanzas <= SLUIS_AGE_STANZAS_MAX);
	FUZZ_MUST(h.n_scrypt == 0 || h.n_stanzas == 1);
	FUZZ_MUST(h.signed_part.data == file.data && h.signed_part.len + 45 == h.len);
	for (size_t i = 0; i < h.n_stanzas; i++) {
		const struct sluis_age_stanza *s = &h.stanzas[i];

		FUZZ_MUST(s->type.len > 0 && is_within(s->type, file) && is_within(s->args, file) &&
		    is_within(s->body, file));
		n_x25519 += sluis_bytes_is_text(s->type, "X25519");
	}
	FUZZ_MUST(n_x25519 == h.n_x25519);
	if (sluis_age_section_check(file, h.n_x25519, &h.context) == SLUIS_OK)
		FUZZ_MUST(h.has_context && h.n_context == 1 && h.n_stanzas == h.n_x25519 + 1 &&
		    h.len == sluis_age_header_size(h.n_x25519, true));
	FUZZ_MUST(sluis_age_section_check(file, h.n_x25519 + 1, &h.context) != SLUIS_OK);
	if (sluis_age_plain_size(h.len, file.len, &plain_len) == SLUIS_OK)
		FUZZ_MUST(sluis_age_sealed_size(1, false, plain_len) - sluis_age_header_size(1, false) ==
		    file.len - h.len);
}

static enum sluis_err
open_in_pieces(struct sluis_bytes file, size_t piece, struct sluis_writer *out)
{
	SLUIS_AUTO(sluis_age_opener_freep) struct sluis_age_opener *opener = NULL;

	SLUIS_TRY(sluis_age_opener_new(&OWN, 0, NULL, &opener));
	while (file.len > 0) {
		const size_t len = file.len < piece ? file.len : piece;
		const enum sluis_err err = sluis_age_opener_update(opener, sluis_bytes(file.data, len), out);

		if (err != SLUIS_OK) {
			FUZZ_MUST(sluis_age_opener_final(opener, out) == err);
			return err;
		}
		file = sluis_bytes(file.data + len, file.len - len);
	}
	return sluis_age_opener_final(opener, out);
}

/* Whole and in pieces: the same error, or the same plaintext. */
static enum sluis_err
open_both_ways(struct sluis_bytes file, size_t piece, struct sluis_writer *ret)
{
	const size_t cap = sluis_age_update_room(file.len) + SLUIS_AGE_SEALED_CHUNK_BYTES;
	struct sluis_writer other;
	enum sluis_err err;

	sluis_writer_init(ret, malloc(cap), cap);
	sluis_writer_init(&other, malloc(cap), cap);
	err = sluis_age_open(&OWN, file, ret);
	FUZZ_MUST(open_in_pieces(file, piece, &other) == err);
	FUZZ_MUST(err == SLUIS_OK ? sluis_bytes_equal(sluis_bytes(ret->data, ret->len),
	                                sluis_bytes(other.data, other.len)) :
	                            ret->len == 0);
	free(other.data);
	return err;
}

static void
read_file(struct sluis_bytes file)
{
	struct sluis_writer plain;
	enum sluis_err err;

	look_at_header(file);
	err = open_both_ways(file, file.len / 3 + 1, &plain);
	FUZZ_MUST(err == SLUIS_OK || err == SLUIS_EHEADER || err == SLUIS_ENOMATCH || err == SLUIS_EHMAC ||
	    err == SLUIS_EPAYLOAD);
	free(plain.data);
}

/* Input: how many recipients and context, 4 bytes of place, a mask, bytes to cut off, the plaintext. */
static void
change_file(struct sluis_reader *r)
{
	static const struct sluis_hash CONTEXT = { "thirty-two bytes of the context" };
	const uint8_t shape = sluis_reader_get_u8(r);
	const size_t n = (size_t)shape % KEYS + 1;
	const struct sluis_age_to to = { RECIPIENTS, n, shape & 0x80 ? &CONTEXT : NULL };
	const size_t place = sluis_reader_get_u32(r);
	const uint8_t mask = sluis_reader_get_u8(r);
	const size_t cut = sluis_reader_get_u8(r) % 200; /* no file is shorter */
	struct fixed_random random = { .n = shape };
	struct sluis_writer w, plain;
	struct sluis_bytes text;
	const bool changed = mask != 0 || cut != 0;
	enum sluis_err err;

	if (r->failed || r->rest.len > PLAIN_MAX)
		return;
	text = r->rest;
	sluis_writer_init(&w, malloc(2048), 2048);
	FUZZ_MUST(sluis_age_seal(&to, fixed_random, &random, text, &w) == SLUIS_OK);
	FUZZ_MUST(w.len == sluis_age_sealed_size(n, to.context != NULL, text.len));
	FUZZ_MUST(sluis_age_section_check(sluis_bytes(w.data, w.len), n, &CONTEXT) ==
	    (to.context != NULL ? SLUIS_OK : SLUIS_ECONTEXT));
	w.data[place % w.len] ^= mask;
	w.len -= cut;
	look_at_header(sluis_bytes(w.data, w.len));
	err = open_both_ways(sluis_bytes(w.data, w.len), place % 100 + 1, &plain);
	FUZZ_MUST((err == SLUIS_OK) == !changed);
	FUZZ_MUST(changed || sluis_bytes_equal(sluis_bytes(plain.data, plain.len), text));
	free(w.data);
	free(plain.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sluis_reader r;

	make_keys();
	sluis_reader_init(&r, sluis_bytes(data, size));
	if (sluis_reader_get_u8(&r) % 2 == 0)
		read_file(r.rest);
	else
		change_file(&r);
	return 0;
}
