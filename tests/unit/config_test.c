/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"

#define LEAST "store: s\nkeys: k\ngenesis: g\npolicy: p.yaml\n"

/* The mistakes of one reading, "LINE: mistake; remedy" each. */
struct heard {
	char text[8][512];
	size_t n;
};

static void
hear(void *context, size_t line, const char *mistake, const char *remedy)
{
	struct heard *heard = context;

	assert_true(heard->n < 8);
	assert_non_null(remedy);
	assert_true(remedy[0] != '\0');
	snprintf(heard->text[heard->n++], 512, "%zu: %s; %s", line, mistake, remedy);
}

static enum sluis_err
parse(const char *yaml, struct heard *heard, struct config *ret)
{
	const struct config_reporter reporter = { hear, heard };

	memset(heard, 0, sizeof(*heard));
	return config_parse(sluis_bytes_text(yaml), &reporter, ret);
}

static void
mistakes_have_line_and_remedy(void **state)
{
	static const struct {
		const char *yaml;
		const char *said; /* begins with */
	} CASES[] = {
		{ LEAST "stroe: x\n", "5: unknown key `stroe`; keys are store, keys, genesis, policy, crl, listen" },
		{ LEAST "store: x\n", "5: " },
		{ LEAST "workers: many\n", "5: `many` is no number for `workers`; write a whole number from 0 to 64" },
		{ LEAST "workers: 65\n", "5: `65` is no number" },
		{ LEAST "workers: -1\n", "5: `-1` is no number" },
		{ LEAST "workers: 0x10\n", "5: `0x10` is no number" },
		{ LEAST "workers: 12abc\n", "5: `12abc` is no number" },
		{ LEAST "workers: 99999999999999999999\n", "5: `9999" },
		{ LEAST "sessions: 15\n", "5: `15` is no number" },
		{ LEAST "listen: localhost\n", "5: `localhost` is no endpoint; write tcp://ADDRESS:PORT" },
		{ LEAST "listen: tcp://:5561\n", "5: `tcp://:5561` is no endpoint" },
		{ LEAST "listen: tcp://127.0.0.1:70000\n", "5: `tcp" },
		{ LEAST "listen: ipc:///tmp/x:1\n", "5: `ipc" },
		{ LEAST "crl: [a, b]\n", "5: a value here is one word or number" },
		{ LEAST "crl:\n  a: b\n", "5: a value here is one word or number" },
		{ LEAST "crl: \"a\\0b\"\n", "5: a value here is one word or number" },
		{ "store: ''\nkeys: k\ngenesis: g\npolicy: p\n", "1: `store` is empty" },
		{ "keys: k\ngenesis: g\npolicy: p\n", "0: `store` is missing; folder of the database" },
		{ "- store\n", "1: not a list of `key: value` lines" },
		{ LEAST "crl: &a x\n", "5: " },
		{ LEAST "crl: !!str x\n", "5: " },
		{ LEAST "---\nstore: y\n", "5: " },
		{ LEAST "crl: \"x\n", "" },
		{ "", "" },
		{ "\xff\xfe\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		struct config config;
		struct heard heard;

		assert_int_equal(parse(CASES[i].yaml, &heard, &config), SLUIS_ECONFIG);
		assert_true(heard.n >= 1);
		if (strncmp(heard.text[0], CASES[i].said, strlen(CASES[i].said)) != 0)
			fail_msg("%s: said %s, not %s", CASES[i].yaml, heard.text[0], CASES[i].said);
	}
}

static void
all_mistakes_in_one_go(void **state)
{
	struct config config;
	struct heard heard;

	(void)state;
	assert_int_equal(parse("a: 1\nstore: s\nworkers: x\nb: 2\n", &heard, &config), SLUIS_ECONFIG);
	assert_int_equal(heard.n, 3);
	assert_int_equal(parse("workers: 1\n", &heard, &config), SLUIS_ECONFIG);
	assert_int_equal(heard.n, 4); /* the four that have no default */
}

static void
defaults_stand_until_changed(void **state)
{
	struct config config;
	struct heard heard;

	(void)state;
	assert_int_equal(parse(LEAST, &heard, &config), SLUIS_OK);
	assert_int_equal(heard.n, 0);
	assert_string_equal(config.store, "s");
	assert_string_equal(config.crl, "");
	assert_string_equal(config.listen, "tcp://127.0.0.1:5561");
	assert_int_equal(config.workers, 0);
	assert_int_equal(config.sessions, 1024);
	assert_true(config_workers(&config) >= 1);
	assert_int_equal(parse(LEAST "workers: 3\nsessions: 16\nlisten: tcp://[::1]:9\ncrl: /c\n", &heard, &config), SLUIS_OK);
	assert_int_equal(config_workers(&config), 3);
	assert_int_equal(config.sessions, 16);
	assert_string_equal(config.listen, "tcp://[::1]:9");
	assert_string_equal(config.crl, "/c");
}

static void
too_large_is_not_read(void **state)
{
	struct config config = { .workers = 77 };
	struct heard heard = { .n = 0 };
	const struct config_reporter reporter = { hear, &heard };
	char *large = calloc(1, CONFIG_MAX_BYTES + 1);

	(void)state;
	memset(large, ' ', CONFIG_MAX_BYTES + 1);
	assert_int_equal(config_parse(sluis_bytes(large, CONFIG_MAX_BYTES + 1), &reporter, &config), SLUIS_ETOOBIG);
	assert_int_equal(heard.n, 1);
	assert_int_equal(config.workers, 77);
	free(large);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
paths_start_at_the_file(void **state)
{
	char dir[] = "/tmp/config-test-XXXXXX", path[64], want[128];
	struct config config;
	struct heard heard = { .n = 0 };
	const struct config_reporter reporter = { hear, &heard };
	struct sluis_why why = { "" };

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sluisd.yaml", dir);
	assert_int_equal(config_load(path, &reporter, &config), SLUIS_EIO);
	assert_int_equal(heard.n, 1);
	write_file(path, "store: s\nkeys: /abs/k\ngenesis: g\npolicy: sluisd.yaml\n");
	assert_int_equal(config_load(path, &reporter, &config), SLUIS_OK);
	snprintf(want, sizeof(want), "%s/s", dir);
	assert_string_equal(config.store, want);
	assert_string_equal(config.keys, "/abs/k");
	assert_string_equal(config.file, path);
	assert_string_equal(config.crl, "");
	assert_int_equal(config_check(&config, &why), SLUIS_OK);
	strcpy(config.keys, config.store);
	assert_int_equal(config_check(&config, &why), SLUIS_ECONFIG);
	assert_non_null(strstr(why.text, "same folder"));
	strcpy(config.keys, "/abs/k");
	strcpy(config.crl, "/nowhere/at/all");
	assert_int_equal(config_check(&config, &why), SLUIS_ECONFIG);
	strcpy(config.crl, "");
	strcpy(config.policy, "/nowhere/policy.yaml");
	assert_int_equal(config_check(&config, &why), SLUIS_ECONFIG);
	assert_non_null(strstr(why.text, "/nowhere/policy.yaml"));
	unlink(path);
	rmdir(dir);
}

/* What is printed as a sample can be read back, and says the defaults. */
static void
the_sample_is_a_configuration(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	struct config config;
	struct heard heard;

	(void)state;
	config_print(f);
	fclose(f);
	assert_int_equal(parse(text, &heard, &config), SLUIS_OK);
	assert_string_equal(config.policy, "policy.yaml");
	for (char *p = text; (p = strstr(p, "\n#")) != NULL; p++) {
		if (p[2] != ' ')
			p[1] = ' '; /* take the commented defaults in */
	}
	for (char *p = text; (p = strstr(p, "\n ")) != NULL; p++)
		memmove(p + 1, p + 2, strlen(p + 2) + 1);
	assert_int_equal(parse(text, &heard, &config), SLUIS_OK);
	assert_int_equal(config.sessions, 1024);
	free(text);
}

/* The file that is installed: whole, and nothing in it that sluisd does not know. */
static void
the_installed_file_is_whole(void **state)
{
	const char *path = "config/sluisd.yaml";
	struct config config;
	struct heard heard = { .n = 0 };
	const struct config_reporter reporter = { hear, &heard };
	char *sample = NULL, *installed = NULL;
	size_t len = 0;
	FILE *f;

	(void)state;
	if (access(path, R_OK) != 0)
		skip(); /* not run from the top of the sources */
	assert_int_equal(config_load(path, &reporter, &config), SLUIS_OK);
	assert_string_equal(config.store, "/var/lib/sluisd/store");
	assert_int_equal(config.sessions, 1024);
	f = open_memstream(&sample, &len);
	config_print(f);
	fclose(f);
	f = fopen(path, "r");
	installed = calloc(1, CONFIG_MAX_BYTES);
	assert_true(fread(installed, 1, CONFIG_MAX_BYTES - 1, f) > 0);
	fclose(f);
	/* Every `key:` line of the sample, commented out or not, stands in it. */
	for (char *line = strtok(sample, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *colon = strchr(line, ':');

		if (strncmp(line, "# ", 2) == 0 || colon == NULL)
			continue;
		colon[1] = '\0';
		if (strstr(installed, line) == NULL)
			fail_msg("%s lacks %s", path, line);
	}
	free(sample);
	free(installed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_line_and_remedy),
		cmocka_unit_test(all_mistakes_in_one_go),
		cmocka_unit_test(defaults_stand_until_changed),
		cmocka_unit_test(too_large_is_not_read),
		cmocka_unit_test(paths_start_at_the_file),
		cmocka_unit_test(the_sample_is_a_configuration),
		cmocka_unit_test(the_installed_file_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
