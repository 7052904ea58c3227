/* SPDX-License-Identifier: EUPL-1.2 */
#include "evil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "evil_record.h"
#include "grants.h"
#include "hash.h"
#include "limits.h"
#include "record.h"

enum { DAY_MS = 24 * 3600 * 1000 };

int
evil_say(const struct evil *evil, enum sluis_err err, const char *done)
{
	if (err == SLUIS_OK)
		puts(done);
	else if (evil->failure.rule[0] != '\0')
		puts(evil->failure.rule);
	else
		puts(evil->failure.text);
	return sluis_err_exit(err);
}

/* ---- grants ---- */

static void
fill_grant(Sluis__Grant *g, const struct sluis_case *of_case, const struct sluis_id *id,
    const struct sluis_hash *hash, Sluis__Giver **givers)
{
	static char *const CATEGORIES[] = { "question", "history" };
	static ProtobufCBinaryData purpose, categories[2];

	purpose = sluis_pb(sluis_bytes_text("referral"));
	for (size_t i = 0; i < 2; i++)
		categories[i] = sluis_pb(sluis_bytes_text(CATEGORIES[i]));
	g->grant_id = sluis_pb_id(id);
	g->case_id = sluis_pb_id(&of_case->id);
	g->case_hash = sluis_pb_hash(&of_case->head);
	g->band_code = sluis_pb(sluis_bytes_text("under-12"));
	g->givers = givers;
	g->n_givers = 1;
	g->authority_count = 2;
	g->purpose_codes = &purpose;
	g->n_purpose_codes = 1;
	g->category_codes = categories;
	g->n_category_codes = 2;
	g->criminal_number = 1;
	g->evidence_hash = sluis_pb_hash(hash);
	g->token_hash = sluis_pb_hash(hash);
}

static int
send_foreign_grant(struct evil *evil, Sluis__Grant *g)
{
	Sluis__Ask ask = SLUIS__ASK__INIT;
	struct sluis_answer answer;
	uint8_t other[SLUIS_HASH_BYTES];

	randombytes_buf(other, sizeof(other));
	g->format = SLUIS_FORMAT;
	g->federation_hash = sluis_pb(sluis_bytes(other, sizeof(other)));
	g->record_hash = sluis_pb_hash(&evil->session->self->record_hash);
	g->policy_hash = sluis_pb_hash(&evil->session->policy_hash);
	ask.act_case = SLUIS__ASK__ACT_GRANT;
	evil_must(sluis_grant_build(g, &sluis_profile_keys(evil->session->profile)->sign, evil->arena,
	    &ask.grant), "grant");
	return evil_say(evil, sluis_session_call(evil->session, &ask, sluis_bytes(NULL, 0), evil->arena, &answer,
	    &evil->failure), "taken");
}

int
evil_grant(struct evil *evil, const char *attack, const char *case_hex)
{
	Sluis__Grant g = SLUIS__GRANT__INIT;
	Sluis__Giver giver = SLUIS__GIVER__INIT, *givers[1] = { &giver };
	Sluis__GrantReceiver receiver = SLUIS__GRANT_RECEIVER__INIT, *receivers[1] = { &receiver };
	Sluis__Until band = SLUIS__UNTIL__INIT;
	const struct sluis_id case_id = evil_id(case_hex);
	const struct sluis_hash none = sluis_hash(sluis_bytes(NULL, 0));
	const int64_t now_ms = sluis_now_ms();
	struct sluis_id id;
	uint64_t index;
	char hex[33];

	randombytes_buf(id.bytes, sizeof(id.bytes));
	fill_grant(&g, evil_case(evil, &case_id), &id, &none, givers);
	g.text_code = sluis_pb(strcmp(attack, "text") == 0 ? sluis_bytes_text("2019-9") :
		sluis_policy_consent_text_version(evil->session->policy));
	g.created_ms = g.from_ms = (uint64_t)now_ms;
	g.until_ms = (uint64_t)now_ms + (strcmp(attack, "short") == 0 ? 1500 : DAY_MS);
	band.until_ms = UINT64_C(1893456000000); /* 2030-01-01 */
	g.band_until = &band;
	giver.role_code = sluis_pb(sluis_bytes_text(strcmp(attack, "youth") == 0 ? "youth" : "authority"));
	giver.giver_number = strcmp(attack, "one-parent") == 0 ? 1 : 2;
	giver.method_code = sluis_pb(sluis_bytes_text("form"));
	giver.given_ms = g.created_ms - 1000;
	receiver.organisation_handle = sluis_pb(sluis_bytes_text("expert-team"));
	g.receivers = receivers;
	g.n_receivers = 1;
	sluis_hex(id.bytes, sizeof(id.bytes), hex);
	if (strcmp(attack, "federation") == 0)
		return send_foreign_grant(evil, &g);
	return evil_say(evil, sluis_grants_add(evil->session, &g, &index, &evil->failure), hex);
}

