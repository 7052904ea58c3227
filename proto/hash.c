/* SPDX-License-Identifier: EUPL-1.2 */
#include "hash.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

struct sluis_hasher {
	EVP_MD_CTX *ctx;
};

/* Gives a thread's context back when the thread ends; the key says nothing but that. */
static pthread_key_t thread_end;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* fetched once: a fetch costs more than a small hash */

static void
free_context(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static void
prepare(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	assert(sha256 != NULL);
	assert(pthread_key_create(&thread_end, free_context) == 0);
}

/* A context a thread: a hash may not fail. */
static EVP_MD_CTX *
thread_context(void)
{
	static _Thread_local EVP_MD_CTX *ctx;

	if (ctx == NULL) {
		ctx = EVP_MD_CTX_new();
		assert(ctx != NULL);
		assert(pthread_once(&prepared, prepare) == 0);
		assert(pthread_setspecific(thread_end, ctx) == 0);
	}
	assert(EVP_DigestInit_ex2(ctx, sha256, NULL) == 1);
	return ctx;
}

struct sluis_hash
sluis_hash_parts(const struct sluis_bytes *parts, size_t n)
{
	EVP_MD_CTX *ctx = thread_context();
	struct sluis_hash hash;
	unsigned int len = 0;

	for (size_t i = 0; i < n; i++)
		assert(EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1);
	assert(EVP_DigestFinal_ex(ctx, hash.bytes, &len) == 1 && len == sizeof(hash.bytes));
	return hash;
}

struct sluis_hash
sluis_hash(struct sluis_bytes bytes)
{
	return sluis_hash_parts(&bytes, 1);
}

struct sluis_hasher *
sluis_hasher_new(void)
{
	struct sluis_hasher *hasher = calloc(1, sizeof(*hasher));

	if (hasher == NULL)
		return NULL;
	hasher->ctx = EVP_MD_CTX_new();
	if (hasher->ctx == NULL || EVP_DigestInit_ex(hasher->ctx, EVP_sha256(), NULL) != 1) {
		sluis_hasher_free(hasher);
		return NULL;
	}
	return hasher;
}

void
sluis_hasher_update(struct sluis_hasher *hasher, struct sluis_bytes bytes)
{
	assert(EVP_DigestUpdate(hasher->ctx, bytes.data, bytes.len) == 1);
}

struct sluis_hash
sluis_hasher_final(struct sluis_hasher *hasher)
{
	struct sluis_hash hash;
	unsigned int len = 0;

	assert(EVP_DigestFinal_ex(hasher->ctx, hash.bytes, &len) == 1 && len == sizeof(hash.bytes));
	return hash;
}

void
sluis_hasher_free(struct sluis_hasher *hasher)
{
	if (hasher == NULL)
		return;
	EVP_MD_CTX_free(hasher->ctx);
	free(hasher);
}

void
sluis_hasher_freep(struct sluis_hasher **hasher)
{
	sluis_hasher_free(*hasher);
	*hasher = NULL;
}

bool
sluis_hash_equal(const struct sluis_hash *a, const struct sluis_hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
