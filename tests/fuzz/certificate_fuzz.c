/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate_fuzz - certificates, chains, lists, signatures and key files from anywhere.
 *
 * Input: pieces, each a length of two bytes (big-endian) and its bytes. As a chain with its last piece as the
 * anchor; with the first as a list; as certificate, payload and signature; as key file and certificate.
 */
#include <string.h>

#include <openssl/err.h>

#include "certificate.h"
#include "fuzz.h"
#include "hash.h"

enum { PIECES_MAX = 8 };

static const int64_t at_ms = 1811808000000; /* 2027-06-01, within the terms of the corpus */

static size_t
split(struct sluis_bytes input, struct sluis_bytes pieces[static PIECES_MAX])
{
	struct sluis_reader r;
	size_t n = 0;

	sluis_reader_init(&r, input);
	while (n < PIECES_MAX && r.rest.len >= 2) {
		const size_t high = sluis_reader_get_u8(&r), low = sluis_reader_get_u8(&r);
		const size_t want = high << 8 | low, len = want < r.rest.len ? want : r.rest.len;

		pieces[n++] = sluis_bytes(sluis_reader_get(&r, len), len);
	}
	return n;
}

/* What was read is what a person may be shown. */
static void
check_fields(const struct sluis_certificate *c)
{
	FUZZ_MUST(memchr(c->organisation, '\0', sizeof(c->organisation)) != NULL);
	FUZZ_MUST(memchr(c->unit, '\0', sizeof(c->unit)) != NULL);
	FUZZ_MUST(sluis_utf8_is_valid(sluis_bytes_text(c->organisation)));
	FUZZ_MUST(sluis_utf8_is_valid(sluis_bytes_text(c->unit)));
	FUZZ_MUST(c->oin[0] == '\0' || sluis_oin_is_valid(sluis_bytes_text(c->oin)));
	FUZZ_MUST(c->key >= SLUIS_CERTIFICATE_EC_P256 && c->key <= SLUIS_CERTIFICATE_OTHER);
}

static void
verify(const struct sluis_bytes *chain, size_t n, const struct sluis_bytes *crls, size_t n_crls)
{
	const struct sluis_hash anchor = sluis_hash(n > 0 ? chain[n - 1] : sluis_bytes(NULL, 0));
	struct sluis_certificate_check check = { .chain = chain, .n_chain = n, .anchors = &anchor,
		.n_anchors = 1, .crls = crls, .n_crls = n_crls, .crl_required = n_crls > 0, .at_ms = at_ms };
	struct sluis_certificate_why why = { 0 };
	struct sluis_certificate c;
	const enum sluis_err err = sluis_certificate_verify(&check, &c, &why);

	if (err == SLUIS_OK) {
		check_fields(&c);
		FUZZ_MUST(!c.is_ca && c.oin[0] != '\0' && c.key != SLUIS_CERTIFICATE_OTHER);
		FUZZ_MUST(c.not_before_ms <= at_ms && at_ms < c.not_after_ms);
	} else {
		FUZZ_MUST(err == SLUIS_ECERTIFICATE && why.why.text[0] != '\0');
		FUZZ_MUST(sluis_certificate_fault_text(why.fault) != NULL);
	}
}

static size_t
say(void *context, char *ret, size_t cap)
{
	(void)context;
	FUZZ_MUST(cap >= 6);
	memcpy(ret, "geheim", 6);
	return 6;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sluis_certificate_passphrase passphrase = { .ask = say };
	struct sluis_bytes pieces[PIECES_MAX] = { { 0 } };
	struct sluis_certificate_signature signature;
	struct sluis_certificate c;
	size_t n;

	if (sluis_certificate_parse(sluis_bytes(data, size), &c) == SLUIS_OK)
		check_fields(&c);
	n = split(sluis_bytes(data, size), pieces);
	if (n > 0 && sluis_certificate_parse(pieces[0], &c) == SLUIS_OK)
		check_fields(&c);
	verify(pieces, n, NULL, 0);
	if (n > 1)
		verify(pieces + 1, n - 1, pieces, 1);
	if (n > 3)
		verify(pieces + 3, n - 3, pieces, 3);
	(void)!sluis_certificate_signature_verify(pieces[0], pieces[1], pieces[2]);
	if (pieces[0].len < 512) /* a key file may ask for many rounds: the owner's own business, but slow */
		(void)!sluis_certificate_key_sign(pieces[0], &passphrase, pieces[1], pieces[2], &signature);
	FUZZ_MUST(ERR_peek_error() == 0);
	return 0;
}
