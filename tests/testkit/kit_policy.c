/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"
#include "kit_tuples.h"

enum { TABLE_MAX_BYTES = 64 * 1024 * 1024, COLUMNS = 5, VERDICT = 5, RULE = 6, COLUMNS_MAX = 7 };

/* The tuples of one file, and which of them were asked already: the first line that names one counts. */
struct table {
	const char *path;
	const struct sluis_policy *policy;
	struct kit_count *count;
	struct sluis_codes codes[COLUMNS];
	uint8_t *seen;
	size_t size;
	size_t double_count;
};

struct line {
	size_t number;
	struct sluis_bytes field[COLUMNS_MAX];
	size_t field_count;
	size_t failed;
	char first[512];
};

/** Where the policy stands: $SLUIS_POLICY, beside the build folder, or where it is installed. */
static const char *
policy_path(char *buffer, size_t cap)
{
	const char *given = getenv("SLUIS_POLICY");
	ssize_t len;
	char *slash;

	if (given != NULL)
		return given;
	len = readlink("/proc/self/exe", buffer, cap - 64);
	buffer[len > 0 ? len : 0] = '\0';
	slash = strrchr(buffer, '/');
	if (slash != NULL) {
		strcpy(slash, "/../config/policy.yaml");
		if (access(buffer, R_OK) == 0)
			return buffer;
	}
	return "/usr/share/sluis/policy.yaml";
}

static void
on_mistake(void *context, const struct sluis_policy_mistake *mistake)
{
	fprintf(stderr, "%s:%zu: %s; %s\n", (const char *)context, mistake->line, mistake->mistake,
	    mistake->remedy);
}

static int
load_policy(struct sluis_policy **ret)
{
	char buffer[4096];
	const char *path = policy_path(buffer, sizeof(buffer));
	char name[4096];
	const struct sluis_policy_reporter reporter = { .report = on_mistake, .context = name };
	struct kit_file file;
	enum sluis_err err;

	snprintf(name, sizeof(name), "%s", path);
	if (kit_read(path, SLUIS_POLICY_MAX_BYTES, &file) != 0)
		return -1;
	err = sluis_policy_parse(sluis_bytes(file.data, file.len), &reporter, ret);
	kit_file_done(&file);
	return err == SLUIS_OK ? 0 : kit_trouble(path, "%s", sluis_err_text(err));
}

static size_t
place_of(struct sluis_codes codes, struct sluis_bytes code)
{
	size_t i = 0;

	while (i < codes.count && !sluis_bytes_equal(codes.items[i], code))
		i++;
	return i;
}

/* Has this tuple stood on a line above? Tuples with a code that the policy lacks are never remembered. */
static bool
is_double(struct table *t, const struct kit_tuple *tuple)
{
	size_t place = 0;

	for (size_t c = 0; c < COLUMNS; c++) {
		const size_t i = place_of(t->codes[c], tuple->code[c]);

		if (i == t->codes[c].count)
			return false;
		place = place * t->codes[c].count + i;
	}
	if (t->seen[place] != 0)
		return true;
	t->seen[place] = 1;
	return false;
}

/* "-" and an absent or empty rule: any rule will do. */
static bool
is_as_expected(const struct line *line, const struct sluis_verdict *verdict)
{
	const struct sluis_bytes rule = line->field[RULE];
	const char *outcome = verdict->outcome == SLUIS_PERMIT ? "permit" : "refuse";

	if (!sluis_bytes_is_text(line->field[VERDICT], outcome))
		return false;
	return line->field_count <= RULE || rule.len == 0 || sluis_bytes_is_text(rule, "-") ||
	       sluis_bytes_is_text(rule, "*") ||
	       sluis_bytes_is_text(rule, sluis_rule_text(verdict->rule));
}

