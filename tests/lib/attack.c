/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "attack.h"

void
attack_must(enum sluis_err err)
{
	assert_int_equal(err, SLUIS_OK);
}

void
attack_refused(struct federation *f, struct sluis_bytes entry, const char *rule)
{
	const uint64_t size = sluis_directory_size(f->directory);
	const struct sluis_hash before = sluis_directory_root(f->directory);
	struct sluis_directory_fault fault = { "none", { "" } };
	struct sluis_why why = { "" };
	struct sluis_hash after;

	if (sluis_directory_judge(f->directory, entry, &fault) != SLUIS_EKEYSLOG ||
	    strcmp(fault.rule, rule) != 0)
		fail_msg("wanted rule %s, not %s: %s", rule, fault.rule, fault.why.text);
	assert_int_equal(sluis_directory_check(f->directory, entry, &why), SLUIS_EKEYSLOG);
	assert_string_equal(why.text, fault.why.text);
	assert_true(strlen(why.text) > 20 && strlen(why.text) < sizeof(why.text) - 1);
	assert_int_equal(sluis_directory_append(f->directory, entry, NULL), SLUIS_EKEYSLOG);
	assert_int_equal(sluis_directory_size(f->directory), size);
	after = sluis_directory_root(f->directory);
	assert_memory_equal(before.bytes, after.bytes, sizeof(after.bytes));
}

void
attack_taken(struct federation *f, struct sluis_bytes entry)
{
	struct sluis_directory_fault fault = { "none", { "" } };
	struct sluis_why why = { "untouched" };

	if (sluis_directory_judge(f->directory, entry, &fault) != SLUIS_OK)
		fail_msg("refused by %s: %s", fault.rule, fault.why.text);
	assert_int_equal(sluis_directory_check(f->directory, entry, &why), SLUIS_OK);
	assert_int_equal(sluis_directory_append(f->directory, entry, &why), SLUIS_OK);
	assert_string_equal(why.text, "untouched");
}

struct sluis_bytes
attack_entry(struct federation *f, enum sluis_entry_type type, struct sluis_bytes payload,
    const char *signers)
{
	Sluis__Signed *act;

	attack_must(sluis_signed_of(payload, f->arena, &act));
	while (*signers != '\0') {
		const size_t len = strcspn(signers, " ");
		char handle[33];

		snprintf(handle, sizeof(handle), "%.*s", (int)len, signers);
		attack_must(sluis_signed_add(act, sluis_entry_signed_type(type),
		    &federation_member(f, handle)->signer, f->arena));
		signers += len + (signers[len] == ' ');
	}
	return federation_entry(f, type, act);
}

struct sluis_bytes
attack_certified(struct federation *f, enum sluis_entry_type type, struct sluis_bytes payload,
    const char *organisation)
{
	const struct federation_organisation *theirs = federation_organisation(f, organisation);
	const struct sluis_certificate_signer signer = { .certificate = theirs->chain[0],
		.key_pem = theirs->key_pem };
	Sluis__Signed *act;

	attack_must(sluis_signed_of(payload, f->arena, &act));
	attack_must(sluis_signed_add_certificate(act, sluis_entry_signed_type(type), &signer, f->arena));
	return federation_entry(f, type, act);
}

struct sluis_record_act
attack_act(struct federation *f)
{
	return (struct sluis_record_act){ .federation = f->id, .created_ms = federation_time(f) };
}
