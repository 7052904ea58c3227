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

#include "profile.h"

static char dir[64];
static struct sluis_failure failure;

static size_t
answer(void *context, bool is_new, char *ret, size_t cap)
{
	const char *word = context;

	(void)is_new;
	assert_true(strlen(word) < cap);
	memcpy(ret, word, strlen(word));
	return strlen(word);
}

static void
fill(struct sluis_profile_identity *identity)
{
	memset(identity, 0, sizeof(*identity));
	memset(identity->federation.bytes, 7, sizeof(identity->federation.bytes));
	identity->n_endpoints = 1;
	strcpy(identity->endpoints[0], "tcp://127.0.0.1:1");
	strcpy(identity->handle, "provider");
	strcpy(identity->organisation, "provider");
	identity->start_keys.size = 5;
	identity->start_exchange.size = 9;
}

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/sluis-profile-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
create(const struct sluis_passphrase *passphrase)
{
	struct sluis_profile_identity identity;

	fill(&identity);
	assert_int_equal(sluis_profile_create(dir, &identity, passphrase, &failure), SLUIS_OK);
}

static struct sluis_profile *
open_again(void)
{
	struct sluis_profile *profile = NULL;

	assert_int_equal(sluis_profile_open(dir, NULL, &failure, &profile), SLUIS_OK);
	return profile;
}

static void
misuse_is_named(void **state)
{
	struct sluis_profile_identity identity;
	struct sluis_profile *profile = NULL;

	(void)state;
	assert_int_equal(sluis_profile_open("/nonexistent", NULL, &failure, &profile), SLUIS_EKEYS);
	assert_true(failure.text[0] != '\0' && failure.hint[0] != '\0');
	create(NULL);
	fill(&identity);
	assert_int_equal(sluis_profile_create(dir, &identity, NULL, &failure), SLUIS_EEXISTS);
}

static void
keys_survive_and_differ(void **state)
{
	struct sluis_profile *profile;
	struct sluis_profile_keys first;

	(void)state;
	create(NULL);
	profile = open_again();
	first = *sluis_profile_keys(profile);
	sluis_profile_close(profile);
	profile = open_again();
	assert_memory_equal(first.sign.bytes, sluis_profile_keys(profile)->sign.bytes, 64);
	assert_memory_equal(first.curve.bytes, sluis_profile_keys(profile)->curve.bytes, 32);
	assert_int_equal(first.n_epochs, sluis_profile_keys(profile)->n_epochs);
	assert_true(first.n_epochs >= 2);
	assert_memory_not_equal(first.curve.bytes, first.sign.bytes, 32);
	assert_memory_not_equal(first.epochs[0].age.bytes, first.epochs[1].age.bytes, 32);
	assert_true(first.epochs[0].until_ms == first.epochs[1].from_ms);
	sluis_profile_close(profile);
}

static void
a_passphrase_is_needed_and_checked(void **state)
{
	char right[] = "vier paarden", wrong[] = "vijf paarden";
	const struct sluis_passphrase good = { .ask = answer, .context = right };
	const struct sluis_passphrase bad = { .ask = answer, .context = wrong };
	struct sluis_profile *profile = NULL;

	(void)state;
	create(&good);
	assert_int_equal(sluis_profile_open(dir, &bad, &failure, &profile), SLUIS_EPASSPHRASE);
	assert_int_equal(sluis_profile_open(dir, NULL, &failure, &profile), SLUIS_EPASSPHRASE);
	assert_int_equal(sluis_fail_exit(&failure), 1);
	assert_int_equal(sluis_profile_open(dir, &good, &failure, &profile), SLUIS_OK);
	sluis_profile_close(profile);
}

static void
open_doors_are_refused(void **state)
{
	struct sluis_profile *profile = NULL;
	char path[96];

	(void)state;
	create(NULL);
	snprintf(path, sizeof(path), "%s/secret.json", dir);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(sluis_profile_open(dir, NULL, &failure, &profile), SLUIS_EKEYS);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(dir, 0750), 0);
	assert_int_equal(sluis_profile_open(dir, NULL, &failure, &profile), SLUIS_EKEYS);
	assert_int_equal(chmod(dir, 0700), 0);
	sluis_profile_close(open_again());
}

