/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * message_bench - what one small message costs its sender and the broker's worker: 4 KiB in 3 sections, 2 recipients.
 *
 * Prints microseconds a message, the least and the middle of many rounds, one thread.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "filler.h"
#include "hash.h"
#include "manifest.h"
#include "random.h"
#include "sample.h"

enum { ROUNDS = 2000, SECTIONS = 3, RECIPIENTS = 2, PLAIN_BYTES = 4096, BATCH = 64 };

static uint8_t plain[PLAIN_BYTES];
static double rounds[ROUNDS];

/* One step of the work; it may not fail. */
struct step {
	const char *what;
	enum sluis_err (*run)(struct sample *s, struct sluis_arena *arena);
};

static Sluis__Push *the_push; /* as unpacked last */
static struct sluis_bytes the_frame;
static struct sluis_manifest the_manifest;

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static enum sluis_err
seal(struct sample *s, struct sluis_arena *arena)
{
	const struct sluis_draft_random random = { .fill = sluis_random_system, .context = NULL };
	struct sluis_writer body;

	sluis_writer_init(&body, s->storage, 64 * 1024);
	return sluis_draft_seal(&s->draft, &random, arena, &body, &s->sealed);
}

static enum sluis_err
sign(struct sample *s, struct sluis_arena *arena)
{
	const struct sluis_batch_draft draft = { .record = s->draft.sender, .created_ms = SAMPLE_NOW_MS,
		.manifests = &s->sealed.manifest.hash, .n = 1 };

	SLUIS_TRY(sluis_batch_build(&draft, arena, &s->batch));
	SLUIS_TRY(sluis_batch_sign(&s->batch, &s->sign_secret, arena, &s->signed_batch));
	return sluis_draft_push(&s->sealed, &s->batch, 0, s->signed_batch, arena, &s->push);
}

static enum sluis_err
send(struct sample *s, struct sluis_arena *arena)
{
	Sluis__Ask *ask = (Sluis__Ask *)filler_message(&sluis__ask__descriptor, arena);

	SLUIS_TRY(seal(s, arena));
	SLUIS_TRY(sign(s, arena));
	ask->act_case = SLUIS__ASK__ACT_PUSH;
	ask->push = s->push;
	return sluis_codec_pack(&ask->base, arena, &the_frame);
}

static enum sluis_err
unpack(struct sample *s, struct sluis_arena *arena)
{
	Sluis__Ask *ask;

	(void)s;
	SLUIS_TRY(SLUIS_UNPACK(ask, Ask, the_frame, SLUIS_FRAME_MAX_BYTES, arena, &ask));
	the_push = ask->push;
	return SLUIS_OK;
}

static enum sluis_err
verify(struct sample *s, struct sluis_arena *arena)
{
	(void)arena;
	return sluis_manifest_verify_signature(s->push->batch, SLUIS_BATCH_PUSH, &s->sign_key);
}

static enum sluis_err
open_push(struct sample *s, struct sluis_arena *arena)
{
	return sluis_manifest_open_push(s->push, arena, &the_manifest);
}

static enum sluis_err
check_body(struct sample *s, struct sluis_arena *arena)
{
	(void)arena;
	return sluis_manifest_check_body(&s->sealed.manifest, s->sealed.body);
}

static enum sluis_err
receive(struct sample *s, struct sluis_arena *arena)
{
	SLUIS_TRY(unpack(s, arena));
	SLUIS_TRY(sluis_manifest_verify_signature(the_push->batch, SLUIS_BATCH_PUSH, &s->sign_key));
	SLUIS_TRY(sluis_manifest_open_push(the_push, arena, &the_manifest));
	return sluis_manifest_check_body(&the_manifest, s->sealed.body);
}

static enum sluis_err
sign_batch(struct sample *s, struct sluis_arena *arena)
{
	struct sluis_hash manifests[BATCH];
	const struct sluis_batch_draft draft = { .record = s->draft.sender, .created_ms = SAMPLE_NOW_MS,
		.manifests = manifests, .n = BATCH };

	for (size_t i = 0; i < BATCH; i++)
		manifests[i] = s->sealed.manifest.hash;
	SLUIS_TRY(sluis_batch_build(&draft, arena, &s->batch));
	return sluis_batch_sign(&s->batch, &s->sign_secret, arena, &s->signed_batch);
}

/* Sealing comes first: the frame and body it leaves are what the rest reads. */
static const struct step STEPS[] = {
	{ "sender, all of it", send },
	{ "worker, all of it", receive },
	{ "worker: strict frame", unpack },
	{ "worker: signature", verify },
	{ "worker: open push", open_push },
	{ "worker: hashes and headers of files", check_body },
	{ "sender: batch of 64 built and signed", sign_batch },
};

static void
measure(const struct step *step, struct sample *s, struct sluis_arena *arena)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		const double start = now_us();
		const enum sluis_err err = step->run(s, arena);

		rounds[i] = now_us() - start;
		if (err != SLUIS_OK) {
			fprintf(stderr, "message_bench: %s: %s\n", step->what, sluis_err_text(err));
			exit(1);
		}
		if (step->run != send || i + 1 < ROUNDS)
			sluis_arena_reset(arena);
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	printf("%-40s least %7.1f  middle %7.1f us\n", step->what, rounds[0], rounds[ROUNDS / 2]);
}

int
main(void)
{
	struct sample s;
	struct sluis_arena *sent = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);
	struct sluis_arena *arena = sluis_arena_new(SLUIS_ARENA_MAX_BYTES);

	assert(sent != NULL && arena != NULL);
	sample_draft(&s, SECTIONS, RECIPIENTS, 1);
	for (size_t i = 0; i < SECTIONS; i++)
		s.sections[i].plain = sluis_bytes(plain, i == 0 ? PLAIN_BYTES / 2 : PLAIN_BYTES / 4);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(STEPS); i++)
		measure(&STEPS[i], &s, STEPS[i].run == send ? sent : arena);
	printf("frame %zu bytes, body %zu bytes\n", the_frame.len, s.sealed.body.len);
	sluis_arena_free(sent);
	sluis_arena_free(arena);
	sample_free(&s);
	return 0;
}
