/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "directory.h"
#include "federation.h"
#include "hash.h"

static struct federation *f;

static int
setup(void **state)
{
	(void)state;
	f = federation_new(NULL, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	federation_free(f);
	return 0;
}

static struct sluis_bytes
text(const char *word)
{
	return sluis_bytes_text(word);
}

static const struct sluis_member *
member(const char *handle)
{
	const struct sluis_member *found = sluis_directory_member(f->directory, text(handle));

	assert_non_null(found);
	return found;
}

/* ---- misuse and emptiness ---- */

static void
an_empty_directory_knows_nothing(void **state)
{
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *empty = sluis_directory_new();
	const struct sluis_hash zero = { { 0 } };
	const struct sluis_hash federation = sluis_directory_federation(empty);
	struct sluis_hash hash;
	size_t cursor = 0;

	(void)state;
	sluis_directory_free(NULL);
	assert_int_equal(sluis_directory_size(empty), 0);
	hash = sluis_directory_root(empty);
	assert_int_equal(sluis_directory_root_at(empty, 0, &hash), SLUIS_OK);
	assert_memory_equal(federation.bytes, zero.bytes, sizeof(zero.bytes));
	assert_null(sluis_directory_genesis(empty));
	assert_null(sluis_directory_broker(empty));
	assert_null(sluis_directory_exchange_log(empty));
	assert_null(sluis_directory_continuation(empty, 0));
	assert_null(sluis_directory_witness(empty, 0));
	assert_null(sluis_directory_member(empty, text("gi")));
	assert_null(sluis_directory_organisation(empty, text("gi")));
	assert_null(sluis_directory_next_member(empty, &cursor, SLUIS_STANDING_ANY));
	assert_int_equal(sluis_directory_registrars(empty).n, 0);
	assert_int_equal(sluis_directory_entry(empty, 0).len, 0);
	assert_int_equal(sluis_directory_policy_hash(empty, f->now_ms, &hash), SLUIS_ENOTFOUND);
	assert_int_equal(sluis_directory_root_at(empty, 1, &hash), SLUIS_ENOTFOUND);
}

/* ---- the practice region ---- */

static void
genesis_says_what_was_founded(void **state)
{
	const struct sluis_genesis *genesis = sluis_directory_genesis(f->directory);
	const struct sluis_broker_keys *broker = sluis_directory_broker(f->directory);
	struct sluis_hash policy;

	(void)state;
	assert_non_null(genesis);
	assert_memory_equal(genesis->federation.bytes, f->id.bytes, sizeof(f->id.bytes));
	assert_true(sluis_bytes_is_text(genesis->name, "Practice region"));
	assert_true(sluis_bytes_is_text(genesis->body_handle, "expert-team"));
	assert_int_equal(genesis->n_anchors, 1);
	assert_memory_equal(genesis->anchors[0].bytes, f->anchor.bytes, sizeof(f->anchor.bytes));
	assert_true(sluis_bytes_is_text(genesis->keys_log.origin, "practice.example/keys"));
	assert_memory_equal(genesis->keys_log.key.bytes, f->keys_log_key.bytes, 32);
	assert_true(sluis_bytes_is_text(genesis->exchange_log.origin, "practice.example/exchange"));
	assert_memory_equal(sluis_directory_exchange_log(f->directory)->key.bytes, f->exchange_log_key.bytes, 32);
	assert_memory_equal(genesis->agreement_hash.bytes, f->agreement_hash.bytes, 32);
	assert_memory_equal(broker->curve_key.bytes, f->broker_curve_key.bytes, 32);
	assert_memory_equal(broker->next_curve_key.bytes, f->next_curve_key.bytes, 32);
	assert_memory_equal(broker->decision_key.bytes, f->decision_key.bytes, 32);
	assert_int_equal(broker->n_endpoints, 1);
	assert_true(sluis_bytes_is_text(broker->endpoints[0], "tcp://127.0.0.1:5555"));
	assert_int_equal(sluis_directory_policy_hash(f->directory, f->now_ms, &policy), SLUIS_OK);
	assert_memory_equal(policy.bytes, f->policy_hash.bytes, 32);
	assert_int_equal(sluis_directory_policy_hash(f->directory, 1, &policy), SLUIS_OK);
	assert_int_equal(sluis_directory_registrars(f->directory).n, 1);
	assert_int_equal(sluis_directory_registrars(f->directory).needed, 1);
	assert_true(sluis_directory_is_registrar(f->directory, text("registrar")));
	assert_false(sluis_directory_is_registrar(f->directory, text("director")));
	assert_int_equal(sluis_directory_witness_quorum(f->directory), 0);
}

static void
the_region_is_complete(void **state)
{
	static const struct {
		const char *handle, *organisation, *role, *regime;
	} CASES[] = {
		{ "provider", "provider", "provider", "jeugdwet" },
		{ "referrer", "referrer", "referrer", "jeugdwet" },
		{ "gi", "gi", "certified-institution", "jeugdwet" },
		{ "municipality-a", "municipality-a", "municipality-access", "jeugdwet" },
		{ "municipality-b", "municipality-b", "municipality-funding", "jeugdwet" },
		{ "director", "expert-team", "director", "jeugdwet" },
		{ "officer", "expert-team", "privacy-officer", "jeugdwet" },
		{ "registrar", "expert-team", "registrar", "jeugdwet" },
		{ "expertise-centre", "expertise-centre", "expertise-centre", "wgbo" },
		{ "school", "school", "school", "education" },
	};
	size_t cursor = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(CASES); i++) {
		const struct sluis_member *one = member(CASES[i].handle);
		const struct sluis_organisation *organisation =
		    sluis_directory_organisation(f->directory, one->organisation_handle);
		const struct federation_member *theirs = federation_member(f, CASES[i].handle);

		assert_true(sluis_bytes_is_text(one->organisation_handle, CASES[i].organisation));
		assert_true(sluis_member_has_role(one, text(CASES[i].role)));
		assert_false(sluis_member_has_role(one, text("analyst")));
		assert_true(sluis_bytes_is_text(organisation->regime, CASES[i].regime));
		assert_int_equal(organisation->state, SLUIS_STANDING_ACTIVE);
		assert_int_equal(one->state, SLUIS_STANDING_ACTIVE);
		assert_int_equal(sluis_directory_in_force(f->directory, one, f->now_ms, NULL, NULL), SLUIS_OK);
		assert_ptr_equal(one, sluis_directory_member_by_record(f->directory, &theirs->record_hash));
		assert_ptr_equal(one, sluis_directory_member_by_curve(f->directory, &theirs->curve_key));
		assert_memory_equal(one->sign_key.bytes, theirs->sign_key.bytes, 32);
		assert_memory_equal(one->curve_key.bytes, theirs->curve_key.bytes, 32);
		assert_true(sluis_bytes_is_text(one->mandate, "test mandate"));
		assert_true(sluis_bytes_is_text(one->kind, "person"));
	}
	while (sluis_directory_next_member(f->directory, &cursor, SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE)))
		n++;
	assert_int_equal(n, SLUIS_ARRAY_LEN(CASES));
	for (cursor = n = 0; sluis_directory_next_organisation(f->directory, &cursor, SLUIS_STANDING_ANY); n++)
		continue;
	assert_int_equal(n, 8);
	cursor = 0;
	assert_null(sluis_directory_next_member(f->directory, &cursor,
	    SLUIS_STANDING_BIT(SLUIS_STANDING_PENDING) | SLUIS_STANDING_BIT(SLUIS_STANDING_SUSPENDED)));
	assert_null(sluis_directory_member(f->directory, text("nobody")));
	assert_null(sluis_directory_member(f->directory, text("expert-team"))); /* name spaces of their own */
	assert_null(sluis_directory_member_by_record(f->directory, &f->id));
	assert_null(sluis_directory_member_by_curve(f->directory, &f->broker_curve_key));
	assert_null(sluis_directory_organisation_by_hash(f->directory, &f->id));
	assert_null(sluis_directory_organisation(f->directory, text("director")));
}

