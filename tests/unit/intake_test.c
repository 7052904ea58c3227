/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "asks.h"
#include "directory_holder.h"
#include "hash.h"
#include "intake/intake.h"
#include "limits.h"

static struct federation *f;
static struct directory_holder *directory;
static struct sluis_case *of_case;
static Sluis__Signed *opening;

static int
begin(void **state)
{
	struct sluis_directory *copy;

	(void)state;
	f = federation_new(NULL, 0);
	of_case = federation_open_case(f, 0xc1, "provider", "director", &opening);
	directory = directory_holder_new();
	copy = sluis_directory_copy(f->directory);
	if (directory == NULL || copy == NULL)
		return -1;
	directory_holder_publish(directory, copy);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sluis_case_free(of_case);
	directory_holder_free(directory);
	federation_free(f);
	return 0;
}

/* What front makes of a frame from ${handle} (NULL: a stranger), verified; free it with job_free(). */
static struct job *
verified(const char *handle, struct sluis_bytes frame, struct sluis_bytes body)
{
	struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

	assert_non_null(job);
	if (handle != NULL)
		job->peer = (struct job_peer){ .is_member = true,
			.curve_key = federation_member(f, handle)->curve_key };
	assert_int_equal(sluis_arena_copy(job->arena, frame, &job->frame), SLUIS_OK);
	job->body = body;
	job->snapshot = directory_holder_get(directory);
	intake_verify(job, f->now_ms);
	return job;
}

static void
answers(const char *handle, const Sluis__Ask *ask, struct sluis_bytes body, enum sluis_err err)
{
	struct job *job = verified(handle, ask_pack(f, ask), body);

	if (job->verified != err)
		fail_msg("%s, not %s", sluis_err_name(job->verified), sluis_err_name(err));
	assert_non_null(job->ask); /* there is a frame: somebody to answer, something to log */
	job_free(job);
}

static const struct sluis_bytes NOTHING;

/* ---- frames ---- */

static void
is_no_frame(struct sluis_bytes frame, enum sluis_err err)
{
	struct job *job = verified("provider", frame, NOTHING);

	assert_int_equal(job->verified, err);
	assert_null(job->ask);
	assert_null(job->act);
	job_free(job);
}

static void
what_is_no_frame_goes_no_further(void **state)
{
	static uint8_t big[SLUIS_FRAME_MAX_BYTES + 1];
	const struct sluis_bytes frame = ask_pack(f, ask_cases(f));
	uint8_t *changed = sluis_arena_alloc(f->arena, frame.len + 2);

	(void)state;
	is_no_frame(NOTHING, SLUIS_EFORMAT);
	is_no_frame(sluis_bytes_text("nonsense"), SLUIS_EFORMAT);
	is_no_frame(sluis_bytes(big, sizeof(big)), SLUIS_ETOOBIG);
	memcpy(changed, frame.data, frame.len);
	changed[1] = 2; /* another format */
	is_no_frame(sluis_bytes(changed, frame.len), SLUIS_EFORMAT);
	memcpy(changed, frame.data, frame.len);
	changed[frame.len] = 0x78; /* a field that nobody knows */
	changed[frame.len + 1] = 1;
	is_no_frame(sluis_bytes(changed, frame.len + 2), SLUIS_EFORMAT);
}

static void
every_cut_of_a_frame_is_refused(void **state)
{
	const struct sluis_bytes frame = ask_pack(f, ask_case_act(f, opening));

	(void)state;
	for (size_t len = 0; len < frame.len; len++) {
		struct job *job = verified("provider", sluis_bytes(frame.data, len), NOTHING);

		assert_int_equal(job->verified, SLUIS_EFORMAT); /* cut before the act: a frame that asks nothing */
		assert_true(job->ask == NULL || job->ask->act_case == SLUIS__ASK__ACT__NOT_SET);
		assert_null(job->act);
		job_free(job);
	}
}

static void
a_frame_that_does_not_fit_the_job_is_too_big(void **state)
{
	const struct sluis_bytes frame = ask_pack(f, ask_case_act(f, opening));
	struct job *job = job_new(frame.len + 64);

	(void)state;
	assert_int_equal(sluis_arena_copy(job->arena, frame, &job->frame), SLUIS_OK);
	intake_verify(job, f->now_ms);
	assert_int_equal(job->verified, SLUIS_ETOOBIG);
	assert_null(job->ask);
	job_free(job);
}

/* ---- who asks, and where ---- */

static void
a_member_is_known_by_its_transport_key(void **state)
{
	const struct sluis_bytes frame = ask_pack(f, ask_cases(f));
	struct job *job = verified("provider", frame, NOTHING);
	const struct sluis_hash hash = sluis_hash(frame);

	(void)state;
	assert_int_equal(job->verified, SLUIS_OK);
	assert_true(sluis_bytes_is_text(job->member->handle, "provider"));
	assert_true(sluis_hash_equal(&job->act_hash, &hash));
	job_free(job);
	job = verified(NULL, frame, NOTHING);
	assert_int_equal(job->verified, SLUIS_OK); /* what a stranger may ask is not for here */
	assert_null(job->member);
	job_free(job);
}

