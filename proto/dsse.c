/* SPDX-License-Identifier: EUPL-1.2 */
#include "dsse.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "limits.h"

/* "DSSEv1 ", a type of at most 64 characters, two lengths, three blanks. */
enum { PAE_EXTRA_MAX_BYTES = 128, STACK_BYTES = 2048 };

static const char *const TYPES[] = {
#define X(name, word) "application/vnd.sluis." word ".v1+protobuf",
	SLUIS_SIGNED_TYPE_LIST(X)
#undef X
};

static void
put_length(struct sluis_writer *out, size_t len)
{
	char text[24];

	snprintf(text, sizeof(text), " %zu ", len);
	sluis_writer_put_text(out, text);
}

/*
 * libsodium signs one contiguous piece (the streaming form is Ed25519ph, another signature), so the payload is
 * copied behind its type: on the stack when small, as nearly all are.
 */
struct pae {
	uint8_t on_stack[STACK_BYTES];
	uint8_t *on_heap;
	struct sluis_bytes bytes;
};

static void
pae_done(struct pae *pae)
{
	free(pae->on_heap);
}

static enum sluis_err
pae_init(struct pae *pae, enum sluis_signed_type type, struct sluis_bytes payload)
{
	const size_t cap = payload.len + PAE_EXTRA_MAX_BYTES;
	struct sluis_writer out;

	pae->on_heap = NULL;
	if (payload.len > SLUIS_KEYS_ENTRY_MAX_BYTES)
		return SLUIS_ETOOBIG;
	if (cap > sizeof(pae->on_stack) && (pae->on_heap = malloc(cap)) == NULL)
		return SLUIS_ENOMEM;
	sluis_writer_init(&out, pae->on_heap != NULL ? pae->on_heap : pae->on_stack, cap);
	sluis_dsse_pae(sluis_bytes_text(sluis_dsse_type_text(type)), payload, &out);
	assert(!out.overflow);
	pae->bytes = sluis_bytes(out.data, out.len);
	return SLUIS_OK;
}

void
sluis_signing_secret_wipe(struct sluis_signing_secret *secret)
{
	sodium_memzero(secret->bytes, sizeof(secret->bytes));
}

void
sluis_signing_secret_expand(const struct sluis_secret32 *seed, struct sluis_signing_secret *ret,
    struct sluis_public *ret_public)
{
	crypto_sign_seed_keypair(ret_public->bytes, ret->bytes, seed->bytes);
}

const char *
sluis_dsse_type_text(enum sluis_signed_type type)
{
	assert((size_t)type < SLUIS_ARRAY_LEN(TYPES));
	return TYPES[type];
}

void
sluis_dsse_pae(struct sluis_bytes type, struct sluis_bytes payload, struct sluis_writer *out)
{
	sluis_writer_put_text(out, "DSSEv1");
	put_length(out, type.len);
	sluis_writer_put(out, type.data, type.len);
	put_length(out, payload.len);
	sluis_writer_put(out, payload.data, payload.len);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_dsse_sign(const struct sluis_signing_secret *secret, enum sluis_signed_type type,
    struct sluis_bytes payload, struct sluis_signature *ret)
{
	SLUIS_AUTO(pae_done) struct pae pae;

	SLUIS_TRY(pae_init(&pae, type, payload));
	crypto_sign_detached(ret->bytes, NULL, pae.bytes.data, pae.bytes.len, secret->bytes);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_dsse_verify(const struct sluis_public *public, enum sluis_signed_type type,
    struct sluis_bytes payload, const struct sluis_signature *signature)
{
	SLUIS_AUTO(pae_done) struct pae pae;

	SLUIS_TRY(pae_init(&pae, type, payload));
	if (crypto_sign_verify_detached(signature->bytes, pae.bytes.data, pae.bytes.len,
	        public->bytes) != 0)
		return SLUIS_ESIGNATURE;
	return SLUIS_OK;
}
