/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "certificate.h"

static enum sluis_err
keep_der(const uint8_t *data, long len, struct sluis_bytes *ret)
{
	uint8_t *copy = len <= 0 || len > SLUIS_CERTIFICATE_MAX_BYTES ? NULL : malloc((size_t)len);

	if (copy == NULL)
		return len > SLUIS_CERTIFICATE_MAX_BYTES ? SLUIS_ETOOBIG : SLUIS_ENOMEM;
	memcpy(copy, data, (size_t)len);
	*ret = sluis_bytes(copy, (size_t)len);
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_certificate_pem(struct sluis_bytes pem, struct sluis_bytes *ret, size_t max, size_t *ret_count)
{
	BIO *bio = pem.len > INT32_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.len);
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	enum sluis_err err = SLUIS_OK;
	long len = 0;
	size_t n = 0;

	while (bio != NULL && err == SLUIS_OK && n < max && PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
		if (strcmp(name, PEM_STRING_X509) == 0) {
			err = keep_der(data, len, &ret[n]);
			n += err == SLUIS_OK;
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	BIO_free(bio);
	ERR_clear_error();
	*ret_count = n;
	return err == SLUIS_OK && n == 0 ? SLUIS_EFORMAT : err;
}
