/* SPDX-License-Identifier: EUPL-1.2 */
#include "request.h"

#include <stdlib.h>
#include <string.h>

json_t *
request_hex(const uint8_t *bytes, size_t len)
{
	char text[2 * 64 + 1];

	if (len > 64)
		return NULL;
	sluis_hex(bytes, len, text);
	return json_string(text);
}

SLUIS_MUST_CHECK enum sluis_err
request_get_hex(const json_t *object, const char *key, uint8_t *ret, size_t len)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? SLUIS_EFORMAT : sluis_unhex(text, ret, len);
}

SLUIS_MUST_CHECK enum sluis_err
request_get_text(const json_t *object, const char *key, char *ret, size_t cap)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || strlen(text) >= cap)
		return SLUIS_EFORMAT;
	memcpy(ret, text, strlen(text) + 1);
	return SLUIS_OK;
}

size_t
request_recipients(const struct sluis_profile_keys *keys,
    struct sluis_recipient ret[static SLUIS_PROFILE_EPOCHS_MAX])
{
	for (size_t i = 0; i < keys->n_epochs; i++)
		ret[i] = (struct sluis_recipient){ .epoch = keys->epochs[i].epoch,
			.key = keys->epochs[i].age_public,
			.from_ms = keys->epochs[i].from_ms,
			.until_ms = keys->epochs[i].until_ms };
	return keys->n_epochs;
}

void
request_of(const struct sluis_session *session, struct request *ret)
{
	const struct sluis_profile_identity *identity = sluis_profile_identity(session->profile);
	const struct sluis_profile_keys *keys = sluis_profile_keys(session->profile);

	*ret = (struct request){
		.federation = session->federation,
		.agreement = sluis_directory_genesis(session->directory)->agreement_hash,
		.sign_key = keys->sign_public,
		.curve_key = keys->curve_public,
	};
	memcpy(ret->handle, identity->handle, sizeof(ret->handle));
	memcpy(ret->organisation, identity->organisation, sizeof(ret->organisation));
	ret->n_recipients = request_recipients(keys, ret->recipients);
}

char *
request_text(const struct request *request)
{
	json_t *epochs = json_array(), *root;
	char *text;

	for (size_t i = 0; i < request->n_recipients; i++) {
		const struct sluis_recipient *r = &request->recipients[i];

		json_array_append_new(epochs,
		    json_pack("{s:I, s:o, s:I, s:I}", "epoch", (json_int_t)r->epoch, "age",
			request_hex(r->key.bytes, SLUIS_KEY_BYTES), "from_ms", (json_int_t)r->from_ms, "until_ms",
			(json_int_t)r->until_ms));
	}
	root = json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "federation",
	    request_hex(request->federation.bytes, SLUIS_HASH_BYTES), "agreement",
	    request_hex(request->agreement.bytes, SLUIS_HASH_BYTES), "handle", request->handle, "organisation",
	    request->organisation, "sign", request_hex(request->sign_key.bytes, SLUIS_KEY_BYTES), "curve",
	    request_hex(request->curve_key.bytes, SLUIS_KEY_BYTES), "epochs", epochs);
	text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	return text;
}

static enum sluis_err
parse_epochs(const json_t *list, struct request *ret)
{
	ret->n_recipients = json_array_size(list);
	if (ret->n_recipients < 1 || ret->n_recipients > SLUIS_PROFILE_EPOCHS_MAX)
		return SLUIS_EFORMAT;
	for (size_t i = 0; i < ret->n_recipients; i++) {
		const json_t *row = json_array_get(list, i);
		struct sluis_recipient *r = &ret->recipients[i];

		SLUIS_TRY(request_get_hex(row, "age", r->key.bytes, SLUIS_KEY_BYTES));
		r->epoch = (uint32_t)json_integer_value(json_object_get(row, "epoch"));
		r->from_ms = json_integer_value(json_object_get(row, "from_ms"));
		r->until_ms = json_integer_value(json_object_get(row, "until_ms"));
	}
	return SLUIS_OK;
}

static enum sluis_err
parse(const json_t *root, struct request *ret)
{
	SLUIS_TRY(request_get_hex(root, "federation", ret->federation.bytes, SLUIS_HASH_BYTES));
	SLUIS_TRY(request_get_hex(root, "agreement", ret->agreement.bytes, SLUIS_HASH_BYTES));
	SLUIS_TRY(request_get_text(root, "handle", ret->handle, sizeof(ret->handle)));
	SLUIS_TRY(request_get_text(root, "organisation", ret->organisation, sizeof(ret->organisation)));
	SLUIS_TRY(request_get_hex(root, "sign", ret->sign_key.bytes, SLUIS_KEY_BYTES));
	SLUIS_TRY(request_get_hex(root, "curve", ret->curve_key.bytes, SLUIS_KEY_BYTES));
	return parse_epochs(json_object_get(root, "epochs"), ret);
}

SLUIS_MUST_CHECK enum sluis_err
request_parse(struct sluis_bytes file, struct request *ret)
{
	json_t *root = json_loadb((const char *)file.data, file.len, JSON_REJECT_DUPLICATES, NULL);
	struct request request = { .n_recipients = 0 };
	const enum sluis_err err = root == NULL ? SLUIS_EFORMAT : parse(root, &request);

	json_decref(root);
	if (err == SLUIS_OK)
		*ret = request;
	return err;
}
