/* SPDX-License-Identifier: EUPL-1.2 */
/* Every byte of every kind of entry flipped, every length cut: the log is then refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attack.h"
#include "directory.h"
#include "federation.h"

static struct federation *f;

/* After the region, one entry of each kind that it does not have. */
static int
setup(void **state)
{
	const struct federation_member keys = { .handle = "" };
	struct federation_member fresh = keys, witness = keys;
	struct sluis_record_act act;
	struct sluis_broker_keys broker;
	const struct sluis_bytes handles[] = { sluis_bytes_text("registrar"), sluis_bytes_text("director") };
	const struct sluis_registrars registrars = { .handles = handles, .n = 2, .needed = 1 };
	struct sluis_record_witness named = { .count = 1, .quorum = 1 };
	struct sluis_continuation continuation;
	struct sluis_guest guest = { .organisation_handle = sluis_bytes_text("gi") };
	struct sluis_bytes payload;

	(void)state;
	f = federation_new(NULL, 0);
	federation_keys_of("tamper", "broker", &fresh);
	federation_keys_of("tamper", "witness", &witness);
	federation_suspend(f, "school", SLUIS_STANDING_SUSPENDED);
	act = attack_act(f);
	attack_must(sluis_record_policy(&act, &f->agreement_hash, act.created_ms, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_POLICY, payload, "registrar"));
	broker = *sluis_directory_broker(f->directory);
	broker.curve_key = f->next_curve_key;
	broker.next_curve_key = fresh.curve_key;
	attack_must(sluis_record_broker(&act, &broker, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_BROKER, payload, "registrar"));
	attack_must(sluis_record_registrars(&act, &registrars, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_REGISTRARS, payload, "registrar"));
	named.witness = (struct sluis_witness){ .handle = sluis_bytes_text("gi"),
		.cosigner_key = witness.sign_key,
		.active = true };
	attack_must(sluis_record_witness(&act, &named, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_WITNESS, payload, "registrar director"));
	continuation = (struct sluis_continuation){ .former = *sluis_directory_exchange_log(f->directory),
		.successor = { .origin = sluis_bytes_text("practice.example/two"), .key = fresh.sign_key },
		.reason = sluis_bytes_text("test") };
	attack_must(sluis_record_continuation(&act, &continuation, f->arena, &payload));
	attack_taken(f, attack_entry(f, SLUIS_ENTRY_CONTINUATION, payload, "director"));
	guest.until_ms = act.created_ms + FEDERATION_DAY_MS;
	attack_must(sluis_record_guest(&act, &guest, f->arena, &payload));
	attack_taken(f, attack_certified(f, SLUIS_ENTRY_GUEST, payload, "gi"));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	federation_free(f);
	return 0;
}

/* One entry of each kind: its place in the log. */
static bool
is_first_of_its_kind(uint64_t index)
{
	static struct sluis_bytes seen[16];
	static size_t n_seen;
	Sluis__KeysEntry *entry;

	attack_must(SLUIS_UNPACK(keys_entry, KeysEntry, sluis_directory_entry(f->directory, index),
	    SLUIS_KEYS_ENTRY_MAX_BYTES, f->arena, &entry));
	for (size_t i = 0; i < n_seen; i++) {
		if (sluis_bytes_equal(seen[i], sluis_of(entry->type_code)))
			return false;
	}
	seen[n_seen++] = sluis_of(entry->type_code);
	return true;
}

static void
tamper(struct sluis_directory *directory, struct sluis_bytes entry, size_t *ret_kinds)
{
	uint8_t *bytes = malloc(entry.len);

	assert_non_null(bytes);
	memcpy(bytes, entry.data, entry.len);
	for (size_t i = 0; i < entry.len; i++) {
		/* one bit of each byte, another one from byte to byte */
		bytes[i] ^= (uint8_t)(1u << (i % 8));
		assert_int_equal(sluis_directory_check(directory, sluis_bytes(bytes, entry.len), NULL),
		    SLUIS_EKEYSLOG);
		bytes[i] = entry.data[i];
	}
	for (size_t len = 0; len < entry.len; len++) {
		uint8_t *cut = malloc(len + 1); /* exact, so that a reader beyond it is found */

		assert_non_null(cut);
		memcpy(cut, entry.data, len);
		assert_int_equal(sluis_directory_check(directory, sluis_bytes(cut, len), NULL), SLUIS_EKEYSLOG);
		free(cut);
	}
	assert_int_equal(sluis_directory_check(directory, entry, NULL), SLUIS_OK);
	free(bytes);
	++*ret_kinds;
}

static void
every_byte_and_length_counts(void **state)
{
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *other = sluis_directory_new();
	size_t kinds = 0;

	(void)state;
	for (uint64_t i = 0; i < sluis_directory_size(f->directory); i++) {
		const struct sluis_bytes entry = sluis_directory_entry(f->directory, i);

		if (is_first_of_its_kind(i))
			tamper(other, entry, &kinds);
		assert_int_equal(sluis_directory_append(other, entry, NULL), SLUIS_OK);
	}
	assert_int_equal(kinds, SLUIS_ENTRY_CONTINUATION + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_and_length_counts),
	};

	return cmocka_run_group_tests_name("directory_tamper", tests, setup, teardown);
}
