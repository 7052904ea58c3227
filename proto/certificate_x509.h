/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate_x509 - what the parts of module certificate share; nobody else includes it.
 */
#ifndef SLUIS_CERTIFICATE_X509_H
#define SLUIS_CERTIFICATE_X509_H

#include <openssl/x509.h>

#include "certificate.h"

/* Errors that OpenSSL queues from here on are dropped at the end of the scope; older ones stay. */
#define SLUIS_CERTIFICATE_QUIET()                                                          \
	__attribute__((unused)) SLUIS_AUTO(sluis_certificate_quiet_end) int quiet_ =       \
	    sluis_certificate_quiet_begin()

int sluis_certificate_quiet_begin(void);
void sluis_certificate_quiet_end(int *mark);

void sluis_certificate_x509_freep(X509 **x509);

/** sluis_certificate_load(der, ret): exactly one certificate in strict DER. Errors as sluis_certificate_parse. */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_load(struct sluis_bytes der, X509 **ret);

/** sluis_certificate_read(x509, der, ret): the fields of ${x509}, whose bytes are ${der}. Errors: SLUIS_EFORMAT. */
SLUIS_MUST_CHECK enum sluis_err sluis_certificate_read(X509 *x509, struct sluis_bytes der,
    struct sluis_certificate *ret);

/** sluis_certificate_key_kind(key): which kind ${key} (may be NULL) is. */
enum sluis_certificate_key sluis_certificate_key_kind(const EVP_PKEY *key);

#endif
