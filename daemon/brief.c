/* SPDX-License-Identifier: EUPL-1.2 */
#include "brief.h"

#include <string.h>

#include "limits.h"

/* The first three fields of every Ask: format 1, federation_hash, request_id. */
static const uint8_t HEAD_FORMAT[] = { 0x08, SLUIS_FORMAT, 0x12, SLUIS_HASH_BYTES };
static const uint8_t HEAD_REQUEST[] = { 0x1a, SLUIS_ID_BYTES };

enum { HEAD_BYTES = sizeof(HEAD_FORMAT) + SLUIS_HASH_BYTES + sizeof(HEAD_REQUEST) + SLUIS_ID_BYTES };

static bool
is_next(struct sluis_reader *r, const uint8_t *want, size_t len)
{
	const uint8_t *got = sluis_reader_get(r, len);

	return got != NULL && memcmp(got, want, len) == 0;
}

SLUIS_MUST_CHECK enum sluis_err
brief_pack(struct sluis_bytes frame, enum brief_status status, uint32_t retry_s,
    struct sluis_arena *arena, struct sluis_bytes *ret)
{
	Sluis__Tell tell = SLUIS__TELL__INIT;
	struct sluis_hash federation;
	struct sluis_id request;
	struct sluis_reader r;

	sluis_reader_init(&r, frame);
	if (!is_next(&r, HEAD_FORMAT, sizeof(HEAD_FORMAT)))
		return SLUIS_EFORMAT;
	sluis_reader_copy(&r, federation.bytes, sizeof(federation.bytes));
	if (!is_next(&r, HEAD_REQUEST, sizeof(HEAD_REQUEST)))
		return SLUIS_EFORMAT;
	sluis_reader_copy(&r, request.bytes, sizeof(request.bytes));
	if (r.failed)
		return SLUIS_EFORMAT;
	tell.format = SLUIS_FORMAT;
	tell.federation_hash = sluis_pb_hash(&federation);
	tell.request_id = sluis_pb_id(&request);
	tell.status_number = status;
	tell.retry_count = retry_s;
	return sluis_codec_pack(&tell.base, arena, ret);
}

void
brief_job(struct job *job, enum brief_status status, uint32_t retry_s)
{
	uint8_t head[HEAD_BYTES];
	const size_t len = job->frame.len < HEAD_BYTES ? job->frame.len : HEAD_BYTES;

	if (len > 0)
		memcpy(head, job->frame.data, len);
	sluis_arena_reset(job->arena);
	job->frame = sluis_bytes(NULL, 0);
	job->ask = NULL;
	job->act = NULL;
	job->tell_body = sluis_bytes(NULL, 0);
	if (brief_pack(sluis_bytes(head, len), status, retry_s, job->arena, &job->tell) != SLUIS_OK)
		job->tell = sluis_bytes(NULL, 0);
}
