/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Both ways with the stock age program, where it is installed: what we seal it opens, what it seals we open,
 * but not as a section.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "age.h"
#include "bech32.h"
#include "fixed_random.h"

enum { KEYS = 20, SIZE_MAX_BYTES = 200000, PATH_BYTES = 128,
	FILE_MAX_BYTES = SIZE_MAX_BYTES + 4 * SLUIS_AGE_SEALED_CHUNK_BYTES };

static const size_t SIZES[] = { 1, 2, 47, 48, 1000, 4096, 65535, 65536, 65537, 131071, 131072, 131073, SIZE_MAX_BYTES };

static struct sluis_secret32 IDENTITIES[KEYS];
static struct sluis_public RECIPIENTS[KEYS];
static const struct sluis_hash CONTEXT = { "thirty-two bytes of the context" };
static char DIR[PATH_BYTES];
static bool HAVE_AGE;

/* Runs a program without a terminal or words; its exit code, or -1. */
static int
run(char *const argv[])
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "r", stdin) == NULL || freopen("/dev/null", "w", stdout) == NULL ||
		    freopen("/dev/null", "w", stderr) == NULL)
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static const char *
path_of(const char *name, char ret[static PATH_BYTES + 32])
{
	snprintf(ret, PATH_BYTES + 32, "%s/%s", DIR, name);
	return ret;
}

static void
put_file(const char *name, struct sluis_bytes bytes)
{
	char path[PATH_BYTES + 32];
	FILE *file = fopen(path_of(name, path), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

static struct sluis_writer
get_file(const char *name)
{
	char path[PATH_BYTES + 32];
	FILE *file = fopen(path_of(name, path), "r");
	struct sluis_writer w;

	sluis_writer_init(&w, malloc(FILE_MAX_BYTES), FILE_MAX_BYTES);
	assert_non_null(file);
	w.len = fread(w.data, 1, w.cap, file);
	fclose(file);
	return w;
}

static void
remove_file(const char *name)
{
	char path[PATH_BYTES + 32];

	unlink(path_of(name, path));
}

static int
start(void **state)
{
	char age[] = "age", version[] = "--version";
	char *argv[] = { age, version, NULL };
	const char *tmp = getenv("TMPDIR");

	(void)state;
	HAVE_AGE = run(argv) == 0;
	if (!HAVE_AGE)
		print_message("age is not installed: its side is skipped\n");
	fixed_age_keys(0, KEYS, IDENTITIES, RECIPIENTS);
	snprintf(DIR, sizeof(DIR), "%s/sluis-age-XXXXXX", tmp != NULL && strlen(tmp) < 80 ? tmp : "/tmp");
	return mkdtemp(DIR) == NULL ? -1 : 0;
}

static int
finish(void **state)
{
	static const char *const NAMES[] = { "plain", "sealed", "identity", "keys" };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(NAMES); i++)
		remove_file(NAMES[i]);
	return rmdir(DIR);
}

static void
put_identity(size_t i)
{
	char text[SLUIS_BECH32_IDENTITY_CHARS + 2];

	sluis_bech32_identity_text(&IDENTITIES[i], text);
	text[SLUIS_BECH32_IDENTITY_CHARS] = '\n';
	put_file("identity", sluis_bytes(text, SLUIS_BECH32_IDENTITY_CHARS + 1));
}

static int
age_opens(void)
{
	char identity[PATH_BYTES + 32], plain[PATH_BYTES + 32], sealed[PATH_BYTES + 32];
	char *argv[] = { (char[]){ "age" }, (char[]){ "-d" }, (char[]){ "-i" }, identity, (char[]){ "-o" }, plain,
		sealed, NULL };

	path_of("identity", identity);
	path_of("plain", plain);
	path_of("sealed", sealed);
	remove_file("plain");
	return run(argv);
}

static int
age_seals(size_t n_recipients)
{
	char texts[KEYS][SLUIS_BECH32_RECIPIENT_CHARS + 1];
	char plain[PATH_BYTES + 32], sealed[PATH_BYTES + 32];
	char r[] = "-r", o[] = "-o", age[] = "age";
	char *argv[2 * KEYS + 5] = { age };
	size_t n = 1;

	for (size_t i = 0; i < n_recipients; i++) {
		sluis_bech32_recipient_text(&RECIPIENTS[i], texts[i]);
		argv[n++] = r;
		argv[n++] = texts[i];
	}
	argv[n++] = o;
	argv[n++] = sealed;
	argv[n++] = plain;
	path_of("plain", plain);
	path_of("sealed", sealed);
	remove_file("sealed");
	return run(argv);
}

static void
make_plain(uint8_t *plain, size_t len)
{
	struct fixed_random random = { .n = 1000 + len };

	fixed_random(&random, plain, len);
}

static void
age_opens_what_we_seal(void **state)
{
	static uint8_t plain[SIZE_MAX_BYTES];

	(void)state;
	if (!HAVE_AGE)
		skip();
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES) + KEYS; i++) {
		const size_t n = i % KEYS + 1, len = SIZES[i % SLUIS_ARRAY_LEN(SIZES)];
		const struct sluis_age_to to = { RECIPIENTS, n, i % 3 == 0 ? NULL : &CONTEXT };
		struct fixed_random random = { .n = i };
		struct sluis_writer w, got;

		make_plain(plain, len);
		sluis_writer_init(&w, malloc(FILE_MAX_BYTES), FILE_MAX_BYTES);
		assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes(plain, len), &w), SLUIS_OK);
		put_file("sealed", sluis_bytes(w.data, w.len));
		put_identity(i % 2 == 0 ? n - 1 : n / 2);
		assert_int_equal(age_opens(), 0);
		got = get_file("plain");
		assert_int_equal(got.len, len);
		assert_memory_equal(got.data, plain, len);
		free(w.data);
		free(got.data);
	}
}

