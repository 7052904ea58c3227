/* SPDX-License-Identifier: EUPL-1.2 */
#include "serve.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "commit/commit.h"
#include "directory_holder.h"
#include "front/front.h"
#include "intake/pool.h"
#include "keyfile.h"
#include "log.h"
#include "notify.h"

enum { FEEDS_PER_TERM = 4 }; /* how often the watchdog is fed in the time that it waits */

struct serve {
	const struct config *config;
	struct directory_holder *directory;
	struct queue *received; /* front to intake */
	struct queue *verified; /* intake to commit */
	struct queue *answered; /* commit to front */
	struct commit *commit;
	struct front *front;
	struct pool *pool;
	pthread_t committer;
	bool committer_runs;
	int signal_fd;
	int socket_fd;
	uint64_t beats;      /* of the committer when the watchdog was fed last */
	uint64_t pool_beats; /* of the workers, likewise */
};

static bool
is_member(void *context, const struct sluis_public *curve_key)
{
	const struct serve *serve = context;
	struct directory_snapshot *snapshot = directory_holder_get(serve->directory);
	const struct sluis_member *member = snapshot == NULL ?
	    NULL :
	    sluis_directory_member_by_curve(directory_snapshot_of(snapshot), curve_key);
	const bool is = member != NULL && member->approved_index != SLUIS_DIRECTORY_NEVER;

	directory_snapshot_put(snapshot);
	return is;
}

static void
on_signal(void *context)
{
	struct serve *serve = context;
	struct signalfd_siginfo info;

	while (read(serve->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP) {
			notify_reloading();
			commit_reload(serve->commit);
			notify_ready();
			continue;
		}
		log_line(LOG_LEVEL_NOTICE, "stopping signal=%u", info.ssi_signo);
		notify_stopping();
		front_stop(serve->front);
	}
}

/*
 * The watchdog is fed while the committing thread makes rounds (idle ones too) and the workers do not leave work lying: when
 * either hangs, nothing else is worth keeping alive.
 */
static void
on_tick(void *context)
{
	struct serve *serve = context;
	const uint64_t beats = commit_beats(serve->commit);
	const uint64_t worked = pool_beats(serve->pool);
	const bool is_worked = worked != serve->pool_beats || queue_length(serve->received) == 0;

	if (beats == serve->beats || !is_worked)
		return;
	serve->beats = beats;
	serve->pool_beats = worked;
	notify_alive();
}

static void *
run_committer(void *context)
{
	struct serve *serve = context;

	pthread_setname_np(pthread_self(), "committer");
	commit_run(serve->commit);
	queue_close(serve->answered);
	front_wake(serve->front);
	return NULL;
}

static enum sluis_err
open_signals(struct serve *serve)
{
	sigset_t set;

	/* A log that nobody reads any more must not end us. */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* before any thread is made, so that all inherit it */
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return SLUIS_ESYSTEM;
	serve->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return serve->signal_fd < 0 ? SLUIS_ESYSTEM : SLUIS_OK;
}

static enum sluis_err
open_queues(struct serve *serve)
{
	serve->directory = directory_holder_new();
	serve->received = queue_new(FRONT_REQUESTS_CAP);
	serve->verified = queue_new(FRONT_REQUESTS_CAP);
	serve->answered = queue_new(FRONT_ANSWERS_CAP);
	return serve->directory == NULL || serve->received == NULL || serve->verified == NULL ||
		serve->answered == NULL ?
	    SLUIS_ENOMEM :
	    SLUIS_OK;
}

/* The committer starts before the front exists: until then nobody waits for answers. */
static void
wake_front(void *context)
{
	struct serve *serve = context;

	if (serve->front != NULL)
		front_wake(serve->front);
}

static void
set_rates(void *context, int64_t member_per_hour, int64_t stranger_per_hour)
{
	struct serve *serve = context;

	if (serve->front != NULL)
		front_set_rates(serve->front, member_per_hour, stranger_per_hour);
}

static enum sluis_err
open_commit(struct serve *serve, struct sluis_why *why)
{
	const struct commit_parts parts = {
		.config = serve->config,
		.in = serve->verified,
		.out = serve->answered,
		.wake = wake_front,
		.set_rates = set_rates,
		.context = serve,
		.directory = serve->directory,
	};

	return commit_open(&parts, why, &serve->commit);
}

static enum sluis_err
open_front(struct serve *serve, struct sluis_why *why)
{
	SLUIS_AUTO(sluis_secret32_wipe) struct sluis_secret32 curve;
	struct front_parts parts = {
		.curve = &curve,
		.places = (size_t)serve->config->sessions,
		.members = { .is_member = is_member, .context = serve },
		.in = serve->received,
		.out = serve->answered,
		.signal_fd = serve->signal_fd,
		.tick_ms = notify_watchdog_ms() / FEEDS_PER_TERM,
		.on_signal = on_signal,
		.on_tick = on_tick,
		.context = serve,
	};

	SLUIS_TRY(keyfile_load(serve->config->keys, KEYFILE_CURVE, why, &curve));
	SLUIS_TRY(notify_socket(why, &serve->socket_fd));
	return front_open(&parts, why, &serve->front);
}

static enum sluis_err
start(struct serve *serve, struct sluis_why *why)
{
	struct pool_parts pool = { .workers = config_workers(serve->config) };

	SLUIS_TRY(open_signals(serve));
	SLUIS_TRY(open_queues(serve));
	pool.in = serve->received;
	pool.out = serve->verified;
	pool.answers = serve->answered;
	pool.wake = wake_front;
	pool.context = serve;
	pool.directory = serve->directory;
	SLUIS_TRY(open_commit(serve, why));
	SLUIS_TRY(open_front(serve, why));
	commit_tell_rates(serve->commit);
	if (pthread_create(&serve->committer, NULL, run_committer, serve) != 0)
		return SLUIS_ESYSTEM;
	serve->committer_runs = true;
	SLUIS_TRY(pool_start(&pool, &serve->pool));
	return front_listen(serve->front, serve->config->listen, serve->socket_fd, why);
}

static void
stop(struct serve *serve)
{
	if (serve->pool == NULL && serve->verified != NULL)
		queue_close(serve->verified);
	if (serve->received != NULL)
		queue_close(serve->received);
	pool_join(serve->pool);
	if (serve->committer_runs)
		pthread_join(serve->committer, NULL);
	front_free(serve->front);
	commit_free(serve->commit);
	queue_free(serve->received);
	queue_free(serve->verified);
	queue_free(serve->answered);
	directory_holder_free(serve->directory);
	if (serve->signal_fd >= 0)
		close(serve->signal_fd);
}

/* front_run() returns when all answers have left: it closes the first queue, and each part the next when it is done. */
SLUIS_MUST_CHECK enum sluis_err
serve_run(const struct config *config, struct sluis_why *why)
{
	struct serve serve = { .config = config, .signal_fd = -1, .socket_fd = -1 };
	const enum sluis_err err = start(&serve, why);

	if (err == SLUIS_OK) {
		log_line(LOG_LEVEL_NOTICE, "ready endpoint=%s", front_endpoint(serve.front));
		notify_ready();
		front_run(serve.front);
	}
	stop(&serve);
	if (err == SLUIS_OK)
		log_line(LOG_LEVEL_NOTICE, "stopped");
	else if (why->text[0] == '\0')
		snprintf(why->text, sizeof(why->text), "%s", sluis_err_text(err));
	return err;
}
