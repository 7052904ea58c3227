/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * directory_holder - the directory in force, handed to worker threads as immutable snapshots.
 *
 * commit publishes a new snapshot after each keys-log entry; a job keeps the one it was verified with.
 */
#ifndef SLUISD_DIRECTORY_HOLDER_H
#define SLUISD_DIRECTORY_HOLDER_H

#include "directory.h"

struct directory_holder;
struct directory_snapshot; /* counted */

struct directory_holder *directory_holder_new(void);
void directory_holder_free(struct directory_holder *holder);

/** directory_holder_publish(holder, directory): takes ownership of ${directory}; older snapshots live on. */
void directory_holder_publish(struct directory_holder *holder, struct sluis_directory *directory);

/** directory_holder_get(holder): the newest snapshot, counted; NULL before the first. Any thread. */
struct directory_snapshot *directory_holder_get(struct directory_holder *holder);
const struct sluis_directory *directory_snapshot_of(const struct directory_snapshot *snapshot);
void directory_snapshot_put(struct directory_snapshot *snapshot);

#endif
