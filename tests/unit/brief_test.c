/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "brief.h"
#include "limits.h"

static struct sluis_arena *arena;
static struct sluis_id request = { { 7, 8, 9 } };
static struct sluis_hash federation = { { 1, 2, 3 } };

static struct sluis_bytes
ask(void)
{
	Sluis__Ask frame = SLUIS__ASK__INIT;
	Sluis__Seen seen = SLUIS__SEEN__INIT;
	Sluis__AskHello hello = SLUIS__ASK_HELLO__INIT;
	struct sluis_bytes packed;

	frame.format = SLUIS_FORMAT;
	frame.federation_hash = sluis_pb_hash(&federation);
	frame.request_id = sluis_pb_id(&request);
	frame.seen = &seen;
	frame.act_case = SLUIS__ASK__ACT_HELLO;
	frame.hello = &hello;
	assert_int_equal(sluis_codec_pack(&frame.base, arena, &packed), SLUIS_OK);
	return packed;
}

static int
arena_make(void **state)
{
	(void)state;
	arena = sluis_arena_new(1024 * 1024);
	return arena == NULL;
}

static int
arena_end(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	return 0;
}

static void
the_answer_fits_its_question(void **state)
{
	static const enum brief_status STATUS[] = { BRIEF_BUSY, BRIEF_MALFORMED, BRIEF_UNAVAILABLE };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(STATUS); i++) {
		Sluis__Tell *tell = NULL;
		struct sluis_bytes packed;

		assert_int_equal(brief_pack(ask(), STATUS[i], 17, arena, &packed), SLUIS_OK);
		assert_int_equal(SLUIS_UNPACK(tell, Tell, packed, SLUIS_FRAME_MAX_BYTES, arena, &tell), SLUIS_OK);
		assert_int_equal(tell->status_number, STATUS[i]);
		assert_int_equal(tell->retry_count, 17);
		assert_memory_equal(tell->request_id.data, request.bytes, 16);
		assert_memory_equal(tell->federation_hash.data, federation.bytes, 32);
		assert_null(tell->log);
		assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER__NOT_SET);
	}
}

/* A head cut anywhere, or with a byte of its shape flipped, shows nobody to answer. */
static void
no_request_no_answer(void **state)
{
	struct sluis_bytes frame = ask(), packed;
	uint8_t copy[64];
	const size_t head = 4 + 32 + 2 + 16;

	(void)state;
	for (size_t len = 0; len < head; len++)
		assert_int_equal(brief_pack(sluis_bytes(frame.data, len), BRIEF_BUSY, 1, arena, &packed), SLUIS_EFORMAT);
	assert_int_equal(brief_pack(sluis_bytes(frame.data, head), BRIEF_BUSY, 1, arena, &packed), SLUIS_OK);
	for (size_t i = 0; i < head; i++) {
		const bool is_shape = i < 4 || (i >= 36 && i < 38);

		memcpy(copy, frame.data, head);
		copy[i] ^= 0x40;
		assert_int_equal(brief_pack(sluis_bytes(copy, head), BRIEF_BUSY, 1, arena, &packed),
		    is_shape ? SLUIS_EFORMAT : SLUIS_OK);
	}
	memcpy(copy, frame.data, head);
	memset(copy + 38, 0, 16); /* zero is never an id */
	assert_int_equal(brief_pack(sluis_bytes(copy, head), BRIEF_BUSY, 1, arena, &packed), SLUIS_EFORMAT);
	assert_int_equal(brief_pack(sluis_bytes(NULL, 0), BRIEF_BUSY, 1, arena, &packed), SLUIS_EFORMAT);
}

static void
a_job_is_answered_even_with_a_full_arena(void **state)
{
	struct job *job = job_new(8 * 1024);
	Sluis__Tell *tell = NULL;

	(void)state;
	assert_int_equal(sluis_arena_copy(job->arena, ask(), &job->frame), SLUIS_OK);
	while (sluis_arena_alloc(job->arena, 512) != NULL)
		;
	brief_job(job, BRIEF_MALFORMED, 0);
	assert_int_equal(SLUIS_UNPACK(tell, Tell, job->tell, SLUIS_FRAME_MAX_BYTES, arena, &tell), SLUIS_OK);
	assert_int_equal(tell->status_number, BRIEF_MALFORMED);
	assert_null(job->ask);
	job->frame = sluis_bytes("nonsense", 8);
	brief_job(job, BRIEF_MALFORMED, 0);
	assert_int_equal(job->tell.len, 0);
	job_free(job);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_fits_its_question),
		cmocka_unit_test(no_request_no_answer),
		cmocka_unit_test(a_job_is_answered_even_with_a_full_arena),
	};

	return cmocka_run_group_tests(tests, arena_make, arena_end);
}
