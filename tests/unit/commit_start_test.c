/* SPDX-License-Identifier: EUPL-1.2 */
/* What must be so before anything is served: key files and revocation lists; and what `--check` says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "asks.h"
#include "broker.h"
#include "keyfile.h"
#include "limits.h"

static struct broker *broker;

static int
begin(void **state)
{
	(void)state;
	broker = broker_new(NULL);
	broker_fill(broker);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	broker_free(broker);
	return 0;
}

/** What `--check` reported. */
static struct {
	size_t n;
	char file[CONFIG_PATH_MAX + 32];
	char mistake[256];
} said;

static void
hear(void *context, const char *file, const char *mistake)
{
	(void)context;
	said.n++;
	snprintf(said.file, sizeof(said.file), "%s", file);
	snprintf(said.mistake, sizeof(said.mistake), "%s", mistake);
}

static enum sluis_err
check(void)
{
	const struct commit_reporter reporter = { .report = hear };

	memset(&said, 0, sizeof(said));
	return commit_check(&broker->config, false, &reporter);
}

static void
path_of_key(enum keyfile which, char ret[static CONFIG_PATH_MAX])
{
	assert_true(snprintf(ret, CONFIG_PATH_MAX, "%s/%s.key", broker->config.keys,
			keyfile_text(which)) < CONFIG_PATH_MAX);
}

/* It does not start, and says which file, what is wrong and what to do; `--check` says the same of that file alone. */
static void
refused(enum keyfile which, const char *mistake, const char *remedy)
{
	char path[CONFIG_PATH_MAX];

	path_of_key(which, path);
	assert_int_equal(broker_open(broker), SLUIS_EKEYS);
	broker_close(broker);
	if (strstr(broker->why.text, path) == NULL || strstr(broker->why.text, mistake) == NULL ||
	    strstr(broker->why.text, remedy) == NULL)
		fail_msg("said: %s", broker->why.text);
	assert_int_equal(check(), SLUIS_EKEYS);
	assert_int_equal(said.n, 1);
	assert_string_equal(said.file, path);
	if (strncmp(said.mistake, mistake, strlen(mistake)) != 0 || strstr(said.mistake, remedy) == NULL ||
	    strstr(said.mistake, "; ") == NULL)
		fail_msg("said: %s", said.mistake);
}

static void
with_everything_right_it_starts(void **state)
{
	(void)state;
	assert_int_equal(check(), SLUIS_OK);
	assert_int_equal(said.n, 0);
	assert_int_equal(broker_open(broker), SLUIS_OK);
	broker_close(broker);
	assert_int_equal(check(), SLUIS_OK);
}

static void
every_key_file_must_be_safe(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		const enum keyfile which = (enum keyfile)i;
		char path[CONFIG_PATH_MAX], away[CONFIG_PATH_MAX + 8];

		path_of_key(which, path);
		snprintf(away, sizeof(away), "%s.away", path);
		assert_int_equal(chmod(path, 0640), 0);
		refused(which, "open to others", "chmod 600");
		assert_int_equal(chmod(path, 0600), 0);
		assert_int_equal(rename(path, away), 0);
		refused(which, "missing", "put it back");
		assert_int_equal(rename(away, path), 0);
	}
	with_everything_right_it_starts(NULL);
}

static void
every_key_must_be_the_one_signed(void **state)
{
	const struct sluis_secret32 other = { { 42 } };

	(void)state;
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		const enum keyfile which = (enum keyfile)i;
		char path[CONFIG_PATH_MAX], away[CONFIG_PATH_MAX + 8];
		struct sluis_why why;

		path_of_key(which, path);
		snprintf(away, sizeof(away), "%s.away", path);
		assert_int_equal(rename(path, away), 0);
		assert_int_equal(keyfile_make(broker->config.keys, which, &other, &why), SLUIS_OK);
		refused(which, "not the key that the federation signed", "put the right file back");
		assert_int_equal(rename(away, path), 0);
	}
	with_everything_right_it_starts(NULL);
}

static void
each_wrong_key_is_said(void **state)
{
	char path[CONFIG_PATH_MAX];

	(void)state;
	for (unsigned i = 0; i < KEYFILE_COUNT; i++) {
		path_of_key((enum keyfile)i, path);
		assert_int_equal(chmod(path, 0604), 0);
	}
	assert_int_equal(check(), SLUIS_EKEYS);
	assert_int_equal(said.n, KEYFILE_COUNT);
}

/* ---- revocation lists ---- */

static void
put_list(const char *name, struct sluis_bytes der)
{
	char path[CONFIG_PATH_MAX + 16];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", broker->config.crl, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(der.data, 1, der.len, file), der.len);
	assert_int_equal(fclose(file), 0);
}

static void
put_lists(void)
{
	struct sluis_bytes lists[2];

	snprintf(broker->config.crl, sizeof(broker->config.crl), "%.64s/crl", broker->parent);
	assert_int_equal(mkdir(broker->config.crl, 0700), 0);
	federation_ca_crls(broker->f->ca, broker->f->arena, broker->f->now_ms, NULL, lists);
	put_list("root.crl", lists[0]);
	put_list("issuing.crl", lists[1]);
}

