/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The text formats of the logs: what is taken has one spelling, and is written again in it.
 * The first byte chooses: n note, k key, c checkpoint, w witness request, p proof, t path of a tile.
 */
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "fuzz.h"
#include "logproof.h"
#include "note.h"
#include "tiles.h"
#include "witness.h"

static const char VKEY[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char WITNESS_VKEY[] = "witness2.example.org+2e55b896+BIZ7fpceQWd60IfqQeS9IAnmNOCZjMDne8lZuguz/bi9";

static void
must_equal(const struct sluis_writer *w, struct sluis_bytes bytes)
{
	FUZZ_MUST(!w->overflow);
	FUZZ_MUST(sluis_bytes_equal(sluis_bytes(w->data, w->len), bytes));
}

static void
try_keys(const struct sluis_note *note)
{
	struct sluis_note_key keys[2];
	struct sluis_note_found found[2];
	enum sluis_err err;

	FUZZ_MUST(sluis_note_key_parse(sluis_bytes_text(VKEY), &keys[0]) == SLUIS_OK);
	FUZZ_MUST(sluis_note_key_parse(sluis_bytes_text(WITNESS_VKEY), &keys[1]) == SLUIS_OK);
	err = sluis_note_verify(note, keys, 2);
	FUZZ_MUST(err == SLUIS_OK || err == SLUIS_ESIGNATURE || err == SLUIS_ETOOBIG);
	FUZZ_MUST(err != SLUIS_OK || sluis_note_has_known(note, keys, 2));
	if (sluis_note_find(note, keys, 2, found) == SLUIS_OK)
		FUZZ_MUST((err == SLUIS_OK) == (found[0].is_signed || found[1].is_signed));
	else
		FUZZ_MUST(!found[0].is_signed && !found[1].is_signed && err != SLUIS_OK);
}

static void
fuzz_note(struct sluis_bytes bytes, struct sluis_writer *w)
{
	struct sluis_note note;

	if (sluis_note_parse(bytes, &note) != SLUIS_OK)
		return;
	FUZZ_MUST(note.n >= 1 && note.n <= SLUIS_NOTE_SIGNATURES_MAX);
	sluis_writer_put(w, note.text.data, note.text.len);
	sluis_writer_put_text(w, "\n");
	for (size_t i = 0; i < note.n; i++) {
		sluis_writer_put_text(w, "\xe2\x80\x94 ");
		sluis_writer_put(w, note.signatures[i].name.data, note.signatures[i].name.len);
		sluis_writer_put_text(w, " ");
		sluis_writer_put(w, note.signatures[i].base64.data, note.signatures[i].base64.len);
		sluis_writer_put_text(w, "\n");
	}
	must_equal(w, bytes);
	try_keys(&note);
}

static void
fuzz_key(struct sluis_bytes bytes)
{
	struct sluis_note_key key, again;
	char text[SLUIS_NOTE_VKEY_MAX_CHARS + 1];

	if (sluis_note_key_parse(bytes, &key) != SLUIS_OK)
		return;
	sluis_note_key_encode(&key, text);
	FUZZ_MUST(sluis_bytes_is_text(bytes, text));
	FUZZ_MUST(sluis_note_key_init(sluis_bytes(key.name, key.name_len), key.type, &key.public, &again) == SLUIS_OK);
	FUZZ_MUST(again.id == key.id);
}

static void
fuzz_checkpoint(struct sluis_bytes bytes, struct sluis_writer *w)
{
	struct sluis_checkpoint checkpoint;

	if (sluis_checkpoint_parse(bytes, &checkpoint) != SLUIS_OK)
		return;
	FUZZ_MUST(checkpoint.head.size <= SLUIS_MERKLE_SIZE_MAX);
	FUZZ_MUST(sluis_checkpoint_encode(&checkpoint, w) == SLUIS_OK);
	must_equal(w, bytes);
}

static void
fuzz_witness(struct sluis_bytes bytes, struct sluis_writer *w)
{
	struct sluis_witness_log log = { .latest.size = 5 };
	struct sluis_witness_request request;
	struct sluis_witness_decision decision;

	if (sluis_witness_request_parse(bytes, &request) != SLUIS_OK)
		return;
	FUZZ_MUST(sluis_witness_request_encode(&request, w) == SLUIS_OK);
	must_equal(w, bytes);
	FUZZ_MUST(sluis_note_key_parse(sluis_bytes_text(VKEY), &log.key) == SLUIS_OK);
	sluis_witness_decide(&log, 1, &request, &decision);
	FUZZ_MUST((decision.status == SLUIS_WITNESS_COSIGN) == (decision.text.len > 0));
	FUZZ_MUST(decision.status != SLUIS_WITNESS_COSIGN || decision.checkpoint.head.size >= log.latest.size);
}

static void
fuzz_logproof(struct sluis_bytes bytes, struct sluis_writer *w)
{
	struct sluis_arena *arena = sluis_arena_new(256 * 1024);
	struct sluis_logproof logproof;

	FUZZ_MUST(arena != NULL);
	if (sluis_logproof_parse(bytes, arena, &logproof) == SLUIS_OK) {
		FUZZ_MUST(sluis_logproof_encode(&logproof, arena, w) == SLUIS_OK);
		must_equal(w, bytes);
	}
	sluis_arena_free(arena);
}

static void
fuzz_path(struct sluis_bytes bytes)
{
	char path[SLUIS_TILES_PATH_MAX_CHARS + 1];
	struct sluis_tile tile;

	if (sluis_tiles_path_parse(bytes, &tile) != SLUIS_OK)
		return;
	FUZZ_MUST(tile.width >= 1 && tile.width <= SLUIS_TILES_WIDTH && tile.level <= SLUIS_TILES_LEVEL_MAX);
	sluis_tiles_path(&tile, path);
	FUZZ_MUST(sluis_bytes_is_text(bytes, path));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sluis_writer w;
	struct sluis_bytes bytes;
	uint8_t *again, *copy;

	if (size < 1)
		return 0;
	copy = malloc(size > 1 ? size - 1 : 1); /* of exactly that size, so that one byte too far is seen */
	again = malloc(size + 1);
	FUZZ_MUST(copy != NULL && again != NULL);
	memcpy(copy, data + 1, size - 1);
	bytes = sluis_bytes(copy, size - 1);
	sluis_writer_init(&w, again, size + 1);
	switch (data[0]) {
	case 'n':
		fuzz_note(bytes, &w);
		break;
	case 'k':
		fuzz_key(bytes);
		break;
	case 'c':
		fuzz_checkpoint(bytes, &w);
		break;
	case 'w':
		fuzz_witness(bytes, &w);
		break;
	case 'p':
		fuzz_logproof(bytes, &w);
		break;
	case 't':
		fuzz_path(bytes);
		break;
	}
	free(copy);
	free(again);
	return 0;
}
