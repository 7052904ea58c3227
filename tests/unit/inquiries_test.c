/* SPDX-License-Identifier: EUPL-1.2 */
/* What a client believes of a broker's word about requests. */
#include "inquiries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "federation.h"

static char dir[64];
static struct federation *f;
static struct sluis_session session;
static struct sluis_failure failure;
static uint8_t id[16] = { 1 }, other_id[16] = { 2 };

static struct {
	Sluis__InquiryRow row;
	Sluis__InquiryClosing closing;
	Sluis__EventMessage message;
} t;

static int
setup(void **state)
{
	struct sluis_profile_identity identity = { .n_endpoints = 1 };

	(void)state;
	strcpy(dir, "/tmp/sluis-inquiries-XXXXXX");
	strcpy(identity.endpoints[0], "tcp://127.0.0.1:1");
	strcpy(identity.handle, "director");
	f = federation_new(NULL, 0);
	session.directory = f->directory;
	session.federation = f->id;
	return mkdtemp(dir) == NULL || sluis_profile_create(dir, &identity, NULL, &failure) != SLUIS_OK ||
			sluis_profile_open(dir, NULL, &failure, &session.profile) != SLUIS_OK ?
		   -1 :
		   0;
}

static int
teardown(void **state)
{
	char command[96];

	(void)state;
	sluis_profile_close(session.profile);
	federation_free(f);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* A request by ${asker} to the provider, signed by ${signer}; seen by ${reader}. */
static void
fill(const char *asker, const char *signer, const char *reader)
{
	static ProtobufCBinaryData category;
	Sluis__InformationRequest r = SLUIS__INFORMATION_REQUEST__INIT;
	struct sluis_bytes payload;

	memset(&t, 0, sizeof(t));
	memset(&failure, 0, sizeof(failure));
	sluis__inquiry_row__init(&t.row);
	sluis__inquiry_closing__init(&t.closing);
	sluis__event_message__init(&t.message);
	category = sluis_pb(sluis_bytes_text("history"));
	r.format = SLUIS_FORMAT;
	r.federation_hash = r.case_hash = sluis_pb_hash(&f->id);
	r.inquiry_id = r.case_id = sluis_pb(sluis_bytes(id, sizeof(id)));
	r.record_hash = sluis_pb_hash(&federation_member(f, asker)->record_hash);
	r.holder_handle = sluis_pb(sluis_bytes_text("provider"));
	r.purpose_code = sluis_pb(sluis_bytes_text("consultation"));
	r.category_codes = &category;
	r.n_category_codes = 1;
	r.created_ms = (uint64_t)f->now_ms;
	r.due_ms = r.created_ms + 1000;
	assert_int_equal(sluis_codec_pack(&r.base, f->arena, &payload), SLUIS_OK);
	t.row.inquiry = federation_sign(f, signer, SLUIS_SIGNED_INQUIRY, payload);
	t.row.state_code = sluis_pb(sluis_bytes_text("open"));
	t.row.until_ms = r.created_ms + 2000;
	t.closing.closed_ms = r.created_ms;
	t.message.message_id = sluis_pb(sluis_bytes(other_id, sizeof(other_id)));
	session.self = sluis_directory_member(f->directory, sluis_bytes_text(reader));
}

static enum sluis_err
open_row(struct sluis_inquiries_row *row)
{
	return sluis_inquiries_open(&session, NULL, &t.row, f->arena, row, &failure);
}

static Sluis__Signed *
a_decline(const char *signer, const uint8_t *of)
{
	Sluis__InformationAnswer a = SLUIS__INFORMATION_ANSWER__INIT;
	struct sluis_bytes payload;

	a.format = SLUIS_FORMAT;
	a.federation_hash = sluis_pb_hash(&f->id);
	a.inquiry_id = sluis_pb(sluis_bytes(of, 16));
	a.record_hash = sluis_pb_hash(&federation_member(f, signer)->record_hash);
	a.reason_code = sluis_pb(sluis_bytes_text("not-held"));
	a.created_ms = (uint64_t)f->now_ms;
	assert_int_equal(sluis_codec_pack(&a.base, f->arena, &payload), SLUIS_OK);
	return federation_sign(f, signer, SLUIS_SIGNED_INQUIRY_ANSWER, payload);
}

static void
only_what_asker_signed_and_concerns_the_reader(void **state)
{
	struct sluis_inquiries_row row;
	struct sluis_id of_case;

	(void)state;
	fill("director", "director", "director");
	assert_int_equal(open_row(&row), SLUIS_OK);
	assert_true(row.is_asker);
	fill("director", "director", "provider");
	assert_int_equal(open_row(&row), SLUIS_OK);
	assert_false(row.is_asker);
	fill("director", "director", "gi");
	assert_int_equal(open_row(&row), SLUIS_EPROOF);
	assert_string_not_equal(failure.evidence, "");
	fill("director", "gi", "provider");
	assert_int_equal(open_row(&row), SLUIS_ESIGNATURE);
	fill("director", "director", "provider");
	t.row.inquiry->n_signatures = 0;
	assert_int_equal(open_row(&row), SLUIS_ESIGNATURE);
	fill("director", "director", "provider");
	memcpy(of_case.bytes, other_id, sizeof(of_case.bytes));
	assert_int_equal(sluis_inquiries_open(&session, &of_case, &t.row, f->arena, &row, &failure), SLUIS_EPROOF);
	memcpy(of_case.bytes, id, sizeof(of_case.bytes));
	assert_int_equal(sluis_inquiries_open(&session, &of_case, &t.row, f->arena, &row, &failure), SLUIS_OK);
}

/* A record that waits for its approval signs nothing that counts. */
static void
nobody_unapproved_asks(void **state)
{
	struct sluis_inquiries_row row;

	(void)state;
	(void)federation_waiting_member(f, "ghost", "provider", "provider");
	fill("ghost", "ghost", "provider");
	assert_int_equal(open_row(&row), SLUIS_ESIGNATURE);
}

static void
answered_says_by_what(void **state)
{
	struct sluis_inquiries_row row;

	(void)state;
	fill("director", "director", "director");
	t.row.state_code = sluis_pb(sluis_bytes_text("answered"));
	assert_int_equal(open_row(&row), SLUIS_EPROOF);
	t.row.closing = &t.closing;
	assert_int_equal(open_row(&row), SLUIS_EPROOF);
	t.closing.message = &t.message;
	assert_int_equal(open_row(&row), SLUIS_OK);
	assert_int_equal(row.state, SLUIS_INQUIRIES_ANSWERED);
	assert_memory_equal(row.message->bytes, other_id, sizeof(other_id));
	t.closing.decline = a_decline("provider", id);
	assert_int_equal(open_row(&row), SLUIS_EPROOF);
	t.closing.decline = NULL;
	t.row.state_code = sluis_pb(sluis_bytes_text("open"));
	assert_int_equal(open_row(&row), SLUIS_EPROOF);
}

static void
declined_is_what_the_holder_signed(void **state)
{
	struct sluis_inquiries_row row;

	(void)state;
	fill("director", "director", "director");
	t.row.state_code = sluis_pb(sluis_bytes_text("declined"));
	t.row.closing = &t.closing;
	assert_int_equal(open_row(&row), SLUIS_EPROOF);
	t.closing.decline = a_decline("gi", id);
	assert_int_equal(open_row(&row), SLUIS_ESIGNATURE);
	t.closing.decline = a_decline("provider", other_id);
	assert_int_equal(open_row(&row), SLUIS_ESIGNATURE);
	t.closing.decline = a_decline("provider", id);
	assert_int_equal(open_row(&row), SLUIS_OK);
	assert_true(sluis_bytes_is_text(sluis_of(row.decline->reason_code), "not-held"));
}

static void
overdue_and_expired_follow_the_clock(void **state)
{
	static const struct {
		const char *code;
		int64_t now_ms;
		enum sluis_inquiries_state state;
		const char *text;
	} CASES[] = {
		{ "open", 9, SLUIS_INQUIRIES_OPEN, "open" },
		{ "open", 10, SLUIS_INQUIRIES_OVERDUE, "overdue" },
		{ "open", 19, SLUIS_INQUIRIES_OVERDUE, "overdue" },
		{ "open", 20, SLUIS_INQUIRIES_EXPIRED, "expired" },
		{ "expired", 9, SLUIS_INQUIRIES_EXPIRED, "expired" },
		{ "answered", 20, SLUIS_INQUIRIES_ANSWERED, "answered" },
		{ "declined", 20, SLUIS_INQUIRIES_DECLINED, "declined" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		assert_int_equal(sluis_inquiries_state(sluis_bytes_text(CASES[i].code), 10, 20, CASES[i].now_ms),
		    CASES[i].state);
		assert_string_equal(sluis_inquiries_state_text(CASES[i].state), CASES[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_asker_signed_and_concerns_the_reader),
		cmocka_unit_test(nobody_unapproved_asks),
		cmocka_unit_test(answered_says_by_what),
		cmocka_unit_test(declined_is_what_the_holder_signed),
		cmocka_unit_test(overdue_and_expired_follow_the_clock),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
