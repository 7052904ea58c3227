/* SPDX-License-Identifier: EUPL-1.2 */
/* The broker's table of who is on which case, against the chain: after every kind of act. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"
#include "policy_scene.h"

enum { CASE = 0xc1 };

static struct broker *broker;
static struct sluis_case *of_case;

static bool
lists(const char *handle)
{
	const Sluis__Tell *tell =
	    broker_ask(broker, handle, ask_cases(broker->f), sluis_bytes(NULL, 0));

	assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_CASES);
	for (size_t i = 0; i < tell->cases->n_rows; i++) {
		if (tell->cases->rows[i]->case_id.data[0] == CASE)
			return true;
	}
	return false;
}

/* The table says of everybody what the chain says. */
static void
agrees(void)
{
	for (size_t i = 0; i < broker->f->n_members; i++) {
		const char *handle = broker->f->members[i].handle;

		assert_int_equal(lists(handle),
		    sluis_case_member(of_case, sluis_bytes_text(handle)) != NULL);
	}
}

static bool
is_on(const char *handle)
{
	return sluis_case_member(of_case, sluis_bytes_text(handle)) != NULL;
}

static void
take(Sluis__Signed *act)
{
	const Sluis__Tell *tell =
	    broker_ask(broker, "director", ask_case_act(broker->f, act), sluis_bytes(NULL, 0));

	assert_string_equal(broker_rule(tell), "");
	assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_DONE);
	agrees();
}

static void
act(enum sluis_case_code code, const char *handles, const char *fact, const char *value)
{
	take(federation_case_act(broker->f, of_case, "director", code, handles, fact, value));
}

/* Under a policy where a case is handed over to somebody who comes on it by that. */
static int
begin(void **state)
{
	Sluis__Signed *opening;

	(void)state;
	broker = broker_new(scene_replace(scene_text("config/policy.yaml"),
	    "en: hand a case over\n    case: open\n    members: on-case\n    to: [director]\n",
	    "en: hand a case over\n    case: open\n    members: joining\n"));
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, CASE, "director", "provider referrer", &opening);
	take(opening);
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

static void
opening_puts_on_the_opener_and_whom_it_names(void **state)
{
	(void)state;
	assert_true(lists("director") && lists("provider") && lists("referrer"));
	assert_false(lists("gi"));
}

static void
joining_puts_on_and_leaving_takes_off(void **state)
{
	(void)state;
	act(SLUIS_CASE_JOIN, "gi", NULL, NULL);
	assert_true(lists("gi"));
	act(SLUIS_CASE_LEAVE, "gi", NULL, NULL);
	assert_false(lists("gi"));
	act(SLUIS_CASE_JOIN, "gi", NULL, NULL);
	assert_true(lists("gi"));
}

static void
handing_over_puts_on(void **state)
{
	(void)state;
	assert_false(is_on("gi"));
	act(SLUIS_CASE_HAND_OVER, "gi", NULL, NULL);
	assert_true(is_on("gi"));
	assert_true(lists("gi"));
}

/* Whom these name is on the case or not as before. */
static void
what_only_names_moves_nobody(void **state)
{
	(void)state;
	act(SLUIS_CASE_INVITE, "school", "youth", "invited");
	assert_false(lists("school"));
	act(SLUIS_CASE_INFORM, "provider", "authority", "told");
	act(SLUIS_CASE_INFORM, "school", "authority", "letter");
	act(SLUIS_CASE_SHIELD, "provider", NULL, NULL);
	act(SLUIS_CASE_UNSHIELD, "provider", NULL, NULL);
	act(SLUIS_CASE_LABEL, "referrer", "label", "crisis");
	assert_true(lists("provider") && lists("referrer"));
}

static void
steps_and_closing_move_nobody(void **state)
{
	(void)state;
	act(SLUIS_CASE_STEP, NULL, "step", "consultation");
	act(SLUIS_CASE_CLOSE, NULL, NULL, NULL);
	act(SLUIS_CASE_LEAVE, "referrer", NULL, NULL);
	act(SLUIS_CASE_REOPEN, NULL, NULL, NULL);
	assert_true(lists("provider"));
	assert_false(lists("referrer"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opening_puts_on_the_opener_and_whom_it_names, begin, end),
		cmocka_unit_test_setup_teardown(joining_puts_on_and_leaving_takes_off, begin, end),
		cmocka_unit_test_setup_teardown(handing_over_puts_on, begin, end),
		cmocka_unit_test_setup_teardown(what_only_names_moves_nobody, begin, end),
		cmocka_unit_test_setup_teardown(steps_and_closing_move_nobody, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
