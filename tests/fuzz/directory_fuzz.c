/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * directory_fuzz - long lives of a keys log: entries of every kind, made with real keys and then bent.
 *
 * Input: a program. Each command picks a kind of entry, fills its fields from small sets (so that handles, keys and
 * hashes meet), may flip bytes of the payload before it is signed, and picks who signs. Kind `raw` takes bytes as
 * they are. After each command must hold what the header promises.
 */
#include <stdlib.h>
#include <string.h>

#include "federation.h"
#include "fuzz.h"
#include "hash.h"

enum { COMMANDS_MAX = 24, NAMES = 5, POOL = 4, RAW = SLUIS_ENTRY_CONTINUATION + 1, SCRATCH_BYTES = 8 << 20 };

static const char *const HANDLES[NAMES] = { "registrar", "second", "third", "fourth", "fifth" };
static const char *const ORGANISATIONS[POOL] = { "expert-team", "one", "two", "three" };

static struct federation *f; /* the federation that every input starts from */
static struct federation_organisation pool[POOL];
static struct federation_member keys[2 * NAMES]; /* two sets for each handle */

/* One run. */
struct run {
	struct sluis_directory *directory;
	struct sluis_arena *arena;
	struct sluis_reader in;
	int64_t now_ms;
};

static void
begin(void)
{
	static const char *const both[] = { "registrar", "second" };
	const struct sluis_bytes handles[] = { sluis_bytes_text(both[0]), sluis_bytes_text(both[1]) };
	const struct sluis_registrars registrars = { .handles = handles, .n = 2, .needed = 1 };
	struct sluis_record_act act;
	struct sluis_bytes payload;

	f = federation_found(NULL, 0);
	federation_add_member(f, "second", "expert-team", "secretary");
	act = (struct sluis_record_act){ .federation = f->id, .created_ms = federation_time(f) };
	FUZZ_MUST(sluis_record_registrars(&act, &registrars, f->arena, &payload) == SLUIS_OK);
	federation_append(f, SLUIS_ENTRY_REGISTRARS,
	    federation_sign(f, "registrar", SLUIS_SIGNED_REGISTRARS, payload));
	pool[0] = *federation_organisation(f, "expert-team");
	for (size_t i = 1; i < POOL; i++) {
		char oin[] = "00000099700000000000";
		const struct federation_certificate wish = { .oin = oin,
			.name = "Fuzz",
			.from_ms = f->now_ms - FEDERATION_DAY_MS,
			.until_ms = f->now_ms + 90 * FEDERATION_DAY_MS };

		oin[12] = (char)('0' + (i + 1) / 2); /* the last two share one number */
		federation_ca_issue(f->ca, f->arena, &wish, &pool[i]);
	}
	for (size_t i = 0; i < 2 * NAMES; i++) {
		keys[i] = *federation_member(f, "registrar");
		if (i != 0)
			federation_keys_of(HANDLES[i / 2], i % 2 == 0 ? "first" : "fuzz", &keys[i]);
	}
}

static uint8_t
pick(struct run *run, size_t n)
{
	return (uint8_t)(sluis_reader_get_u8(&run->in) % n);
}

static struct sluis_record_act
act_now(struct run *run)
{
	const int8_t delta = (int8_t)sluis_reader_get_u8(&run->in);

	run->now_ms += 1000;
	return (struct sluis_record_act){ .federation = f->id,
		.created_ms = run->now_ms + (delta > 100 || delta < -100 ? delta * FEDERATION_DAY_MS / 8 : 0) };
}