static void
organisations_are_found(void **state)
{
	const struct federation_organisation *theirs = federation_organisation(f, "gi");
	const struct sluis_organisation *gi = sluis_directory_organisation(f->directory, text("gi"));
	const struct sluis_hash leaf = sluis_hash(theirs->chain[0]);

	(void)state;
	assert_ptr_equal(gi, sluis_directory_organisation_by_hash(f->directory, &theirs->payload_hash));
	assert_true(sluis_bytes_is_text(gi->oin, theirs->oin));
	assert_true(sluis_bytes_is_text(gi->name, "Test Organisation"));
	assert_int_equal(gi->n_certificates, 3);
	assert_memory_equal(gi->certificate_hash.bytes, leaf.bytes, 32);
	assert_true(sluis_bytes_equal(gi->certificates[0], theirs->chain[0]));
	assert_true(gi->valid_from_ms < f->now_ms && gi->valid_until_ms > f->now_ms + 900 * FEDERATION_DAY_MS);
	assert_false(gi->has_recovery);
}

/* ---- the tree ---- */

static void
roots_are_those_of_the_entries(void **state)
{
	struct sluis_merkle_frontier frontier;
	struct sluis_hash root, wanted;

	(void)state;
	sluis_merkle_frontier_init(&frontier);
	for (uint64_t i = 0; i < sluis_directory_size(f->directory); i++) {
		const struct sluis_hash leaf = sluis_merkle_leaf(sluis_directory_entry(f->directory, i));

		assert_int_equal(sluis_directory_root_at(f->directory, i, &root), SLUIS_OK);
		wanted = sluis_merkle_frontier_root(&frontier);
		assert_memory_equal(root.bytes, wanted.bytes, 32);
		sluis_merkle_frontier_append(&frontier, &leaf, NULL);
	}
	wanted = sluis_merkle_frontier_root(&frontier);
	root = sluis_directory_root(f->directory);
	assert_memory_equal(root.bytes, wanted.bytes, 32);
	assert_int_equal(sluis_directory_root_at(f->directory, frontier.size, &root), SLUIS_OK);
	assert_memory_equal(root.bytes, wanted.bytes, 32);
	assert_int_equal(sluis_directory_root_at(f->directory, frontier.size + 1, &root), SLUIS_ENOTFOUND);
	assert_int_equal(sluis_directory_entry(f->directory, frontier.size).len, 0);
}

