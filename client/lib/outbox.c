/* SPDX-License-Identifier: EUPL-1.2 */
#include "outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "limits.h"

static void
put(crypto_generichash_state *state, struct sluis_bytes bytes)
{
	const uint64_t len = bytes.len;

	crypto_generichash_update(state, (const uint8_t *)&len, sizeof(len));
	crypto_generichash_update(state, bytes.data, bytes.len);
}

void
sluis_outbox_name(const struct sluis_session *session, const struct sluis_push_request *request,
    char ret[static SLUIS_OUTBOX_NAME])
{
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);
	crypto_generichash_state state;
	uint8_t hash[32];
	char hex[65];

	crypto_generichash_init(&state, keys->sign.bytes, 32, sizeof(hash));
	put(&state, sluis_bytes(request->case_id.bytes, SLUIS_ID_BYTES));
	put(&state, request->purpose);
	put(&state, request->ground);
	if (request->grant_id != NULL)
		put(&state, sluis_bytes(request->grant_id->bytes, SLUIS_ID_BYTES));
	put(&state, request->retention);
	for (size_t i = 0; i < request->n_to; i++)
		put(&state, sluis_bytes_text(request->to[i]));
	for (size_t i = 0; i < request->n_sections; i++) {
		const struct sluis_push_section *s = &request->sections[i];
		const uint8_t criminal = s->is_criminal;

		put(&state, s->category);
		put(&state, s->about);
		put(&state, s->extension);
		put(&state, sluis_bytes(&criminal, 1));
		put(&state, s->plain);
	}
	for (size_t i = 0; i < request->n_facts; i++) {
		put(&state, request->facts[i].key);
		put(&state, request->facts[i].value);
	}
	for (size_t i = 0; i < request->n_not_bsn; i++)
		put(&state, sluis_bytes_text(request->not_bsn[i]));
	if (request->answers != NULL) {
		put(&state, sluis_bytes_text("answers"));
		put(&state, sluis_bytes(request->answers->bytes, SLUIS_ID_BYTES));
	}
	if (request->replaces != NULL) {
		put(&state, sluis_bytes_text("replaces"));
		put(&state, sluis_bytes(request->replaces->bytes, SLUIS_ID_BYTES));
	}
	if (request->origin != NULL) {
		put(&state, sluis_bytes_text("origin"));
		put(&state, sluis_bytes(request->origin->bytes, SLUIS_ID_BYTES));
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	sluis_hex(hash, sizeof(hash), hex);
	snprintf(ret, SLUIS_OUTBOX_NAME, "outbox/%s", hex);
	sodium_memzero(&state, sizeof(state));
}

SLUIS_MUST_CHECK enum sluis_err
sluis_outbox_keep(struct sluis_session *session, const char *name, struct sluis_bytes push,
    struct sluis_bytes body, struct sluis_failure *failure)
{
	const size_t cap = 4 + push.len + body.len;
	SLUIS_AUTO(sluis_freep) uint8_t *data = malloc(cap);
	struct sluis_writer w;

	if (data == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("keeping the message"));
	sluis_writer_init(&w, data, cap);
	sluis_writer_put_u32(&w, (uint32_t)push.len);
	sluis_writer_put(&w, push.data, push.len);
	sluis_writer_put(&w, body.data, body.len);
	return sluis_profile_write(session->profile, name, sluis_bytes(data, w.len), failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_outbox_find(struct sluis_session *session, const char *name, void **ret_owned,
    struct sluis_bytes *ret_push, struct sluis_bytes *ret_body)
{
	struct sluis_bytes file;
	struct sluis_reader r;
	uint32_t len;

	SLUIS_TRY(sluis_profile_read(session->profile, name,
	    SLUIS_BODY_MAX_BYTES + SLUIS_FRAME_MAX_BYTES + 4, &file));
	memcpy(ret_owned, &file.data, sizeof(*ret_owned));
	sluis_reader_init(&r, file);
	len = sluis_reader_get_u32(&r);
	*ret_push = sluis_bytes(sluis_reader_get(&r, len), len);
	*ret_body = r.rest;
	return r.failed ? SLUIS_ENOTFOUND : SLUIS_OK;
}
