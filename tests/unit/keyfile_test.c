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
#include <sodium.h>

#include "keyfile.h"

static char dir[] = "/tmp/keyfile-test-XXXXXX";
static char path[64];
static const struct sluis_secret32 SECRET = { { 1, 2, 3 } };

static int
fresh(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/curve.key", dir);
	return 0;
}

static int
clean(void **state)
{
	char at[64];

	(void)state;
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		snprintf(at, sizeof(at), "%s/%s.key", dir, keyfile_text((enum keyfile)i));
		unlink(at);
	}
	snprintf(at, sizeof(at), "%s/real", dir);
	unlink(at);
	return rmdir(dir);
}

static void
write_text(const char *text, size_t len, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
refused(const char *because)
{
	struct sluis_secret32 got = { { 9 } };
	struct sluis_why why = { "" };

	assert_int_equal(keyfile_load(dir, KEYFILE_CURVE, &why, &got), SLUIS_EKEYS);
	if (strstr(why.text, because) == NULL || strstr(why.text, "curve.key") == NULL)
		fail_msg("said: %s", why.text);
	assert_int_equal(got.bytes[0], 9);
}

static void
what_is_no_safe_file_is_refused(void **state)
{
	struct sluis_why why;
	char real[64];

	(void)state;
	refused("missing; put it back, or make it for a new federation: sluisd --make-keys");
	assert_int_equal(keyfile_make(dir, KEYFILE_CURVE, &SECRET, &why), SLUIS_OK);
	assert_int_equal(chmod(path, 0640), 0);
	refused("chmod 600");
	assert_int_equal(chmod(path, 0604), 0);
	refused("chmod 600");
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, 0), 0);
		refused("somebody else");
		assert_int_equal(chown(path, 0, 0), 0);
	}
	snprintf(real, sizeof(real), "%s/real", dir);
	assert_int_equal(rename(path, real), 0);
	assert_int_equal(symlink("real", path), 0);
	refused("a link");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0); /* must not hang either */
	refused("not a regular file");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	refused("not a regular file");
	rmdir(path);
}

static void
what_is_not_exactly_that_key_is_refused(void **state)
{
	char line[128], bad[130];
	size_t len;
	FILE *f;
	struct sluis_why why;

	(void)state;
	assert_int_equal(keyfile_make(dir, KEYFILE_CURVE, &SECRET, &why), SLUIS_OK);
	f = fopen(path, "r");
	len = fread(line, 1, sizeof(line), f);
	fclose(f);
	assert_int_equal(len, strlen("sluis-key-1 curve ") + 64 + 1);
	for (size_t cut = 0; cut < len; cut++) {
		write_text(line, cut, 0600);
		refused("not the key");
	}
	for (size_t i = 0; i < len; i++) {
		memcpy(bad, line, len);
		bad[i] = (char)(bad[i] ^ 0x40);
		write_text(bad, len, 0600);
		refused("not the key");
	}
	memcpy(bad, line, len);
	bad[len] = '\n';
	write_text(bad, len + 1, 0600);
	refused("not the key");
	/* The key of another name, in this one's place. */
	write_text("sluis-key-1 keys 0101010101010101010101010101010101010101010101010101010101010101\n", 82, 0600);
	refused("not the key");
}

static void
made_once_private_and_read_back(void **state)
{
	struct sluis_public first[KEYFILE_COUNT], again[KEYFILE_COUNT];
	struct sluis_secret32 got;
	struct sluis_why why;
	struct stat st;

	(void)state;
	assert_int_equal(keyfile_make_all(dir, &why, first), SLUIS_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(keyfile_make(dir, KEYFILE_CURVE, &SECRET, &why), SLUIS_EEXISTS);
	assert_int_equal(keyfile_make_all(dir, &why, again), SLUIS_OK);
	assert_memory_equal(first, again, sizeof(first));
	for (size_t i = 0; i < KEYFILE_COUNT; i++) {
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(first[i].bytes, first[j].bytes, 32);
	}
	assert_int_equal(keyfile_load(dir, KEYFILE_CURVE, &why, &got), SLUIS_OK);
	keyfile_public(KEYFILE_CURVE, &got, &again[0]);
	assert_memory_equal(again[0].bytes, first[KEYFILE_CURVE].bytes, 32);
	unlink(path);
	assert_int_equal(keyfile_make_all(dir, &why, again), SLUIS_OK); /* only what is missing */
	assert_memory_not_equal(first[KEYFILE_CURVE].bytes, again[KEYFILE_CURVE].bytes, 32);
	assert_memory_equal(first[KEYFILE_KEYS].bytes, again[KEYFILE_KEYS].bytes, 32);
	assert_int_equal(keyfile_make_all("/nowhere/at/all", &why, again), SLUIS_EIO);
}

static void
public_halves_are_of_the_right_kind(void **state)
{
	/* RFC 8032 7.1 test 1; RFC 7748 6.1 Alice. */
	static const char *const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
	static const char *const ED = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
	static const char *const X = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
	static const char *const XPUB = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
	struct sluis_secret32 secret;
	struct sluis_public got;
	char hex[65];

	(void)state;
	(void)!sluis_unhex(X, secret.bytes, 32);
	keyfile_public(KEYFILE_CURVE, &secret, &got);
	sluis_hex(got.bytes, 32, hex);
	assert_string_equal(hex, XPUB);
	(void)!sluis_unhex(SEED, secret.bytes, 32);
	keyfile_public(KEYFILE_DECISION, &secret, &got);
	sluis_hex(got.bytes, 32, hex);
	assert_string_equal(hex, ED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_no_safe_file_is_refused, fresh, clean),
		cmocka_unit_test_setup_teardown(what_is_not_exactly_that_key_is_refused, fresh, clean),
		cmocka_unit_test_setup_teardown(made_once_private_and_read_back, fresh, clean),
		cmocka_unit_test(public_halves_are_of_the_right_kind),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
