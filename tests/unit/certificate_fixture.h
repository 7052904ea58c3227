/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate_fixture - a fresh test PKI in a folder of its own for the tests of module certificate.
 *
 * Made by certificate_fixture.sh, removed at the end; tests run from the top folder of the source.
 */
#ifndef SLUIS_CERTIFICATE_FIXTURE_H
#define SLUIS_CERTIFICATE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "certificate.h"
#include "hash.h"

#define FIXTURE_HOUR_MS (3600 * 1000LL)
#define FIXTURE_DAY_MS (24 * FIXTURE_HOUR_MS)

struct fixture {
	char dir[64];
	uint8_t bytes[256 * 1024]; /* every file that was read */
	size_t used;
	struct sluis_bytes chain[4]; /* provider, tsp, domain, root */
	struct sluis_bytes crls[3];  /* tsp, domain, root */
	struct sluis_hash anchor;
	int64_t now_ms; /* an hour after the provider's certificate began */
};

static inline struct sluis_bytes
fixture_file(struct fixture *f, const char *name)
{
	char path[160];
	FILE *file;
	struct sluis_bytes bytes = { .data = f->bytes + f->used };

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("no fixture %s", path);
	bytes.len = fread(f->bytes + f->used, 1, sizeof(f->bytes) - f->used, file);
	fclose(file);
	f->used += bytes.len;
	assert_true(bytes.len > 0 && f->used < sizeof(f->bytes));
	return bytes;
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sluis_certificate leaf;
	char command[160];

	assert_non_null(f);
	strcpy(f->dir, "/tmp/sluis-certificate-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	snprintf(command, sizeof(command), "tests/unit/certificate_fixture.sh %s", f->dir);
	assert_int_equal(system(command), 0);
	f->chain[0] = fixture_file(f, "provider.der");
	f->chain[1] = fixture_file(f, "a/pki/tsp.crt.der");
	f->chain[2] = fixture_file(f, "a/pki/domain.crt.der");
	f->chain[3] = fixture_file(f, "a/pki/root.crt.der");
	f->crls[0] = fixture_file(f, "a/pki/tsp.crl.der");
	f->crls[1] = fixture_file(f, "a/pki/domain.crl.der");
	f->crls[2] = fixture_file(f, "a/pki/root.crl.der");
	f->anchor = sluis_hash(f->chain[3]);
	assert_int_equal(sluis_certificate_parse(f->chain[0], &leaf), SLUIS_OK);
	f->now_ms = leaf.not_before_ms + FIXTURE_HOUR_MS;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char command[160];

	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* The provider's chain with all lists, at a moment when all is well. */
static inline struct sluis_certificate_check
good_check(const struct fixture *f)
{
	return (struct sluis_certificate_check){ .chain = f->chain,
		.n_chain = 4,
		.anchors = &f->anchor,
		.n_anchors = 1,
		.crls = f->crls,
		.n_crls = 3,
		.crl_required = true,
		.at_ms = f->now_ms };
}

static inline void
assert_refused(const struct sluis_certificate_check *check, enum sluis_certificate_fault fault)
{
	struct sluis_certificate ret = { .oin = "untouched" };
	struct sluis_certificate_why why = { 0 };
	const enum sluis_err err = sluis_certificate_verify(check, &ret, &why);

	if (err != SLUIS_ECERTIFICATE || why.fault != fault)
		fail_msg("expected %s, got %s, %s", sluis_certificate_fault_text(fault),
		    sluis_err_name(err), why.why.text);
	assert_string_equal(ret.oin, "untouched");
	assert_true(strlen(why.why.text) > 20 && strlen(why.why.text) < sizeof(why.why.text) - 1);
	assert_non_null(strchr(why.why.text, ';')); /* what to do next is said */
	assert_int_equal(sluis_certificate_verify(check, &ret, NULL), SLUIS_ECERTIFICATE);
}

/* After every test: nothing of ours may stay behind in OpenSSL's queue. */
static inline int
fixture_queue_is_empty(void **state)
{
	(void)state;
	return ERR_peek_error() == 0 ? 0 : -1;
}

#endif
