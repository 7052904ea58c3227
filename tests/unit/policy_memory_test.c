/* SPDX-License-Identifier: EUPL-1.2 */
/* Every allocation of the reading fails once; nothing leaks, nothing half-read is handed out. */
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <yaml.h>

#include "arena.h"
#include "policy_scene.h"

/* mk/policy.mk links this test with --wrap of the functions below. */
void *__real_calloc(size_t count, size_t len);
void *__wrap_calloc(size_t count, size_t len);
struct sluis_arena *__real_sluis_arena_new(size_t cap_bytes);
struct sluis_arena *__wrap_sluis_arena_new(size_t cap_bytes);
void *__real_sluis_arena_alloc(struct sluis_arena *arena, size_t len);
void *__wrap_sluis_arena_alloc(struct sluis_arena *arena, size_t len);
enum sluis_err __real_sluis_arena_copy(struct sluis_arena *arena, struct sluis_bytes bytes,
    struct sluis_bytes *ret);
enum sluis_err __wrap_sluis_arena_copy(struct sluis_arena *arena, struct sluis_bytes bytes,
    struct sluis_bytes *ret);
int __real_yaml_parser_initialize(yaml_parser_t *parser);
int __wrap_yaml_parser_initialize(yaml_parser_t *parser);
int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);

static size_t LEFT = SIZE_MAX; /* calls until the one that fails */
static size_t CALLS;

static bool
fails(void)
{
	CALLS++;
	return LEFT != SIZE_MAX && LEFT-- == 0;
}

void *
__wrap_calloc(size_t count, size_t len)
{
	return fails() ? NULL : __real_calloc(count, len);
}

struct sluis_arena *
__wrap_sluis_arena_new(size_t cap_bytes)
{
	return fails() ? NULL : __real_sluis_arena_new(cap_bytes);
}

void *
__wrap_sluis_arena_alloc(struct sluis_arena *arena, size_t len)
{
	return fails() ? NULL : __real_sluis_arena_alloc(arena, len);
}

enum sluis_err
__wrap_sluis_arena_copy(struct sluis_arena *arena, struct sluis_bytes bytes, struct sluis_bytes *ret)
{
	return fails() ? SLUIS_ENOMEM : __real_sluis_arena_copy(arena, bytes, ret);
}

int
__wrap_yaml_parser_initialize(yaml_parser_t *parser)
{
	return fails() ? 0 : __real_yaml_parser_initialize(parser);
}

int
__wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
	if (!fails())
		return __real_yaml_parser_parse(parser, event);
	parser->error = YAML_MEMORY_ERROR;
	return 0;
}

static enum sluis_err
parse_failing_at(const char *text, size_t call)
{
	struct sluis_policy *policy = NULL;
	enum sluis_err err;

	CALLS = 0;
	LEFT = call;
	err = sluis_policy_parse(sluis_bytes(text, strlen(text)), NULL, &policy);
	LEFT = SIZE_MAX;
	assert_int_equal(err == SLUIS_OK, policy != NULL);
	sluis_policy_free(policy);
	return err;
}

/* The tree takes thousands of calls alike: those are sampled; what comes after it fails one by one. */
static void
fails_at_every_allocation(void **state)
{
	char *text = scene_text("tests/policy/stranger.yaml");
	size_t calls;

	(void)state;
	assert_int_equal(parse_failing_at(text, SIZE_MAX), SLUIS_OK);
	calls = CALLS;
	assert_true(calls > 1000);
	for (size_t call = 0; call < calls; call += call < 100 || call + 200 > calls ? 1 : 37)
		assert_int_equal(parse_failing_at(text, call), SLUIS_ENOMEM);
	assert_int_equal(parse_failing_at(text, calls), SLUIS_OK);
	free(text);
}

/* A mistake that cannot even be told for want of memory is still no policy. */
static void
fails_while_telling_a_mistake(void **state)
{
	static const char TEXT[] = "a: [";
	size_t calls;

	(void)state;
	assert_int_equal(parse_failing_at(TEXT, SIZE_MAX), SLUIS_ECONFIG);
	calls = CALLS;
	for (size_t call = 0; call < calls; call++)
		assert_int_equal(parse_failing_at(TEXT, call), SLUIS_ENOMEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails_at_every_allocation),
		cmocka_unit_test(fails_while_telling_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
