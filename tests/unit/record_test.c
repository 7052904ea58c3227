/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "federation.h"
#include "record.h"

#define NOW_MS INT64_C(1893456000000)

static struct sluis_arena *arena;
static struct sluis_hash federation, hash;

static int
setup(void **state)
{
	(void)state;
	arena = sluis_arena_new(1024 * 1024);
	memset(&federation, 7, sizeof(federation));
	memset(&hash, 9, sizeof(hash));
	return arena == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	sluis_arena_free(arena);
	return 0;
}

static struct sluis_bytes
text(const char *word)
{
	return sluis_bytes_text(word);
}

#define UNPACKED(lower, Upper, payload)                                                                \
	__extension__({                                                                                \
		Sluis__##Upper *it_;                                                                   \
		assert_int_equal(SLUIS_UNPACK(lower, Upper, payload, 65535, arena, &it_), SLUIS_OK);   \
		it_;                                                                                   \
	})

#define IS(data, word) assert_true(sluis_bytes_is_text(sluis_of(data), word))

static struct sluis_record_draft
usual(void)
{
	static struct sluis_bytes roles[2];
	static struct sluis_recipient ages[2];
	struct sluis_record_draft draft = {
		.federation = federation,
		.handle = text("gi-1"),
		.organisation_handle = text("gi"),
		.kind = text("person"),
		.roles = roles,
		.n_roles = 2,
		.mandate = text("jeugdbescherming"),
		.created_ms = NOW_MS,
		.from_ms = NOW_MS + 1,
		.until_ms = NOW_MS + 2,
		.recipients = ages,
		.n_recipients = 2,
	};

	roles[0] = text("certified-institution");
	roles[1] = text("expert");
	memset(draft.sign_key.bytes, 1, 32);
	memset(draft.curve_key.bytes, 2, 32);
	for (unsigned i = 0; i < 2; i++) {
		ages[i].epoch = 5 + i;
		memset(ages[i].key.bytes, (int)(3 + i), 32);
		ages[i].from_ms = NOW_MS + i;
		ages[i].until_ms = NOW_MS + 10 + i;
	}
	return draft;
}

static void
what_the_wire_does_not_take_is_not_written(void **state)
{
	const struct sluis_record_act act = { .federation = federation, .created_ms = 0 };
	struct sluis_record_draft draft = usual();
	struct sluis_bytes payload = sluis_bytes(NULL, 77);

	(void)state;
	draft.handle = text("Not A Handle");
	assert_int_equal(sluis_record_build(&draft, arena, &payload), SLUIS_EFORMAT);
	draft = usual();
	draft.mandate = text("");
	assert_int_equal(sluis_record_build(&draft, arena, &payload), SLUIS_EFORMAT);
	draft = usual();
	draft.from_ms = -1;
	assert_int_equal(sluis_record_build(&draft, arena, &payload), SLUIS_EFORMAT);
	assert_int_equal(sluis_record_approval(&act, &hash, arena, &payload), SLUIS_EFORMAT); /* zero is no time */
	assert_int_equal(payload.len, 77);
}

static void
a_record_says_what_its_draft_says(void **state)
{
	struct sluis_record_draft draft = usual();
	struct sluis_bytes payload;
	Sluis__Record *record;

	(void)state;
	assert_int_equal(sluis_record_build(&draft, arena, &payload), SLUIS_OK);
	record = UNPACKED(record, Record, payload);
	IS(record->handle, "gi-1");
	IS(record->organisation_handle, "gi");
	IS(record->kind_code, "person");
	IS(record->mandate_text, "jeugdbescherming");
	assert_int_equal(record->n_role_codes, 2);
	IS(record->role_codes[1], "expert");
	assert_int_equal(record->created_ms, NOW_MS);
	assert_int_equal(record->from_ms, NOW_MS + 1);
	assert_int_equal(record->until_ms, NOW_MS + 2);
	assert_memory_equal(record->federation_hash.data, federation.bytes, 32);
	assert_memory_equal(record->sign_key.data, draft.sign_key.bytes, 32);
	assert_memory_equal(record->curve_key.data, draft.curve_key.bytes, 32);
	assert_int_equal(record->n_recipients, 2);
	assert_int_equal(record->recipients[1]->epoch, 6);
	assert_memory_equal(record->recipients[1]->age_key.data, draft.recipients[1].key.bytes, 32);
	assert_int_equal(record->recipients[1]->from_ms, NOW_MS + 1);
	assert_int_equal(record->recipients[1]->until_ms, NOW_MS + 11);
	assert_null(record->previous);
	assert_null(record->case_bound);
	draft.previous = &hash;
	assert_int_equal(sluis_record_build(&draft, arena, &payload), SLUIS_OK);
	assert_memory_equal(UNPACKED(record, Record, payload)->previous->previous_hash.data, hash.bytes, 32);
}