static void
a_replay_gives_the_same(void **state)
{
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *other = sluis_directory_new();
	struct sluis_hash a, b;

	(void)state;
	for (uint64_t i = 0; i < sluis_directory_size(f->directory); i++) {
		const struct sluis_bytes entry = sluis_directory_entry(f->directory, i);

		assert_int_equal(sluis_directory_check(other, entry, NULL), SLUIS_OK);
		assert_int_equal(sluis_directory_size(other), i);
		assert_int_equal(sluis_directory_append(other, entry, NULL), SLUIS_OK);
	}
	a = sluis_directory_root(f->directory);
	b = sluis_directory_root(other);
	assert_memory_equal(a.bytes, b.bytes, 32);
}

/* ---- copies ---- */

static void
a_copy_stands_for_itself(void **state)
{
	struct sluis_directory *copy = sluis_directory_copy(f->directory);
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *nothing = sluis_directory_new();
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *of_nothing = sluis_directory_copy(nothing);
	const uint64_t size = sluis_directory_size(f->directory);
	const struct sluis_hash before = sluis_directory_root(f->directory);
	struct sluis_hash root;

	(void)state;
	assert_non_null(of_nothing);
	assert_int_equal(sluis_directory_append(of_nothing, sluis_directory_entry(f->directory, 0), NULL),
	    SLUIS_OK);
	federation_suspend(f, "school", SLUIS_STANDING_SUSPENDED);
	federation_add_member(f, "newcomer", "gi", "expert");
	assert_int_equal(sluis_directory_size(copy), size);
	root = sluis_directory_root(copy);
	assert_memory_equal(root.bytes, before.bytes, 32);
	assert_int_equal(sluis_directory_member(copy, text("school"))->state, SLUIS_STANDING_ACTIVE);
	assert_int_equal(member("school")->state, SLUIS_STANDING_SUSPENDED);
	assert_null(sluis_directory_member(copy, text("newcomer")));
	/* a copy may go on by itself */
	for (uint64_t i = size; i < sluis_directory_size(f->directory); i++)
		assert_int_equal(sluis_directory_append(copy, sluis_directory_entry(f->directory, i), NULL),
		    SLUIS_OK);
	assert_non_null(sluis_directory_member(copy, text("newcomer")));
	federation_suspend(f, "school", SLUIS_STANDING_ACTIVE);
	/* and outlive what it was made from */
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *again = sluis_directory_copy(copy);
	sluis_directory_free(copy);
	assert_true(sluis_bytes_is_text(sluis_directory_member(again, text("gi"))->organisation_handle, "gi"));
	assert_true(sluis_bytes_is_text(sluis_directory_genesis(again)->name, "Practice region"));
}

