/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tiles - names and shapes of the static files in which a mirror keeps a log: tiles of hashes, bundles of entries.
 *
 * Pure. Source: c2sp.org/tlog-tiles v0.1.0.
 */
#ifndef SLUIS_TILES_H
#define SLUIS_TILES_H

#include "base.h"

#define SLUIS_TILES_WIDTH 256 /* hashes, or entries, in a full one */
#define SLUIS_TILES_LEVEL_MAX 63 /* in a path; a log of 2^62 leaves has tiles on levels 0..7 */
#define SLUIS_TILES_PATH_MAX_CHARS 63
#define SLUIS_TILES_ENTRY_MAX_BYTES 65535

/** Hash i of a tile covers leaves (index * 256 + i) * 256^level onwards, 256^level of them. */
struct sluis_tile {
	bool is_entries; /* a bundle of entries; ${level} is 0 then */
	unsigned level;
	uint64_t index;
	unsigned width; /* 1..SLUIS_TILES_WIDTH; less than that: partial */
};

/** sluis_tiles_full(size, level): full tiles on ${level} of a log of ${size} leaves: indexes 0..n-1. */
uint64_t sluis_tiles_full(uint64_t size, unsigned level);

/** sluis_tiles_partial(size, level): width of the partial tile behind them; 0: there is none. */
unsigned sluis_tiles_partial(uint64_t size, unsigned level);

/** sluis_tiles_path(tile, ret): "tile/0/x001/234.p/5" or "tile/entries/000" as a C string. */
void sluis_tiles_path(const struct sluis_tile *tile, char ret[SLUIS_TILES_PATH_MAX_CHARS + 1]);

/**
 * sluis_tiles_path_parse(text, ret):
 * Read a path; only the one spelling that sluis_tiles_path() gives.
 * Errors: SLUIS_EFORMAT.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_tiles_path_parse(struct sluis_bytes text, struct sluis_tile *ret);

/** sluis_tiles_entry_put(out, entry): append length and entry; out->overflow also when it is too long. */
void sluis_tiles_entry_put(struct sluis_writer *out, struct sluis_bytes entry);

/** sluis_tiles_entry_get(r): next entry of a bundle, a view; check r->failed or sluis_reader_end(). */
struct sluis_bytes sluis_tiles_entry_get(struct sluis_reader *r);

#endif
