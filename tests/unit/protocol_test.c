/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What PROTOCOL.md lists is what the code has, and nothing else: limits (12), types of signed acts (3.3), types of events (8.2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "case_chain.h"
#include "certificate.h"
#include "directory.h"
#include "dsse.h"
#include "event.h"
#include "limits.h"
#include "note.h"
#include "signed.h"

enum { FILE_MAX_BYTES = 256 * 1024, WORD_MAX = 64 };

/* clang-format off */
#define LIMIT_LIST(X) \
	X(SLUIS_FORMAT) X(SLUIS_FRAME_MAX_BYTES) X(SLUIS_TELL_MAX_BYTES) X(SLUIS_BODY_MAX_BYTES) X(SLUIS_PARTS_MAX) \
	X(SLUIS_CURVE_OVERHEAD_BYTES) X(SLUIS_WINDOW_MAX_BYTES) X(SLUIS_CHUNK_BYTES) X(SLUIS_ARENA_MAX_BYTES) \
	X(SLUIS_MANIFEST_MAX_BYTES) X(SLUIS_SECTIONS_MAX) X(SLUIS_RECIPIENTS_MAX) X(SLUIS_SECTION_INLINE_MAX_BYTES) \
	X(SLUIS_MESSAGE_INLINE_MAX_BYTES) X(SLUIS_BATCH_MAX) X(SLUIS_BATCH_PATH_MAX) X(SLUIS_PROOF_MAX) \
	X(SLUIS_SIGNATURES_MAX) X(SLUIS_KEYS_ENTRY_MAX_BYTES) X(SLUIS_EVENT_MAX_BYTES) X(SLUIS_CODES_MAX) \
	X(SLUIS_TEXT_MAX_BYTES) X(SLUIS_NOTE_NAME_MAX_BYTES) X(SLUIS_ANCHORS_MAX) X(SLUIS_REGISTRARS_MAX) \
	X(SLUIS_ENDPOINTS_MAX) X(SLUIS_EPOCHS_MAX) X(SLUIS_CERTIFICATE_MAX_BYTES) X(SLUIS_CERTIFICATE_CHAIN_MAX) \
	X(SLUIS_CASE_MEMBERS_MAX) X(SLUIS_CASE_ACT_MEMBERS_MAX) X(SLUIS_CASE_ACT_FACTS_MAX) X(SLUIS_CASE_ACT_MAX_BYTES) \
	X(SLUIS_CASE_MAX_BYTES) X(SLUIS_AGE_HEADER_MAX_BYTES) X(SLUIS_AGE_STANZAS_MAX) X(SLUIS_AGE_CHUNK_BYTES) \
	X(SLUIS_TIME_MIN_MS) X(SLUIS_TIME_MAX_MS) X(SLUIS_ACT_MAX_AGE_MS) X(SLUIS_ACT_MAX_AHEAD_MS) \
	X(SLUIS_ID_MEMORY_MS) X(SLUIS_LEASE_MS)
/* clang-format on */

static const struct {
	const char *name;
	uint64_t value;
} LIMITS[] = {
#define X(name) { #name, (uint64_t)(name) },
	LIMIT_LIST(X)
#undef X
};

static const char *const SIGNED[] = {
#define X(name, word) word,
	SLUIS_SIGNED_TYPE_LIST(X)
#undef X
};

static const struct {
	const char *word;
	const char *action;
} EVENTS[] = {
#define X(name, word, action) { word, #action },
	SLUIS_EVENT_TYPE_LIST(X)
#undef X
};

static char *
load(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, FILE_MAX_BYTES);

	assert_non_null(file);
	assert_non_null(text);
	assert_in_range(fread(text, 1, FILE_MAX_BYTES - 1, file), 1, FILE_MAX_BYTES - 2);
	fclose(file);
	return text;
}

/* Cuts ${text} to what stands between ${from} and ${to}, each of which stands there once. */
static char *
between(char *text, const char *from, const char *to)
{
	char *start = strstr(text, from), *end = start == NULL ? NULL : strstr(start, to);

	if (start == NULL || end == NULL)
		fail_msg("PROTOCOL.md has no \"%s\" before \"%s\"", from, to);
	*end = '\0';
	return start + strlen(from);
}

/* The next word between backticks; false: there is none. */
static bool
next_word(char **at, char ret[static WORD_MAX])
{
	const char *start = strchr(*at, '`');
	const char *end = start == NULL ? NULL : strchr(start + 1, '`');

	if (end == NULL || end - start > WORD_MAX)
		return false;
	snprintf(ret, WORD_MAX, "%.*s", (int)(end - start - 1), start + 1);
	*at += end + 1 - *at;
	return true;
}