static void
we_open_what_age_seals(void **state)
{
	static uint8_t plain[SIZE_MAX_BYTES];

	(void)state;
	if (!HAVE_AGE)
		skip();
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SIZES) + KEYS; i++) {
		const size_t n = i % KEYS + 1, len = SIZES[i % SLUIS_ARRAY_LEN(SIZES)];
		const struct sluis_age_identities identities = { .keys = &IDENTITIES[n - 1], .n_keys = 1 };
		const struct sluis_age_identities others = { .keys = &IDENTITIES[n % KEYS], .n_keys = n == KEYS ? 0 : 1 };
		struct sluis_writer sealed, out;

		make_plain(plain, len);
		put_file("plain", sluis_bytes(plain, len));
		assert_int_equal(age_seals(n), 0);
		sealed = get_file("sealed");
		assert_int_equal(sealed.len, sluis_age_sealed_size(n, false, len));
		sluis_writer_init(&out, malloc(len), len);
		assert_int_equal(sluis_age_open(&others, sluis_bytes(sealed.data, sealed.len), &out), SLUIS_ENOMATCH);
		assert_int_equal(sluis_age_open(&identities, sluis_bytes(sealed.data, sealed.len), &out), SLUIS_OK);
		assert_int_equal(out.len, len);
		assert_memory_equal(out.data, plain, len);
		/* good for age, but not bound to any message: no section */
		assert_int_equal(sluis_age_section_check(sluis_bytes(sealed.data, sealed.len), n, &CONTEXT),
		    SLUIS_ECONTEXT);
		free(sealed.data);
		free(out.data);
	}
}

/* age refuses what we refuse: a changed byte of the context stanza, which only its MAC covers. */
static void
age_refuses_another_context(void **state)
{
	const struct sluis_age_to to = { RECIPIENTS, 1, &CONTEXT };
	struct fixed_random random = { 0 };
	struct sluis_writer w;

	(void)state;
	if (!HAVE_AGE)
		skip();
	sluis_writer_init(&w, malloc(FILE_MAX_BYTES), FILE_MAX_BYTES);
	assert_int_equal(sluis_age_seal(&to, fixed_random, &random, sluis_bytes("abc", 3), &w), SLUIS_OK);
	w.data[22 + 20] = w.data[22 + 20] == 'x' ? 'y' : 'x';
	put_file("sealed", sluis_bytes(w.data, w.len));
	put_identity(0);
	assert_int_equal(age_opens(), 1);
	free(w.data);
}

static void
keys_of_age_keygen(void **state)
{
	char path[PATH_BYTES + 32];
	char *argv[] = { (char[]){ "age-keygen" }, (char[]){ "-o" }, path, NULL };
	struct sluis_writer file;
	struct sluis_secret32 identity;
	struct sluis_public recipient, own;
	const char *text;

	(void)state;
	if (!HAVE_AGE)
		skip();
	path_of("keys", path);
	assert_int_equal(run(argv), 0);
	file = get_file("keys");
	file.data[file.len] = '\0';
	text = strstr((char *)file.data, "age1");
	assert_non_null(text);
	assert_int_equal(sluis_bech32_recipient_parse(sluis_bytes(text, SLUIS_BECH32_RECIPIENT_CHARS), &recipient),
	    SLUIS_OK);
	text = strstr((char *)file.data, "AGE-SECRET-KEY-1");
	assert_non_null(text);
	assert_int_equal(sluis_bech32_identity_parse(sluis_bytes(text, SLUIS_BECH32_IDENTITY_CHARS), &identity),
	    SLUIS_OK);
	crypto_scalarmult_base(own.bytes, identity.bytes);
	assert_memory_equal(own.bytes, recipient.bytes, sizeof(own.bytes));
	free(file.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(age_opens_what_we_seal),
		cmocka_unit_test(we_open_what_age_seals),
		cmocka_unit_test(age_refuses_another_context),
		cmocka_unit_test(keys_of_age_keygen),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, start, finish);
}
