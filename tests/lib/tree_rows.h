/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tree_rows - leaf rows for tests of the hash tree, a folder to keep it in, and the truth to compare with.
 */
#ifndef SLUIS_TEST_TREE_ROWS_H
#define SLUIS_TEST_TREE_ROWS_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commit/tree.h"
#include "hash.h"

enum { ROWS_MAX = 600 };

/** What the database would hold. */
struct rows {
	struct sluis_hash leaves[ROWS_MAX];
	size_t n;
	size_t reads;       /* rows given out */
	enum sluis_err err; /* given instead of rows when not SLUIS_OK */
	bool is_silent;     /* gives no rows and no error */
};

struct folder {
	char path[64];
};

static inline enum sluis_err
rows_read(void *context, uint64_t from, size_t max, struct sluis_hash *ret, size_t *ret_count)
{
	struct rows *rows = context;
	size_t n = 0;

	if (rows->err != SLUIS_OK)
		return rows->err;
	for (; !rows->is_silent && n < max && n < 7 && from + n < rows->n; n++)
		ret[n] = rows->leaves[from + n];
	rows->reads += n;
	*ret_count = n;
	return SLUIS_OK;
}

static inline void
rows_add(struct rows *rows, uint64_t seed)
{
	uint8_t entry[8];
	struct sluis_writer w;

	sluis_writer_init(&w, entry, sizeof(entry));
	sluis_writer_put_u64(&w, seed);
	rows->leaves[rows->n++] = sluis_merkle_leaf(sluis_bytes(entry, sizeof(entry)));
}

static inline struct sluis_hash
rows_root(struct rows *rows, size_t size)
{
	struct sluis_merkle_leaves leaves = { rows->leaves, rows->n };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	struct sluis_hash root = { { 0 } };

	if (sluis_merkle_root(&reader, size, &root) != SLUIS_OK)
		abort();
	return root;
}

static inline struct tree_source
rows_source(struct rows *rows, const struct folder *folder)
{
	rows->reads = 0;
	return (struct tree_source){ .dir = folder->path,
		.name = "exchange",
		.head = { .size = rows->n, .root = rows_root(rows, rows->n) },
		.leaves = { .read = rows_read, .context = rows } };
}

static inline void
folder_make(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "/tmp/tree_test.XXXXXX");
	if (mkdtemp(folder->path) == NULL)
		abort();
}

static inline void
folder_empty(const struct folder *folder)
{
	DIR *dir = opendir(folder->path);
	const struct dirent *entry;

	if (dir == NULL)
		abort();
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}

static inline void
folder_remove(const struct folder *folder)
{
	folder_empty(folder);
	rmdir(folder->path);
}

static inline int
folder_open(const struct folder *folder, unsigned level, int flags)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/exchange.%02u", folder->path, level);
	return open(path, flags | O_CLOEXEC);
}

/** What a tree says at one size: right, an error, or (never) wrong. */
static inline enum sluis_err
tree_agrees(struct tree *tree, struct rows *rows, size_t size)
{
	struct sluis_merkle_leaves leaves = { rows->leaves, rows->n };
	const struct sluis_merkle_reader reader = sluis_merkle_leaves_reader(&leaves);
	const struct sluis_hash expected = rows_root(rows, size);
	struct sluis_merkle_proof right, got;
	struct sluis_hash root;

	SLUIS_TRY(tree_root_at(tree, size, &root));
	if (!sluis_hash_equal(&root, &expected))
		abort();
	for (size_t i = 0; i < size; i++) {
		SLUIS_TRY(tree_inclusion(tree, i, size, &got));
		SLUIS_TRY(sluis_merkle_inclusion(&reader, i, size, &right));
		if (got.n != right.n || memcmp(got.hashes, right.hashes, got.n * 32) != 0)
			abort();
		SLUIS_TRY(tree_consistency(tree, i, size, &got));
		SLUIS_TRY(sluis_merkle_consistency(&reader, i, size, &right));
		if (got.n != right.n || memcmp(got.hashes, right.hashes, got.n * 32) != 0)
			abort();
	}
	return SLUIS_OK;
}

#endif
