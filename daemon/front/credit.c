/* SPDX-License-Identifier: EUPL-1.2 */
#include "credit.h"

#include <assert.h>
#include <stdlib.h>

#include "table.h"

enum { HOUR_MS = 3600000, RETRY_MAX_S = 3600, RETRY_FULL_S = 60, SWEEP = 2, EVICT_TRIES = 8 };

/* A level of requests, each HOUR_MS high, so that a rate of n an hour fills it by n in a millisecond. */
struct bucket {
	int64_t level;
	int64_t filled_ms;
};

struct peer {
	struct table_entry entry;
	struct peer *older; /* in order of their last message */
	struct peer *newer;
	struct peer *next_busy; /* in order of ${busy_since_ms} */
	struct sluis_public key;
	bool is_member;
	struct bucket bucket;
	size_t jobs;
	size_t bytes;
	uint32_t busy_count;
	uint32_t malformed_count;
	int64_t busy_since_ms;
	int64_t malformed_logged_ms;
};

struct credit {
	int64_t member_rate;
	int64_t stranger_rate;
	struct bucket strangers;
	struct table peers;
	struct peer *oldest;
	struct peer *newest;
	struct peer *first_busy;
	struct peer *last_busy;
	size_t jobs;
	size_t stranger_jobs;
	size_t bytes;
};

static int64_t
clamp_rate(int64_t rate)
{
	return rate < 1 ? 1 : rate > CREDIT_RATE_MAX ? CREDIT_RATE_MAX : rate;
}

static struct bucket
bucket_full(int64_t rate, int64_t now_ms)
{
	return (struct bucket){ .level = rate * HOUR_MS, .filled_ms = now_ms };
}

static void
bucket_fill(struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	int64_t passed = now_ms - bucket->filled_ms;

	if (passed < 0)
		passed = 0;
	if (passed > HOUR_MS)
		passed = HOUR_MS;
	bucket->level += passed * rate;
	if (bucket->level > rate * HOUR_MS)
		bucket->level = rate * HOUR_MS;
	bucket->filled_ms = now_ms;
}

/* 0 when taken, else the seconds until it can be. */
static uint32_t
bucket_take(struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	int64_t wait_s;

	bucket_fill(bucket, rate, now_ms);
	if (bucket->level >= HOUR_MS) {
		bucket->level -= HOUR_MS;
		return 0;
	}
	wait_s = (HOUR_MS - bucket->level) / rate / 1000 + 1;
	return wait_s > RETRY_MAX_S ? RETRY_MAX_S : (uint32_t)wait_s;
}

static int64_t
rate_of(const struct credit *credit, bool is_member)
{
	return is_member ? credit->member_rate : credit->stranger_rate;
}

static void
unlink_age(struct credit *credit, struct peer *peer)
{
	if (peer->older != NULL)
		peer->older->newer = peer->newer;
	else
		credit->oldest = peer->newer;
	if (peer->newer != NULL)
		peer->newer->older = peer->older;
	else
		credit->newest = peer->older;
	peer->older = peer->newer = NULL;
}

static void
link_newest(struct credit *credit, struct peer *peer)
{
	peer->older = credit->newest;
	peer->newer = NULL;
	if (credit->newest != NULL)
		credit->newest->newer = peer;
	else
		credit->oldest = peer;
	credit->newest = peer;
}

static bool
is_idle(const struct peer *peer)
{
	return peer->jobs == 0 && peer->busy_count == 0;
}

static void
forget(struct credit *credit, struct peer *peer)
{
	unlink_age(credit, peer);
	table_remove(&credit->peers, &peer->entry);
	free(peer);
}

/* Forget keys that are as good as never seen; at the bound, the oldest idle ones. */
static void
make_room(struct credit *credit, int64_t now_ms)
{
	bool is_full = credit->peers.count >= CREDIT_PEERS_MAX;
	const int tries = is_full ? EVICT_TRIES : SWEEP;
	struct peer *peer = credit->oldest;

	for (int i = 0; i < tries && peer != NULL; i++) {
		struct peer *newer = peer->newer;
		const int64_t rate = rate_of(credit, peer->is_member);

		bucket_fill(&peer->bucket, rate, now_ms);
		if (is_idle(peer) && (is_full || peer->bucket.level == rate * HOUR_MS)) {
			forget(credit, peer);
			is_full = false;
		}
		peer = newer;
	}
}