/* The hash of some record or organisation, or of nothing. */
static struct sluis_hash
some_hash(struct run *run)
{
	size_t cursor = pick(run, 16);
	const bool of_member = pick(run, 2) == 0;
	const unsigned standings =
	    pick(run, 4) == 0 ? SLUIS_STANDING_ANY : SLUIS_STANDING_BIT(SLUIS_STANDING_PENDING);
	const struct sluis_member *member = sluis_directory_next_member(run->directory,
	    standings == SLUIS_STANDING_ANY ? &cursor : &(size_t){ 0 }, standings);
	const struct sluis_organisation *organisation;

	if (of_member)
		return member != NULL ? member->record_hash : f->agreement_hash;
	cursor = pick(run, 8);
	organisation = sluis_directory_next_organisation(run->directory,
	    standings == SLUIS_STANDING_ANY ? &cursor : &(size_t){ 0 }, standings);
	return organisation != NULL ? organisation->payload_hash : f->agreement_hash;
}

static enum sluis_err
record_payload(struct run *run, size_t who, size_t which, struct sluis_bytes *ret)
{
	static const char *const ROLES[] = { "director", "expert", "school", "gi", "referrer", "registrar" };
	struct sluis_bytes roles[2] = { sluis_bytes_text(ROLES[pick(run, 6)]),
		sluis_bytes_text(ROLES[pick(run, 6)]) };
	const struct sluis_record_act act = act_now(run);
	const struct sluis_member *current =
	    sluis_directory_member(run->directory, sluis_bytes_text(HANDLES[who / 2]));
	const uint8_t mixed = pick(run, 4 * NAMES);
	struct sluis_record_draft draft = {
		.federation = f->id,
		.handle = sluis_bytes_text(HANDLES[who / 2]),
		.organisation_handle = sluis_bytes_text(ORGANISATIONS[pick(run, 8) == 0 ? pick(run, POOL) : which]),
		.kind = sluis_bytes_text("person"),
		.roles = roles,
		.n_roles = (size_t)pick(run, 2) + 1,
		.mandate = sluis_bytes_text("fuzz"),
		.created_ms = act.created_ms,
		.from_ms = run->now_ms - FEDERATION_DAY_MS,
		.until_ms = run->now_ms + 60 * FEDERATION_DAY_MS,
		.sign_key = keys[who].sign_key,
		.curve_key = keys[mixed < 2 * NAMES ? mixed : who].curve_key,
		.recipients = keys[who].age,
		.n_recipients = (size_t)pick(run, 2) + 1,
		.previous = current != NULL && pick(run, 4) != 0 ? &current->record_hash : NULL,
	};

	return sluis_record_build(&draft, run->arena, ret);
}

static enum sluis_err
organisation_payload(struct run *run, size_t which, struct sluis_bytes *ret)
{
	const struct sluis_record_act act = act_now(run);
	const uint8_t name = pick(run, 2 * POOL);
	const char *handle = ORGANISATIONS[name < POOL ? name : which];
	const struct sluis_organisation *current =
	    sluis_directory_organisation(run->directory, sluis_bytes_text(handle));
	const struct sluis_record_organisation draft = {
		.handle = sluis_bytes_text(handle),
		.name = sluis_bytes_text("Fuzz"),
		.oin = sluis_bytes_text(pool[which].oin),
		.regime = sluis_bytes_text("awb"),
		.certificates = pool[which].chain,
		.n_certificates = 3,
		.agreement_hash = f->agreement_hash,
		.created_ms = act.created_ms,
		.recovery_key = pick(run, 2) == 0 ? &keys[pick(run, 2 * NAMES)].age[1].key : NULL,
		.recovery_epoch = 1,
		.previous = current != NULL && pick(run, 4) != 0 ? &current->payload_hash : NULL,
	};

	return sluis_record_organisation(&draft, run->arena, ret);
}

