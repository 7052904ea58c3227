/* SPDX-License-Identifier: EUPL-1.2 */
/* The committing thread keeps the store's journal short, behind the answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"
#include "intake/intake.h"

enum {
	PUSHES = 14,                       /* 4 MiB each: 56 MiB in all */
	PUSH_BYTES = 4 * 1024 * 1024,
	QUIET_MAX_BYTES = 23 * 1024 * 1024 /* copied from 16 MiB on, and what the push after that adds */
};

static struct broker *broker;
static struct sluis_case *of_case;

static void
take(const char *who, Sluis__Signed *act)
{
	assert_int_equal(broker_ask(broker, who, ask_case_act(broker->f, act), sluis_bytes(NULL, 0))
			     ->answer_case,
	    SLUIS__TELL__ANSWER_DONE);
}

static int
begin(void **state)
{
	Sluis__Signed *act;

	(void)state;
	broker = broker_new(NULL);
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, 0xc1, "provider", "director", &act);
	take("provider", act);
	take("director", federation_case_act(broker->f, of_case, "director", SLUIS_CASE_STEP, NULL, "step",
			     "consultation"));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sluis_case_free(of_case);
	broker_free(broker);
	return 0;
}

static off_t
bytes_of(const char *name)
{
	char path[CONFIG_PATH_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", broker->config.store, name);
	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void
push_one(unsigned n)
{
	struct ask_push push = { .from = "provider", .to = "director", .of_case = of_case,
		.sequence = n, .bytes = PUSH_BYTES };
	const Sluis__Ask *ask = ask_push(broker->f, &push);
	const Sluis__Tell *tell = broker_ask(broker, "provider", ask, push.body);

	assert_string_equal(broker_rule(tell), "");
	assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_DONE);
}

/* One after the other, each answered: nobody waits when the journal has become long. */
static void
the_journal_is_copied_when_nobody_waits(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= PUSHES; n++)
		push_one(n);
	assert_in_range(bytes_of("sluis.db-wal"), PUSH_BYTES, QUIET_MAX_BYTES);
}

/** Somebody who asks while the answers of a push go out, and how large the database was then and when that was answered. */
static struct {
	struct job *waiting; /* put in line behind the next push */
	off_t before;
	off_t after;
} line;

static void
somebody_waits(struct broker *b)
{
	if (line.waiting != NULL) {
		line.before = bytes_of("sluis.db");
		if (!queue_put(b->in, line.waiting))
			abort();
		line.waiting = NULL;
	} else {
		line.after = bytes_of("sluis.db");
	}
}

static struct job *
somebody(void)
{
	struct job *job = broker_job(broker, "director", ask_pack(broker->f, ask_cases(broker->f)));

	intake_verify(job, job->received_ms);
	return job;
}

/* The fourth push makes it 16 MiB: it is copied when the one behind it has its answer, not before. */
static void
who_waits_goes_before_copying(void **state)
{
	(void)state;
	broker->woken = somebody_waits;
	for (unsigned n = 1; n <= 5; n++) {
		const unsigned rounds = atomic_load(&broker->rounds);
		size_t count = 0;

		line.waiting = somebody();
		push_one(n);
		job_free(queue_take_all(broker->out, 1, 30000, &count));
		assert_int_equal(count, 1);
		broker_await(broker, rounds + 2);
		if (n == 4)
			assert_in_range(line.after, 1, PUSH_BYTES);
	}
	assert_in_range(line.before, 4 * PUSH_BYTES, 5 * PUSH_BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_journal_is_copied_when_nobody_waits, begin, end),
		cmocka_unit_test_setup_teardown(who_waits_goes_before_copying, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
