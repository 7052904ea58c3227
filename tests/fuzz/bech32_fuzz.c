/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Bech32 keys: what is taken, is written back the same; 32 bytes of the input as a key go both ways; another
 * byte anywhere is seen.
 */
#include <string.h>

#include "bech32.h"
#include "fuzz.h"

static void
taken_means_written_so(struct sluis_bytes text)
{
	char again[SLUIS_BECH32_IDENTITY_CHARS + 1];
	struct sluis_public recipient;
	struct sluis_secret32 identity;

	if (sluis_bech32_recipient_parse(text, &recipient) == SLUIS_OK) {
		sluis_bech32_recipient_text(&recipient, again);
		FUZZ_MUST(sluis_bytes_is_text(text, again));
	}
	if (sluis_bech32_identity_parse(text, &identity) == SLUIS_OK) {
		sluis_bech32_identity_text(&identity, again);
		FUZZ_MUST(sluis_bytes_is_text(text, again));
	}
}

/* One character of a good text exchanged for a byte of the input: taken only if it is the same. */
static void
one_other_byte(const char *good, uint8_t at, uint8_t byte)
{
	char text[SLUIS_BECH32_IDENTITY_CHARS + 1];
	const size_t len = strlen(good);
	struct sluis_public recipient;
	struct sluis_secret32 identity;
	bool taken;

	memcpy(text, good, len);
	text[at % len] = (char)byte;
	taken = sluis_bech32_recipient_parse(sluis_bytes(text, len), &recipient) == SLUIS_OK ||
	    sluis_bech32_identity_parse(sluis_bytes(text, len), &identity) == SLUIS_OK;
	FUZZ_MUST(taken == (memcmp(text, good, len) == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[SLUIS_BECH32_IDENTITY_CHARS + 1];
	struct sluis_public recipient, recipient_back;
	struct sluis_secret32 identity, identity_back;

	taken_means_written_so(sluis_bytes(data, size));
	if (size < sizeof(recipient.bytes) + 2)
		return 0;
	memcpy(recipient.bytes, data, sizeof(recipient.bytes));
	memcpy(identity.bytes, data, sizeof(identity.bytes));
	sluis_bech32_recipient_text(&recipient, text);
	FUZZ_MUST(sluis_bech32_recipient_parse(sluis_bytes_text(text), &recipient_back) == SLUIS_OK);
	FUZZ_MUST(memcmp(&recipient, &recipient_back, sizeof(recipient)) == 0);
	one_other_byte(text, data[32], data[33]);
	sluis_bech32_identity_text(&identity, text);
	FUZZ_MUST(sluis_bech32_identity_parse(sluis_bytes_text(text), &identity_back) == SLUIS_OK);
	FUZZ_MUST(memcmp(&identity, &identity_back, sizeof(identity)) == 0);
	one_other_byte(text, data[32], data[33]);
	return 0;
}
