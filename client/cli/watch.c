/* SPDX-License-Identifier: EUPL-1.2 */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sodium.h>

#include "profile_files.h"
#include "pull.h"
#include "watch_child.h"

enum { EVERY_S = 30, EVERY_MAX_S = 3600, BACK_OFF_MAX_S = 300, TOLD_MAX = 65536, KEPT_MAX = 1024 };

static const char TOLD[] = "told";

/** One thing that a look says: a message that waits, or why it failed. */
struct word {
	enum { WORD_NEW, WORD_KNOWN, WORD_FAILURE } kind;
	struct sluis_id id;
	struct sluis_failure failure;
};

struct watch {
	struct cli *cli;
	const struct watch_words *words;
	struct watch_program program;
	struct watch_signals signals;
	int dir, lock;
	int64_t every_ms;
	struct sluis_id *told, *fresh; /* heap, TOLD_MAX each */
	size_t n_told, n_fresh;
	size_t n_seen;                 /* of told: seen in the last look, moved to the front */
	struct sluis_failure failure;
	int words_fd;                  /* of a look: where it writes */
	char *passphrase;              /* sodium_malloc */
	size_t passphrase_len;
	struct sluis_passphrase ask;
};

/* ---- what was told ---- */

static bool
is_same(const struct sluis_id *a, const struct sluis_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool
is_told(const struct watch *w, const struct sluis_id *id)
{
	for (size_t i = 0; i < w->n_told; i++) {
		if (is_same(&w->told[i], id))
			return true;
	}
	return false;
}

static void
load_told(struct watch *w)
{
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };

	if (sluis_profile_file_read(w->dir, TOLD, TOLD_MAX * SLUIS_ID_BYTES, &file) != SLUIS_OK)
		return;
	w->n_told = file.len / SLUIS_ID_BYTES;
	memcpy(w->told, file.data, w->n_told * SLUIS_ID_BYTES);
}

static enum sluis_err
save_told(struct watch *w, struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_profile_file_write(w->dir, TOLD,
	    sluis_bytes(w->told, w->n_told * sizeof(*w->told)));

	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("%s in the profile cannot be written: %s"), TOLD,
	    _(sluis_err_text(err)));
}

static enum sluis_err
add_told(struct watch *w, const struct sluis_id *id, struct sluis_failure *failure)
{
	if (w->n_told == TOLD_MAX) /* the oldest goes */
		memmove(w->told, w->told + 1, --w->n_told * sizeof(*w->told));
	w->told[w->n_told++] = *id;
	return save_told(w, failure);
}

/* What waits no more needs no remembering. A look at one case says nothing of others. */
static enum sluis_err
forget(struct watch *w, struct sluis_failure *failure)
{
	if (w->words->case_text != NULL || w->n_seen == w->n_told)
		return SLUIS_OK;
	w->n_told = w->n_seen;
	return save_told(w, failure);
}

/* ---- one look, in a process of its own ---- */

/** The look's side. */
struct look {
	struct watch *watch;
	struct sluis_session *session;
};

static void
say(const struct watch *w, const struct word *word)
{
	if (write(w->words_fd, word, sizeof(*word)) != (ssize_t)sizeof(*word))
		_exit(1);
}

static enum sluis_err
look_at_row(void *context, const Sluis__InboxRow *row)
{
	struct look *look = context;
	struct word word = { .kind = WORD_KNOWN };
	json_t *json;

	if (!sluis_bytes_is_text(sluis_of(row->state_code), "pending"))
		return SLUIS_OK;
	word.id = sluis_id_of(row->message_id);
	if (!is_told(look->watch, &word.id)) {
		word.kind = WORD_NEW;
		json = inbox_show(look->watch->cli, look->session, row);
		if (look->watch->cli->json) {
			json_dumpf(json, stdout, JSON_COMPACT);
			putchar('\n');
		}
		json_decref(json);
	}
	say(look->watch, &word);
	return SLUIS_OK;
}

static enum sluis_err
look(struct watch *w, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct look l = { .watch = w };
	struct sluis_id id;

	SLUIS_TRY(sluis_session_open(w->cli->profile, &w->ask, failure, &session));
	l.session = session;
	if (w->words->case_text != NULL)
		SLUIS_TRY(cli_case_id(session, w->words->case_text, &id, failure));
	return sluis_inbox(session, w->words->case_text == NULL ? NULL : &id, look_at_row, &l, failure);
}