static enum sluis_err
change_payload(struct run *run, enum sluis_entry_type type, struct sluis_bytes *ret)
{
	const struct sluis_record_act act = act_now(run);
	const struct sluis_hash hash = some_hash(run);
	struct sluis_broker_keys broker = *sluis_directory_broker(run->directory);
	struct sluis_bytes handles[2] = { sluis_bytes_text(HANDLES[pick(run, NAMES)]),
		sluis_bytes_text(HANDLES[pick(run, NAMES)]) };
	const struct sluis_registrars registrars = { .handles = handles,
		.n = (size_t)pick(run, 2) + 1,
		.needed = (uint32_t)pick(run, 2) + 1 };
	const struct sluis_record_suspension suspension = {
		.handle = pick(run, 2) == 0 ? handles[0] : sluis_bytes_text(ORGANISATIONS[pick(run, POOL)]),
		.of_organisation = pick(run, 2) == 0,
		.state = (enum sluis_standing)pick(run, 5),
		.reason = sluis_bytes_text("fuzz") };
	const struct sluis_record_witness witness = {
		.witness = { .handle = handles[0],
		    .cosigner_key = keys[pick(run, 2 * NAMES)].sign_key,
		    .active = pick(run, 3) != 0 },
		.count = pick(run, 3),
		.quorum = pick(run, 2) };
	const struct sluis_continuation continuation = {
		.former = *sluis_directory_exchange_log(run->directory),
		.successor = { .origin = handles[1], .key = keys[pick(run, 2 * NAMES)].sign_key },
		.reason = sluis_bytes_text("fuzz") };

	if (type == SLUIS_ENTRY_APPROVAL)
		return sluis_record_approval(&act, &hash, run->arena, ret);
	if (type == SLUIS_ENTRY_SUSPENSION)
		return sluis_record_suspension(&act, &suspension, run->arena, ret);
	if (type == SLUIS_ENTRY_POLICY)
		return sluis_record_policy(&act, &hash, act.created_ms + pick(run, 9), run->arena, ret);
	if (type == SLUIS_ENTRY_REGISTRARS)
		return sluis_record_registrars(&act, &registrars, run->arena, ret);
	if (type == SLUIS_ENTRY_WITNESS)
		return sluis_record_witness(&act, &witness, run->arena, ret);
	if (type == SLUIS_ENTRY_CONTINUATION)
		return sluis_record_continuation(&act, &continuation, run->arena, ret);
	broker.curve_key = pick(run, 2) == 0 ? broker.next_curve_key : keys[0].curve_key;
	broker.next_curve_key = keys[pick(run, 2 * NAMES)].curve_key;
	return sluis_record_broker(&act, &broker, run->arena, ret);
}

static struct sluis_bytes
payload_of(struct run *run, enum sluis_entry_type type, size_t who, size_t which)
{
	struct sluis_guest guest = { .organisation_handle = sluis_bytes_text(ORGANISATIONS[which]) };
	struct sluis_record_act act;
	struct sluis_bytes payload = sluis_bytes(NULL, 0);
	enum sluis_err err;

	if (type == SLUIS_ENTRY_RECORD) {
		err = record_payload(run, who, which, &payload);
	} else if (type == SLUIS_ENTRY_ORGANISATION) {
		err = organisation_payload(run, which, &payload);
	} else if (type == SLUIS_ENTRY_GUEST) {
		act = act_now(run);
		guest.commitment = some_hash(run);
		guest.until_ms = act.created_ms + pick(run, 3);
		err = sluis_record_guest(&act, &guest, run->arena, &payload);
	} else if (type == SLUIS_ENTRY_GENESIS) {
		return sluis_bytes_text("genesis");
	} else {
		err = change_payload(run, type, &payload);
	}
	FUZZ_MUST(err == SLUIS_OK);
	return payload;
}

/* Bytes flipped before the signature, so that what is signed is wrong, not only the signature. */
static struct sluis_bytes
bend(struct run *run, struct sluis_bytes payload)
{
	uint8_t *bytes = sluis_arena_alloc(run->arena, payload.len);

	FUZZ_MUST(bytes != NULL);
	memcpy(bytes, payload.data, payload.len);
	for (uint8_t n = pick(run, 16) > 11 ? pick(run, 4) : 0; n > 0; n--) {
		const size_t at = (size_t)sluis_reader_get_u8(&run->in) << 8 | sluis_reader_get_u8(&run->in);

		bytes[at % payload.len] ^= sluis_reader_get_u8(&run->in);
	}
	return sluis_bytes(bytes, payload.len);
}

