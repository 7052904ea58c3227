/* SPDX-License-Identifier: EUPL-1.2 */
#include "tar.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SIZE_AT = 124, SUM_AT = 148, SIZE_DIGITS = 11 };

/* All of a header that is the same for every file; name, size and sum are filled in. */
static const struct {
	size_t at;
	const char *text;
	size_t len;
} FIXED[] = {
	{ 100, "0000600", 8 }, /* mode */
	{ 108, "0000000", 8 }, /* owner, group */
	{ 116, "0000000", 8 },
	{ 136, "00000000000", 12 }, /* time */
	{ 156, "0", 1 },            /* a plain file */
	{ 257, "ustar\00000", 8 },
};

static size_t
padded(size_t len)
{
	return (len + SLUIS_TAR_BLOCK - 1) / SLUIS_TAR_BLOCK * SLUIS_TAR_BLOCK;
}

size_t
sluis_tar_size(size_t len)
{
	return SLUIS_TAR_BLOCK + padded(len);
}

static size_t
part_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '-' || (text[n] == '.' && n > 0))
		n++;
	return n;
}

bool
sluis_tar_name_is_valid(const char *name)
{
	size_t first = part_length(name), second;

	if (first == 0 || strlen(name) >= SLUIS_TAR_NAME)
		return false;
	if (name[first] == '\0')
		return true;
	second = name[first] == '/' ? part_length(name + first + 1) : 0;
	return second > 0 && name[first + 1 + second] == '\0';
}

static void
make_header(const char *name, size_t size, char ret[static SLUIS_TAR_BLOCK])
{
	unsigned sum = 0;

	memset(ret, 0, SLUIS_TAR_BLOCK);
	memcpy(ret, name, strlen(name));
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(FIXED); i++)
		memcpy(ret + FIXED[i].at, FIXED[i].text, FIXED[i].len);
	snprintf(ret + SIZE_AT, SIZE_DIGITS + 1, "%0*llo", SIZE_DIGITS, (unsigned long long)size);
	memset(ret + SUM_AT, ' ', 8);
	for (size_t i = 0; i < SLUIS_TAR_BLOCK; i++)
		sum += (unsigned char)ret[i];
	snprintf(ret + SUM_AT, 7, "%06o", sum & 0777777);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_tar_put(struct sluis_writer *out, const char *name, struct sluis_bytes bytes)
{
	static const uint8_t zeros[SLUIS_TAR_BLOCK];
	char header[SLUIS_TAR_BLOCK];

	if (!sluis_tar_name_is_valid(name) || bytes.len >= UINT64_C(1) << (3 * SIZE_DIGITS) || out->overflow ||
	    out->cap - out->len < sluis_tar_size(bytes.len))
		return SLUIS_EUSAGE;
	make_header(name, bytes.len, header);
	sluis_writer_put(out, header, sizeof(header));
	sluis_writer_put(out, bytes.data, bytes.len);
	sluis_writer_put(out, zeros, padded(bytes.len) - bytes.len);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_tar_end(struct sluis_writer *out)
{
	static const uint8_t zeros[SLUIS_TAR_END_BYTES];

	sluis_writer_put(out, zeros, sizeof(zeros));
	return out->overflow ? SLUIS_EUSAGE : SLUIS_OK;
}

/** One step through an archive. */
struct step {
	char name[SLUIS_TAR_NAME];
	struct sluis_bytes bytes;
	bool is_end;
};

static bool
is_zero(const uint8_t *data, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= data[i];
	return any == 0;
}

/* A header is read for its name and size, made anew, and must then be the same to the byte. */
static enum sluis_err
next(struct sluis_reader *r, struct step *ret)
{
	const uint8_t *block = sluis_reader_get(r, SLUIS_TAR_BLOCK);
	char made[SLUIS_TAR_BLOCK], digits[SIZE_DIGITS + 1];
	unsigned long long size = 0;
	const uint8_t *data;

	if (block == NULL)
		return SLUIS_EFORMAT;
	ret->is_end = is_zero(block, SLUIS_TAR_BLOCK);
	if (ret->is_end)
		return r->rest.len == SLUIS_TAR_BLOCK && is_zero(r->rest.data, r->rest.len) ? SLUIS_OK : SLUIS_EFORMAT;
	memcpy(ret->name, block, SLUIS_TAR_NAME);
	memcpy(digits, block + SIZE_AT, sizeof(digits));
	digits[SIZE_DIGITS] = '\0';
	if (memchr(ret->name, '\0', SLUIS_TAR_NAME) == NULL || !sluis_tar_name_is_valid(ret->name) ||
	    sscanf(digits, "%llo", &size) != 1 || size > r->rest.len)
		return SLUIS_EFORMAT;
	make_header(ret->name, (size_t)size, made);
	if (memcmp(block, made, sizeof(made)) != 0)
		return SLUIS_EFORMAT;
	data = sluis_reader_get(r, padded((size_t)size));
	if (data == NULL && size > 0)
		return SLUIS_EFORMAT;
	ret->bytes = sluis_bytes(data, (size_t)size);
	return is_zero(data + size, padded((size_t)size) - (size_t)size) ? SLUIS_OK : SLUIS_EFORMAT;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_tar_find(struct sluis_bytes archive, const char *name, struct sluis_bytes *ret)
{
	struct sluis_reader r;
	struct step step = { .is_end = false };

	sluis_reader_init(&r, archive);
	for (;;) {
		if (next(&r, &step) != SLUIS_OK || step.is_end)
			return SLUIS_ENOTFOUND;
		if (strcmp(step.name, name) == 0)
			break;
	}
	*ret = step.bytes;
	return SLUIS_OK;
}

static enum sluis_err
check(struct sluis_bytes archive)
{
	struct sluis_reader r;
	struct step step = { .is_end = false };
	char last[SLUIS_TAR_NAME] = "";

	sluis_reader_init(&r, archive);
	for (;;) {
		SLUIS_TRY(next(&r, &step));
		if (step.is_end)
			return SLUIS_OK;
		if (strcmp(last, step.name) >= 0)
			return SLUIS_EFORMAT;
		memcpy(last, step.name, sizeof(last));
	}
}

SLUIS_MUST_CHECK enum sluis_err
sluis_tar_each(struct sluis_bytes archive,
    enum sluis_err (*each)(void *context, const char *name, struct sluis_bytes bytes), void *context)
{
	struct sluis_reader r;
	struct step step = { .is_end = false };

	SLUIS_TRY(check(archive));
	sluis_reader_init(&r, archive);
	for (;;) {
		SLUIS_TRY(next(&r, &step));
		if (step.is_end)
			return SLUIS_OK;
		SLUIS_TRY(each(context, step.name, step.bytes));
	}
}