/* ---- approvals ---- */

static struct sluis_hash
record_in(struct evil *evil, const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = evil_alloc(evil, SLUIS_FRAME_MAX_BYTES);
	Sluis__PendingRow *row = NULL;
	size_t n;

	evil_must(file == NULL ? SLUIS_EIO : SLUIS_OK, path);
	n = fread(bytes, 1, SLUIS_FRAME_MAX_BYTES, file);
	fclose(file);
	evil_must(SLUIS_UNPACK(pending_row, PendingRow, sluis_bytes(bytes, n), SLUIS_FRAME_MAX_BYTES, evil->arena,
	    &row), path);
	return sluis_signed_hash(row->record);
}

int
evil_approve(struct evil *evil, const char *path)
{
	const struct sluis_record_act act = { .federation = evil->session->federation,
		.created_ms = sluis_now_ms() };
	const struct sluis_profile_keys *keys = sluis_profile_keys(evil->session->profile);
	struct sluis_signer signer = { .secret = &keys->sign };
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskApprove approve = SLUIS__ASK_APPROVE__INIT;
	struct sluis_answer answer;
	struct sluis_bytes payload;
	const struct sluis_hash target = record_in(evil, path);

	/* Somebody without a record signs as the record that it wants approved. */
	signer.record_hash = evil->session->self == NULL ? target : evil->session->self->record_hash;
	evil_must(sluis_record_approval(&act, &target, evil->arena, &payload), "approval");
	evil_must(sluis_signed_make(&signer, SLUIS_SIGNED_APPROVAL, payload, evil->arena, &approve.approval),
	    "approval");
	ask.act_case = SLUIS__ASK__ACT_APPROVE;
	ask.approve = &approve;
	return evil_say(evil, sluis_session_call(evil->session, &ask, sluis_bytes(NULL, 0), evil->arena, &answer,
	    &evil->failure), "approved");
}

/* ---- registrars ---- */

static void
write_row(const char *path, Sluis__PendingRow *row, struct evil *evil)
{
	struct sluis_bytes packed;
	FILE *file = fopen(path, "wb");

	evil_must(file == NULL ? SLUIS_EIO : SLUIS_OK, path);
	evil_must(sluis_codec_pack(&row->base, evil->arena, &packed), path);
	fwrite(packed.data, 1, packed.len, file);
	fclose(file);
}

int
evil_renew(struct evil *evil, char **argv, int argc)
{
	const struct evil_maker maker = { evil->session, evil->arena, &evil->failure };
	Sluis__Ask ask = SLUIS__ASK__INIT;
	Sluis__AskEnrol enrol = SLUIS__ASK_ENROL__INIT;
	Sluis__PendingRow row = SLUIS__PENDING_ROW__INIT;
	const struct sluis_id code = evil_id(argv[0]);
	struct sluis_answer answer;

	row.asked_ms = (uint64_t)sluis_now_ms();
	row.record = evil_record_renewal(&maker, argv[1], argv + 3, (size_t)argc - 3);
	write_row(argv[2], &row, evil);
	enrol.code_bytes = sluis_pb_id(&code);
	enrol.record = row.record;
	ask.act_case = SLUIS__ASK__ACT_ENROL;
	ask.enrol = &enrol;
	return evil_say(evil, sluis_session_call(evil->session, &ask, sluis_bytes(NULL, 0), evil->arena, &answer,
	    &evil->failure), "handed in");
}

static void
print_hex(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

int
evil_registrars(struct evil *evil, const char *handles, uint32_t needed)
{
	const struct evil_maker maker = { evil->session, evil->arena, &evil->failure };
	struct sluis_directory *directory = evil->session->directory;
	const struct sluis_bytes entry = evil_record_entry(&maker, SLUIS_ENTRY_REGISTRARS,
	    evil_record_registrars(&maker, handles, needed));
	const uint64_t index = sluis_directory_size(directory);
	struct sluis_hash root;
	struct sluis_why why;

	if (sluis_directory_append(directory, entry, &why) != SLUIS_OK) {
		puts(why.text);
		return EVIL_BROKEN;
	}
	root = sluis_directory_root(directory);
	printf("%llu ", (unsigned long long)index);
	print_hex(entry.data, entry.len);
	putchar(' ');
	print_hex(root.bytes, sizeof(root.bytes));
	putchar('\n');
	return 0;
}
