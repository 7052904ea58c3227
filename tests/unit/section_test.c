/* SPDX-License-Identifier: EUPL-1.2 */
#include "section.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "hash.h"

static const uint8_t SALT[32] = { 1, 2, 3 };

static void
the_label_keeps_both_hashes_apart(void **state)
{
	const struct sluis_bytes d = sluis_bytes_text("descriptor");
	const struct sluis_hash a = sluis_section_hash(SALT, d), b = sluis_section_recipient_hash(SALT, d);
	uint8_t by_hand[64];
	struct sluis_writer w;
	struct sluis_hash expected;

	(void)state;
	sluis_writer_init(&w, by_hand, sizeof(by_hand));
	sluis_writer_put_text(&w, "sluis/section/v1");
	sluis_writer_put_u8(&w, 0);
	sluis_writer_put(&w, SALT, sizeof(SALT));
	sluis_writer_put_text(&w, "descriptor");
	expected = sluis_hash(sluis_bytes(by_hand, w.len));
	assert_true(sluis_hash_equal(&a, &expected));
	assert_false(sluis_hash_equal(&a, &b));
}

static const struct sluis_hash RECIPIENTS[SLUIS_RECIPIENTS_MAX] = { { { 1 } }, { { 2 } }, { { 3 } } };
static uint8_t federation[32], message_id[16], case_id[16], sender[32], section_id[16];

static struct sluis_section_context
a_context(void)
{
	return (struct sluis_section_context){ .federation = sluis_bytes(federation, 32),
		.message_id = sluis_bytes(message_id, 16), .case_id = sluis_bytes(case_id, 16),
		.sender = sluis_bytes(sender, 32), .index = 0, .section_id = sluis_bytes(section_id, 16),
		.category = sluis_bytes_text("safety"), .purpose = sluis_bytes_text("plan"),
		.recipients = RECIPIENTS, .n_recipients = 2 };
}

static void
assert_differs(const struct sluis_section_context *context, const struct sluis_hash *from)
{
	const struct sluis_hash value = sluis_section_context_value(context);

	assert_false(sluis_hash_equal(&value, from));
}

/* PROTOCOL 4.3: each part of it, and where one ends and the next begins. */
static void
every_part_changes_the_value(void **state)
{
	struct sluis_section_context c = a_context();
	const struct sluis_hash value = sluis_section_context_value(&c);
	struct sluis_bytes *parts[] = { &c.federation, &c.message_id, &c.case_id, &c.sender, &c.section_id };
	uint8_t other[32] = { 7 };

	(void)state;
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(parts); i++) {
		const struct sluis_bytes kept = *parts[i];

		*parts[i] = sluis_bytes(other, kept.len);
		assert_differs(&c, &value);
		*parts[i] = kept;
	}
	c.index = 1;
	assert_differs(&c, &value);
	c = a_context();
	c.category = sluis_bytes_text("safetyp");
	c.purpose = sluis_bytes_text("lan");
	assert_differs(&c, &value);
	c = a_context();
	c.purpose = sluis_bytes_text("plans");
	assert_differs(&c, &value);
	c = a_context();
	c.recipients = RECIPIENTS + 1;
	assert_differs(&c, &value);
	c = a_context();
	c.n_recipients = 1;
	assert_differs(&c, &value);
	c = a_context();
	assert_memory_equal(sluis_section_context_value(&c).bytes, value.bytes, 32);
}

static void
the_largest_context_fits(void **state)
{
	struct sluis_section_context c = a_context();
	const char *code = "abcdefghijklmnopqrstuvwxyz012345";

	(void)state;
	c.category = c.purpose = sluis_bytes_text(code);
	assert_int_equal(strlen(code), 32);
	c.n_recipients = SLUIS_RECIPIENTS_MAX;
	sluis_section_context_value(&c);
}

/* PROTOCOL 5.4, by hand. */
static const char *const EXTENSIONS[] = { "bin", "txt", "md", "json", "xml", "pdf", "html", "csv", "png",
	"jpg", "docx", "xlsx", "odt", "ods", "eml", "zip", "rtf", "tiff" };

static void
media_numbers_and_extensions(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SLUIS_ARRAY_LEN(EXTENSIONS); i++) {
		assert_string_equal(sluis_section_media_extension(i + 1), EXTENSIONS[i]);
		assert_int_equal(sluis_section_media_number(sluis_bytes_text(EXTENSIONS[i])), i + 1);
	}
	assert_string_equal(sluis_section_media_extension(0), "bin");
	assert_string_equal(sluis_section_media_extension(19), "bin");
	assert_string_equal(sluis_section_media_extension(UINT32_MAX), "bin");
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("PDF")), 6);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("JPEG")), 10);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("tif")), 18);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("htm")), 7);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("exe")), 1);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("")), 1);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("pd")), 1);
	assert_int_equal(sluis_section_media_number(sluis_bytes_text("p\304f")), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_label_keeps_both_hashes_apart),
		cmocka_unit_test(every_part_changes_the_value),
		cmocka_unit_test(the_largest_context_fits),
		cmocka_unit_test(media_numbers_and_extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