static struct peer *
peer_new(struct credit *credit, const struct job_peer *of, int64_t now_ms)
{
	struct peer *peer;

	make_room(credit, now_ms);
	if (credit->peers.count >= CREDIT_PEERS_MAX || (peer = calloc(1, sizeof(*peer))) == NULL)
		return NULL;
	peer->key = of->curve_key;
	peer->is_member = of->is_member;
	peer->bucket = bucket_full(rate_of(credit, of->is_member), now_ms);
	peer->malformed_logged_ms = now_ms - CREDIT_MINUTE_MS;
	peer->entry.key = sluis_bytes(peer->key.bytes, sizeof(peer->key.bytes));
	table_add(&credit->peers, &peer->entry);
	link_newest(credit, peer);
	return peer;
}

static struct peer *
find(const struct credit *credit, const struct sluis_public *key)
{
	return (struct peer *)table_find(&credit->peers, sluis_bytes(key->bytes, sizeof(key->bytes)));
}

/* The peer, made where it is new; NULL where there is no room. A stranger that became a member begins anew. */
static struct peer *
touch(struct credit *credit, const struct job_peer *of, int64_t now_ms)
{
	struct peer *peer = find(credit, &of->curve_key);

	if (peer == NULL)
		return peer_new(credit, of, now_ms);
	unlink_age(credit, peer);
	link_newest(credit, peer);
	if (peer->is_member != of->is_member) {
		peer->is_member = of->is_member;
		peer->bucket = bucket_full(rate_of(credit, of->is_member), now_ms);
	}
	return peer;
}

static void
note_busy(struct credit *credit, struct peer *peer, int64_t now_ms)
{
	if (!peer->is_member || peer->busy_count == UINT32_MAX)
		return;
	if (peer->busy_count++ > 0)
		return;
	peer->busy_since_ms = now_ms;
	peer->next_busy = NULL;
	if (credit->last_busy != NULL)
		credit->last_busy->next_busy = peer;
	else
		credit->first_busy = peer;
	credit->last_busy = peer;
}

/* What is under way plus one more of ${bytes} fits; parts are compared, never sums. */
static bool
has_room(const struct credit *credit, const struct peer *peer, size_t bytes)
{
	if (credit->jobs >= CREDIT_JOBS_MAX || peer->jobs >= CREDIT_PEER_JOBS_MAX)
		return false;
	if (!peer->is_member && credit->stranger_jobs >= CREDIT_STRANGER_JOBS_MAX)
		return false;
	return bytes <= CREDIT_BYTES_MAX - credit->bytes && bytes <= CREDIT_PEER_BYTES_MAX - peer->bytes;
}

static uint32_t
take_rate(struct credit *credit, struct peer *peer, int64_t now_ms)
{
	const uint32_t wait_s = bucket_take(&peer->bucket, rate_of(credit, peer->is_member), now_ms);

	if (wait_s > 0 || peer->is_member)
		return wait_s;
	return bucket_take(&credit->strangers, credit->stranger_rate * CREDIT_STRANGERS_FACTOR, now_ms);
}

struct credit *
credit_new(int64_t member_per_hour, int64_t stranger_per_hour)
{
	struct credit *credit = calloc(1, sizeof(*credit));

	if (credit == NULL)
		return NULL;
	if (table_init(&credit->peers) != SLUIS_OK) {
		free(credit);
		return NULL;
	}
	credit_set_rates(credit, member_per_hour, stranger_per_hour);
	credit->strangers.level = INT64_MAX / 2; /* cut to what fits at its first use */
	return credit;
}

void
credit_free(struct credit *credit)
{
	if (credit == NULL)
		return;
	while (credit->oldest != NULL)
		forget(credit, credit->oldest);
	table_done(&credit->peers);
	free(credit);
}

void
credit_set_rates(struct credit *credit, int64_t member_per_hour, int64_t stranger_per_hour)
{
	credit->member_rate = clamp_rate(member_per_hour);
	credit->stranger_rate = clamp_rate(stranger_per_hour);
	if (credit->stranger_rate > CREDIT_RATE_MAX / CREDIT_STRANGERS_FACTOR)
		credit->stranger_rate = CREDIT_RATE_MAX / CREDIT_STRANGERS_FACTOR;
}