/* ---- epochs ---- */

static void
the_epoch_is_that_of_the_moment(void **state)
{
	const struct sluis_member *gi = member("gi");
	const int64_t from_ms = gi->recipients[0].from_ms, next_ms = gi->recipients[1].from_ms;
	struct sluis_recipient overlapping[2] = { gi->recipients[0], gi->recipients[1] };
	struct sluis_member other = *gi;

	(void)state;
	assert_int_equal(gi->n_recipients, 2);
	assert_int_equal(gi->recipients[0].until_ms, next_ms);
	assert_null(sluis_member_recipient_at(gi, from_ms - 1));
	assert_int_equal(sluis_member_recipient_at(gi, from_ms)->epoch, FEDERATION_EPOCH);
	assert_int_equal(sluis_member_recipient_at(gi, next_ms - 1)->epoch, FEDERATION_EPOCH);
	assert_int_equal(sluis_member_recipient_at(gi, next_ms)->epoch, FEDERATION_EPOCH + 1);
	assert_null(sluis_member_recipient_at(gi, gi->recipients[1].until_ms));
	overlapping[1].from_ms = from_ms;
	other.recipients = overlapping;
	assert_int_equal(sluis_member_recipient_at(&other, from_ms)->epoch, FEDERATION_EPOCH + 1);
	assert_ptr_equal(sluis_member_recipient(gi, FEDERATION_EPOCH + 1), &gi->recipients[1]);
	assert_null(sluis_member_recipient(gi, FEDERATION_EPOCH + 2));
}

/* ---- in force ---- */

