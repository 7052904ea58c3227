/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry_genesis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hash.h"
#include "limits.h"
#include "org_folder.h"
#include "record.h"
#include "request.h"

static const char SYNOPSIS[] =
    "registry genesis --name NAME --organisation DIR --org-handle H --handle H --broker FILE --endpoint E ... "
    "--policy FILE --agreement FILE --origin NAME --out FILE [--regime CODE] [--until DATE] [--no-passphrase]";

enum { SMALL_FILE = 1024 * 1024 };

struct words {
	const char *name, *folder, *org_handle, *handle, *broker, *policy, *agreement, *origin, *out, *regime,
	    *until;
	struct cli_list endpoints, rest;
	bool none;
};

/** A federation being founded; everything lives in the arena. */
struct founding {
	struct sluis_arena *arena;
	struct org_folder folder;
	struct sluis_record_genesis draft;
	struct sluis_hash anchor;
	struct sluis_bytes endpoints[CLI_LIST_MAX];
	char keys_origin[128];
	char exchange_origin[128];
	Sluis__Signed *registrar;
	struct sluis_bytes entry;
	struct sluis_hash federation;
	int64_t now_ms;
};

static void
founding_done(struct founding *f)
{
	org_folder_done(&f->folder);
	sluis_arena_free(f->arena);
}

static enum sluis_err
hash_file(const char *path, struct sluis_hash *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };

	SLUIS_TRY(cli_read(path, SMALL_FILE, failure, &file));
	*ret = sluis_hash(file);
	return SLUIS_OK;
}

static enum sluis_err
read_broker(const char *path, struct founding *f, struct sluis_failure *failure)
{
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes file = { NULL, 0 };
	struct sluis_record_genesis *g = &f->draft;
	enum sluis_err err = SLUIS_EFORMAT;
	json_t *root;

	SLUIS_TRY(cli_read(path, SMALL_FILE, failure, &file));
	root = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, NULL);
	if (request_get_hex(root, "curve", g->broker.curve_key.bytes, SLUIS_KEY_BYTES) == SLUIS_OK &&
	    request_get_hex(root, "curve-next", g->broker.next_curve_key.bytes, SLUIS_KEY_BYTES) == SLUIS_OK &&
	    request_get_hex(root, "decision", g->broker.decision_key.bytes, SLUIS_KEY_BYTES) == SLUIS_OK &&
	    request_get_hex(root, "keys", g->keys_log.key.bytes, SLUIS_KEY_BYTES) == SLUIS_OK)
		err = request_get_hex(root, "exchange", g->exchange_log.key.bytes, SLUIS_KEY_BYTES);
	json_decref(root);
	if (err == SLUIS_OK)
		return SLUIS_OK;
	(void)sluis_fail(failure, err, _("\"%s\" does not hold the broker's public keys"), path);
	sluis_fail_hint(failure, "sluisd --config FILE --make-keys");
	return err;
}

static enum sluis_err
build_registrar(struct cli *cli, const struct words *w, struct founding *f, struct sluis_failure *failure)
{
	struct sluis_profile *profile = NULL;
	const struct sluis_bytes role = sluis_bytes_text("registrar");
	struct sluis_recipient recipients[SLUIS_PROFILE_EPOCHS_MAX];
	struct sluis_record_draft draft = {
		.handle = sluis_bytes_text(w->handle),
		.organisation_handle = sluis_bytes_text(w->org_handle),
		.kind = sluis_bytes_text("person"),
		.roles = &role,
		.n_roles = 1,
		.mandate = sluis_bytes_text("registrar"),
		.created_ms = f->now_ms,
		.from_ms = f->now_ms,
		.recipients = recipients,
	};
	struct sluis_signer signer;
	struct sluis_bytes payload;
	enum sluis_err err;

	SLUIS_TRY(cli_date(w->until, &draft.until_ms, failure));
	SLUIS_TRY(sluis_profile_open(cli->profile, cli_passphrase(cli), failure, &profile));
	draft.sign_key = sluis_profile_keys(profile)->sign_public;
	draft.curve_key = sluis_profile_keys(profile)->curve_public;
	draft.n_recipients = request_recipients(sluis_profile_keys(profile), recipients);
	err = sluis_record_build(&draft, f->arena, &payload);
	if (err == SLUIS_OK)
		err = sluis_signed_of(payload, f->arena, &f->registrar);
	if (err == SLUIS_OK) {
		signer.record_hash = sluis_signed_hash(f->registrar);
		signer.secret = &sluis_profile_keys(profile)->sign;
		err = sluis_signed_add(f->registrar, SLUIS_SIGNED_RECORD, &signer, f->arena);
	}
	sluis_profile_close(profile);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("the registrar's record"));
	return org_folder_sign(&f->folder, f->registrar, SLUIS_SIGNED_RECORD, f->arena, failure);
}