SLUIS_MUST_CHECK bool
credit_take(struct credit *credit, const struct job_peer *of, size_t bytes, int64_t now_ms,
    uint32_t *ret_retry_s)
{
	struct peer *peer = touch(credit, of, now_ms);
	uint32_t wait_s;

	if (peer == NULL) {
		*ret_retry_s = RETRY_FULL_S;
		return false;
	}
	wait_s = take_rate(credit, peer, now_ms);
	if (wait_s == 0 && !has_room(credit, peer, bytes))
		wait_s = 1;
	if (wait_s > 0) {
		note_busy(credit, peer, now_ms);
		*ret_retry_s = wait_s;
		return false;
	}
	peer->jobs++;
	peer->bytes += bytes;
	credit->jobs++;
	credit->bytes += bytes;
	credit->stranger_jobs += of->is_member ? 0 : 1;
	return true;
}

SLUIS_MUST_CHECK bool
credit_resize(struct credit *credit, const struct job_peer *of, size_t old_bytes, size_t new_bytes)
{
	struct peer *peer = find(credit, &of->curve_key);

	assert(peer != NULL && peer->bytes >= old_bytes && credit->bytes >= old_bytes);
	if (new_bytes > CREDIT_BYTES_MAX - (credit->bytes - old_bytes) ||
	    new_bytes > CREDIT_PEER_BYTES_MAX - (peer->bytes - old_bytes))
		return false;
	peer->bytes = peer->bytes - old_bytes + new_bytes;
	credit->bytes = credit->bytes - old_bytes + new_bytes;
	return true;
}

void
credit_give_back(struct credit *credit, const struct job_peer *of, size_t bytes)
{
	struct peer *peer = find(credit, &of->curve_key);

	assert(peer != NULL && peer->jobs > 0 && peer->bytes >= bytes);
	assert(credit->jobs > 0 && credit->bytes >= bytes);
	peer->jobs--;
	peer->bytes -= bytes;
	credit->jobs--;
	credit->bytes -= bytes;
	credit->stranger_jobs -= of->is_member ? 0 : 1;
}

SLUIS_MUST_CHECK bool
credit_malformed(struct credit *credit, const struct job_peer *of, int64_t now_ms, uint32_t *ret_count)
{
	struct peer *peer = touch(credit, of, now_ms);
	bool has_rate;

	*ret_count = 0;
	if (peer == NULL)
		return false;
	bucket_fill(&peer->bucket, rate_of(credit, peer->is_member), now_ms);
	has_rate = peer->bucket.level >= HOUR_MS;
	peer->bucket.level -= (int64_t)CREDIT_MALFORMED_COST * HOUR_MS;
	if (peer->bucket.level < 0)
		peer->bucket.level = 0;
	if (peer->malformed_count < UINT32_MAX)
		peer->malformed_count++;
	if (now_ms - peer->malformed_logged_ms >= CREDIT_MINUTE_MS) {
		*ret_count = peer->malformed_count;
		peer->malformed_count = 0;
		peer->malformed_logged_ms = now_ms;
	}
	return has_rate;
}

SLUIS_MUST_CHECK bool
credit_busy_due(struct credit *credit, int64_t now_ms, struct sluis_public *ret_key, uint32_t *ret_count)
{
	struct peer *peer = credit->first_busy;

	if (peer == NULL || now_ms - peer->busy_since_ms < CREDIT_MINUTE_MS)
		return false;
	credit->first_busy = peer->next_busy;
	if (credit->first_busy == NULL)
		credit->last_busy = NULL;
	*ret_key = peer->key;
	*ret_count = peer->busy_count;
	peer->busy_count = 0;
	return true;
}

int64_t
credit_busy_at(const struct credit *credit)
{
	return credit->first_busy == NULL ? -1 : credit->first_busy->busy_since_ms + CREDIT_MINUTE_MS;
}

size_t
credit_jobs(const struct credit *credit)
{
	return credit->jobs;
}

size_t
credit_bytes(const struct credit *credit)
{
	return credit->bytes;
}

size_t
credit_peers(const struct credit *credit)
{
	return credit->peers.count;
}
