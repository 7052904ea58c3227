/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * org_folder - an organisation's certificate, chain and private key, as files on its own machine.
 *
 * cert.pem, chain.pem (leaf first, root last), key.pem (0600; a passphrase is asked for). Never on a member's laptop.
 */
#ifndef SLUIS_CLI_ORG_FOLDER_H
#define SLUIS_CLI_ORG_FOLDER_H

#include "certificate.h"
#include "cli.h"

struct org_folder {
	struct sluis_bytes chain[SLUIS_CERTIFICATE_CHAIN_MAX]; /* DER, heap */
	size_t n_chain;
	struct sluis_bytes key_pem; /* heap, wiped */
	struct sluis_certificate leaf;
	struct sluis_certificate_passphrase passphrase;
	struct cli *cli;
};

/** org_folder_open(cli, dir, ret, failure): read all three. Errors: SLUIS_EKEYS, SLUIS_ECERTIFICATE, SLUIS_EIO. */
SLUIS_MUST_CHECK enum sluis_err org_folder_open(struct cli *cli, const char *dir, struct org_folder *ret,
    struct sluis_failure *failure);
void org_folder_done(struct org_folder *folder);

/** org_folder_sign(folder, act, type, arena, failure): add the organisation's signature. */
SLUIS_MUST_CHECK enum sluis_err org_folder_sign(struct org_folder *folder, Sluis__Signed *act,
    enum sluis_signed_type type, struct sluis_arena *arena, struct sluis_failure *failure);

/** org_folder_accession: the signed Organisation of this folder. */
struct org_accession {
	const char *handle;
	const char *name; /* NULL: as in the certificate */
	const char *regime;
	struct sluis_hash agreement;
	int64_t created_ms;
};
SLUIS_MUST_CHECK enum sluis_err org_folder_accession(struct org_folder *folder,
    const struct org_accession *accession, struct sluis_arena *arena, Sluis__Signed **ret,
    struct sluis_failure *failure);

#endif