static void
an_organisation_says_what_its_draft_says(void **state)
{
	const struct sluis_bytes chain[] = { text("leaf"), text("root") };
	struct sluis_public recovery;
	struct sluis_record_organisation draft = { .handle = text("gi"),
		.name = text("Gecertificeerde Instelling"),
		.oin = text("00000099123456789000"),
		.regime = text("jeugdwet"),
		.certificates = chain,
		.n_certificates = 2,
		.agreement_hash = hash,
		.created_ms = NOW_MS };
	struct sluis_bytes payload;
	Sluis__Organisation *organisation;

	(void)state;
	memset(recovery.bytes, 4, sizeof(recovery.bytes));
	assert_int_equal(sluis_record_organisation(&draft, arena, &payload), SLUIS_OK);
	organisation = UNPACKED(organisation, Organisation, payload);
	IS(organisation->handle, "gi");
	IS(organisation->name_text, "Gecertificeerde Instelling");
	IS(organisation->oin, "00000099123456789000");
	IS(organisation->regime_code, "jeugdwet");
	assert_int_equal(organisation->n_certificate_bytes, 2);
	IS(organisation->certificate_bytes[1], "root");
	assert_memory_equal(organisation->agreement_hash.data, hash.bytes, 32);
	assert_null(organisation->recovery);
	assert_null(organisation->previous);
	draft.recovery_key = &recovery;
	draft.recovery_epoch = 2030;
	draft.previous = &federation;
	assert_int_equal(sluis_record_organisation(&draft, arena, &payload), SLUIS_OK);
	organisation = UNPACKED(organisation, Organisation, payload);
	assert_memory_equal(organisation->recovery->age_key.data, recovery.bytes, 32);
	assert_int_equal(organisation->recovery->epoch, 2030);
	assert_memory_equal(organisation->previous->previous_hash.data, federation.bytes, 32);
	draft.oin = text("12");
	assert_int_equal(sluis_record_organisation(&draft, arena, &payload), SLUIS_EFORMAT);
}

static void
registrars_acts_say_what_their_drafts_say(void **state)
{
	const struct sluis_record_act act = { .federation = federation, .created_ms = NOW_MS };
	const struct sluis_record_suspension of_member = { .handle = text("gi-1"),
		.state = SLUIS_STANDING_SUSPENDED,
		.reason = text("key-lost") };
	const struct sluis_record_suspension of_organisation = { .handle = text("gi"),
		.of_organisation = true,
		.state = SLUIS_STANDING_REMOVED,
		.reason = text("left") };
	const struct sluis_record_invite invite = { .invite_hash = hash,
		.handle = text("late"),
		.organisation_handle = text("gi"),
		.expires_ms = NOW_MS + 5 };
	struct sluis_bytes payload;

	(void)state;
	assert_int_equal(sluis_record_approval(&act, &hash, arena, &payload), SLUIS_OK);
	assert_memory_equal(UNPACKED(approval, Approval, payload)->target_hash.data, hash.bytes, 32);
	assert_int_equal(UNPACKED(approval, Approval, payload)->created_ms, NOW_MS);
	assert_int_equal(sluis_record_suspension(&act, &of_member, arena, &payload), SLUIS_OK);
	IS(UNPACKED(suspension, Suspension, payload)->target_code, "member");
	IS(UNPACKED(suspension, Suspension, payload)->state_code, "suspended");
	IS(UNPACKED(suspension, Suspension, payload)->reason_code, "key-lost");
	assert_int_equal(sluis_record_suspension(&act, &of_organisation, arena, &payload), SLUIS_OK);
	IS(UNPACKED(suspension, Suspension, payload)->target_code, "organisation");
	IS(UNPACKED(suspension, Suspension, payload)->state_code, "removed");
	assert_int_equal(sluis_record_policy(&act, &hash, NOW_MS + 3, arena, &payload), SLUIS_OK);
	assert_int_equal(UNPACKED(policy_version, PolicyVersion, payload)->starts_ms, NOW_MS + 3);
	assert_memory_equal(UNPACKED(policy_version, PolicyVersion, payload)->policy_hash.data, hash.bytes, 32);
	assert_int_equal(sluis_record_invite(&act, &invite, arena, &payload), SLUIS_OK);
	IS(UNPACKED(invite, Invite, payload)->handle, "late");
	assert_int_equal(UNPACKED(invite, Invite, payload)->expires_ms, NOW_MS + 5);
	assert_memory_equal(UNPACKED(invite, Invite, payload)->invite_hash.data, hash.bytes, 32);
}