static _Noreturn void
be_a_look(struct watch *w)
{
	struct word word = { .kind = WORD_FAILURE };

	(void)sigprocmask(SIG_SETMASK, &w->signals.old, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	word.failure.err = look(w, &word.failure);
	if (fflush(stdout) != 0 && word.failure.err == SLUIS_OK)
		(void)sluis_fail_err(&word.failure, SLUIS_EIO, _("watching the inbox"));
	if (word.failure.err != SLUIS_OK)
		say(w, &word);
	_exit(0);
}

static void
remember_seen(struct watch *w, const struct sluis_id *id)
{
	for (size_t i = w->n_seen; i < w->n_told; i++) {
		if (!is_same(&w->told[i], id))
			continue;
		w->told[i] = w->told[w->n_seen];
		w->told[w->n_seen++] = *id;
		return;
	}
}

static void
take_words(void *context, int fd)
{
	struct watch *w = context;
	struct word word;

	while (read(fd, &word, sizeof(word)) == (ssize_t)sizeof(word)) {
		if (word.kind == WORD_FAILURE)
			w->failure = word.failure;
		else if (word.kind == WORD_KNOWN)
			remember_seen(w, &word.id);
		else if (w->n_fresh < TOLD_MAX)
			w->fresh[w->n_fresh++] = word.id;
	}
}

/* SLUIS_OK also where it was told to stop in the midst of it. */
static enum sluis_err
run_look(struct watch *w, struct sluis_failure *failure)
{
	int ends[2];
	pid_t pid;

	w->n_fresh = w->n_seen = 0;
	w->failure = (struct sluis_failure){ .err = SLUIS_OK };
	(void)fflush(stdout);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return sluis_fail_err(failure, SLUIS_ESYSTEM, _("watching the inbox"));
	pid = fork();
	if (pid == 0) {
		w->words_fd = ends[1];
		be_a_look(w);
	}
	close(ends[1]);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (pid > 0)
		(void)watch_wait(&w->signals, pid, ends[0], take_words, w);
	close(ends[0]);
	if (pid < 0)
		return sluis_fail_err(failure, SLUIS_ESYSTEM, _("watching the inbox"));
	*failure = w->failure;
	return w->failure.err;
}

/* ---- the watch ---- */

static enum sluis_err
tell_fresh(struct watch *w, struct sluis_failure *failure)
{
	for (size_t i = 0; i < w->n_fresh && !w->signals.stopped; i++) {
		const int code = w->words->exec == NULL ? 0 :
							  watch_program_run(&w->program, &w->signals, &w->fresh[i]);

		if (code > 0)
			cli_note(_("sluis: hint: the program of --exec ended with %d"), code);
		SLUIS_TRY(add_told(w, &w->fresh[i], failure));
	}
	return SLUIS_OK;
}

static int64_t
next_wait(int64_t wait_ms)
{
	const int64_t doubled = 2 * wait_ms, most = BACK_OFF_MAX_S * INT64_C(1000);

	return doubled > most ? (wait_ms > most ? wait_ms : most) : doubled;
}

static enum sluis_err
go_on(struct watch *w, struct sluis_failure *failure)
{
	int64_t wait_ms = w->every_ms;
	bool is_away = false;

	for (;;) {
		const enum sluis_err err = run_look(w, failure);

		if (err != SLUIS_OK && (sluis_err_exit(err) != 4 || w->words->once))
			return err;
		if (err != SLUIS_OK && !is_away)
			cli_note("sluis: %s", failure->text);
		wait_ms = err == SLUIS_OK ? w->every_ms : next_wait(wait_ms);
		is_away = err != SLUIS_OK;
		if (err == SLUIS_OK && !w->signals.stopped) {
			SLUIS_TRY(forget(w, failure));
			SLUIS_TRY(tell_fresh(w, failure));
		}
		if (!w->words->once)
			watch_sleep(&w->signals, wait_ms);
		if (w->words->once || w->signals.stopped)
			return SLUIS_OK;
	}
}

/* Asked once, kept in locked memory for the looks that come. */
static size_t
ask_once(void *context, bool is_new, char *ret, size_t cap)
{
	struct watch *w = context;

	if (w->passphrase_len == 0)
		w->passphrase_len = cli_ask(&w->cli->asking, is_new, w->passphrase, KEPT_MAX);
	if (w->passphrase_len > cap)
		return 0;
	memcpy(ret, w->passphrase, w->passphrase_len);
	return w->passphrase_len;
}

static enum sluis_err
prepare(struct watch *w, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	char *end = NULL;
	long every = EVERY_S;
	enum sluis_err err;

	if (w->words->every != NULL)
		every = strtol(w->words->every, &end, 10);
	if (every < 1 || every > EVERY_MAX_S || (end != NULL && *end != '\0'))
		return sluis_fail(failure, SLUIS_EUSAGE, _("--every takes 1 to %d seconds"), EVERY_MAX_S);
	w->every_ms = every * INT64_C(1000);
	if (w->words->exec != NULL)
		SLUIS_TRY(watch_program_parse(w->words->exec, &w->program, failure));
	w->told = calloc(TOLD_MAX, sizeof(*w->told));
	w->fresh = calloc(TOLD_MAX, sizeof(*w->fresh));
	w->passphrase = sodium_malloc(KEPT_MAX);
	if (w->told == NULL || w->fresh == NULL || w->passphrase == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("watching the inbox"));
	(void)cli_passphrase(w->cli);
	w->ask = (struct sluis_passphrase){ .ask = ask_once, .context = w };
	/* what is wrong with the profile shows now, and its passphrase is asked while somebody is there */
	SLUIS_TRY(sluis_session_open_offline(w->cli->profile, &w->ask, failure, &session));
	w->dir = open(w->cli->profile, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = w->dir < 0 ? SLUIS_EIO : sluis_profile_file_lock(w->dir, "watch.lock", 0, &w->lock);
	if (err == SLUIS_EBUSY) {
		(void)sluis_fail(failure, err, _("another watch of this profile is running"));
		sluis_fail_hint(failure, _("one is enough: systemctl --user status sluis-inbox.timer"));
	}
	return sluis_fail_err(failure, err, _("watching the inbox"));
}

static void
watch_done(struct watch *w)
{
	watch_signals_close(&w->signals);
	if (w->lock >= 0)
		close(w->lock);
	if (w->dir >= 0)
		close(w->dir);
	sodium_free(w->passphrase);
	free(w->told);
	free(w->fresh);
}

SLUIS_MUST_CHECK enum sluis_err
watch_run(struct cli *cli, const struct watch_words *words, struct sluis_failure *failure)
{
	SLUIS_AUTO(watch_done) struct watch w = { .cli = cli, .words = words, .dir = -1, .lock = -1, .signals = { .fd = -1 } };

	SLUIS_TRY(prepare(&w, failure));
	SLUIS_TRY(watch_signals_open(&w.signals, failure));
	load_told(&w);
	return go_on(&w, failure);
}
