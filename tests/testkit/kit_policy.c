/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"
#include "kit_tuples.h"

enum { TABLE_MAX_BYTES = 64 * 1024 * 1024, COLUMNS_MAX = KIT_TUPLE_CODES + 2 };

/* The tuples of one file, and which of them were asked already: the first line that names one counts. */
struct table {
	const char *path;
	const struct sluis_policy *policy;
	const struct kit_tuple_form *form; /* as the heading says; without one: that of expected.tsv */
	struct kit_count *count;
	struct sluis_codes codes[KIT_TUPLE_CODES];
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

	for (size_t c = 0; c < t->form->count; c++) {
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
is_as_expected(const struct table *t, const struct line *line, const struct sluis_verdict *verdict)
{
	const size_t at = t->form->count;
	const struct sluis_bytes rule = line->field[at + 1];
	const char *outcome = verdict->outcome == SLUIS_PERMIT ? "permit" : "refuse";

	if (!sluis_bytes_is_text(line->field[at], outcome))
		return false;
	return line->field_count <= at + 1 || rule.len == 0 || sluis_bytes_is_text(rule, "-") ||
	       sluis_bytes_is_text(rule, "*") ||
	       sluis_bytes_is_text(rule, sluis_rule_text(verdict->rule));
}

static void
run_tuple(struct table *t, struct line *line, const struct kit_tuple *tuple)
{
	struct sluis_verdict verdict;
	size_t at = 0;

	if (is_double(t, tuple)) {
		t->double_count++;
		return;
	}
	verdict = t->form->decide(t->policy, tuple);
	if (is_as_expected(t, line, &verdict)) {
		kit_pass(t->count);
		return;
	}
	if (line->failed++ > 0) {
		t->count->failed++; /* the line is printed once, with its first tuple */
		return;
	}
	for (size_t c = 0; c < t->form->count && at < sizeof(line->first); c++)
		at += (size_t)snprintf(line->first + at, sizeof(line->first) - at, "%s%.*s", c > 0 ? ", " : "",
		    (int)tuple->code[c].len, (const char *)tuple->code[c].data);
	snprintf(line->first + at, sizeof(line->first) - at, ": %s %s",
	    verdict.outcome == SLUIS_PERMIT ? "permit" : "refuse", sluis_rule_text(verdict.rule));
}

/* Every value that column ${c} and those after it stand for. */
static void
unfold(struct table *t, struct line *line, struct kit_tuple *tuple, size_t c)
{
	if (c == t->form->count) {
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
	if (kit_tuple_form(line.field[0]) != NULL) /* the heading */
		return 0;
	snprintf(name, sizeof(name), "%s:%zu", t->path, number);
	if (line.field_count <= t->form->count)
		return kit_trouble(name, "a line has %s, verdict and rule, with a TAB between", t->form->columns);
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

/* As the heading says, which is the first line that is no comment. */
static const struct kit_tuple_form *
form_of(const struct kit_file *file)
{
	const struct kit_tuple_form *form = NULL;
	struct sluis_reader reader;
	struct line line = { .number = 0 };

	sluis_reader_init(&reader, sluis_bytes(file->data, file->len));
	while (!reader.failed && reader.rest.len > 0) {
		const struct sluis_bytes bytes = sluis_reader_get_line(&reader);

		if (bytes.len == 0 || bytes.data[0] == '#')
			continue;
		split(bytes, &line);
		form = kit_tuple_form(line.field[0]);
		break;
	}
	return form != NULL ? form : kit_tuple_form(sluis_bytes_text("purpose"));
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
	table.form = form_of(&file);
	for (size_t c = 0; c < table.form->count; c++) {
		table.codes[c] = sluis_policy_codes(policy, table.form->kinds[c]);
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
