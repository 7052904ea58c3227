/* SPDX-License-Identifier: EUPL-1.2 */
#include "sent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "limits.h"

enum { NAME_BYTES = sizeof("sent/") + 2 * SLUIS_ID_BYTES };

static void
name_of(const struct sluis_id *id, char ret[static NAME_BYTES])
{
	char hex[2 * SLUIS_ID_BYTES + 1];

	sluis_hex(id->bytes, sizeof(id->bytes), hex);
	snprintf(ret, NAME_BYTES, "sent/%s", hex);
}

/* A byte that rotted here must not look like a lie of the broker: the hash in front tells them apart. */
static enum sluis_err
open_kept(const struct sluis_id *id, struct sluis_bytes file, struct sluis_arena *arena,
    struct sluis_manifest *ret)
{
	const size_t head = file.len < SLUIS_HASH_BYTES ? file.len : SLUIS_HASH_BYTES;
	const struct sluis_bytes packed = sluis_bytes(file.data + head, file.len - head);
	const struct sluis_hash hash = sluis_hash(packed);
	Sluis__Push *push = NULL;
	struct sluis_manifest manifest;

	if (!sluis_bytes_equal(sluis_bytes(file.data, head), sluis_hash_bytes(&hash)))
		return SLUIS_EFORMAT;
	SLUIS_TRY(SLUIS_UNPACK(push, Push, packed, SLUIS_FRAME_MAX_BYTES, arena, &push));
	SLUIS_TRY(sluis_manifest_open_push(push, arena, &manifest));
	if (!sluis_bytes_equal(sluis_of(manifest.m->message_id), sluis_bytes(id->bytes, sizeof(id->bytes))))
		return SLUIS_EFORMAT;
	*ret = manifest;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_sent_keep(struct sluis_profile *profile, const struct sluis_id *id, struct sluis_bytes push,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) uint8_t *file = malloc(SLUIS_HASH_BYTES + push.len);
	const struct sluis_hash hash = sluis_hash(push);
	struct sluis_writer w;
	char name[NAME_BYTES];

	if (file == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("keeping the message"));
	sluis_writer_init(&w, file, SLUIS_HASH_BYTES + push.len);
	sluis_writer_put(&w, hash.bytes, sizeof(hash.bytes));
	sluis_writer_put(&w, push.data, push.len);
	name_of(id, name);
	return sluis_profile_write(profile, name, sluis_bytes(file, w.len), failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_sent_get(const struct sluis_profile *profile, const struct sluis_id *id, struct sluis_arena *arena,
    struct sluis_manifest *ret)
{
	SLUIS_AUTO(sluis_freep) void *owned = NULL;
	struct sluis_bytes file;
	char name[NAME_BYTES];
	enum sluis_err err;

	name_of(id, name);
	err = sluis_profile_read(profile, name, SLUIS_HASH_BYTES + SLUIS_FRAME_MAX_BYTES, &file);
	if (err == SLUIS_ENOTFOUND || err == SLUIS_ENOMEM)
		return err;
	if (err != SLUIS_OK)
		return SLUIS_EFORMAT;
	memcpy(&owned, &file.data, sizeof(owned));
	err = open_kept(id, file, arena, ret);
	return err == SLUIS_OK || err == SLUIS_ENOMEM ? err : SLUIS_EFORMAT;
}

/** A listing on its way. */
struct listing {
	enum sluis_err (*each)(void *context, const struct sluis_id *id);
	void *context;
};

/* What is not named as a message is not ours: passed over. */
static enum sluis_err
list_name(void *context, const char *name)
{
	const struct listing *l = context;
	struct sluis_id id;

	return sluis_unhex(name, id.bytes, sizeof(id.bytes)) == SLUIS_OK ? l->each(l->context, &id) : SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_sent_list(const struct sluis_profile *profile,
    enum sluis_err (*each)(void *context, const struct sluis_id *id), void *context)
{
	struct listing l = { .each = each, .context = context };

	return sluis_profile_list(profile, "sent", list_name, &l);
}
