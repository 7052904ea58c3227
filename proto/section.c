/* SPDX-License-Identifier: EUPL-1.2 */
#include "section.h"

#include <assert.h>
#include <string.h>

#include "hash.h"

#define CONTEXT_LABEL "sluis/age-ctx/v1"

/* Room for one context: label, 2 hashes, 3 ids, index, 2 codes, count, and 36 bytes a recipient. */
enum { CONTEXT_FIXED_MAX_BYTES = 512, RECIPIENT_BYTES = 4 + SLUIS_HASH_BYTES };

/* By media number; PROTOCOL 5.4. */
static const char *const EXTENSIONS[] = {
	NULL, "bin", "txt", "md", "json", "xml", "pdf", "html", "csv", "png", "jpg", "docx", "xlsx", "odt", "ods",
	"eml", "zip", "rtf", "tiff"
};

enum { MEDIA_BIN = 1 };

static struct sluis_hash
salted_hash(const char *label, const uint8_t *salt, struct sluis_bytes descriptor)
{
	/* The terminator of the label is the 0x00 behind it. */
	const struct sluis_bytes parts[] = { sluis_bytes(label, strlen(label) + 1),
		sluis_bytes(salt, SLUIS_HASH_BYTES), descriptor };

	return sluis_hash_parts(parts, SLUIS_ARRAY_LEN(parts));
}

struct sluis_hash
sluis_section_hash(const uint8_t salt[static SLUIS_HASH_BYTES], struct sluis_bytes descriptor)
{
	return salted_hash("sluis/section/v1", salt, descriptor);
}

struct sluis_hash
sluis_section_recipient_hash(const uint8_t salt[static SLUIS_HASH_BYTES], struct sluis_bytes descriptor)
{
	return salted_hash("sluis/recipient/v1", salt, descriptor);
}

/* PROTOCOL 4.3: len4(x) is the length of x as 4 bytes, followed by x. */
static void
put_len4(struct sluis_writer *w, struct sluis_bytes x)
{
	assert(x.len <= UINT32_MAX);
	sluis_writer_put_u32(w, (uint32_t)x.len);
	sluis_writer_put(w, x.data, x.len);
}

struct sluis_hash
sluis_section_context_value(const struct sluis_section_context *context)
{
	uint8_t storage[CONTEXT_FIXED_MAX_BYTES + SLUIS_RECIPIENTS_MAX * RECIPIENT_BYTES];
	struct sluis_writer w;

	assert(context->n_recipients <= SLUIS_RECIPIENTS_MAX);
	sluis_writer_init(&w, storage, sizeof(storage));
	put_len4(&w, sluis_bytes_text(CONTEXT_LABEL));
	put_len4(&w, context->federation);
	put_len4(&w, context->message_id);
	put_len4(&w, context->case_id);
	put_len4(&w, context->sender);
	sluis_writer_put_u32(&w, 4);
	sluis_writer_put_u32(&w, context->index);
	put_len4(&w, context->section_id);
	put_len4(&w, context->category);
	put_len4(&w, context->purpose);
	sluis_writer_put_u32(&w, (uint32_t)context->n_recipients);
	for (size_t i = 0; i < context->n_recipients; i++)
		put_len4(&w, sluis_hash_bytes(&context->recipients[i]));
	assert(!w.overflow);
	return sluis_hash(sluis_bytes(w.data, w.len));
}

const char *
sluis_section_media_extension(uint32_t media_number)
{
	if (media_number == 0 || media_number >= SLUIS_ARRAY_LEN(EXTENSIONS))
		return EXTENSIONS[MEDIA_BIN];
	return EXTENSIONS[media_number];
}

static bool
equals_in_any_case(struct sluis_bytes text, const char *lower)
{
	if (text.len != strlen(lower))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.data[i];

		if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower[i])
			return false;
	}
	return true;
}

uint32_t
sluis_section_media_number(struct sluis_bytes extension)
{
	/* Two spellings that people use beside the one in the table. */
	if (equals_in_any_case(extension, "jpeg"))
		extension = sluis_bytes_text("jpg");
	else if (equals_in_any_case(extension, "tif"))
		extension = sluis_bytes_text("tiff");
	else if (equals_in_any_case(extension, "htm"))
		extension = sluis_bytes_text("html");
	for (uint32_t i = MEDIA_BIN; i < SLUIS_ARRAY_LEN(EXTENSIONS); i++) {
		if (equals_in_any_case(extension, EXTENSIONS[i]))
			return i;
	}
	return MEDIA_BIN;
}
