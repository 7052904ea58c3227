/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Base64: what is taken, is written back the same; what is written, is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "fuzz.h"

static void
there_and_back(enum sluis_base64_form form, struct sluis_bytes bytes)
{
	char *text = malloc(sluis_base64_chars(form, bytes.len) + 1);
	uint8_t *back = malloc(bytes.len + 1);
	size_t len;

	sluis_base64_encode(form, bytes, text);
	FUZZ_MUST(strlen(text) == sluis_base64_chars(form, bytes.len));
	FUZZ_MUST(sluis_base64_decode(form, sluis_bytes_text(text), back, bytes.len, &len) == SLUIS_OK);
	FUZZ_MUST(sluis_bytes_equal(sluis_bytes(back, len), bytes));
	free(text);
	free(back);
}

static void
back_and_there(enum sluis_base64_form form, struct sluis_bytes text)
{
	char *again = malloc(text.len + 5);
	uint8_t *bytes = malloc(text.len + 1);
	size_t len;

	if (sluis_base64_decode(form, text, bytes, text.len, &len) == SLUIS_OK) {
		sluis_base64_encode(form, sluis_bytes(bytes, len), again);
		FUZZ_MUST(sluis_bytes_is_text(text, again));
		FUZZ_MUST(sluis_base64_decode_exact(form, text, bytes, len) == SLUIS_OK);
		FUZZ_MUST(sluis_base64_decode_exact(form, text, bytes, len + 1) != SLUIS_OK);
		FUZZ_MUST(len == 0 || sluis_base64_decode_exact(form, text, bytes, len - 1) != SLUIS_OK);
	}
	free(again);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sluis_bytes bytes = sluis_bytes(data, size);

	if (size > 4096)
		return 0;
	there_and_back(SLUIS_BASE64_PADDED, bytes);
	there_and_back(SLUIS_BASE64_RAW, bytes);
	back_and_there(SLUIS_BASE64_PADDED, bytes);
	back_and_there(SLUIS_BASE64_RAW, bytes);
	return 0;
}
