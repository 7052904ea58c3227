/* SPDX-License-Identifier: EUPL-1.2 */
#include "tree.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "tree_files.h"
#include "tree_kept.h"

#define CHUNK_LEAVES 512  /* leaf rows asked for at once */
#define FLUSH_LEAVES 8192 /* written at once while rebuilding */
#define IDLE_HASHES 16384 /* a waiting list larger than this is given back when it is empty */

/* One level: how much is in its file, and what waits in memory behind that. */
struct level {
	uint64_t written;
	struct sluis_hash *waiting;
	size_t n;
	size_t cap;
};

struct tree {
	struct tree_files files;
	struct level levels[SLUIS_MERKLE_LEVELS];
	struct sluis_merkle_frontier frontier;  /* of all that was appended */
	struct sluis_merkle_frontier committed; /* of what the database has */
	uint64_t synced_size;                   /* as noted on disk */
	uint64_t rebuilt;
	enum sluis_err broken; /* not SLUIS_OK: the files are not to be touched or believed any more */
	struct tree_kept kept;
};

static enum sluis_err
read_written(struct tree *tree, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	if (tree_kept_node(&tree->kept, level, index, ret))
		return SLUIS_OK;
	SLUIS_TRY(tree_files_read(&tree->files, level, index, ret));
	tree_keep_node(&tree->kept, level, index, ret);
	return SLUIS_OK;
}

static enum sluis_err
read_node(void *context, unsigned level, uint64_t index, struct sluis_hash *ret)
{
	struct tree *tree = context;
	const struct level *at = &tree->levels[level];

	if (index < at->written)
		return read_written(tree, level, index, ret);
	assert(index - at->written < at->n);
	*ret = at->waiting[index - at->written];
	return SLUIS_OK;
}

static struct sluis_merkle_reader
reader_of(struct tree *tree)
{
	return (struct sluis_merkle_reader){ .read = read_node, .context = tree };
}

static enum sluis_err
reserve(struct level *level)
{
	const size_t cap = level->cap == 0 ? 64 : 2 * level->cap;
	struct sluis_hash *waiting;

	if (level->n < level->cap)
		return SLUIS_OK;
	waiting = realloc(level->waiting, cap * sizeof(*waiting));
	if (waiting == NULL)
		return SLUIS_ENOMEM;
	level->waiting = waiting;
	level->cap = cap;
	return SLUIS_OK;
}

/* All or nothing: room on every level that will get a node comes first. */
static enum sluis_err
append(struct tree *tree, const struct sluis_hash *leaf)
{
	const unsigned top = (unsigned)__builtin_ctzll(tree->frontier.size + 1);
	struct sluis_merkle_completed completed;

	for (unsigned level = 0; level <= top; level++)
		SLUIS_TRY(reserve(&tree->levels[level]));
	sluis_merkle_frontier_append(&tree->frontier, leaf, &completed);
	assert(completed.levels == top + 1);
	for (unsigned level = 0; level <= top; level++) {
		struct level *at = &tree->levels[level];

		assert(at->written + at->n == completed.index >> level);
		at->waiting[at->n++] = completed.hashes[level];
	}
	return SLUIS_OK;
}

/* Each level keeps its own count, so that a disk that fills up halfway loses nothing. */
static enum sluis_err
flush(struct tree *tree)
{
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		struct level *at = &tree->levels[level];

		if (at->n == 0)
			continue;
		SLUIS_TRY(tree_files_write(&tree->files, level, at->written, at->waiting, at->n));
		at->written += at->n;
		at->n = 0;
		if (at->cap > IDLE_HASHES) {
			free(at->waiting);
			at->waiting = NULL;
			at->cap = 0;
		}
	}
	return SLUIS_OK;
}

static enum sluis_err
sync_files(struct tree *tree)
{
	SLUIS_TRY(tree_files_sync(&tree->files, tree->committed.size));
	tree->synced_size = tree->committed.size;
	return SLUIS_OK;
}

/* Take the first ${size} leaves as the files have them; SLUIS_ESTORE when they cannot have them all. */
static enum sluis_err
believe(struct tree *tree, uint64_t size)
{
	const struct sluis_merkle_reader reader = reader_of(tree);

	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		tree->levels[level].written = size >> level;
		tree->levels[level].n = 0;
		if (!tree_files_has(&tree->files, level, size >> level))
			return SLUIS_ESTORE;
	}
	return sluis_merkle_frontier_load(&reader, size, &tree->frontier);
}

