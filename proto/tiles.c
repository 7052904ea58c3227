/* SPDX-License-Identifier: EUPL-1.2 */
#include "tiles.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint.h"

#define LEVEL_BITS 8 /* 256 hashes in a tile */
#define GROUP 1000   /* three digits in a path element */

/* "floor(s / 256^l)": hashes on this level. */
static uint64_t
hashes_at(uint64_t size, unsigned level)
{
	return level * LEVEL_BITS >= 64 ? 0 : size >> level * LEVEL_BITS;
}

/* "zero-padded 3-digit path elements. All but the last path element MUST begin with an x" */
static void
put_index(struct sluis_writer *out, uint64_t index)
{
	char text[16];
	uint64_t above = GROUP;

	while (index / above >= GROUP)
		above *= GROUP;
	for (; above > 1 && index >= GROUP; above /= GROUP) {
		snprintf(text, sizeof(text), "x%03u/", (unsigned)(index / above % GROUP));
		sluis_writer_put_text(out, text);
	}
	snprintf(text, sizeof(text), "%03u", (unsigned)(index % GROUP));
	sluis_writer_put_text(out, text);
}

/* What comes before ${mark}, which goes too. */
static bool
cut(struct sluis_bytes *rest, char mark, struct sluis_bytes *ret)
{
	const uint8_t *at = rest->len == 0 ? NULL : memchr(rest->data, mark, rest->len);

	if (at == NULL)
		return false;
	*ret = sluis_bytes(rest->data, (size_t)(at - rest->data));
	*rest = sluis_bytes(at + 1, rest->len - ret->len - 1);
	return true;
}

/* The digits before a "." or the end, whatever stands between them. */
static uint64_t
get_index(struct sluis_bytes *rest)
{
	uint64_t index = 0;

	for (; rest->len > 0 && rest->data[0] != '.'; rest->data++, rest->len--) {
		if (rest->data[0] >= '0' && rest->data[0] <= '9')
			index = 10 * index + (uint64_t)(rest->data[0] - '0');
	}
	return index;
}

/* The width of a partial tile; that of a full one where it is none, which is never written with a width. */
static unsigned
get_width(struct sluis_bytes text)
{
	uint64_t width;

	if (sluis_checkpoint_number_parse(text, &width) != SLUIS_OK || width < 1 ||
	    width > SLUIS_TILES_WIDTH)
		return SLUIS_TILES_WIDTH;
	return (unsigned)width;
}

static bool
get_level(struct sluis_bytes text, struct sluis_tile *tile)
{
	uint64_t level;

	if (sluis_bytes_is_text(text, "entries")) {
		tile->is_entries = true;
		return true;
	}
	if (sluis_checkpoint_number_parse(text, &level) != SLUIS_OK || level > SLUIS_TILES_LEVEL_MAX)
		return false;
	tile->level = (unsigned)level;
	return true;
}

uint64_t
sluis_tiles_full(uint64_t size, unsigned level)
{
	return hashes_at(size, level) / SLUIS_TILES_WIDTH;
}

unsigned
sluis_tiles_partial(uint64_t size, unsigned level)
{
	return (unsigned)(hashes_at(size, level) % SLUIS_TILES_WIDTH);
}

void
sluis_tiles_path(const struct sluis_tile *tile, char ret[SLUIS_TILES_PATH_MAX_CHARS + 1])
{
	struct sluis_writer w;
	char text[16];

	assert(tile->width >= 1 && tile->width <= SLUIS_TILES_WIDTH);
	assert(tile->level <= SLUIS_TILES_LEVEL_MAX);
	sluis_writer_init(&w, ret, SLUIS_TILES_PATH_MAX_CHARS + 1);
	snprintf(text, sizeof(text), "tile/%u/", tile->level);
	sluis_writer_put_text(&w, tile->is_entries ? "tile/entries/" : text);
	put_index(&w, tile->index);
	if (tile->width < SLUIS_TILES_WIDTH) {
		snprintf(text, sizeof(text), ".p/%u", tile->width);
		sluis_writer_put_text(&w, text);
	}
	sluis_writer_put_u8(&w, '\0');
	assert(!w.overflow);
}

/* Read with an open hand, then written again: only what comes out the same is a path. */
enum sluis_err
sluis_tiles_path_parse(struct sluis_bytes text, struct sluis_tile *ret)
{
	struct sluis_tile tile = { .width = SLUIS_TILES_WIDTH };
	struct sluis_bytes rest = text, part;
	char again[SLUIS_TILES_PATH_MAX_CHARS + 1];

	if (!cut(&rest, '/', &part) || !cut(&rest, '/', &part) || !get_level(part, &tile))
		return SLUIS_EFORMAT;
	tile.index = get_index(&rest);
	if (cut(&rest, '/', &part)) /* ".p/" */
		tile.width = get_width(rest);
	sluis_tiles_path(&tile, again);
	if (!sluis_bytes_is_text(text, again))
		return SLUIS_EFORMAT;
	*ret = tile;
	return SLUIS_OK;
}

void
sluis_tiles_entry_put(struct sluis_writer *out, struct sluis_bytes entry)
{
	if (entry.len > SLUIS_TILES_ENTRY_MAX_BYTES) {
		out->overflow = true;
		return;
	}
	sluis_writer_put_u8(out, (uint8_t)(entry.len >> 8));
	sluis_writer_put_u8(out, (uint8_t)entry.len);
	sluis_writer_put(out, entry.data, entry.len);
}

struct sluis_bytes
sluis_tiles_entry_get(struct sluis_reader *r)
{
	const size_t high = sluis_reader_get_u8(r);
	const size_t len = high << 8 | sluis_reader_get_u8(r);
	const uint8_t *data = sluis_reader_get(r, len);

	return data == NULL ? sluis_bytes(NULL, 0) : sluis_bytes(data, len);
}
