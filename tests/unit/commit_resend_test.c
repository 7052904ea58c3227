/* SPDX-License-Identifier: EUPL-1.2 */
/* What the broker tells a sender of who came on a case later, and what it tells nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"

enum { CASE = 0xc3 };

static struct broker *broker;
static struct sluis_case *of_case;
static uint64_t sequence;

static void
take(const char *actor, enum sluis_case_code code, const char *handles, const char *fact, const char *value)
{
	Sluis__Signed *act = federation_case_act(broker->f, of_case, actor, code, handles, fact, value);

	assert_string_equal(
	    broker_rule(broker_ask(broker, actor, ask_case_act(broker->f, act), sluis_bytes(NULL, 0))), "");
}

static int
begin(void **state)
{
	Sluis__Signed *opening;

	(void)state;
	sequence = 0;
	broker = broker_new(NULL);
	federation_add_member(broker->f, "director-2", "expert-team", "director");
	federation_add_member(broker->f, "director-3", "expert-team", "director");
	federation_add_member(broker->f, "provider-2", "provider", "provider");
	broker_fill(broker);
	broker_start(broker);
	of_case = federation_open_case(broker->f, CASE, "director", "provider referrer", &opening);
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

static struct sluis_id
send(struct ask_push push)
{
	const Sluis__Ask *ask;

	push.of_case = of_case;
	push.sequence = ++sequence;
	push.bytes = 1000;
	ask = ask_push(broker->f, &push);
	assert_string_equal(broker_rule(broker_ask(broker, push.from, ask, push.body)), "");
	return push.id;
}

static struct sluis_id
push(const char *from, const char *to)
{
	return send((struct ask_push){ .from = from, .to = to });
}

static struct sluis_id
push_again(const char *to, struct sluis_id replaced)
{
	return send((struct ask_push){
	    .from = "provider", .to = to, .kind = SLUIS_MANIFEST_SUPERSEDES, .target = replaced });
}

static const Sluis__Tell *
tell(const char *handle)
{
	Sluis__Ask *ask = ask_new(broker->f, SLUIS__ASK__ACT_RESENDS);
	Sluis__AskResends resends = SLUIS__ASK_RESENDS__INIT;

	resends.case_id = sluis_pb_id(&of_case->id);
	ask->resends = &resends;
	return broker_ask(broker, handle, ask, sluis_bytes(NULL, 0));
}

static size_t
count(const char *handle)
{
	const Sluis__Tell *answer = tell(handle);

	assert_int_equal(answer->answer_case, SLUIS__TELL__ANSWER_RESENDS);
	assert_int_equal(answer->resends->more_count, 0);
	return answer->resends->n_rows;
}

static void
tells_the_sender_of_who_came_later(void **state)
{
	const Sluis__ResendRow *row;
	struct sluis_id id;

	(void)state;
	id = push("provider", "director");
	assert_int_equal(count("provider"), 0); /* nobody came */
	take("director", SLUIS_CASE_JOIN, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 1);
	row = tell("provider")->resends->rows[0];
	assert_memory_equal(row->message_id.data, id.bytes, sizeof(id.bytes));
	assert_true(sluis_bytes_is_text(sluis_of(row->newcomer_handle), "director-2"));
	assert_true(sluis_bytes_is_text(sluis_of(row->purpose_code), "consultation"));
	assert_int_equal(row->n_category_codes, 1);
	assert_true(sluis_bytes_is_text(sluis_of(row->category_codes[0]), "attachment"));
	push("provider", "director"); /* when it was there already */
	assert_int_equal(count("provider"), 1);
	push("referrer", "director-2");
	assert_int_equal(count("referrer"), 0);
}

static void
tells_nobody_else(void **state)
{
	(void)state;
	push("provider", "director");
	take("director", SLUIS_CASE_JOIN, "director-2", NULL, NULL);
	assert_int_equal(count("director"), 0);
	assert_int_equal(count("referrer"), 0);
	assert_int_equal(count("director-2"), 0);
	assert_string_equal(broker_rule(tell("gi")), "not-found");
	take("director", SLUIS_CASE_LEAVE, "provider", NULL, NULL); /* who left has nothing to send any more */
	assert_string_equal(broker_rule(tell("provider")), "not-found");
}

/* Its role, its standing and the shields decide, now. */
static void
lists_only_what_the_newcomer_may_have(void **state)
{
	(void)state;
	push("provider", "director");
	take("director", SLUIS_CASE_JOIN, "school", NULL, NULL); /* gets nothing by this purpose */
	take("director", SLUIS_CASE_JOIN, "provider-2", NULL, NULL);
	assert_int_equal(count("provider"), 0);
	take("director", SLUIS_CASE_JOIN, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 1);
	take("provider", SLUIS_CASE_SHIELD, "director-2", "category", "attachment");
	assert_int_equal(count("provider"), 0);
	take("director", SLUIS_CASE_UNSHIELD, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 1);
	take("provider", SLUIS_CASE_SHIELD, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 0);
	take("director", SLUIS_CASE_UNSHIELD, "director-2", NULL, NULL);
	take("director", SLUIS_CASE_STEP, NULL, "step", "monitoring"); /* where nothing goes by this purpose */
	assert_int_equal(count("provider"), 0);
}

static void
who_comes_back_is_no_newcomer_to_what_it_got(void **state)
{
	(void)state;
	take("director", SLUIS_CASE_JOIN, "director-2", NULL, NULL);
	push("provider", "director-2");
	push("provider", "director");
	take("director", SLUIS_CASE_LEAVE, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 0);
	take("director", SLUIS_CASE_JOIN, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 1); /* the one that went to the other */
}

/* To push again for somebody, and to correct, is to replace. */
static void
lists_no_more_what_was_pushed_again(void **state)
{
	struct sluis_id id;

	(void)state;
	id = push("provider", "director");
	take("director", SLUIS_CASE_JOIN, "director-2", NULL, NULL);
	assert_int_equal(count("provider"), 1);
	push_again("director-2", id);
	assert_int_equal(count("provider"), 0);
	take("director", SLUIS_CASE_JOIN, "director-3", NULL, NULL);
	assert_int_equal(count("provider"), 1); /* the first, not its copy for another */
	assert_memory_equal(tell("provider")->resends->rows[0]->message_id.data, id.bytes, sizeof(id.bytes));
	push_again("director", id); /* corrected: what was wrong goes to nobody new */
	assert_int_equal(count("provider"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_the_sender_of_who_came_later, begin, end),
		cmocka_unit_test_setup_teardown(tells_nobody_else, begin, end),
		cmocka_unit_test_setup_teardown(lists_only_what_the_newcomer_may_have, begin, end),
		cmocka_unit_test_setup_teardown(lists_no_more_what_was_pushed_again, begin, end),
		cmocka_unit_test_setup_teardown(who_comes_back_is_no_newcomer_to_what_it_got, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
