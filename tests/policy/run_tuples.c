/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * run_tuples FILE [PURPOSE] - kit_policy without the rest of the kit, ending at the first tuple that differs.
 *
 * For tests/policy/mutate.py, which needs an answer in milliseconds. With PURPOSE only its lines are asked.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

static const char *only; /* purpose; NULL: all */

void
kit_pass(struct kit_count *count)
{
	count->passed++;
}

void
kit_fail(struct kit_count *count, const char *vector, const char *format, ...)
{
	va_list args;

	count->failed++;
	printf("FAIL %s: ", vector);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(1);
}

void
kit_skip(size_t n, const char *what, const char *why)
{
	if (n > 0)
		printf("%zu %s: %s\n", n, what, why);
}

int
kit_trouble(const char *path, const char *format, ...)
{
	(void)format;
	printf("trouble with %s\n", path);
	return -1;
}

/* Keep the lines that begin with the purpose. */
static size_t
keep_purpose(char *text)
{
	const size_t len = strlen(only);
	char *to = text;

	for (char *line = text; *line != '\0';) {
		char *end = strchr(line, '\n') + 1;

		if (strncmp(line, only, len) == 0 && line[len] == '\t') {
			memmove(to, line, (size_t)(end - line));
			to += end - line;
		}
		line = end;
	}
	return (size_t)(to - text);
}

int
kit_read(const char *path, size_t max_bytes, struct kit_file *ret)
{
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return kit_trouble(path, "");
	ret->data = calloc(1, max_bytes + 1);
	ret->len = ret->data == NULL ? 0 : fread(ret->data, 1, max_bytes, file);
	fclose(file);
	if (only != NULL && strstr(path, ".tsv") != NULL)
		ret->len = keep_purpose((char *)ret->data);
	return 0;
}

void
kit_file_done(struct kit_file *file)
{
	free(file->data);
}

int
main(int argc, char **argv)
{
	struct kit_count count = { 0 };

	if (argc < 2)
		return 2;
	only = argc > 2 ? argv[2] : NULL;
	if (kit_policy(argv[1], &count) != 0)
		return 1;
	printf("%zu passed, %zu failed\n", count.passed, count.failed);
	return count.failed > 0 || count.passed == 0;
}
