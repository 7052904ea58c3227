/* SPDX-License-Identifier: EUPL-1.2 */
/* Shields at the broker: at push, at release of what was accepted before, when somebody is added or takes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"

enum { CASE = 0xc2 };

static struct broker *broker;
static struct sluis_case *of_case;
static uint64_t sequence;

static const char *
rule_of_act(const char *actor, enum sluis_case_code code, const char *handles, const char *fact, const char *value)
{
	Sluis__Signed *act = federation_case_act(broker->f, of_case, actor, code, handles, fact, value);

	return broker_rule(broker_ask(broker, actor, ask_case_act(broker->f, act), sluis_bytes(NULL, 0)));
}

static void
take(const char *actor, enum sluis_case_code code, const char *handles, const char *fact, const char *value)
{
	assert_string_equal(rule_of_act(actor, code, handles, fact, value), "");
}

static int
begin(void **state)
{
	Sluis__Signed *opening;

	(void)state;
	sequence = 0;
	broker = broker_new(NULL);
	federation_add_member(broker->f, "director-2", "expert-team", "director");
	federation_add_member(broker->f, "stand-in", "gi", "certified-institution");
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, CASE, "director", "provider director-2", &opening);
	assert_string_equal(
	    broker_rule(broker_ask(broker, "director", ask_case_act(broker->f, opening), sluis_bytes(NULL, 0))), "");
	take("director", SLUIS_CASE_STEP, NULL, "step", "consultation");
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

/* An attachment from the provider: the rule by which it is refused, or "". */
static const char *
push_to(const char *handle, struct sluis_id *ret)
{
	struct ask_push push = { .from = "provider", .to = handle, .of_case = of_case, .sequence = ++sequence, .bytes = 1000 };
	const Sluis__Ask *ask = ask_push(broker->f, &push);

	*ret = push.id;
	return broker_rule(broker_ask(broker, "provider", ask, push.body));
}

static const char *
fetch(const char *handle, const struct sluis_id *message)
{
	return broker_rule(broker_ask(broker, handle, ask_fetch(broker->f, message, 0), sluis_bytes(NULL, 0)));
}

static void
keeps_back_at_push(void **state)
{
	struct sluis_id id;

	(void)state;
	take("provider", SLUIS_CASE_SHIELD, "director-2", "category", "attachment");
	assert_string_equal(push_to("director-2", &id), "category-shielded");
	assert_string_equal(push_to("director", &id), "");
	take("provider", SLUIS_CASE_SHIELD, "director-2", NULL, NULL);
	assert_string_equal(push_to("director-2", &id), "receiver-shielded");
	take("director", SLUIS_CASE_UNSHIELD, "director-2", NULL, NULL);
	assert_string_equal(push_to("director-2", &id), "");
}

/* What was accepted before the shield, and even what was begun to be handed over, stays here after it. */
static void
keeps_back_at_release(void **state)
{
	struct sluis_id first, second;

	(void)state;
	assert_string_equal(push_to("director-2", &first), "");
	assert_string_equal(push_to("director-2", &second), "");
	assert_string_equal(fetch("director-2", &second), "");
	take("provider", SLUIS_CASE_SHIELD, "director-2", "category", "address"); /* not in these */
	assert_string_equal(fetch("director-2", &first), "");
	take("provider", SLUIS_CASE_SHIELD, "director-2", "category", "attachment");
	assert_string_equal(fetch("director-2", &first), "category-shielded");
	assert_string_equal(fetch("director-2", &second), "category-shielded");
	take("provider", SLUIS_CASE_SHIELD, "director-2", NULL, NULL);
	assert_string_equal(fetch("director-2", &first), "receiver-shielded");
	take("director", SLUIS_CASE_UNSHIELD, "director-2", NULL, NULL);
	assert_string_equal(fetch("director-2", &first), "");
}

static void
is_no_way_round_by_hand_over(void **state)
{
	struct sluis_id id;

	(void)state;
	take("provider", SLUIS_CASE_SHIELD, "director-2", "category", "attachment");
	take("director", SLUIS_CASE_HAND_OVER, "director-2", NULL, NULL);
	assert_string_equal(push_to("director-2", &id), "category-shielded");
	take("provider", SLUIS_CASE_SHIELD, "director-2", NULL, NULL);
	assert_string_equal(rule_of_act("director", SLUIS_CASE_HAND_OVER, "director-2", NULL, NULL), "receiver-shielded");
}

/* From whom everything is kept, nobody puts on the case: not itself by name, not another of its organisation in its role. */
static void
is_no_way_round_by_a_stand_in(void **state)
{
	(void)state;
	take("provider", SLUIS_CASE_SHIELD, "gi", NULL, NULL);
	assert_string_equal(rule_of_act("director", SLUIS_CASE_JOIN, "stand-in", NULL, NULL), "receiver-shielded");
}

static void
is_for_professionals_and_lifted_by_the_director_alone(void **state)
{
	(void)state;
	take("provider", SLUIS_CASE_SHIELD, "gi", NULL, NULL);
	assert_string_equal(rule_of_act("provider", SLUIS_CASE_UNSHIELD, "gi", NULL, NULL), "act-role");
}

static void
takes_no_category_that_is_none(void **state)
{
	(void)state;
	assert_string_equal(rule_of_act("provider", SLUIS_CASE_SHIELD, "gi", "category", "everything"), "act-fact");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_back_at_push, begin, end),
		cmocka_unit_test_setup_teardown(keeps_back_at_release, begin, end),
		cmocka_unit_test_setup_teardown(is_no_way_round_by_hand_over, begin, end),
		cmocka_unit_test_setup_teardown(is_no_way_round_by_a_stand_in, begin, end),
		cmocka_unit_test_setup_teardown(is_for_professionals_and_lifted_by_the_director_alone, begin, end),
		cmocka_unit_test_setup_teardown(takes_no_category_that_is_none, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
