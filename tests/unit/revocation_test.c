/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "certificate.h"
#include "commit/revocation.h"
#include "federation.h"
#include "hash.h"

static struct federation *f;
static struct revocation *revocation;
static char folder[64];

static void
put(const char *name, struct sluis_bytes der)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(der.data, 1, der.len, file), der.len);
	assert_int_equal(fclose(file), 0);
}

/* Lists of both authorities as of ${at_ms}, with the school's certificate on them or none. */
static void
put_lists(int64_t at_ms, const char *revoked)
{
	struct sluis_bytes lists[2];

	federation_ca_crls(
	    f->ca, f->arena, at_ms, revoked != NULL ? federation_organisation(f, revoked) : NULL, lists);
	put("root.crl", lists[0]);
	put("issuing.crl", lists[1]);
}

static int
begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/revocation_test.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	f = federation_new(NULL, 0);
	revocation = revocation_new(folder);
	return revocation == NULL ? -1 : 0;
}

static int
end(void **state)
{
	char command[96];

	(void)state;
	revocation_free(revocation);
	federation_free(f);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static const struct sluis_organisation *
school(void)
{
	return sluis_directory_organisation(f->directory, sluis_bytes_text("school"));
}

/* It is refused with these words; what was found before stays in force. */
static void
refused(enum sluis_err err, const char *first, const char *second)
{
	const bool before = revocation_is_revoked(revocation, school());
	struct sluis_why why = { "" };

	assert_int_equal(revocation_read(revocation, f->directory, f->now_ms, &why), err);
	if (strstr(why.text, first) == NULL || strstr(why.text, second) == NULL)
		fail_msg("said: %s", why.text);
	assert_null(strstr(why.text, "Test Organisation"));
	assert_true(strlen(why.text) < sizeof(why.text) - 1); /* whole */
	assert_int_equal(revocation_is_revoked(revocation, school()), before);
}

static void
taken(void)
{
	struct sluis_why why = { "" };
	const enum sluis_err err = revocation_read(revocation, f->directory, f->now_ms, &why);

	if (err != SLUIS_OK)
		fail_msg("said: %s", why.text);
}

/* The first 16 bytes of the SHA-256 of a certificate of the school's chain. */
static const char *
issuer_of(size_t place)
{
	static char hex[33];
	const struct sluis_hash hash = sluis_hash(federation_organisation(f, "school")->chain[place]);

	sluis_hex(hash.bytes, 16, hex);
	return hex;
}

static void
what_stands_on_a_list_is_revoked(void **state)
{
	(void)state;
	taken(); /* no lists at all: nothing is said about revocation */
	assert_false(revocation_is_revoked(revocation, school()));
	put_lists(f->now_ms, NULL);
	taken();
	assert_false(revocation_is_revoked(revocation, school()));
	put_lists(f->now_ms, "school");
	taken();
	assert_true(revocation_is_revoked(revocation, school()));
	assert_false(revocation_is_revoked(revocation,
	    sluis_directory_organisation(f->directory, sluis_bytes_text("gi"))));
}

static void
a_list_that_is_missing_is_told_by_its_issuer(void **state)
{
	char path[128];

	(void)state;
	put_lists(f->now_ms, "school");
	taken();
	snprintf(path, sizeof(path), "%s/issuing.crl", folder);
	assert_int_equal(unlink(path), 0);
	refused(SLUIS_ECERTIFICATE, issuer_of(1), "fetch it from that issuer");
	put_lists(f->now_ms, "school");
	snprintf(path, sizeof(path), "%s/root.crl", folder);
	assert_int_equal(unlink(path), 0);
	refused(SLUIS_ECERTIFICATE, issuer_of(2), "no revocation list");
	assert_true(revocation_is_revoked(revocation, school()));
}

static void
a_list_that_is_out_of_date_is_told_by_file_and_issuer(void **state)
{
	struct sluis_bytes old[2];

	(void)state;
	put_lists(f->now_ms, "school");
	taken();
	federation_ca_crls(f->ca, f->arena, f->now_ms - 30 * FEDERATION_DAY_MS, NULL, old);
	put("issuing.crl", old[1]);
	refused(SLUIS_ECERTIFICATE, "issuing.crl", "out of date; fetch the new one");
	refused(SLUIS_ECERTIFICATE, "issuing.crl", issuer_of(1));
	put_lists(f->now_ms, "school");
	put("root.crl", old[0]);
	refused(SLUIS_ECERTIFICATE, "root.crl", issuer_of(2));
	put_lists(f->now_ms + 2 * FEDERATION_DAY_MS, NULL); /* not begun */
	refused(SLUIS_ECERTIFICATE, ".crl", "out of date");
}

static void
a_list_that_is_damaged_is_told_by_file(void **state)
{
	struct sluis_bytes lists[2];
	uint8_t *changed;

	(void)state;
	put_lists(f->now_ms, NULL);
	federation_ca_crls(f->ca, f->arena, f->now_ms, NULL, lists);
	put("issuing.crl", sluis_bytes(lists[1].data, lists[1].len - 1));
	refused(SLUIS_ECERTIFICATE, "issuing.crl", "damaged");
	changed = sluis_arena_alloc(f->arena, lists[0].len);
	memcpy(changed, lists[0].data, lists[0].len);
	changed[lists[0].len - 1] ^= 1; /* in its signature */
	put("issuing.crl", lists[1]);
	put("root.crl", sluis_bytes(changed, lists[0].len));
	refused(SLUIS_ECERTIFICATE, "root.crl", "fetch it again");
}

static void
files_that_cannot_be_lists_are_told(void **state)
{
	char name[16];

	(void)state;
	put("empty.crl", sluis_bytes("", 0));
	refused(SLUIS_EIO, "empty.crl", "cannot be read");
	put_lists(f->now_ms, NULL);
	put("empty.crl", sluis_bytes("x", 1));
	refused(SLUIS_ECERTIFICATE, "empty.crl", "damaged");
	for (unsigned i = 0; i < SLUIS_CERTIFICATE_CRLS_MAX; i++) {
		snprintf(name, sizeof(name), "%u.crl", i);
		put(name, sluis_bytes("x", 1));
	}
	refused(SLUIS_ETOOBIG, "more than 8", "newest of each issuer");
	put("README", sluis_bytes("x", 1)); /* no list: passed over, as before */
	refused(SLUIS_ETOOBIG, "more than 8", "newest of each issuer");
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	struct revocation *none = revocation_new("/nowhere/lists");
	struct revocation *off = revocation_new("");
	struct sluis_why why = { "" };

	(void)state;
	assert_int_equal(revocation_read(none, f->directory, f->now_ms, &why), SLUIS_EIO);
	assert_non_null(strstr(why.text, "folder of revocation lists"));
	assert_int_equal(revocation_read(off, f->directory, f->now_ms, &why), SLUIS_OK);
	revocation_free(none);
	revocation_free(off);
	revocation_free(NULL);
}

static void
it_is_due_a_day_later(void **state)
{
	(void)state;
	taken();
	assert_false(revocation_is_due(revocation, f->now_ms + FEDERATION_DAY_MS - 1));
	assert_true(revocation_is_due(revocation, f->now_ms + FEDERATION_DAY_MS));
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		T(what_stands_on_a_list_is_revoked), T(a_list_that_is_missing_is_told_by_its_issuer),
		T(a_list_that_is_out_of_date_is_told_by_file_and_issuer),
		T(a_list_that_is_damaged_is_told_by_file), T(files_that_cannot_be_lists_are_told),
		T(a_folder_that_is_not_there_is_told), T(it_is_due_a_day_later),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
