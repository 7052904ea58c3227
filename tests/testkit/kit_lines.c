/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_lines.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX_BYTES = 64 * 1024 * 1024, VECTOR_MAX = 4096 + 32 };

struct lines {
	kit_lines_fn is_valid;
	struct kit_count *count;
};

static struct sluis_bytes
without_cr(struct sluis_bytes line)
{
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void
run_line(const struct lines *lines, const char *path, size_t number, struct sluis_bytes line)
{
	const uint8_t *tab = line.len == 0 ? NULL : memrchr(line.data, '\t', line.len);
	struct sluis_bytes value, verdict;
	char vector[VECTOR_MAX];
	bool expected;

	snprintf(vector, sizeof(vector), "%s:%zu", path, number);
	if (tab == NULL) {
		if (line.len > 0 && line.data[0] != '#')
			kit_fail(lines->count, vector, "the line has no TAB");
		return;
	}
	value = sluis_bytes(line.data, (size_t)(tab - line.data));
	verdict = sluis_bytes(tab + 1, line.len - value.len - 1);
	expected = sluis_bytes_is_text(verdict, "valid");
	if (!expected && !sluis_bytes_is_text(verdict, "invalid")) {
		if (number > 1)
			kit_fail(lines->count, vector, "the verdict is neither valid nor invalid");
		return;
	}
	kit_check(lines->count, lines->is_valid(value) == expected, vector,
	    expected ? "expected valid, we refuse it" : "expected invalid, we take it");
}

static int
run_file(const char *path, const char *name, void *context)
{
	const struct lines *lines = context;
	struct kit_file file;
	struct sluis_reader reader;
	size_t number = 0;

	(void)name;
	if (kit_read(path, FILE_MAX_BYTES, &file) != 0)
		return -1;
	sluis_reader_init(&reader, sluis_bytes(file.data, file.len));
	while (reader.rest.len > 0) {
		struct sluis_bytes line = reader.rest; /* the last one may lack its LF */

		if (memchr(line.data, '\n', line.len) != NULL)
			line = sluis_reader_get_line(&reader);
		else
			(void)sluis_reader_get(&reader, line.len);
		run_line(lines, path, ++number, without_cr(line));
	}
	kit_file_done(&file);
	return 0;
}

int
kit_lines(const char *path, kit_lines_fn is_valid, struct kit_count *count)
{
	struct lines lines = { .is_valid = is_valid, .count = count };

	if (kit_is_dir(path))
		return kit_each(path, false, run_file, &lines);
	return run_file(path, path, &lines);
}
