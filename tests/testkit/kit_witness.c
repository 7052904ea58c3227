/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_tlog.h"

#include <stdio.h>
#include <string.h>

#include "witness.h"

enum { TIME_S = 1795000000 };

struct witness {
	struct sluis_witness_log log;
	struct sluis_note_key key;
	struct sluis_signing_secret secret;
};

static bool
read_witness(json_t *object, struct witness *ret)
{
	const char *vkey = kit_json_text(object, "log_vkey");
	const char *name = kit_json_text(object, "witness_name");
	const char *secret = kit_json_text(object, "witness_ed25519_secret_hex");
	struct sluis_public public;

	if (vkey == NULL || name == NULL || secret == NULL)
		return false;
	if (sluis_note_key_parse(sluis_bytes_text(vkey), &ret->log.key) != SLUIS_OK ||
	    sluis_unhex(secret, ret->secret.bytes, sizeof(ret->secret.bytes)) != SLUIS_OK)
		return false;
	memcpy(public.bytes, ret->secret.bytes + 32, sizeof(public.bytes));
	return sluis_note_key_init(sluis_bytes_text(name), SLUIS_NOTE_COSIGNATURE, &public, &ret->key) == SLUIS_OK;
}

/* Cosign as decided, and see that the line verifies under the note. */
static bool
cosign(struct witness *witness, const struct sluis_witness_decision *decision)
{
	static struct sluis_note note;
	struct sluis_note_found found;
	char bytes[8192];
	struct sluis_writer w;

	sluis_writer_init(&w, bytes, sizeof(bytes));
	sluis_writer_put(&w, decision->text.data, decision->text.len);
	sluis_writer_put_text(&w, "\n");
	if (sluis_note_cosign(&witness->key, &witness->secret, TIME_S, decision->text, &w) != SLUIS_OK ||
	    sluis_note_parse(sluis_bytes(w.data, w.len), &note) != SLUIS_OK ||
	    sluis_note_find(&note, &witness->key, 1, &found) != SLUIS_OK)
		return false;
	witness->log.latest = decision->checkpoint.head;
	return found.is_signed && found.time_s == TIME_S;
}

static bool
answer(struct witness *witness, const char *body, unsigned *ret_status)
{
	struct sluis_witness_request request;
	struct sluis_witness_decision decision = { .status = SLUIS_WITNESS_BAD_REQUEST };

	if (sluis_witness_request_parse(sluis_bytes_text(body), &request) == SLUIS_OK)
		sluis_witness_decide(&witness->log, 1, &request, &decision);
	*ret_status = (unsigned)decision.status;
	return decision.status != SLUIS_WITNESS_COSIGN || cosign(witness, &decision);
}

int
kit_tlog_witness(struct tlog_run *run, const char *path, json_t *object)
{
	struct witness witness = { .log.latest.size = 0 };
	json_t *request;
	size_t i;

	if (!read_witness(object, &witness))
		return kit_trouble(path, "keys of log or witness cannot be read");
	json_array_foreach (json_object_get(object, "requests"), i, request) {
		const char *body = kit_json_text(request, "body");
		uint64_t expected, size_after;
		unsigned status;

		if (body == NULL || !kit_json_u64(request, "spec_status", &expected) ||
		    !kit_json_u64(request, "latest_size_after", &size_after))
			return kit_trouble(path, "request %zu cannot be read", i);
		if (!answer(&witness, body, &status))
			kit_fail(run->count, path, "request %zu: our cosignature does not verify", i);
		else if (status != expected || witness.log.latest.size != size_after)
			kit_fail(run->count, path, "request %zu: status %u and size %llu, expected %llu and %llu", i,
			    status, (unsigned long long)witness.log.latest.size, (unsigned long long)expected,
			    (unsigned long long)size_after);
		else
			kit_pass(run->count);
	}
	return 0;
}