static void
sign_as(struct run *run, Sluis__Signed *act, enum sluis_signed_type type, size_t who)
{
	const struct sluis_member *member =
	    sluis_directory_member(run->directory, sluis_bytes_text(HANDLES[who / 2]));
	struct sluis_signer signer = { .secret = &keys[who].sign_secret };

	if (member == NULL)
		return;
	for (size_t i = 0; i < 2; i++) { /* the set whose key the record has */
		const struct federation_member *set = &keys[who / 2 * 2 + i];

		if (memcmp(set->sign_key.bytes, member->sign_key.bytes, SLUIS_KEY_BYTES) == 0)
			signer.secret = &set->sign_secret;
	}
	signer.record_hash = member->record_hash;
	(void)!sluis_signed_add(act, type, &signer, run->arena);
}

static struct sluis_bytes
entry_of(struct run *run, enum sluis_entry_type type)
{
	const size_t who = pick(run, 2 * NAMES), which = pick(run, POOL);
	const struct sluis_certificate_signer certificate = { .certificate = pool[which].chain[0],
		.key_pem = pool[which].key_pem };
	const struct sluis_bytes payload = bend(run, payload_of(run, type, who, which));
	const struct sluis_signer self = { .record_hash = sluis_hash(payload),
		.secret = &keys[who].sign_secret };
	const uint8_t signers = pick(run, 4) != 0 ? 1 : pick(run, 64); /* mostly the first registrar */
	const enum sluis_signed_type as = sluis_entry_signed_type(type);
	struct sluis_bytes entry;
	Sluis__Signed *act;

	FUZZ_MUST(sluis_signed_of(payload, run->arena, &act) == SLUIS_OK);
	if (type == SLUIS_ENTRY_RECORD || type == SLUIS_ENTRY_ORGANISATION || type == SLUIS_ENTRY_GUEST)
		FUZZ_MUST(sluis_signed_add_certificate(act, as, &certificate, run->arena) == SLUIS_OK);
	if (type == SLUIS_ENTRY_RECORD) {
		FUZZ_MUST(sluis_signed_add(act, as, &self, run->arena) == SLUIS_OK);
		if ((signers & 1) != 0)
			sign_as(run, act, as, who);
	} else if (type != SLUIS_ENTRY_ORGANISATION && type != SLUIS_ENTRY_GUEST) {
		for (size_t i = 0; i < NAMES; i++) {
			if ((signers >> i & 1) != 0)
				sign_as(run, act, as, 2 * i);
		}
	}
	FUZZ_MUST(sluis_record_entry(type, act, run->arena, &entry) == SLUIS_OK);
	return entry;
}

/* ---- what must hold ---- */

static void
check_people(const struct sluis_directory *directory)
{
	const unsigned alive = SLUIS_STANDING_BIT(SLUIS_STANDING_ACTIVE) |
	    SLUIS_STANDING_BIT(SLUIS_STANDING_SUSPENDED);
	const struct sluis_member *a, *b;
	size_t i = 0;

	while ((a = sluis_directory_next_member(directory, &i, alive)) != NULL) {
		size_t j = i;

		FUZZ_MUST(sluis_directory_member(directory, a->handle) == a);
		FUZZ_MUST(sluis_directory_member_by_record(directory, &a->record_hash) == a);
		FUZZ_MUST(sluis_directory_member_by_curve(directory, &a->curve_key) == a);
		FUZZ_MUST(a->approved_index < sluis_directory_size(directory));
		FUZZ_MUST(a->ended_index == SLUIS_DIRECTORY_NEVER);
		while ((b = sluis_directory_next_member(directory, &j, alive)) != NULL) {
			FUZZ_MUST(!sluis_bytes_equal(a->handle, b->handle));
			FUZZ_MUST(memcmp(&a->sign_key, &b->sign_key, sizeof(a->sign_key)) != 0);
			FUZZ_MUST(memcmp(&a->curve_key, &b->curve_key, sizeof(a->curve_key)) != 0);
			FUZZ_MUST(memcmp(&a->curve_key, &b->recipients[0].key, sizeof(a->curve_key)) != 0);
		}
	}
}