/* From what is believed up to ${head}, out of the leaf rows; SLUIS_EPROOF when the root is another one. */
static enum sluis_err
replay(struct tree *tree, const struct sluis_merkle_head *head, const struct tree_leaves *leaves)
{
	struct sluis_hash chunk[CHUNK_LEAVES];
	struct sluis_hash root;

	while (tree->frontier.size < head->size) {
		const uint64_t missing = head->size - tree->frontier.size;
		const size_t max = missing < CHUNK_LEAVES ? (size_t)missing : CHUNK_LEAVES;
		size_t n = 0;

		SLUIS_TRY(leaves->read(leaves->context, tree->frontier.size, max, chunk, &n));
		if (n == 0 || n > max)
			return SLUIS_ESTORE;
		for (size_t i = 0; i < n; i++)
			SLUIS_TRY(append(tree, &chunk[i]));
		tree->rebuilt += n;
		if (tree->levels[0].n >= FLUSH_LEAVES || tree->frontier.size == head->size)
			SLUIS_TRY(flush(tree));
	}
	root = sluis_merkle_frontier_root(&tree->frontier);
	return sluis_hash_equal(&root, &head->root) ? SLUIS_OK : SLUIS_EPROOF;
}

/* First what was synced; where that does not lead to the root, everything from the first leaf. */
static enum sluis_err
recover(struct tree *tree, const struct tree_source *source)
{
	const uint64_t noted = tree_files_synced(&tree->files);
	enum sluis_err err;

	tree->synced_size = noted;
	err = believe(tree, noted < source->head.size ? noted : source->head.size);
	if (err == SLUIS_OK)
		err = replay(tree, &source->head, &source->leaves);
	if (err == SLUIS_ESTORE || err == SLUIS_EPROOF) {
		tree_forget(&tree->kept);
		SLUIS_TRY(tree_files_forget(&tree->files));
		SLUIS_TRY(believe(tree, 0));
		tree->synced_size = 0;
		tree->rebuilt = 0;
		err = replay(tree, &source->head, &source->leaves);
	}
	SLUIS_TRY(err);
	tree->committed = tree->frontier;
	return tree->synced_size == tree->committed.size ? SLUIS_OK : sync_files(tree);
}

static void
explain(enum sluis_err err, const struct tree_source *source, struct sluis_why *why)
{
	if (why->text[0] != '\0')
		return;
	if (err == SLUIS_ESTORE)
		snprintf(why->text, sizeof(why->text),
		    "the leaf rows of log %s do not lead to its root at size %llu: the database is "
		    "damaged, restore it",
		    source->name, (unsigned long long)source->head.size);
	else
		snprintf(why->text, sizeof(why->text), "the tree of log %s in %s cannot be opened: %s",
		    source->name, source->dir, sluis_err_text(err));
}

static void
release(struct tree *tree)
{
	tree_files_close(&tree->files);
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++)
		free(tree->levels[level].waiting);
	free(tree);
}

/* What a level file says does not fit the root: nothing of it is used until all levels are made again. */
static enum sluis_err
damaged(struct tree *tree, enum sluis_err err)
{
	if (err != SLUIS_EPROOF && err != SLUIS_ESTORE)
		return err;
	tree->broken = SLUIS_ESTORE;
	return tree_files_forget(&tree->files) == SLUIS_OK ? SLUIS_ESTORE : SLUIS_EIO;
}

static struct sluis_merkle_head
head_of(struct tree *tree)
{
	struct sluis_merkle_head *kept = &tree->kept.head;

	if (kept->size != tree->frontier.size || kept->size == 0)
		*kept = (struct sluis_merkle_head){ .size = tree->frontier.size,
			.root = sluis_merkle_frontier_root(&tree->frontier) };
	return *kept;
}

/* A root of the past is believed only with a proof that leads to the present one. */
static enum sluis_err
load_head(struct tree *tree, uint64_t size, struct sluis_merkle_head *ret)
{
	const struct sluis_merkle_reader reader = reader_of(tree);
	const struct sluis_merkle_head now = head_of(tree);
	struct sluis_merkle_head head = { .size = size };
	struct sluis_merkle_proof proof;

	if (size == now.size) {
		*ret = now;
		return SLUIS_OK;
	}
	SLUIS_TRY(sluis_merkle_root(&reader, size, &head.root));
	SLUIS_TRY(sluis_merkle_consistency(&reader, size, now.size, &proof));
	SLUIS_TRY(sluis_merkle_consistency_verify(&head, &now, &proof));
	*ret = head;
	return SLUIS_OK;
}

static enum sluis_err
make_inclusion(struct tree *tree, uint64_t index, uint64_t size, struct sluis_merkle_proof *ret)
{
	const struct sluis_merkle_reader reader = reader_of(tree);
	struct sluis_merkle_proof proof;
	struct sluis_merkle_head head;
	struct sluis_hash leaf;

	SLUIS_TRY(load_head(tree, size, &head));
	SLUIS_TRY(read_node(tree, 0, index, &leaf));
	SLUIS_TRY(sluis_merkle_inclusion(&reader, index, size, &proof));
	SLUIS_TRY(sluis_merkle_inclusion_verify(&leaf, index, &head, &proof));
	*ret = proof;
	return SLUIS_OK;
}

