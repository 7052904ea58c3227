/* SPDX-License-Identifier: EUPL-1.2 */
/* Passing on: only what was handed over to who passes it on, on this case, and nothing that was not in it. PROTOCOL 6.13. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"

static struct broker *broker;
static struct sluis_case *of_case, *other_case;
static uint64_t sequence;

static struct sluis_case *
open_case(uint8_t id)
{
	Sluis__Signed *act;
	struct sluis_case *opened = federation_open_case(broker->f, id, "director", "provider referrer both", &act);

	assert_string_equal(
	    broker_rule(broker_ask(broker, "director", ask_case_act(broker->f, act), sluis_bytes(NULL, 0))), "");
	act = federation_case_act(broker->f, opened, "director", SLUIS_CASE_STEP, NULL, "step", "consultation");
	assert_string_equal(
	    broker_rule(broker_ask(broker, "director", ask_case_act(broker->f, act), sluis_bytes(NULL, 0))), "");
	return opened;
}

static int
begin(void **state)
{
	(void)state;
	sequence = 0;
	broker = broker_new(NULL);
	federation_add_member(broker->f, "both", "gi", "certified-institution director"); /* receives, and may send on */
	broker_fill(broker);
	broker_start(broker);
	of_case = open_case(0xc4);
	other_case = open_case(0xc5);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sluis_case_free(of_case);
	sluis_case_free(other_case);
	broker_free(broker);
	return 0;
}

static const char *
send(struct ask_push push, struct sluis_id *ret)
{
	const Sluis__Ask *ask;

	push.of_case = push.of_case == NULL ? of_case : push.of_case;
	push.sequence = ++sequence;
	push.bytes = 1000;
	ask = ask_push(broker->f, &push);
	*ret = push.id;
	return broker_rule(broker_ask(broker, push.from, ask, push.body));
}

static const char *
pass_on(const char *from, struct sluis_id origin, const struct sluis_case *on, const char *category)
{
	struct sluis_id id;

	return send((struct ask_push){ .from = from, .to = "director", .of_case = on, .category = category,
	    .kind = SLUIS_MANIFEST_PASSES_ON, .target = origin }, &id);
}

static void
takes_what_was_handed_over(void **state)
{
	struct sluis_id origin;
	const struct sluis_id nothing = { { 7 } };

	(void)state;
	assert_string_equal(send((struct ask_push){ .from = "provider", .to = "both" }, &origin), "");
	assert_string_equal(pass_on("both", origin, NULL, NULL), "not-found"); /* not fetched yet */
	assert_string_equal(
	    broker_rule(broker_ask(broker, "both", ask_fetch(broker->f, &origin, 0), sluis_bytes(NULL, 0))), "");
	assert_string_equal(pass_on("both", origin, NULL, NULL), "");
	assert_string_equal(pass_on("both", origin, NULL, "history"), "category-not-allowed"); /* was not in it */
	assert_string_equal(pass_on("both", origin, other_case, NULL), "not-found");
	assert_string_equal(pass_on("provider", origin, NULL, NULL), "not-found"); /* its own: that is replacing */
	assert_string_equal(pass_on("referrer", origin, NULL, NULL), "not-found");
	assert_string_equal(pass_on("both", nothing, NULL, NULL), "not-found");
}

static void
tells_the_receiver_of_what_and_from_whom(void **state)
{
	const Sluis__Tell *tell;
	struct sluis_id origin;

	(void)state;
	assert_string_equal(send((struct ask_push){ .from = "provider", .to = "both" }, &origin), "");
	(void)broker_ask(broker, "both", ask_fetch(broker->f, &origin, 0), sluis_bytes(NULL, 0));
	assert_string_equal(pass_on("both", origin, NULL, NULL), "");
	tell = broker_ask(broker, "director", ask_inbox(broker->f), sluis_bytes(NULL, 0));
	assert_int_equal(tell->inbox->n_rows, 1);
	assert_non_null(tell->inbox->rows[0]->origin);
	assert_null(tell->inbox->rows[0]->answers);
	assert_memory_equal(tell->inbox->rows[0]->origin->target_id.data, origin.bytes, sizeof(origin.bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_what_was_handed_over, begin, end),
		cmocka_unit_test_setup_teardown(tells_the_receiver_of_what_and_from_whom, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