/* The log can always go on: enough registrars could sign, their records' windows apart. */
static void
check_registrars(const struct sluis_directory *directory)
{
	const struct sluis_registrars registrars = sluis_directory_registrars(directory);
	size_t able = 0;

	for (size_t i = 0; i < registrars.n; i++) {
		const struct sluis_member *member =
		    sluis_directory_member(directory, registrars.handles[i]);
		const struct sluis_organisation *organisation;

		FUZZ_MUST(member != NULL);
		organisation = sluis_directory_organisation(directory, member->organisation_handle);
		able += member->state == SLUIS_STANDING_ACTIVE &&
		    organisation->state == SLUIS_STANDING_ACTIVE;
	}
	FUZZ_MUST(able >= registrars.needed && registrars.needed >= 1);
}

static void
take(struct run *run, struct sluis_bytes entry)
{
	const uint64_t size = sluis_directory_size(run->directory);
	const struct sluis_hash before = sluis_directory_root(run->directory);
	struct sluis_directory_fault fault = { NULL, { "" } };
	const enum sluis_err judged = sluis_directory_judge(run->directory, entry, &fault);
	const enum sluis_err err = sluis_directory_append(run->directory, entry, NULL);
	const struct sluis_hash after = sluis_directory_root(run->directory);

	FUZZ_MUST(judged == err && (err == SLUIS_OK || err == SLUIS_EKEYSLOG));
	FUZZ_MUST((err == SLUIS_OK) == (fault.rule == NULL));
	FUZZ_MUST(sluis_directory_size(run->directory) == size + (err == SLUIS_OK));
	FUZZ_MUST(sluis_hash_equal(&before, &after) == (err != SLUIS_OK));
	if (err == SLUIS_OK)
		FUZZ_MUST(sluis_bytes_equal(sluis_directory_entry(run->directory, size), entry));
	check_people(run->directory);
	check_registrars(run->directory);
}

static void
check_replay(const struct sluis_directory *directory)
{
	struct sluis_directory *again = sluis_directory_copy(f->directory);
	const struct sluis_hash wanted = sluis_directory_root(directory);
	struct sluis_hash root;

	FUZZ_MUST(again != NULL);
	for (uint64_t i = sluis_directory_size(again); i < sluis_directory_size(directory); i++)
		FUZZ_MUST(sluis_directory_append(again, sluis_directory_entry(directory, i), NULL) == SLUIS_OK);
	root = sluis_directory_root(again);
	FUZZ_MUST(sluis_hash_equal(&root, &wanted));
	sluis_directory_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run run;

	if (f == NULL)
		begin();
	run.directory = sluis_directory_copy(f->directory);
	run.arena = sluis_arena_new(SCRATCH_BYTES);
	run.now_ms = f->now_ms;
	FUZZ_MUST(run.directory != NULL && run.arena != NULL);
	sluis_reader_init(&run.in, sluis_bytes(data, size));
	for (size_t i = 0; i < COMMANDS_MAX && run.in.rest.len > 0; i++) {
		const uint8_t kind = pick(&run, RAW + 1);

		if (kind == RAW) {
			take(&run, run.in.rest);
			break;
		}
		take(&run, entry_of(&run, (enum sluis_entry_type)kind));
	}
	check_replay(run.directory);
	sluis_directory_free(run.directory);
	sluis_arena_free(run.arena);
	return 0;
}
