/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_tlog - what the parts of the tlog vectors share: the run, and who reads what.
 *
 * kit_tlog.c walks the folders; kit_tlog_proofs.c reads proofs, roots and layouts in JSON; kit_tlog_log.c whole logs in
 * tiles; kit_witness.c requests to a witness.
 */
#ifndef SLUIS_KIT_TLOG_H
#define SLUIS_KIT_TLOG_H

#include "kit.h"
#include "kit_json.h"
#include "note.h"

enum { TLOG_KEYS_MAX = 128 };

struct tlog_run {
	struct kit_count *count;
	struct sluis_note_key keys[TLOG_KEYS_MAX]; /* every verifier key that stands in the vectors */
	size_t n_keys;
	size_t subtrees; /* skipped */
	size_t static_logs;
	size_t fillers;
	size_t without_key;
};

/** Readers of one JSON object each; 0, or -1 after kit_trouble(). */
int kit_tlog_inclusion(struct tlog_run *run, const char *path, json_t *object);
int kit_tlog_consistency(struct tlog_run *run, const char *path, json_t *object);
int kit_tlog_roots(struct tlog_run *run, const char *path, json_t *object);
int kit_tlog_layout(struct tlog_run *run, const char *path, json_t *object);
int kit_tlog_witness(struct tlog_run *run, const char *path, json_t *object);

/** kit_tlog_checkpoint(run, dir, path): the checkpoint in file ${path} against the tiles, if any, in ${dir}. */
int kit_tlog_checkpoint(struct tlog_run *run, const char *dir, const char *path);

/** kit_tlog_log(run, dir): all checkpoints in a folder. */
int kit_tlog_log(struct tlog_run *run, const char *dir);

#endif
