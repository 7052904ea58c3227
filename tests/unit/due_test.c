/* SPDX-License-Identifier: EUPL-1.2 */
/* What counts as due: consents about to end, agreements whose date is past. */
#include "due_agreements.h"
#include "due_consents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_scene.h"

#define NOW_MS INT64_C(1893456000000) /* 2030-01-01 */
#define DAY_MS (24 * 3600 * INT64_C(1000))

static struct {
	Sluis__Grant grants[2];
	Sluis__Until until[2];
	Sluis__GrantReceiver receivers[2], *to[2];
	ProtobufCBinaryData purpose[2], category[2][2];
	struct sluis_grants_row rows[2];
} t;

/* Two grants of the same kind; the second ends in a year. */
static void
fill(int64_t end_ms)
{
	memset(&t, 0, sizeof(t));
	for (size_t i = 0; i < 2; i++) {
		Sluis__Grant *g = &t.grants[i];

		sluis__grant__init(g);
		sluis__until__init(&t.until[i]);
		sluis__grant_receiver__init(&t.receivers[i]);
		t.receivers[i].organisation_handle = sluis_pb(sluis_bytes_text("team"));
		t.to[i] = &t.receivers[i];
		t.purpose[i] = sluis_pb(sluis_bytes_text("plan"));
		t.category[i][0] = sluis_pb(sluis_bytes_text("plan"));
		t.category[i][1] = sluis_pb(sluis_bytes_text("agreement"));
		g->until_ms = (uint64_t)(i == 0 ? end_ms : NOW_MS + 365 * DAY_MS);
		g->purpose_codes = &t.purpose[i];
		g->n_purpose_codes = 1;
		g->category_codes = t.category[i];
		g->n_category_codes = 2;
		g->receivers = &t.to[i];
		g->n_receivers = 1;
		t.rows[i] = (struct sluis_grants_row){ .grant = g, .state = sluis_bytes_text("active") };
	}
}

static bool
waits(size_t n)
{
	return sluis_due_consents_wait(t.rows, n, 0, NOW_MS);
}

static void
a_consent_waits_about_its_end(void **state)
{
	static const struct {
		int64_t days;
		bool waits;
	} CASES[] = { { 31, false }, { 30, true }, { 1, true }, { 0, true }, { -29, true }, { -30, false } };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		fill(NOW_MS + CASES[i].days * DAY_MS);
		assert_int_equal(waits(1), CASES[i].waits);
	}
	/* the age band ends first */
	fill(NOW_MS + 365 * DAY_MS);
	t.until[0].until_ms = (uint64_t)(NOW_MS + DAY_MS);
	t.grants[0].band_until = &t.until[0];
	assert_int_equal(sluis_due_consents_end(&t.grants[0]), NOW_MS + DAY_MS);
	assert_true(waits(1));
	t.until[0].until_ms = (uint64_t)(NOW_MS + 400 * DAY_MS);
	assert_int_equal(sluis_due_consents_end(&t.grants[0]), NOW_MS + 365 * DAY_MS);
	fill(NOW_MS + DAY_MS);
	t.rows[0].state = sluis_bytes_text("withdrawn");
	assert_false(waits(1));
}

static void
a_consent_that_another_takes_the_place_of_does_not_wait(void **state)
{
	(void)state;
	fill(NOW_MS + DAY_MS);
	assert_false(waits(2));
	t.rows[1].state = sluis_bytes_text("withdrawn");
	assert_true(waits(2));
	fill(NOW_MS + DAY_MS);
	t.grants[1].until_ms = t.grants[0].until_ms;
	assert_true(waits(2));
	fill(NOW_MS + DAY_MS);
	t.grants[1].n_category_codes = 1;
	assert_true(waits(2));
	fill(NOW_MS + DAY_MS);
	t.purpose[1] = sluis_pb(sluis_bytes_text("advice"));
	assert_true(waits(2));
	fill(NOW_MS + DAY_MS);
	t.receivers[1].organisation_handle = sluis_pb(sluis_bytes_text("school"));
	assert_true(waits(2));
}

/* ---- agreements ---- */

static char said[512];

static enum sluis_err
say(void *context, struct sluis_due_row *row)
{
	const size_t at = strlen(said);

	(void)context;
	assert_int_equal(row->kind, SLUIS_DUE_AGREEMENT);
	assert_true(row->is_late);
	snprintf(said + at, sizeof(said) - at, "%.*s/%.*s/%lld ", (int)row->waits_on.len, (const char *)row->waits_on.data,
	    (int)row->code.len, (const char *)row->code.data, (long long)(row->due_ms / DAY_MS));
	return SLUIS_OK;
}

static const char *
due_in(const char *category, const char *text)
{
	json_t *content = json_loads(text, 0, NULL);

	said[0] = '\0';
	assert_int_equal(sluis_due_agreements_read(scene_default_policy(), sluis_bytes_text(category), content, "2030-01-02",
	    say, NULL), SLUIS_OK);
	json_decref(content);
	return said;
}

static void
agreements_wait_when_past_and_not_done(void **state)
{
	(void)state;
	assert_string_equal(due_in("agreement",
	    "{\"agreements\":[{\"who\":\"school\",\"what\":\"bellen\",\"by\":\"2030-01-01\",\"state\":\"open\"},"
	    "{\"who\":\"gi\",\"what\":\"schrijven\",\"by\":\"2030-01-02\",\"state\":\"open\"},"
	    "{\"who\":\"gi\",\"what\":\"lezen\",\"by\":\"2029-12-31\",\"state\":\"done\"},"
	    "{\"who\":\"gi\",\"what\":\"zonder dag\",\"state\":\"open\"}]}"), "school/bellen/21915 ");
	/* dates that are no term: nothing there is to be done */
	assert_string_equal(due_in("history",
	    "{\"help\":[{\"what\":\"therapie\",\"until\":\"2020-01-01\",\"result\":\"iets\"}]}"), "");
	assert_string_equal(due_in("agreement", "{\"agreements\":7}"), "");
	assert_string_equal(due_in("agreement", "[]"), "");
	assert_string_equal(due_in("no-such", "{}"), "");
	assert_string_equal(due_in("agreement", "no json"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_consent_waits_about_its_end),
		cmocka_unit_test(a_consent_that_another_takes_the_place_of_does_not_wait),
		cmocka_unit_test(agreements_wait_when_past_and_not_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
