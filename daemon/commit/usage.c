/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "commit/internal.h"

/*
 * Acts of each member by hour over the last 24 hours: the daily allowance (rule 8) costs O(1) an act. It starts
 * empty after a restart, in the member's favour; the log, not this, is the record.
 */
enum { HOURS = 24, HOUR_MS = 3600 * 1000, HANDLE_MAX = 32 };

struct counter {
	struct counter *next;
	char handle[HANDLE_MAX];
	size_t handle_len;
	int64_t newest_hour;
	uint32_t hours[HOURS];
};

enum { BUCKETS = 1024 };

struct usage {
	struct counter *buckets[BUCKETS];
};

static size_t
bucket_of(struct sluis_bytes handle)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < handle.len; i++)
		h = (h ^ handle.data[i]) * 16777619u;
	return h % BUCKETS;
}

static struct counter *
find(const struct usage *usage, struct sluis_bytes handle)
{
	for (struct counter *c = usage->buckets[bucket_of(handle)]; c != NULL; c = c->next) {
		if (sluis_bytes_equal(sluis_bytes(c->handle, c->handle_len), handle))
			return c;
	}
	return NULL;
}

struct usage *
usage_new(void)
{
	return calloc(1, sizeof(struct usage));
}

void
usage_free(struct usage *usage)
{
	if (usage == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (usage->buckets[i] != NULL) {
			struct counter *c = usage->buckets[i];

			usage->buckets[i] = c->next;
			free(c);
		}
	}
	free(usage);
}

int64_t
usage_last_day(const struct usage *usage, struct sluis_bytes handle, int64_t now_ms)
{
	const struct counter *c = find(usage, handle);
	const int64_t hour = now_ms / HOUR_MS;
	int64_t sum = 0;

	if (c == NULL)
		return 0;
	for (int64_t h = hour - HOURS + 1; h <= hour; h++) {
		if (h <= c->newest_hour && h > c->newest_hour - HOURS)
			sum += c->hours[h % HOURS];
	}
	return sum;
}

void
usage_add(struct usage *usage, struct sluis_bytes handle, int64_t now_ms)
{
	struct counter *c = find(usage, handle);
	const int64_t hour = now_ms / HOUR_MS;

	if (handle.len > HANDLE_MAX)
		return;
	if (c == NULL) {
		const size_t b = bucket_of(handle);

		c = calloc(1, sizeof(*c));
		if (c == NULL)
			return;
		memcpy(c->handle, handle.data, handle.len);
		c->handle_len = handle.len;
		c->newest_hour = hour;
		c->next = usage->buckets[b];
		usage->buckets[b] = c;
	}
	for (int64_t h = c->newest_hour + 1; h <= hour && h <= c->newest_hour + HOURS; h++)
		c->hours[h % HOURS] = 0;
	if (hour > c->newest_hour)
		c->newest_hour = hour;
	c->hours[c->newest_hour % HOURS]++;
}
