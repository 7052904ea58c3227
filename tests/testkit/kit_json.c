/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_json.h"

#include <string.h>

#include "base64.h"

enum { JSON_MAX_BYTES = 16 * 1024 * 1024 };

json_t *
kit_json_load(const char *path)
{
	struct kit_file file;
	json_error_t error;
	json_t *json;

	if (kit_read(path, JSON_MAX_BYTES, &file) != 0)
		return NULL;
	/* as reals: 2^64-1 stands in these vectors, and no other number above 2^53 */
	json = json_loadb((const char *)file.data, file.len, JSON_DECODE_INT_AS_REAL, &error);
	kit_file_done(&file);
	if (json == NULL)
		kit_trouble(path, "line %d: %s", error.line, error.text);
	return json;
}

bool
kit_json_u64(json_t *object, const char *key, uint64_t *ret)
{
	const json_t *field = json_object_get(object, key);
	const double value = json_number_value(field);

	if (!json_is_number(field) || value < 0)
		return false;
	*ret = value >= 18446744073709551616.0 ? UINT64_MAX : (uint64_t)value;
	return true;
}

const char *
kit_json_text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool
kit_json_hash(json_t *base64, struct sluis_hash *ret)
{
	const char *text = json_string_value(base64);

	return text != NULL && sluis_base64_decode_exact(SLUIS_BASE64_PADDED, sluis_bytes_text(text),
	                           ret->bytes, sizeof(ret->bytes)) == SLUIS_OK;
}

bool
kit_json_hash_hex(json_t *hex, struct sluis_hash *ret)
{
	const char *text = json_string_value(hex);

	return text != NULL && sluis_unhex(text, ret->bytes, sizeof(ret->bytes)) == SLUIS_OK;
}