static enum sluis_err
sign_genesis(struct cli *cli, struct sluis_bytes payload, struct founding *f, struct sluis_failure *failure)
{
	struct sluis_profile *profile = NULL;
	struct sluis_signer signer = { .record_hash = sluis_signed_hash(f->registrar) };
	Sluis__Signed *act = NULL;
	enum sluis_err err;

	SLUIS_TRY(sluis_fail_err(failure, sluis_signed_of(payload, f->arena, &act), _("the genesis")));
	SLUIS_TRY(org_folder_sign(&f->folder, act, SLUIS_SIGNED_GENESIS, f->arena, failure));
	SLUIS_TRY(sluis_profile_open(cli->profile, cli_passphrase(cli), failure, &profile));
	signer.secret = &sluis_profile_keys(profile)->sign;
	err = sluis_signed_add(act, SLUIS_SIGNED_GENESIS, &signer, f->arena);
	sluis_profile_close(profile);
	if (err == SLUIS_OK)
		err = sluis_record_entry(SLUIS_ENTRY_GENESIS, act, f->arena, &f->entry);
	f->federation = sluis_hash(payload);
	return sluis_fail_err(failure, err, _("the genesis"));
}

static enum sluis_err
build(struct cli *cli, const struct words *w, struct founding *f, struct sluis_failure *failure)
{
	struct sluis_record_genesis *g = &f->draft;
	struct org_accession accession = { .handle = w->org_handle, .regime = w->regime };
	struct sluis_bytes payload;

	SLUIS_TRY(read_broker(w->broker, f, failure));
	SLUIS_TRY(hash_file(w->policy, &g->policy_hash, failure));
	SLUIS_TRY(hash_file(w->agreement, &g->agreement_hash, failure));
	accession.agreement = g->agreement_hash;
	accession.created_ms = f->now_ms;
	SLUIS_TRY(org_folder_accession(&f->folder, &accession, f->arena, &g->body, failure));
	SLUIS_TRY(build_registrar(cli, w, f, failure));
	f->anchor = sluis_hash(f->folder.chain[f->folder.n_chain - 1]);
	for (size_t i = 0; i < w->endpoints.n; i++)
		f->endpoints[i] = sluis_bytes_text(w->endpoints.words[i]);
	snprintf(f->keys_origin, sizeof(f->keys_origin), "%s/keys", w->origin);
	snprintf(f->exchange_origin, sizeof(f->exchange_origin), "%s/exchange", w->origin);
	g->name = sluis_bytes_text(w->name);
	g->created_ms = f->now_ms;
	g->anchors = &f->anchor;
	g->n_anchors = 1;
	g->registrars = &f->registrar;
	g->n_registrars = 1;
	g->needed = 1;
	g->keys_log.origin = sluis_bytes_text(f->keys_origin);
	g->exchange_log.origin = sluis_bytes_text(f->exchange_origin);
	g->broker.endpoints = f->endpoints;
	g->broker.n_endpoints = w->endpoints.n;
	SLUIS_TRY(sluis_fail_err(failure, sluis_record_genesis(g, f->arena, &payload), _("the genesis")));
	return sign_genesis(cli, payload, f, failure);
}

/* The entry must pass the very rules that every client will hold it to. */
static enum sluis_err
prove(const struct founding *f, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_directory_freep) struct sluis_directory *directory = sluis_directory_new();
	struct sluis_why why = { "" };

	if (directory == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("the genesis"));
	if (sluis_directory_append(directory, f->entry, &why) != SLUIS_OK)
		return sluis_fail(failure, SLUIS_EKEYSLOG, _("this genesis would not be accepted: %s"), why.text);
	return SLUIS_OK;
}

