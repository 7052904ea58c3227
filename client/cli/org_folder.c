/* SPDX-License-Identifier: EUPL-1.2 */
#include "org_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "limits.h"
#include "record.h"

enum { PEM_MAX = 64 * 1024 };

static size_t
ask(void *context, char *ret, size_t cap)
{
	struct org_folder *folder = context;

	return folder->cli->passphrase.ask == NULL ?
	    0 :
	    folder->cli->passphrase.ask(folder->cli->passphrase.context, false, ret, cap);
}

static enum sluis_err
check_key_file(const char *path, struct sluis_failure *failure)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & 077) == 0)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EKEYS, _("the organisation's key %s is missing or open to others"), path);
	sluis_fail_hint(failure, "chmod 600 %s", path);
	return SLUIS_EKEYS;
}

SLUIS_MUST_CHECK enum sluis_err
org_folder_open(struct cli *cli, const char *dir, struct org_folder *ret, struct sluis_failure *failure)
{
	SLUIS_AUTO(cli_bytes_free) struct sluis_bytes pem = { NULL, 0 };
	char path[SLUIS_PATH_MAX];
	enum sluis_err err;

	ret->cli = cli;
	ret->passphrase.ask = ask;
	ret->passphrase.context = ret;
	snprintf(path, sizeof(path), "%s/key.pem", dir);
	SLUIS_TRY(check_key_file(path, failure));
	SLUIS_TRY(cli_read(path, SLUIS_CERTIFICATE_KEY_FILE_MAX_BYTES, failure, &ret->key_pem));
	snprintf(path, sizeof(path), "%s/chain.pem", dir);
	SLUIS_TRY(cli_read(path, PEM_MAX, failure, &pem));
	err = sluis_certificate_pem(pem, ret->chain, SLUIS_CERTIFICATE_CHAIN_MAX, &ret->n_chain);
	if (err == SLUIS_OK)
		err = sluis_certificate_parse(ret->chain[0], &ret->leaf);
	return err == SLUIS_OK ? err :
				 sluis_fail(failure, SLUIS_ECERTIFICATE, _("%s holds no certificate chain that can be used"),
				     path);
}

void
org_folder_done(struct org_folder *folder)
{
	for (size_t i = 0; i < folder->n_chain; i++)
		cli_bytes_free(&folder->chain[i]);
	cli_bytes_free(&folder->key_pem);
}

SLUIS_MUST_CHECK enum sluis_err
org_folder_sign(struct org_folder *folder, Sluis__Signed *act, enum sluis_signed_type type,
    struct sluis_arena *arena, struct sluis_failure *failure)
{
	const struct sluis_certificate_signer signer = {
		.certificate = folder->chain[0],
		.key_pem = folder->key_pem,
		.passphrase = &folder->passphrase,
	};

	return sluis_fail_err(failure, sluis_signed_add_certificate(act, type, &signer, arena),
	    _("signing with the organisation's key"));
}

SLUIS_MUST_CHECK enum sluis_err
org_folder_accession(struct org_folder *folder, const struct org_accession *accession,
    struct sluis_arena *arena, Sluis__Signed **ret, struct sluis_failure *failure)
{
	const struct sluis_record_organisation draft = {
		.handle = sluis_bytes_text(accession->handle),
		.name = sluis_bytes_text(accession->name != NULL ? accession->name : folder->leaf.organisation),
		.oin = sluis_bytes_text(folder->leaf.oin),
		.regime = sluis_bytes_text(accession->regime),
		.certificates = folder->chain,
		.n_certificates = folder->n_chain,
		.agreement_hash = accession->agreement,
		.created_ms = accession->created_ms,
	};
	struct sluis_bytes payload;
	enum sluis_err err = sluis_record_organisation(&draft, arena, &payload);

	if (err == SLUIS_OK)
		err = sluis_signed_of(payload, arena, ret);
	if (err != SLUIS_OK)
		return sluis_fail_err(failure, err, _("writing the accession"));
	return org_folder_sign(folder, *ret, SLUIS_SIGNED_ORGANISATION, arena, failure);
}