static size_t
limit_named(const char *name)
{
	for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
		if (strcmp(LIMITS[i].name, name) == 0)
			return i;
	}
	fail_msg("%s is in no list of this test", name);
	return 0;
}

static void
the_table_of_limits_is_that_of_the_code(void **state)
{
	bool seen[sizeof(LIMITS) / sizeof(LIMITS[0])] = { false };
	char *text = load("proto/PROTOCOL.md"), *rest = strstr(text, "## 12. Limits"), *line;

	(void)state;
	assert_non_null(rest);
	while ((line = strsep(&rest, "\n")) != NULL) {
		char name[WORD_MAX] = "";
		unsigned long long value;
		const char *last = strrchr(line, '`');

		if (strncmp(line, "| ", 2) != 0 || last == NULL)
			continue;
		/* the two last columns: words may hold a name between backticks, too */
		for (const char *p = strstr(line, " | "); p != NULL; p = strstr(p + 1, " | ")) {
			if (sscanf(p, " | %llu | `%63[A-Z_]`", &value, name) == 2)
				break;
			name[0] = '\0';
		}
		if (name[0] == '\0')
			fail_msg("not a row: %s", line);
		if (LIMITS[limit_named(name)].value != value)
			fail_msg("%s: PROTOCOL.md says %llu, the code %llu", name, value,
			    (unsigned long long)LIMITS[limit_named(name)].value);
		assert_false(seen[limit_named(name)]);
		seen[limit_named(name)] = true;
	}
	for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
		if (!seen[i])
			fail_msg("PROTOCOL.md does not state %s", LIMITS[i].name);
	}
	free(text);
}

static void
every_limit_of_the_wire_is_in_the_table(void **state)
{
	char *text = load("proto/limits.h"), *rest = text, *line;
	size_t n = 0;

	(void)state;
	while ((line = strsep(&rest, "\n")) != NULL) {
		char name[WORD_MAX];

		if (sscanf(line, "#define %63[A-Z_] %*s", name) != 1 || strcmp(name, "SLUIS_LIMITS_H") == 0)
			continue;
		(void)limit_named(name);
		n++;
	}
	assert_true(n > 20);
	free(text);
}

static void
signed_acts_are_those_of_the_protocol(void **state)
{
	bool seen[sizeof(SIGNED) / sizeof(SIGNED[0])] = { false };
	char *text = load("proto/PROTOCOL.md"), word[WORD_MAX];
	char *at = between(text, "3. NAME and payload:", "\n4. ");

	(void)state;
	while (next_word(&at, word)) {
		size_t i = 0;

		while (i < sizeof(SIGNED) / sizeof(SIGNED[0]) && strcmp(SIGNED[i], word) != 0)
			i++;
		if (i == sizeof(SIGNED) / sizeof(SIGNED[0]))
			fail_msg("PROTOCOL 3.3 names `%s`; dsse.h does not", word);
		seen[i] = true;
	}
	for (size_t i = 0; i < sizeof(SIGNED) / sizeof(SIGNED[0]); i++) {
		if (!seen[i])
			fail_msg("dsse.h names `%s`; PROTOCOL 3.3 does not", SIGNED[i]);
	}
	free(text);
}

static size_t
event_of(const char *word)
{
	for (size_t i = 0; i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++) {
		if (strcmp(EVENTS[i].word, word) == 0)
			return i;
	}
	fail_msg("PROTOCOL 8.2 names `%s`; event.h does not", word);
	return 0;
}

static void
events_are_those_of_the_protocol(void **state)
{
	static const char *const HEADS[] = { "1 create:", "2 read:", "3 update:", "4 delete:", "5 execute:",
		"A refusal is an event" };
	static const char *const ACTIONS[] = { "CREATE", "READ", "UPDATE", "DELETE", "EXECUTE" };
	bool seen[sizeof(EVENTS) / sizeof(EVENTS[0])] = { false };
	char word[WORD_MAX];

	(void)state;
	for (size_t action = 0; action < 5; action++) {
		char *text = load("proto/PROTOCOL.md");
		char *at = between(text, HEADS[action], HEADS[action + 1]);

		while (next_word(&at, word)) {
			const size_t i = event_of(word);

			if (strcmp(EVENTS[i].action, ACTIONS[action]) != 0)
				fail_msg("`%s`: PROTOCOL.md has it under %s", word, HEADS[action]);
			seen[i] = true;
		}
		free(text);
	}
	for (size_t i = 0; i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++) {
		if (!seen[i])
			fail_msg("event.h names `%s`; PROTOCOL 8.2 does not", EVENTS[i].word);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_of_limits_is_that_of_the_code),
		cmocka_unit_test(every_limit_of_the_wire_is_in_the_table),
		cmocka_unit_test(signed_acts_are_those_of_the_protocol),
		cmocka_unit_test(events_are_those_of_the_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