static void
a_record_holds_in_its_window(void **state)
{
	const struct sluis_member *gi = member("gi");
	struct sluis_why why = { "" };

	(void)state;
	assert_int_equal(sluis_directory_in_force(f->directory, gi, gi->from_ms, NULL, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force(f->directory, gi, gi->from_ms - 1, NULL, &why),
	    SLUIS_EREFUSED);
	assert_non_null(strstr(why.text, "does not hold yet"));
	assert_int_equal(sluis_directory_in_force(f->directory, gi, gi->until_ms - 1, NULL, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force(f->directory, gi, gi->until_ms, NULL, &why), SLUIS_EREFUSED);
	assert_non_null(strstr(why.text, "has run out"));
}

static void
an_organisation_holds_in_the_term_of_its_certificate(void **state)
{
	const struct sluis_organisation *gi = sluis_directory_organisation(f->directory, text("gi"));
	struct sluis_member long_lived = *member("gi");

	(void)state;
	long_lived.from_ms = SLUIS_TIME_MIN_MS;
	long_lived.until_ms = SLUIS_TIME_MAX_MS;
	assert_int_equal(sluis_directory_in_force(f->directory, &long_lived, gi->valid_from_ms, NULL, NULL),
	    SLUIS_OK);
	assert_int_equal(sluis_directory_in_force(f->directory, &long_lived, gi->valid_from_ms - 1, NULL, NULL),
	    SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force(f->directory, &long_lived, gi->valid_until_ms, NULL, NULL),
	    SLUIS_OK);
	assert_int_equal(
	    sluis_directory_in_force(f->directory, &long_lived, gi->valid_until_ms + 1, NULL, NULL),
	    SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force_then(f->directory, &long_lived,
	    sluis_directory_size(f->directory), gi->valid_until_ms + 1, NULL), SLUIS_ECERTIFICATE);
}

static void
revocation_counts_where_it_is_asked(void **state)
{
	const struct sluis_member *gi = member("gi"), *school = member("school");
	struct sluis_bytes lists[2];
	const struct sluis_crls crls = { .lists = lists, .n = 2 };
	const struct sluis_crls none = { .lists = lists, .n = 0 };
	const struct sluis_crls one = { .lists = lists, .n = 1 };
	struct sluis_why why;

	(void)state;
	federation_ca_crls(f->ca, f->arena, f->now_ms, federation_organisation(f, "school"), lists);
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms, &crls, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms, &none, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms, &one, NULL),
	    SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force(f->directory, school, f->now_ms, NULL, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force(f->directory, school, f->now_ms, &crls, &why),
	    SLUIS_ECERTIFICATE);
	assert_non_null(strstr(why.text, "school"));
	assert_non_null(strstr(why.text, "revoked"));
	assert_int_equal(sluis_directory_in_force(f->directory, gi, f->now_ms + 30 * FEDERATION_DAY_MS, &crls,
	    NULL), SLUIS_ECERTIFICATE); /* a list out of date says nothing */
}

static void
suspension_works_from_its_entry_on(void **state)
{
	const uint64_t before = sluis_directory_size(f->directory);
	uint64_t suspended, lifted;
	struct sluis_why why;

	(void)state;
	federation_suspend(f, "provider", SLUIS_STANDING_SUSPENDED);
	suspended = sluis_directory_size(f->directory);
	assert_int_equal(sluis_directory_in_force(f->directory, member("provider"), f->now_ms, NULL, &why),
	    SLUIS_EREFUSED);
	assert_non_null(strstr(why.text, "suspended"));
	federation_suspend(f, "provider", SLUIS_STANDING_ACTIVE);
	lifted = sluis_directory_size(f->directory);
	assert_int_equal(sluis_directory_in_force(f->directory, member("provider"), f->now_ms, NULL, NULL),
	    SLUIS_OK);
	federation_suspend(f, "provider", SLUIS_STANDING_REMOVED);
	assert_int_equal(member("provider")->state, SLUIS_STANDING_REMOVED);
	assert_int_equal(member("provider")->ended_index, sluis_directory_size(f->directory) - 1);
	assert_int_equal(sluis_directory_in_force_then(f->directory, member("provider"), before, f->now_ms, NULL),
	    SLUIS_OK);
	assert_int_equal(
	    sluis_directory_in_force_then(f->directory, member("provider"), suspended, f->now_ms, NULL),
	    SLUIS_EREFUSED);
	assert_int_equal(sluis_directory_in_force_then(f->directory, member("provider"), lifted, f->now_ms, NULL),
	    SLUIS_OK);
	assert_int_equal(
	    sluis_directory_in_force_then(f->directory, member("provider"), lifted + 1, f->now_ms, NULL),
	    SLUIS_EREFUSED);
	assert_int_equal(
	    sluis_directory_in_force_then(f->directory, member("provider"), lifted + 2, f->now_ms, NULL),
	    SLUIS_ENOTFOUND);
	assert_int_equal(sluis_directory_in_force_then(f->directory, member("provider"), before,
	    member("provider")->from_ms - 1, NULL), SLUIS_EREFUSED);
}

static void
a_record_counts_only_from_its_approval_on(void **state)
{
	struct federation_member *newcomer = &f->members[f->n_members++];
	struct sluis_record_draft draft;
	uint64_t appended;
	size_t cursor = 0;

	(void)state;
	*newcomer = *federation_member(f, "gi");
	federation_keys_of("late", "first", newcomer);
	federation_record_of(f, newcomer, "expert", &draft);
	federation_append(f, SLUIS_ENTRY_RECORD, federation_sign_record(f, &draft, newcomer, NULL));
	appended = sluis_directory_size(f->directory);
	assert_int_equal(member("late")->state, SLUIS_STANDING_PENDING);
	assert_int_equal(sluis_directory_in_force(f->directory, member("late"), f->now_ms, NULL, NULL),
	    SLUIS_EREFUSED);
	assert_ptr_equal(member("late"), sluis_directory_next_member(f->directory, &cursor,
	    SLUIS_STANDING_BIT(SLUIS_STANDING_PENDING)));
	assert_null(sluis_directory_next_member(f->directory, &cursor,
	    SLUIS_STANDING_BIT(SLUIS_STANDING_PENDING)));
	federation_approve(f, &newcomer->record_hash);
	assert_int_equal(sluis_directory_in_force(f->directory, member("late"), f->now_ms, NULL, NULL), SLUIS_OK);
	assert_int_equal(member("late")->approved_index, appended);
	assert_int_equal(member("late")->entry_index, appended - 1);
	assert_int_equal(sluis_directory_in_force_then(f->directory, member("late"), appended, f->now_ms, NULL),
	    SLUIS_EREFUSED);
	assert_int_equal(
	    sluis_directory_in_force_then(f->directory, member("late"), appended + 1, f->now_ms, NULL), SLUIS_OK);
}

/* ---- succession ---- */

static void
a_rotated_record_replaces_the_former(void **state)
{
	struct federation_member *referrer = federation_member(f, "referrer");
	const struct federation_member former = *referrer;
	const uint64_t before = sluis_directory_size(f->directory);
	struct sluis_record_draft draft;
	struct sluis_recipient ages[2];

	(void)state;
	federation_keys_of("referrer", "second", referrer);
	referrer->curve_key = former.curve_key; /* kept, in the same use */
	ages[0] = former.age[1];                /* the epoch published ahead is kept, another follows */
	ages[1] = (struct sluis_recipient){ .epoch = FEDERATION_EPOCH + 2,
		.key = referrer->age[1].key,
		.from_ms = former.age[1].until_ms,
		.until_ms = former.age[1].until_ms + 31 * FEDERATION_DAY_MS };
	federation_record_of(f, referrer, "referrer", &draft);
	draft.recipients = ages;
	draft.previous = &former.record_hash;
	federation_append(f, SLUIS_ENTRY_RECORD, federation_sign_record(f, &draft, referrer, &former));
	/* until it is approved the former counts, also by the key that both have */
	assert_memory_equal(member("referrer")->record_hash.bytes, former.record_hash.bytes, 32);
	assert_ptr_equal(sluis_directory_member_by_curve(f->directory, &former.curve_key), member("referrer"));
	federation_approve(f, &referrer->record_hash);
	assert_memory_equal(member("referrer")->record_hash.bytes, referrer->record_hash.bytes, 32);
	assert_ptr_equal(sluis_directory_member_by_curve(f->directory, &former.curve_key), member("referrer"));
	assert_int_equal(sluis_directory_member_by_record(f->directory, &former.record_hash)->state,
	    SLUIS_STANDING_REPLACED);
	assert_int_equal(sluis_directory_in_force(f->directory,
	    sluis_directory_member_by_record(f->directory, &former.record_hash), f->now_ms, NULL, NULL),
	    SLUIS_EREFUSED);
	assert_int_equal(sluis_directory_in_force_then(f->directory,
	    sluis_directory_member_by_record(f->directory, &former.record_hash), before, f->now_ms, NULL),
	    SLUIS_OK);
	assert_int_equal(sluis_directory_in_force_then(f->directory, member("referrer"), before + 2, f->now_ms,
	    NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force_then(f->directory,
	    sluis_directory_member_by_record(f->directory, &former.record_hash), before + 2, f->now_ms, NULL),
	    SLUIS_EREFUSED);
}

/* A member of whom the directory knows nothing, or whose organisation it does not know. */
static void
strangers_are_not_in_force(void **state)
{
	const uint64_t size = sluis_directory_size(f->directory);
	struct sluis_member stray = *member("gi");

	(void)state;
	stray.organisation_handle = text("nobody");
	assert_int_equal(sluis_directory_in_force(f->directory, &stray, f->now_ms, NULL, NULL),
	    SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force_then(f->directory, &stray, size, f->now_ms, NULL),
	    SLUIS_ECERTIFICATE);
	stray = *member("gi");
	stray.handle = text("nobody");
	assert_int_equal(sluis_directory_in_force_then(f->directory, &stray, size, f->now_ms, NULL),
	    SLUIS_EREFUSED);
}

static void
an_organisation_renews_its_certificate(void **state)
{
	struct federation_organisation *gi = federation_organisation(f, "gi");
	const struct federation_organisation former = *gi;
	const uint64_t before = sluis_directory_size(f->directory);
	struct sluis_public recovery = federation_member(f, "gi")->curve_key;
	struct sluis_record_organisation draft = { .handle = text("gi"),
		.name = text("Test Organisation"),
		.oin = text(former.oin),
		.regime = text("jeugdwet"),
		.certificates = gi->chain,
		.n_certificates = 3,
		.agreement_hash = f->agreement_hash,
		.created_ms = federation_time(f),
		.previous = &former.payload_hash };
	const struct federation_certificate wish = { .oin = former.oin,
		.name = "Test Organisation",
		.from_ms = f->now_ms - FEDERATION_DAY_MS,
		.until_ms = f->now_ms + 2000 * FEDERATION_DAY_MS };
	struct federation_member late;
	struct sluis_member long_lived;

	(void)state;
	federation_ca_issue(f->ca, f->arena, &wish, gi);
	federation_keys_of("gi-recovery", "first", &late);
	recovery = late.curve_key;
	draft.recovery_key = &recovery;
	draft.recovery_epoch = 2030;
	federation_append(f, SLUIS_ENTRY_ORGANISATION, federation_sign_organisation(f, &draft, gi));
	assert_int_equal(sluis_directory_organisation(f->directory, text("gi"))->payload_hash.bytes[0],
	    former.payload_hash.bytes[0]);
	federation_approve(f, &gi->payload_hash);
	assert_memory_equal(sluis_directory_organisation(f->directory, text("gi"))->payload_hash.bytes,
	    gi->payload_hash.bytes, 32);
	assert_true(sluis_directory_organisation(f->directory, text("gi"))->has_recovery);
	assert_int_equal(sluis_directory_organisation_by_hash(f->directory, &former.payload_hash)->state,
	    SLUIS_STANDING_REPLACED);
	assert_int_equal(sluis_directory_in_force(f->directory, member("gi"), f->now_ms, NULL, NULL), SLUIS_OK);
	assert_int_equal(sluis_directory_in_force_then(f->directory, member("gi"), before, f->now_ms, NULL),
	    SLUIS_OK);
	/* each certificate counts while it was the one in force */
	long_lived = *member("gi");
	long_lived.until_ms = SLUIS_TIME_MAX_MS;
	assert_int_equal(sluis_directory_in_force_then(f->directory, &long_lived, before,
	    f->now_ms + 1500 * FEDERATION_DAY_MS, NULL), SLUIS_ECERTIFICATE);
	assert_int_equal(sluis_directory_in_force_then(f->directory, &long_lived, before + 2,
	    f->now_ms + 1500 * FEDERATION_DAY_MS, NULL), SLUIS_OK);
	/* its records are signed with the new certificate from now on */
	federation_add_member(f, "gi-stand-in", "gi", "certified-institution");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_directory_knows_nothing),
		cmocka_unit_test(genesis_says_what_was_founded),
		cmocka_unit_test(the_region_is_complete),
		cmocka_unit_test(organisations_are_found),
		cmocka_unit_test(roots_are_those_of_the_entries),
		cmocka_unit_test(a_replay_gives_the_same),
		cmocka_unit_test(a_copy_stands_for_itself),
		cmocka_unit_test(the_epoch_is_that_of_the_moment),
		cmocka_unit_test(a_record_holds_in_its_window),
		cmocka_unit_test(an_organisation_holds_in_the_term_of_its_certificate),
		cmocka_unit_test(revocation_counts_where_it_is_asked),
		cmocka_unit_test(suspension_works_from_its_entry_on),
		cmocka_unit_test(a_record_counts_only_from_its_approval_on),
		cmocka_unit_test(a_rotated_record_replaces_the_former),
		cmocka_unit_test(strangers_are_not_in_force),
		cmocka_unit_test(an_organisation_renews_its_certificate),
	};

	return cmocka_run_group_tests_name("directory", tests, setup, teardown);
}