static enum sluis_err
settle_profile(struct cli *cli, const struct words *w, const struct founding *f, struct sluis_failure *failure)
{
	struct sluis_profile *profile = NULL;
	struct sluis_profile_identity identity;
	enum sluis_err err;

	SLUIS_TRY(sluis_profile_open(cli->profile, cli_passphrase(cli), failure, &profile));
	identity = *sluis_profile_identity(profile);
	identity.federation = f->federation;
	identity.broker_curve = f->draft.broker.curve_key;
	identity.start_keys.size = 1;
	identity.start_keys.root = sluis_merkle_leaf(f->entry);
	identity.n_endpoints = 0;
	for (size_t i = 0; i < w->endpoints.n && i < SLUIS_PROFILE_ENDPOINTS_MAX; i++)
		snprintf(identity.endpoints[identity.n_endpoints++], sizeof(identity.endpoints[0]), "%s",
		    w->endpoints.words[i]);
	err = sluis_profile_set_identity(profile, &identity, failure);
	if (err == SLUIS_OK) {
		const struct sluis_profile_heads heads = {
			.keys = identity.start_keys, .exchange = { .root = sluis_merkle_empty() } };

		err = sluis_profile_set_heads(profile, &heads, failure);
	}
	sluis_profile_close(profile);
	return err;
}

static enum sluis_err
create_profile(struct cli *cli, const struct words *w, struct sluis_failure *failure)
{
	struct sluis_profile_identity identity = { .n_endpoints = 1 };

	snprintf(identity.handle, sizeof(identity.handle), "%s", w->handle);
	snprintf(identity.organisation, sizeof(identity.organisation), "%s", w->org_handle);
	snprintf(identity.endpoints[0], sizeof(identity.endpoints[0]), "%s", w->endpoints.words[0]);
	identity.start_exchange.root = sluis_merkle_empty();
	return sluis_profile_create(cli->profile, &identity, w->none ? NULL : cli_passphrase(cli), failure);
}

static enum sluis_err
write_entry(const char *path, struct sluis_bytes entry, struct sluis_failure *failure)
{
	FILE *out = fopen(path, "wxe");
	const bool ok = out != NULL && fwrite(entry.data, 1, entry.len, out) == entry.len;

	if ((out != NULL && fclose(out) != 0) || !ok)
		return sluis_fail(failure, SLUIS_EIO, _("\"%s\" cannot be written"), path);
	return SLUIS_OK;
}

enum sluis_err
registry_genesis(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(founding_done)
	struct founding f = { .arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES), .now_ms = sluis_now_ms() };
	struct words w = { .regime = "jeugdwet", .until = "2035-12-31" };
	const struct cli_option options[] = {
		{ "--name", CLI_VALUE, &w.name }, { "--organisation", CLI_VALUE, &w.folder },
		{ "--org-handle", CLI_VALUE, &w.org_handle }, { "--handle", CLI_VALUE, &w.handle },
		{ "--broker", CLI_VALUE, &w.broker }, { "--endpoint", CLI_LIST, &w.endpoints },
		{ "--policy", CLI_VALUE, &w.policy }, { "--agreement", CLI_VALUE, &w.agreement },
		{ "--origin", CLI_VALUE, &w.origin }, { "--out", CLI_VALUE, &w.out },
		{ "--regime", CLI_VALUE, &w.regime }, { "--until", CLI_VALUE, &w.until },
		{ "--no-passphrase", CLI_FLAG, &w.none },
	};
	char hex[65];

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &w.rest, failure));
	if (w.rest.n != 0 || w.name == NULL || w.folder == NULL || w.org_handle == NULL || w.handle == NULL ||
	    w.broker == NULL || w.endpoints.n == 0 || w.policy == NULL || w.agreement == NULL ||
	    w.origin == NULL || w.out == NULL)
		return cli_usage(failure, SYNOPSIS);
	if (f.arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("the genesis"));
	SLUIS_TRY(org_folder_open(cli, w.folder, &f.folder, failure));
	SLUIS_TRY(create_profile(cli, &w, failure));
	SLUIS_TRY(build(cli, &w, &f, failure));
	SLUIS_TRY(prove(&f, failure));
	SLUIS_TRY(write_entry(w.out, f.entry, failure));
	SLUIS_TRY(settle_profile(cli, &w, &f, failure));
	sluis_hex(f.federation.bytes, sizeof(f.federation.bytes), hex);
	cli_say(cli, _("federation %s founded: %s"), hex, w.out);
	cli_emit(cli, json_pack("{s:s, s:s}", "federation", hex, "genesis", w.out));
	return SLUIS_OK;
}
