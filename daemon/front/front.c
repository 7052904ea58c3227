/* SPDX-License-Identifier: EUPL-1.2 */
#include "internal.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "now.h"

enum { BRIEF_BYTES = 4096, FDS = LISTEN_FDS + 2 };

static void
tick(struct front *front)
{
	if (front->parts.tick_ms <= 0 || front->now_ms < front->tick_at_ms)
		return;
	front->tick_at_ms = front->now_ms + front->parts.tick_ms;
	front->parts.on_tick(front->parts.context);
}

static void
take_orders(struct front *front)
{
	if (atomic_exchange(&front->has_rates, false))
		credit_set_rates(front->credit, atomic_load(&front->member_rate),
		    atomic_load(&front->stranger_rate));
	if (!atomic_load(&front->is_stopping) || front->is_draining)
		return;
	front->is_draining = true;
	admit_note_busy(front, INT64_MAX); /* minutes that have not ended yet end here */
	listener_shut(front->listener);
	queue_close(front->parts.in);
}

/* All answers are in, and sent; or peers had their time to take them. */
static bool
is_drained(struct front *front)
{
	if (!front->is_draining || !queue_is_closed(front->parts.out) || queue_length(front->parts.out) > 0)
		return false;
	if (front->drained_by_ms == 0)
		front->drained_by_ms = front->now_ms + FRONT_DRAIN_MAX_MS;
	return sessions_first_parked(front->sessions) == NULL || front->now_ms >= front->drained_by_ms;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* How long nothing can be due; -1: until something happens. */
static int
sleep_ms(const struct front *front)
{
	int64_t at_ms = credit_busy_at(front->credit);

	if (front->parts.tick_ms > 0)
		at_ms = sooner(at_ms, front->tick_at_ms);
	at_ms = sooner(at_ms, front->flush_at_ms);
	if (front->drained_by_ms > 0)
		at_ms = sooner(at_ms, front->drained_by_ms);
	if (at_ms < 0)
		return -1;
	at_ms -= now_steady_ms();
	return at_ms < 0 ? 0 : at_ms > INT32_MAX ? INT32_MAX : (int)at_ms;
}

static void
sleep_until_needed(struct front *front)
{
	struct pollfd fds[FDS];
	uint64_t count;
	ssize_t n;

	for (int i = 0; i < LISTEN_FDS; i++)
		fds[i] = (struct pollfd){ .fd = front->fds[i], .events = POLLIN };
	fds[LISTEN_FDS] = (struct pollfd){ .fd = front->wake_fd, .events = POLLIN };
	fds[LISTEN_FDS + 1] = (struct pollfd){ .fd = front->parts.signal_fd, .events = POLLIN };
	/* libzmq's descriptors tell of changes only, so they are settled before and after, not here. */
	if (poll(fds, FDS, listener_serve(front->listener) ? 0 : sleep_ms(front)) < 0)
		return;
	if (fds[LISTEN_FDS].revents != 0) {
		n = read(front->wake_fd, &count, sizeof(count));
		(void)n;
	}
	if (fds[LISTEN_FDS + 1].revents != 0)
		front->parts.on_signal(front->parts.context);
}

SLUIS_MUST_CHECK enum sluis_err
front_open(const struct front_parts *parts, struct sluis_why *why, struct front **ret)
{
	struct front *front = calloc(1, sizeof(*front));
	enum sluis_err err = SLUIS_ENOMEM;

	if (front == NULL)
		return err;
	front->parts = *parts;
	front->strangers_said_ms = now_steady_ms() - CREDIT_MINUTE_MS;
	front->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	front->credit = credit_new(FRONT_MEMBER_RATE, FRONT_STRANGER_RATE);
	front->sessions = sessions_new();
	front->brief = sluis_arena_new(BRIEF_BYTES);
	if (front->wake_fd >= 0 && front->credit != NULL && front->sessions != NULL && front->brief != NULL)
		err = listener_open(&(struct listener_parts){ parts->curve, parts->places, parts->members }, why,
		    &front->listener);
	if (err != SLUIS_OK) {
		front_free(front);
		return err;
	}
	*ret = front;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
front_listen(struct front *front, const char *endpoint, int fd, struct sluis_why *why)
{
	SLUIS_TRY(listener_bind(front->listener, endpoint, fd, why));
	listener_fds(front->listener, front->fds);
	return SLUIS_OK;
}

const char *
front_endpoint(const struct front *front)
{
	return listener_endpoint(front->listener);
}

void
front_run(struct front *front)
{
	for (;;) {
		front->now_ms = now_steady_ms();
		take_orders(front);
		admit_round(front);
		deliver_all(front);
		deliver_parked(front);
		admit_note_busy(front, front->now_ms);
		tick(front);
		if (is_drained(front))
			return;
		sleep_until_needed(front);
	}
}

void
front_wake(void *context)
{
	const struct front *front = context;
	const uint64_t one = 1;
	const ssize_t n = write(front->wake_fd, &one, sizeof(one));

	/* It fails only where the counter is full, and then front is awake. */
	(void)n;
}

void
front_stop(struct front *front)
{
	atomic_store(&front->is_stopping, true);
	front_wake(front);
}

void
front_set_rates(void *context, int64_t member_per_hour, int64_t stranger_per_hour)
{
	struct front *front = context;

	atomic_store(&front->member_rate, member_per_hour);
	atomic_store(&front->stranger_rate, stranger_per_hour);
	/* Last: whoever sees it sees both, or is told again. */
	atomic_store(&front->has_rates, true);
	front_wake(front);
}

void
front_free(struct front *front)
{
	if (front == NULL)
		return;
	listener_close(front->listener, FRONT_DRAIN_MAX_MS);
	sessions_free(front->sessions);
	credit_free(front->credit);
	sluis_arena_free(front->brief);
	if (front->wake_fd >= 0)
		close(front->wake_fd);
	free(front);
}

struct front_load
front_load(const struct front *front)
{
	return (struct front_load){ .connections = listener_count(front->listener),
		.sessions = sessions_count(front->sessions), .jobs = credit_jobs(front->credit),
		.bytes = credit_bytes(front->credit), .peers = credit_peers(front->credit) };
}