static void
heads_and_sequences_are_durable(void **state)
{
	struct sluis_profile *profile;
	struct sluis_profile_heads heads;
	uint64_t n = 0;

	(void)state;
	create(NULL);
	profile = open_again();
	heads = sluis_profile_heads(profile);
	assert_int_equal(heads.keys.size, 5);
	assert_int_equal(heads.exchange.size, 9);
	heads.exchange.size = 12;
	heads.exchange.root.bytes[0] = 3;
	assert_int_equal(sluis_profile_set_heads(profile, &heads, &failure), SLUIS_OK);
	assert_int_equal(sluis_profile_next_sequence(profile, "director", &n, &failure), SLUIS_OK);
	assert_int_equal(n, 1);
	sluis_profile_close(profile);
	profile = open_again();
	assert_int_equal(sluis_profile_heads(profile).exchange.size, 12);
	assert_int_equal(sluis_profile_heads(profile).exchange.root.bytes[0], 3);
	assert_int_equal(sluis_profile_next_sequence(profile, "director", &n, &failure), SLUIS_OK);
	assert_int_equal(n, 2);
	assert_int_equal(sluis_profile_next_sequence(profile, "school", &n, &failure), SLUIS_OK);
	assert_int_equal(n, 1);
	sluis_profile_close(profile);
}

/* Without its state a profile would believe any history: that is damage, not a fresh start. */
static void
lost_or_damaged_state_is_refused(void **state)
{
	struct sluis_profile *profile = NULL;
	char path[96];
	FILE *file;

	(void)state;
	create(NULL);
	snprintf(path, sizeof(path), "%s/state.json", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("{\"keys\": {\"size\": 5}}", file);
	fclose(file);
	assert_int_equal(sluis_profile_open(dir, NULL, &failure, &profile), SLUIS_EFORMAT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sluis_profile_open(dir, NULL, &failure, &profile), SLUIS_EFORMAT);
}

static enum sluis_err
count(void *context, const char *name)
{
	(void)name;
	++*(int *)context;
	return SLUIS_OK;
}

static void
files_are_whole_private_and_listed(void **state)
{
	struct sluis_profile *profile;
	struct sluis_bytes got;
	struct stat st;
	char path[128];
	void *data;
	int n = 0;

	(void)state;
	create(NULL);
	profile = open_again();
	assert_int_equal(sluis_profile_read(profile, "outbox/x", 10, &got), SLUIS_ENOTFOUND);
	assert_int_equal(sluis_profile_write(profile, "outbox/x", sluis_bytes_text("abc"), &failure), SLUIS_OK);
	assert_int_equal(sluis_profile_read(profile, "outbox/x", 2, &got), SLUIS_ETOOBIG);
	assert_int_equal(sluis_profile_read(profile, "outbox/x", 3, &got), SLUIS_OK);
	assert_true(sluis_bytes_is_text(got, "abc"));
	memcpy(&data, &got.data, sizeof(data));
	free(data);
	snprintf(path, sizeof(path), "%s/outbox/x", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(sluis_profile_list(profile, "outbox", count, &n), SLUIS_OK);
	assert_int_equal(n, 1);
	sluis_profile_evidence(profile, "test", sluis_bytes_text("proof"), &failure);
	assert_true(strstr(failure.evidence, "/evidence/") != NULL);
	assert_int_equal(sluis_profile_remove(profile, "outbox/x"), SLUIS_OK);
	assert_int_equal(sluis_profile_remove(profile, "outbox/x"), SLUIS_ENOTFOUND);
	sluis_profile_close(profile);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(misuse_is_named), T(keys_survive_and_differ), T(a_passphrase_is_needed_and_checked),
		T(open_doors_are_refused), T(heads_and_sequences_are_durable),
		T(lost_or_damaged_state_is_refused), T(files_are_whole_private_and_listed),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
