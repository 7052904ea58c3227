/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_tlog.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint.h"
#include "hash.h"
#include "merkle.h"
#include "tiles.h"

enum { NOTE_MAX_BYTES = 1024 * 1024, BUNDLE_MAX_BYTES = 256 * 65537, LEVEL_BITS = 8, PROOFS_MAX_SIZE = 4096 };

/* One checkpoint of a log, and the files that stand for its tree. */
struct log {
	struct tlog_run *run;
	const char *dir;
	const char *path; /* of the checkpoint */
	struct sluis_checkpoint checkpoint;
};

static unsigned
width_of(uint64_t size, unsigned level, uint64_t index)
{
	return index < sluis_tiles_full(size, level) ? SLUIS_TILES_WIDTH : sluis_tiles_partial(size, level);
}

static int
read_tile(const struct log *log, const struct sluis_tile *tile, size_t max_bytes, struct kit_file *ret)
{
	char name[SLUIS_TILES_PATH_MAX_CHARS + 1];
	char path[PATH_MAX];

	sluis_tiles_path(tile, name);
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", log->dir, name) >= sizeof(path))
		return kit_trouble(log->dir, "path too long");
	return kit_read(path, max_bytes, ret);
}

/* A node out of the tile that holds the hashes below it. */
static enum sluis_err
read_node(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	const struct log *log = context;
	const unsigned within = level % LEVEL_BITS;
	const uint64_t first = index << within;
	struct sluis_tile tile = { .level = level / LEVEL_BITS, .index = first / SLUIS_TILES_WIDTH };
	struct sluis_hash hashes[SLUIS_TILES_WIDTH];
	struct sluis_merkle_leaves leaves = { .hashes = hashes + first % SLUIS_TILES_WIDTH, .n = 1u << within };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct kit_file file;
	bool fits;

	tile.width = width_of(log->checkpoint.head.size, tile.level, tile.index);
	if (tile.width == 0 || read_tile(log, &tile, sizeof(hashes), &file) != 0)
		return SLUIS_EIO;
	fits = file.len == tile.width * sizeof(hashes[0]);
	if (fits)
		memcpy(hashes, file.data, file.len);
	kit_file_done(&file);
	return fits ? sluis_merkle_root(&reader, leaves.n, ret) : SLUIS_EFORMAT;
}

/* What stands on a level above the leaves must be the tree over the full tile below. */
static bool
levels_agree(struct log *log)
{
	struct sluis_hash above, below;

	for (unsigned level = 1; level * LEVEL_BITS < SLUIS_MERKLE_LEVELS; level++) {
		for (uint64_t i = 0; i < log->checkpoint.head.size >> level * LEVEL_BITS; i++) {
			struct sluis_hash left, right;

			if (read_node(log, level * LEVEL_BITS, i, &above) != SLUIS_OK ||
			    read_node(log, level * LEVEL_BITS - 1, 2 * i, &left) != SLUIS_OK ||
			    read_node(log, level * LEVEL_BITS - 1, 2 * i + 1, &right) != SLUIS_OK)
				return false;
			below = sluis_merkle_node(&left, &right);
			if (!sluis_hash_equal(&above, &below))
				return false;
		}
	}
	return true;
}

/* One bundle: every entry is at its index by a proof made from the tiles. */
static bool
bundle_is_in_tree(struct log *log, struct sluis_bytes bundle, uint64_t first, unsigned width)
{
	const struct sluis_merkle_reader reader = { .read = read_node, .context = log };
	const struct sluis_merkle_head *head = &log->checkpoint.head;
	struct sluis_reader r;

	sluis_reader_init(&r, bundle);
	for (unsigned i = 0; i < width; i++) {
		const struct sluis_bytes entry = sluis_tiles_entry_get(&r);
		const struct sluis_hash leaf = sluis_merkle_leaf(entry);
		struct sluis_merkle_proof proof;

		if (r.failed || sluis_merkle_inclusion(&reader, first + i, head->size, &proof) != SLUIS_OK ||
		    sluis_merkle_inclusion_verify(&leaf, first + i, head, &proof) != SLUIS_OK)
			return false;
	}
	return sluis_reader_end(&r) == SLUIS_OK;
}

