/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kit_json - vectors in JSON: load a file, take fields out of objects.
 */
#ifndef SLUIS_KIT_JSON_H
#define SLUIS_KIT_JSON_H

#include <jansson.h>

#include "kit.h"

/** kit_json_load(path): the file as JSON, its integers as reals; NULL after kit_trouble(). json_decref() it. */
json_t *kit_json_load(const char *path);

/** kit_json_u64(object, key, ret): a whole number of at least 0; more than 2^64-1 is that. */
bool kit_json_u64(json_t *object, const char *key, uint64_t *ret);

/** kit_json_text(object, key): a string field, or NULL. */
const char *kit_json_text(json_t *object, const char *key);

/** kit_json_hash(base64, ret): a JSON string holding the base64 of exactly 32 bytes. */
bool kit_json_hash(json_t *base64, struct sluis_hash *ret);

/** kit_json_hash_hex(hex, ret): a JSON string holding 64 hex digits. */
bool kit_json_hash_hex(json_t *hex, struct sluis_hash *ret);

#endif