static void
before_there_is_a_directory_all_are_busy(void **state)
{
	struct job *job = job_new(SLUIS_ARENA_MAX_BYTES);

	(void)state;
	assert_int_equal(sluis_arena_copy(job->arena, ask_pack(f, ask_case_act(f, opening)), &job->frame), SLUIS_OK);
	intake_verify(job, f->now_ms);
	assert_int_equal(job->verified, SLUIS_EBUSY);
	assert_non_null(job->ask);
	assert_null(job->act);
	job_free(job);
}

/* PROTOCOL 3.3: an act for another federation says nothing here, and its signature is not even looked at. */
static void
another_federation_is_refused_before_any_signature(void **state)
{
	static const struct sluis_hash OTHER = { { 7 } };
	Sluis__Ask *ask = ask_case_act(f, opening);

	(void)state;
	ask->federation_hash = sluis_pb_hash(&OTHER);
	answers("provider", ask, NOTHING, SLUIS_EFORMAT);
	opening->signatures[0]->signature_bytes.data[0] ^= 1;
	answers("provider", ask, NOTHING, SLUIS_EFORMAT);
}

static void
a_body_where_none_belongs_is_refused(void **state)
{
	(void)state;
	answers("provider", ask_cases(f), sluis_bytes_text("x"), SLUIS_EFORMAT);
	answers("provider", ask_case_act(f, opening), sluis_bytes_text("x"), SLUIS_EFORMAT);
}

static void
what_is_not_served_yet_is_called_that(void **state)
{
	static const uint8_t NONCE[32] = { 1 };
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_NONCE);
	Sluis__Nonce nonce = SLUIS__NONCE__INIT;

	(void)state;
	nonce.nonce = sluis_pb(sluis_bytes(NONCE, sizeof(NONCE)));
	nonce.witness_handle = sluis_pb(sluis_bytes_text("director"));
	ask->nonce = &nonce;
	answers("director", ask, NOTHING, SLUIS_EVERSION);
	answers("director", ask_new(f, SLUIS__ASK__ACT__NOT_SET), NOTHING, SLUIS_EFORMAT);
}

/* ---- signed acts ---- */

static void
a_signed_act_is_the_members_own(void **state)
{
	struct job *job = verified("provider", ask_pack(f, ask_case_act(f, opening)), NOTHING);
	const struct sluis_hash hash = sluis_signed_hash(opening);

	(void)state;
	assert_int_equal(job->verified, SLUIS_OK);
	assert_true(sluis_hash_equal(&job->act_hash, &hash));
	assert_int_equal(((const Sluis__CaseAct *)job->act)->sequence, 0);
	job_free(job);
	answers("director", ask_case_act(f, opening), NOTHING, SLUIS_ESIGNATURE);
	answers(NULL, ask_case_act(f, opening), NOTHING, SLUIS_ESIGNATURE);
}

static void
every_flip_of_a_signature_is_refused(void **state)
{
	const ProtobufCBinaryData signature = opening->signatures[0]->signature_bytes;

	(void)state;
	for (size_t i = 0; i < signature.len; i++) {
		signature.data[i] ^= 1;
		answers("provider", ask_case_act(f, opening), NOTHING, SLUIS_ESIGNATURE);
		signature.data[i] ^= 1;
	}
	opening->payload_bytes.data[opening->payload_bytes.len - 1] ^= 1;
	answers("provider", ask_case_act(f, opening), NOTHING, SLUIS_ESIGNATURE);
}

/* Verified first, then read: bytes that are signed and no act are malformed, those that are not signed never get so far. */
static void
what_is_signed_must_be_an_act(void **state)
{
	const struct sluis_bytes nonsense = sluis_bytes_text("nonsense");
	Sluis__Ask *ask = ask_case_act(f, federation_sign(f, "provider", SLUIS_SIGNED_CASE, nonsense));

	(void)state;
	answers("provider", ask, NOTHING, SLUIS_EFORMAT);
	ask->case_act->signatures[0]->signature_bytes.data[0] ^= 1;
	answers("provider", ask, NOTHING, SLUIS_ESIGNATURE);
	/* signed as something else */
	ask = ask_case_act(f, federation_sign(f, "provider", SLUIS_SIGNED_RECEIPT, sluis_of(opening->payload_bytes)));
	answers("provider", ask, NOTHING, SLUIS_ESIGNATURE);
}