static enum sluis_err
make_consistency(struct tree *tree, uint64_t old_size, uint64_t new_size, struct sluis_merkle_proof *ret)
{
	const struct sluis_merkle_reader reader = reader_of(tree);
	struct sluis_merkle_head old = { .size = old_size };
	struct sluis_merkle_proof proof;
	struct sluis_merkle_head new;

	if (tree_kept_consistency(&tree->kept, old_size, new_size, ret))
		return SLUIS_OK;

	/* the old root may be anything until the proof leads from it to a root that is believed */
	SLUIS_TRY(load_head(tree, new_size, &new));
	SLUIS_TRY(sluis_merkle_root(&reader, old_size, &old.root));
	SLUIS_TRY(sluis_merkle_consistency(&reader, old_size, new_size, &proof));
	SLUIS_TRY(sluis_merkle_consistency_verify(&old, &new, &proof));
	tree_keep_consistency(&tree->kept, old_size, new_size, &proof);
	*ret = proof;
	return SLUIS_OK;
}

enum sluis_err
tree_open(const struct tree_source *source, struct sluis_why *why, struct tree **ret)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	enum sluis_err err;

	why->text[0] = '\0';
	if (tree == NULL)
		return SLUIS_ENOMEM;
	err = tree_files_open(source->dir, source->name, why, &tree->files);
	if (err != SLUIS_OK) {
		free(tree);
		explain(err, source, why);
		return err;
	}
	err = recover(tree, source);
	if (err == SLUIS_EPROOF)
		err = SLUIS_ESTORE;
	if (err != SLUIS_OK) {
		release(tree);
		explain(err, source, why);
		return err;
	}
	*ret = tree;
	return SLUIS_OK;
}

void
tree_close(struct tree *tree)
{
	if (tree == NULL)
		return;
	tree_rollback(tree);
	if (tree->broken == SLUIS_OK && flush(tree) == SLUIS_OK &&
	    tree->synced_size != tree->committed.size) {
		/* without the note the next opening only takes longer */
		const enum sluis_err err = sync_files(tree);

		(void)err;
	}
	release(tree);
}

uint64_t
tree_rebuilt(const struct tree *tree)
{
	return tree->rebuilt;
}

enum sluis_err
tree_append(struct tree *tree, const struct sluis_hash *leaf)
{
	SLUIS_TRY(tree->broken);
	if (tree->frontier.size - tree->levels[0].written >= TREE_PENDING_LEAVES)
		return SLUIS_ENOSPACE;
	return append(tree, leaf);
}

enum sluis_err
tree_commit(struct tree *tree)
{
	enum sluis_err err;

	SLUIS_TRY(tree->broken);
	tree->committed = tree->frontier;
	err = flush(tree);
	if (err == SLUIS_OK && tree->committed.size - tree->synced_size >= TREE_SYNC_LEAVES)
		err = sync_files(tree);
	if (err == SLUIS_ENOSPACE)
		return SLUIS_OK;
	tree->broken = err;
	return err;
}

void
tree_rollback(struct tree *tree)
{
	tree_forget(&tree->kept);
	tree->frontier = tree->committed;
	for (unsigned level = 0; level < SLUIS_MERKLE_LEVELS; level++) {
		struct level *at = &tree->levels[level];

		assert(tree->committed.size >> level >= at->written);
		at->n = (size_t)((tree->committed.size >> level) - at->written);
	}
}

uint64_t
tree_size(const struct tree *tree)
{
	return tree->frontier.size;
}

struct sluis_hash
tree_root(struct tree *tree)
{
	return head_of(tree).root;
}

enum sluis_err
tree_root_at(struct tree *tree, uint64_t size, struct sluis_hash *ret)
{
	struct sluis_merkle_head head;

	SLUIS_TRY(tree->broken);
	if (size > tree->frontier.size)
		return SLUIS_EUSAGE;
	SLUIS_TRY(damaged(tree, load_head(tree, size, &head)));
	*ret = head.root;
	return SLUIS_OK;
}

enum sluis_err
tree_inclusion(struct tree *tree, uint64_t index, uint64_t size, struct sluis_merkle_proof *ret)
{
	SLUIS_TRY(tree->broken);
	if (size > tree->frontier.size || index >= size)
		return SLUIS_EUSAGE;
	return damaged(tree, make_inclusion(tree, index, size, ret));
}

enum sluis_err
tree_consistency(struct tree *tree, uint64_t old_size, uint64_t new_size, struct sluis_merkle_proof *ret)
{
	SLUIS_TRY(tree->broken);
	if (new_size > tree->frontier.size || old_size > new_size)
		return SLUIS_EUSAGE;
	return damaged(tree, make_consistency(tree, old_size, new_size, ret));
}