static int
check_entries(struct log *log)
{
	const uint64_t size = log->checkpoint.head.size;

	for (uint64_t first = 0; first < size && size <= PROOFS_MAX_SIZE; first += SLUIS_TILES_WIDTH) {
		struct sluis_tile tile = { .is_entries = true, .index = first / SLUIS_TILES_WIDTH };
		struct kit_file file;

		tile.width = width_of(size, 0, tile.index);
		if (read_tile(log, &tile, BUNDLE_MAX_BYTES, &file) != 0)
			return -1;
		if (file.len > 2 && file.data[0] == 0x1f && file.data[1] == 0x8b)
			log->run->fillers++;
		else
			kit_check(log->run->count,
			    bundle_is_in_tree(log, sluis_bytes(file.data, file.len), first, tile.width), log->path,
			    "an entry is not in the tree");
		kit_file_done(&file);
	}
	return 0;
}

static bool
has(const char *dir, const char *name)
{
	char path[PATH_MAX];

	return (size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) < sizeof(path) && access(path, F_OK) == 0;
}

/* A folder named by 64 hex digits is named after the hash of the origin. */
static bool
is_named_after(const char *dir, struct sluis_bytes origin)
{
	const char *slash = strrchr(dir, '/');
	const char *name = slash == NULL ? dir : slash + 1;
	struct sluis_hash hash = sluis_hash(origin);
	char expected[65];

	sluis_hex(hash.bytes, sizeof(hash.bytes), expected);
	return strlen(name) != 64 || strspn(name, "0123456789abcdef") != 64 || strcmp(name, expected) == 0;
}

static int
check_tree(struct log *log)
{
	const struct sluis_merkle_reader reader = { .read = read_node, .context = log };
	struct sluis_hash root;

	if (has(log->dir, "log.v3.json")) {
		log->run->static_logs++;
		return 0;
	}
	if (!has(log->dir, "tile"))
		return 0;
	kit_check(log->run->count,
	    sluis_merkle_root(&reader, log->checkpoint.head.size, &root) == SLUIS_OK &&
	        sluis_hash_equal(&root, &log->checkpoint.head.root) && levels_agree(log),
	    log->path, "the tiles do not lead to the root");
	return has(log->dir, "tile/entries") ? check_entries(log) : 0;
}

static int
check_note(struct tlog_run *run, const char *dir, const char *path, struct sluis_bytes bytes)
{
	static struct sluis_note note;
	struct log log = { .run = run, .dir = dir, .path = path };

	if (sluis_note_parse(bytes, &note) != SLUIS_OK ||
	    sluis_checkpoint_parse(note.text, &log.checkpoint) != SLUIS_OK) {
		kit_fail(run->count, path, "not a checkpoint");
		return 0;
	}
	if (!sluis_note_has_known(&note, run->keys, run->n_keys))
		run->without_key++;
	else
		kit_check(run->count, sluis_note_verify(&note, run->keys, run->n_keys) == SLUIS_OK &&
		                          is_named_after(dir, log.checkpoint.origin),
		    path, "the signature does not hold, or the folder is another log's");
	return check_tree(&log);
}

static int
is_checkpoint(const struct dirent *entry)
{
	return strcmp(entry->d_name, "checkpoint") == 0 || strncmp(entry->d_name, "checkpoint.", 11) == 0;
}

int
kit_tlog_checkpoint(struct tlog_run *run, const char *dir, const char *path)
{
	struct kit_file file;
	int rc;

	if (kit_read(path, NOTE_MAX_BYTES, &file) != 0)
		return -1;
	rc = check_note(run, dir, path, sluis_bytes(file.data, file.len));
	kit_file_done(&file);
	return rc;
}

int
kit_tlog_log(struct tlog_run *run, const char *dir)
{
	struct dirent **entries;
	const int n = scandir(dir, &entries, is_checkpoint, alphasort);
	int rc = 0;

	if (n < 0)
		return kit_trouble(dir, "cannot be listed");
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name) >= sizeof(path))
			rc = kit_trouble(dir, "path too long");
		if (rc == 0)
			rc = kit_tlog_checkpoint(run, dir, path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}