static void
an_act_of_another_federation_is_refused(void **state)
{
	const struct sluis_record_act act = { .federation = { { 7 } }, .created_ms = federation_time(f) };
	const struct sluis_record_invite draft = { .handle = sluis_bytes_text("late"),
		.organisation_handle = sluis_bytes_text("provider"),
		.expires_ms = f->now_ms + FEDERATION_DAY_MS };
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INVITE);
	struct sluis_bytes payload;

	(void)state;
	assert_int_equal(sluis_record_invite(&act, &draft, f->arena, &payload), SLUIS_OK);
	ask->invite = federation_sign(f, "registrar", SLUIS_SIGNED_INVITE, payload);
	answers("registrar", ask, NOTHING, SLUIS_EFORMAT);
}

/* ---- push ---- */

static struct ask_push
wish(void)
{
	return (struct ask_push){
		.from = "provider", .to = "director", .of_case = of_case, .sequence = 1, .bytes = 1000 };
}

static void
a_push_is_opened_and_its_body_checked(void **state)
{
	struct ask_push push = wish();
	const Sluis__Ask *ask = ask_push(f, &push);
	struct job *job = verified("provider", ask_pack(f, ask), push.body);
	const struct sluis_hash hash = sluis_hash(sluis_of(ask->push->manifest_bytes));

	(void)state;
	assert_int_equal(job->verified, SLUIS_OK);
	assert_int_equal(job->manifest.n_sections, 1);
	assert_true(sluis_hash_equal(&job->act_hash, &hash));
	job_free(job);
	answers("director", ask, push.body, SLUIS_ESIGNATURE);
	answers(NULL, ask, push.body, SLUIS_ESIGNATURE);
	sluis_freep(&push.body.data);
}

static void
a_body_that_differs_is_refused(void **state)
{
	struct ask_push push = wish();
	const Sluis__Ask *ask = ask_push(f, &push);
	uint8_t *body;

	(void)state;
	memcpy(&body, &push.body.data, sizeof(body));
	for (size_t i = 0; i < push.body.len; i += 97) {
		body[i] ^= 1;
		answers("provider", ask, push.body, SLUIS_EHASH);
		body[i] ^= 1;
	}
	answers("provider", ask, NOTHING, SLUIS_EFORMAT);
	answers("provider", ask, sluis_bytes(push.body.data, push.body.len - 1), SLUIS_EFORMAT);
	sluis_freep(&push.body.data);
}

static void
a_place_that_is_not_in_the_batch_is_refused(void **state)
{
	struct ask_push push = wish();
	Sluis__Ask *ask = ask_push(f, &push);
	uint8_t hash[32] = { 1 };
	ProtobufCBinaryData path = sluis_pb(sluis_bytes(hash, sizeof(hash)));

	(void)state;
	ask->push->batch_index = 1;
	answers("provider", ask, push.body, SLUIS_EPROOF);
	ask->push->batch_index = 0;
	ask->push->path_hashes = &path;
	ask->push->n_path_hashes = 1;
	answers("provider", ask, push.body, SLUIS_EPROOF);
	ask->push->n_path_hashes = 0;
	answers("provider", ask, push.body, SLUIS_OK);
	ask->push->batch->signatures[0]->signature_bytes.data[5] ^= 1;
	ask->push->batch_index = 1; /* the signature first */
	answers("provider", ask, push.body, SLUIS_ESIGNATURE);
	sluis_freep(&push.body.data);
}

/* Signed with one's own key in the name of another: the signature holds, the name does not. */
static void
a_message_in_anothers_name_is_refused(void **state)
{
	struct ask_push push = wish();
	const Sluis__Ask *ask;

	(void)state;
	federation_member(f, "provider")->sign_secret = federation_member(f, "gi")->sign_secret;
	ask = ask_push(f, &push);
	answers("gi", ask, push.body, SLUIS_ESIGNATURE);
	sluis_freep(&push.body.data);
}

static void
a_message_of_another_federation_is_refused(void **state)
{
	struct ask_push push = wish();
	const struct sluis_hash ours = f->id;
	Sluis__Ask *ask;

	(void)state;
	f->id.bytes[0] ^= 1;
	ask = ask_push(f, &push);
	f->id = ours; /* the frame names ours, the manifest does not */
	answers("provider", ask, push.body, SLUIS_EFORMAT);
	sluis_freep(&push.body.data);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		T(what_is_no_frame_goes_no_further), T(every_cut_of_a_frame_is_refused),
		T(a_frame_that_does_not_fit_the_job_is_too_big), T(a_member_is_known_by_its_transport_key),
		T(before_there_is_a_directory_all_are_busy),
		T(another_federation_is_refused_before_any_signature),
		T(a_body_where_none_belongs_is_refused), T(what_is_not_served_yet_is_called_that),
		T(a_signed_act_is_the_members_own), T(every_flip_of_a_signature_is_refused),
		T(what_is_signed_must_be_an_act), T(an_act_of_another_federation_is_refused),
		T(a_push_is_opened_and_its_body_checked), T(a_body_that_differs_is_refused),
		T(a_place_that_is_not_in_the_batch_is_refused), T(a_message_in_anothers_name_is_refused),
		T(a_message_of_another_federation_is_refused),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