static void
entry_types_have_words_and_signatures(void **state)
{
	static const struct {
		enum sluis_entry_type type;
		const char *word;
		enum sluis_signed_type as;
	} CASES[] = {
		{ SLUIS_ENTRY_GENESIS, "genesis", SLUIS_SIGNED_GENESIS },
		{ SLUIS_ENTRY_ORGANISATION, "organisation", SLUIS_SIGNED_ORGANISATION },
		{ SLUIS_ENTRY_RECORD, "record", SLUIS_SIGNED_RECORD },
		{ SLUIS_ENTRY_APPROVAL, "approval", SLUIS_SIGNED_APPROVAL },
		{ SLUIS_ENTRY_SUSPENSION, "suspension", SLUIS_SIGNED_SUSPENSION },
		{ SLUIS_ENTRY_POLICY, "policy", SLUIS_SIGNED_POLICY },
		{ SLUIS_ENTRY_BROKER, "broker", SLUIS_SIGNED_BROKER },
		{ SLUIS_ENTRY_REGISTRARS, "registrars", SLUIS_SIGNED_REGISTRARS },
		{ SLUIS_ENTRY_WITNESS, "witness", SLUIS_SIGNED_WITNESS },
		{ SLUIS_ENTRY_GUEST, "guest", SLUIS_SIGNED_GUEST },
		{ SLUIS_ENTRY_CONTINUATION, "continuation", SLUIS_SIGNED_CONTINUATION },
	};

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		assert_string_equal(sluis_entry_type_text(CASES[i].type), CASES[i].word);
		assert_int_equal(sluis_entry_signed_type(CASES[i].type), CASES[i].as);
	}
	assert_string_equal(sluis_standing_text(SLUIS_STANDING_PENDING), "pending");
	assert_string_equal(sluis_standing_text(SLUIS_STANDING_REPLACED), "replaced");
}

static void
an_entry_has_a_size(void **state)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *large = sluis_arena_new(1024 * 1024);
	uint8_t *bytes = sluis_arena_alloc(large, SLUIS_KEYS_ENTRY_MAX_BYTES);
	struct sluis_bytes entry;
	Sluis__Signed *act;

	(void)state;
	memset(bytes, 'x', SLUIS_KEYS_ENTRY_MAX_BYTES);
	assert_int_equal(sluis_signed_of(text("payload"), large, &act), SLUIS_OK);
	assert_int_equal(sluis_record_entry(SLUIS_ENTRY_POLICY, act, large, &entry), SLUIS_OK);
	IS(UNPACKED(keys_entry, KeysEntry, entry)->type_code, "policy");
	IS(UNPACKED(keys_entry, KeysEntry, entry)->act->payload_bytes, "payload");
	assert_int_equal(sluis_signed_of(sluis_bytes(bytes, SLUIS_KEYS_ENTRY_MAX_BYTES), large, &act), SLUIS_OK);
	assert_int_equal(sluis_record_entry(SLUIS_ENTRY_POLICY, act, large, &entry), SLUIS_ETOOBIG);
}

/* printf 'sluis/invite/v1\0\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17' | sha256sum */
static void
the_hash_of_an_invite_code_is_stated(void **state)
{
	uint8_t code[SLUIS_INVITE_CODE_BYTES];
	struct sluis_hash ret;
	char hex[65];

	(void)state;
	for (uint8_t i = 0; i < sizeof(code); i++)
		code[i] = i;
	ret = sluis_record_invite_hash(code);
	sluis_hex(ret.bytes, sizeof(ret.bytes), hex);
	assert_string_equal(hex, "a54757c153a702131597b127ee84fe3bddcd05a60056405e62a5a7e289d000f8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_wire_does_not_take_is_not_written),
		cmocka_unit_test(a_record_says_what_its_draft_says),
		cmocka_unit_test(an_organisation_says_what_its_draft_says),
		cmocka_unit_test(registrars_acts_say_what_their_drafts_say),
		cmocka_unit_test(entry_types_have_words_and_signatures),
		cmocka_unit_test(an_entry_has_a_size),
		cmocka_unit_test(the_hash_of_an_invite_code_is_stated),
	};

	return cmocka_run_group_tests_name("record", tests, setup, teardown);
}
