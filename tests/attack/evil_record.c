/* SPDX-License-Identifier: EUPL-1.2 */
#include "evil_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "limits.h"

enum { FILE_MAX = 64 * 1024, ROLES_MAX = 8, CHAIN_MAX = 8, HANDLES_MAX = 4, BROKEN = 9 };

static void
must(enum sluis_err err, const char *what)
{
	if (err == SLUIS_OK)
		return;
	fprintf(stderr, "attack: error: %s: %s\n", what, sluis_err_text(err));
	exit(BROKEN);
}

static struct sluis_record_act
act_now(const struct evil_maker *maker)
{
	return (struct sluis_record_act){ .federation = maker->session->federation,
		.created_ms = sluis_now_ms() };
}

static Sluis__Signed *
sign(const struct evil_maker *maker, enum sluis_signed_type type, struct sluis_bytes payload)
{
	Sluis__Signed *act = NULL;

	must(sluis_session_sign(maker->session, type, payload, maker->arena, &act, maker->failure), "signing");
	return act;
}

static struct sluis_bytes
read_file(const struct evil_maker *maker, const char *folder, const char *name)
{
	uint8_t *data = sluis_arena_alloc(maker->arena, FILE_MAX);
	char path[1024];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	must(file == NULL || data == NULL ? SLUIS_EIO : SLUIS_OK, path);
	n = fread(data, 1, FILE_MAX, file);
	fclose(file);
	return sluis_bytes(data, n);
}

static void
sign_with_certificate(const struct evil_maker *maker, const char *folder, Sluis__Signed *act)
{
	struct sluis_certificate_signer signer = { .key_pem = read_file(maker, folder, "key.pem") };
	struct sluis_bytes chain[CHAIN_MAX];
	size_t n = 0;

	must(sluis_certificate_pem(read_file(maker, folder, "chain.pem"), chain, CHAIN_MAX, &n), "the certificate");
	signer.certificate = chain[0];
	must(sluis_signed_add_certificate(act, SLUIS_SIGNED_RECORD, &signer, maker->arena), "the certificate's key");
	for (size_t i = 0; i < n; i++) {
		void *data;

		memcpy(&data, &chain[i].data, sizeof(data));
		free(data);
	}
}

Sluis__Signed *
evil_record_renewal(const struct evil_maker *maker, const char *folder, char **roles, size_t n)
{
	const struct sluis_member *self = maker->session->self;
	const struct sluis_profile_keys *keys = sluis_profile_keys(maker->session->profile);
	struct sluis_bytes codes[ROLES_MAX], payload;
	struct sluis_record_draft draft = { .federation = maker->session->federation, .roles = codes, .n_roles = n,
		.mandate = sluis_bytes_text("registrar"), .kind = sluis_bytes_text("person"),
		.created_ms = sluis_now_ms() };
	struct sluis_signer former = { .secret = &keys->sign }, own = { .secret = &keys->sign };
	Sluis__Signed *act = NULL;

	must(self == NULL || n > ROLES_MAX ? SLUIS_EUSAGE : SLUIS_OK, "a member's profile and few roles");
	for (size_t i = 0; i < n; i++)
		codes[i] = sluis_bytes_text(roles[i]);
	draft.handle = self->handle;
	draft.organisation_handle = self->organisation_handle;
	draft.from_ms = draft.created_ms;
	draft.until_ms = self->until_ms;
	draft.sign_key = self->sign_key;
	draft.curve_key = self->curve_key;
	draft.recipients = self->recipients;
	draft.n_recipients = self->n_recipients;
	draft.previous = &self->record_hash;
	former.record_hash = self->record_hash;
	must(sluis_record_build(&draft, maker->arena, &payload), "the record");
	must(sluis_signed_of(payload, maker->arena, &act), "the record");
	own.record_hash = sluis_signed_hash(act);
	must(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &own, maker->arena), "signing");
	must(sluis_signed_add(act, SLUIS_SIGNED_RECORD, &former, maker->arena), "signing");
	sign_with_certificate(maker, folder, act);
	return act;
}

Sluis__Signed *
evil_record_approval(const struct evil_maker *maker, const Sluis__Signed *target)
{
	const struct sluis_record_act act = act_now(maker);
	const struct sluis_hash hash = sluis_signed_hash(target);
	struct sluis_bytes payload;

	must(sluis_record_approval(&act, &hash, maker->arena, &payload), "the approval");
	return sign(maker, SLUIS_SIGNED_APPROVAL, payload);
}

Sluis__Signed *
evil_record_registrars(const struct evil_maker *maker, const char *handles, uint32_t needed)
{
	const struct sluis_record_act act = act_now(maker);
	struct sluis_bytes list[HANDLES_MAX], payload;
	struct sluis_registrars registrars = { .handles = list, .needed = needed };

	while (*handles != '\0' && registrars.n < HANDLES_MAX) {
		const size_t len = strcspn(handles, ",");

		list[registrars.n++] = sluis_bytes(handles, len);
		handles += len + (handles[len] == ',');
	}
	must(sluis_record_registrars(&act, &registrars, maker->arena, &payload), "the registrars");
	return sign(maker, SLUIS_SIGNED_REGISTRARS, payload);
}

Sluis__Signed *
evil_record_suspension(const struct evil_maker *maker, struct sluis_bytes handle)
{
	const struct sluis_record_act act = act_now(maker);
	const struct sluis_record_suspension suspension = { .handle = handle,
		.state = SLUIS_STANDING_SUSPENDED, .reason = sluis_bytes_text("safety") };
	struct sluis_bytes payload;

	must(sluis_record_suspension(&act, &suspension, maker->arena, &payload), "the suspension");
	return sign(maker, SLUIS_SIGNED_SUSPENSION, payload);
}

struct sluis_bytes
evil_record_entry(const struct evil_maker *maker, enum sluis_entry_type type, Sluis__Signed *act)
{
	struct sluis_bytes entry;

	must(sluis_record_entry(type, act, maker->arena, &entry), "the entry");
	return entry;
}