static void
run_tuple(struct table *t, struct line *line, const struct kit_tuple *tuple)
{
	struct sluis_verdict verdict;

	if (is_double(t, tuple)) {
		t->double_count++;
		return;
	}
	verdict = kit_tuple_decide(t->policy, tuple);
	if (is_as_expected(line, &verdict)) {
		kit_pass(t->count);
		return;
	}
	if (line->failed++ > 0) {
		t->count->failed++; /* the line is printed once, with its first tuple */
		return;
	}
	snprintf(line->first, sizeof(line->first), "%.*s, %.*s, %.*s, %.*s, %.*s: %s %s",
	    (int)tuple->code[0].len, (const char *)tuple->code[0].data, (int)tuple->code[1].len,
	    (const char *)tuple->code[1].data, (int)tuple->code[2].len,
	    (const char *)tuple->code[2].data, (int)tuple->code[3].len,
	    (const char *)tuple->code[3].data, (int)tuple->code[4].len,
	    (const char *)tuple->code[4].data,
	    verdict.outcome == SLUIS_PERMIT ? "permit" : "refuse", sluis_rule_text(verdict.rule));
}

/* Every value that column ${c} and those after it stand for. */
static void
unfold(struct table *t, struct line *line, struct kit_tuple *tuple, size_t c)
{
	if (c == COLUMNS) {
		run_tuple(t, line, tuple);
		return;
	}
	tuple->code[c] = line->field[c];
	if (!sluis_bytes_is_text(line->field[c], "*")) {
		unfold(t, line, tuple, c + 1);
		return;
	}
	for (size_t i = 0; i < t->codes[c].count; i++) {
		tuple->code[c] = t->codes[c].items[i];
		unfold(t, line, tuple, c + 1);
	}
}

static void
split(struct sluis_bytes bytes, struct line *ret)
{
	size_t from = 0;

	for (size_t i = 0; i <= bytes.len && ret->field_count < COLUMNS_MAX; i++) {
		if (i < bytes.len && bytes.data[i] != '\t')
			continue;
		ret->field[ret->field_count++] = sluis_bytes(bytes.data + from, i - from);
		from = i + 1;
	}
}

static int
run_line(struct table *t, struct sluis_bytes bytes, size_t number)
{
	struct line line = { .number = number };
	struct kit_tuple tuple = { 0 };
	char name[4200];

	if (bytes.len > 0 && bytes.data[bytes.len - 1] == '\r')
		bytes.len--;
	if (bytes.len == 0 || bytes.data[0] == '#')
		return 0;
	split(bytes, &line);
	if (sluis_bytes_is_text(line.field[0], "purpose")) /* the heading */
		return 0;
	snprintf(name, sizeof(name), "%s:%zu", t->path, number);
	if (line.field_count <= VERDICT)
		return kit_trouble(name, "a line has purpose, sender, receiver, step, category, verdict "
		                         "and rule, with a TAB between");
	unfold(t, &line, &tuple, 0);
	if (line.failed > 0)
		kit_fail(t->count, name, "%zu tuples differ, first %s", line.failed, line.first);
	return 0;
}

static int
run_lines(struct table *t, const struct kit_file *file)
{
	struct sluis_reader reader;
	size_t number = 0;

	sluis_reader_init(&reader, sluis_bytes(file->data, file->len));
	while (reader.rest.len > 0) {
		const struct sluis_bytes all = reader.rest;
		struct sluis_bytes line = sluis_reader_get_line(&reader);

		if (reader.failed) { /* no line end behind the last line */
			line = all;
			reader.rest.len = 0;
		}
		if (run_line(t, line, ++number) != 0)
			return -1;
	}
	return 0;
}

int
kit_policy(const char *path, struct kit_count *count)
{
	SLUIS_AUTO(sluis_policy_freep) struct sluis_policy *policy = NULL;
	struct table table = { .path = path, .count = count, .size = 1 };
	struct kit_file file;
	int rc = -1;

	if (load_policy(&policy) != 0 || kit_read(path, TABLE_MAX_BYTES, &file) != 0)
		return -1;
	table.policy = policy;
	for (size_t c = 0; c < COLUMNS; c++) {
		table.codes[c] = sluis_policy_codes(policy, kit_tuple_kind(c));
		table.size *= table.codes[c].count;
	}
	table.seen = calloc(table.size, 1);
	if (table.seen != NULL)
		rc = run_lines(&table, &file);
	else
		kit_trouble(path, "no memory for %zu tuples", table.size);
	kit_skip(table.double_count, "tuples", "they stand on a line above already");
	free(table.seen);
	kit_file_done(&file);
	return rc;
}