static void
a_list_that_does_not_hold_is_told_at_the_start(void **state)
{
	struct sluis_bytes old[2];

	(void)state;
	put_lists();
	assert_int_equal(check(), SLUIS_OK);
	federation_ca_crls(broker->f->ca, broker->f->arena, broker->f->now_ms - 30 * FEDERATION_DAY_MS, NULL, old);
	put_list("issuing.crl", old[1]);
	assert_int_equal(broker_open(broker), SLUIS_ECERTIFICATE);
	assert_non_null(strstr(broker->why.text, "issuing.crl"));
	broker_close(broker);
	assert_int_equal(check(), SLUIS_ECERTIFICATE);
	assert_int_equal(said.n, 1);
	assert_string_equal(said.file, broker->config.crl);
	assert_non_null(strstr(said.mistake, "issuing.crl"));
}

/* It ran out, or was spoilt, while the daemon runs: registrars still do their work. */
static void
a_list_that_goes_bad_later_stops_nothing(void **state)
{
	struct federation *f = broker->f;
	const struct sluis_record_suspension draft = { .handle = sluis_bytes_text("school"),
		.state = SLUIS_STANDING_SUSPENDED,
		.reason = sluis_bytes_text("test") };
	struct sluis_record_act act = { .federation = f->id };
	Sluis__Ask *ask;
	struct sluis_bytes payload;
	const Sluis__Tell *tell;

	(void)state;
	put_lists();
	broker_start(broker);
	put_list("issuing.crl", sluis_bytes_text("no list"));
	act.created_ms = federation_time(f);
	assert_int_equal(sluis_record_suspension(&act, &draft, f->arena, &payload), SLUIS_OK);
	ask = ask_new(f, SLUIS__ASK__ACT_SUSPENSION);
	ask->suspension = federation_sign(f, "registrar", SLUIS_SIGNED_SUSPENSION, payload);
	tell = broker_ask(broker, "registrar", ask, sluis_bytes(NULL, 0));
	assert_int_equal(tell->answer_case, SLUIS__TELL__ANSWER_DONE);
	tell = broker_ask(broker, "school", ask_cases(f), sluis_bytes(NULL, 0));
	assert_string_equal(broker_rule(tell), "member-inactive");
}

static const uint8_t CODE[SLUIS_INVITE_CODE_BYTES] = { 7 };

static void
invite(const char *handle)
{
	struct federation *f = broker->f;
	const struct sluis_record_act act = { .federation = f->id, .created_ms = federation_time(f) };
	const struct sluis_record_invite draft = { .handle = sluis_bytes_text(handle),
		.organisation_handle = sluis_bytes_text(handle),
		.expires_ms = f->now_ms + 10 * FEDERATION_DAY_MS,
		.invite_hash = sluis_record_invite_hash(CODE) };
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_INVITE);
	struct sluis_bytes payload;

	assert_int_equal(sluis_record_invite(&act, &draft, f->arena, &payload), SLUIS_OK);
	ask->invite = federation_sign(f, "registrar", SLUIS_SIGNED_INVITE, payload);
	assert_int_equal(broker_ask(broker, "registrar", ask, sluis_bytes(NULL, 0))->answer_case,
	    SLUIS__TELL__ANSWER_DONE);
}

/* The act of an entry of the region's log, which the broker does not have. */
static Sluis__Signed *
act_of(uint64_t index)
{
	Sluis__KeysEntry *entry = NULL;

	assert_int_equal(SLUIS_UNPACK(keys_entry, KeysEntry, sluis_directory_entry(broker->f->directory, index),
			     SLUIS_KEYS_ENTRY_MAX_BYTES, broker->f->arena, &entry),
	    SLUIS_OK);
	return entry->act;
}

/* Whether a newcomer is revoked cannot be said: that is no mistake of the newcomer's, and it may ask again. */
static void
with_a_bad_list_enrolment_waits(void **state)
{
	struct federation *f = broker->f;
	Sluis__AskEnrol enrol = SLUIS__ASK_ENROL__INIT;
	Sluis__Ask *ask = ask_new(f, SLUIS__ASK__ACT_ENROL);
	struct sluis_bytes lists[2];
	uint64_t index;

	(void)state;
	put_lists();
	broker_start(broker);
	invite("late");
	index = sluis_directory_size(f->directory);
	federation_add_organisation(f, "late", "jeugdwet");
	federation_add_member(f, "late", "late", "provider");
	enrol.code_bytes = sluis_pb(sluis_bytes(CODE, sizeof(CODE)));
	enrol.organisation = act_of(index);
	enrol.record = act_of(index + 2);
	ask->enrol = &enrol;
	put_list("issuing.crl", sluis_bytes_text("no list"));
	assert_int_equal(broker_ask(broker, "late", ask, sluis_bytes(NULL, 0))->status_number, 5);
	federation_ca_crls(f->ca, f->arena, f->now_ms, NULL, lists);
	put_list("issuing.crl", lists[1]);
	assert_int_equal(broker_ask(broker, "late", ask, sluis_bytes(NULL, 0))->status_number, 1);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		T(with_everything_right_it_starts), T(every_key_file_must_be_safe),
		T(every_key_must_be_the_one_signed), T(each_wrong_key_is_said),
		T(a_list_that_does_not_hold_is_told_at_the_start),
		T(a_list_that_goes_bad_later_stops_nothing),
		T(with_a_bad_list_enrolment_waits),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
