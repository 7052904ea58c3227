/* SPDX-License-Identifier: EUPL-1.2 */
#include "worked.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

enum { EXAMPLES_MAX = 400, NAME_MAX_CHARS = 63, LINE_DIGITS = 96, VALUE_MAX_CHARS = 1 << 20 };

struct example {
	char name[NAME_MAX_CHARS + 1];
	char *value; /* as it stands in the file */
	bool found;
};

struct worked {
	struct example examples[EXAMPLES_MAX];
	size_t n;
};

/* Reading a file: the example at hand. */
struct reading {
	struct worked *worked;
	char name[NAME_MAX_CHARS + 1];
	char *value;
	size_t len;
	bool fenced;
	char *why;
	size_t cap;
};

struct worked *
worked_new(void)
{
	struct worked *worked = calloc(1, sizeof(*worked));

	assert(worked != NULL);
	return worked;
}

void
worked_free(struct worked *worked)
{
	for (size_t i = 0; i < worked->n; i++)
		free(worked->examples[i].value);
	free(worked);
}

/* ${value} is taken over. */
static void
put(struct worked *worked, const char *name, char *value)
{
	struct example *example = &worked->examples[worked->n++];

	assert(worked->n <= EXAMPLES_MAX && strlen(name) <= NAME_MAX_CHARS);
	strcpy(example->name, name);
	example->value = value;
}

void
worked_put_hex(struct worked *worked, const char *name, struct sluis_bytes bytes)
{
	char *hex = malloc(2 * bytes.len + 1);

	assert(hex != NULL);
	sluis_hex(bytes.data, bytes.len, hex);
	put(worked, name, hex);
}

void
worked_put_hash(struct worked *worked, const char *name, struct sluis_hash hash)
{
	worked_put_hex(worked, name, sluis_hash_bytes(&hash));
}

void
worked_put_text(struct worked *worked, const char *name, const char *text)
{
	char *quoted = malloc(2 * strlen(text) + 3), *at = quoted;

	assert(quoted != NULL);
	*at++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*at++ = '\\';
		*at++ = *text == '\n' ? 'n' : *text;
	}
	*at++ = '"';
	*at = '\0';
	put(worked, name, quoted);
}

void
worked_put_numbered(struct worked *worked, const char *name, unsigned number, struct sluis_hash hash)
{
	char numbered[NAME_MAX_CHARS + 1];

	snprintf(numbered, sizeof(numbered), "%s-%u", name, number);
	worked_put_hash(worked, numbered, hash);
}

void
worked_print(const struct worked *worked)
{
	for (size_t i = 0; i < worked->n; i++) {
		const char *value = worked->examples[i].value;
		const size_t len = strlen(value);
		const bool is_text = value[0] == '"';

		printf("%s = %.*s\n", worked->examples[i].name, is_text ? (int)len : LINE_DIGITS, value);
		for (size_t at = LINE_DIGITS; !is_text && at < len; at += LINE_DIGITS)
			printf("  %.*s\n", LINE_DIGITS, value + at);
	}
}

static bool __attribute__((format(printf, 2, 3)))
wrong(const struct reading *r, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(r->why, r->cap, format, list);
	va_end(list);
	return false;
}

static bool
finish_example(struct reading *r)
{
	struct example *example = NULL;

	if (r->name[0] == '\0')
		return true;
	for (size_t i = 0; i < r->worked->n && example == NULL; i++) {
		if (strcmp(r->worked->examples[i].name, r->name) == 0)
			example = &r->worked->examples[i];
	}
	if (example == NULL)
		return wrong(r, "%s is no example that is computed", r->name);
	if (example->found)
		return wrong(r, "%s stands there twice", r->name);
	if (strcmp(example->value, r->value) != 0)
		return wrong(r, "%s should be %s", r->name, example->value);
	example->found = true;
	r->name[0] = '\0';
	return true;
}

static bool
start_example(struct reading *r, const char *line)
{
	const char *equals = strstr(line, " = ");

	if (equals == NULL || equals - line > NAME_MAX_CHARS)
		return wrong(r, "not an example: %s", line);
	memcpy(r->name, line, (size_t)(equals - line));
	r->name[equals - line] = '\0';
	r->len = strlen(equals + 3);
	memcpy(r->value, equals + 3, r->len + 1);
	return true;
}

static bool
go_on(struct reading *r, const char *more)
{
	const size_t len = strlen(more);

	if (r->name[0] == '\0' || len >= VALUE_MAX_CHARS - r->len)
		return wrong(r, "nothing to go on with: %s", more);
	memcpy(r->value + r->len, more, len + 1);
	r->len += len;
	return true;
}

static bool
take_line(struct reading *r, const char *line)
{
	if (r->fenced && strncmp(line, "  ", 2) == 0)
		return go_on(r, line + 2);
	if (!finish_example(r))
		return false;
	if (strncmp(line, "```", 3) == 0) {
		r->fenced = !r->fenced;
		return true;
	}
	return !r->fenced || start_example(r, line);
}

static bool
read_all(struct reading *r, FILE *file)
{
	char line[4096];

	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (!take_line(r, line))
			return false;
	}
	if (r->fenced)
		return wrong(r, "the last fence is not closed");
	for (size_t i = 0; i < r->worked->n; i++) {
		if (!r->worked->examples[i].found)
			return wrong(r, "lacks %s", r->worked->examples[i].name);
	}
	return true;
}

bool
worked_compare(struct worked *worked, const char *path, char *why, size_t cap)
{
	struct reading r = { .worked = worked, .value = malloc(VALUE_MAX_CHARS), .why = why, .cap = cap };
	FILE *file = fopen(path, "re");
	bool good;

	assert(r.value != NULL);
	for (size_t i = 0; i < worked->n; i++)
		worked->examples[i].found = false;
	good = file != NULL ? read_all(&r, file)
	                    : wrong(&r, "cannot be read; run this from the top of the project");
	if (file != NULL)
		fclose(file);
	free(r.value);
	return good;
}
