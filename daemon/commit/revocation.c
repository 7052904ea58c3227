/* SPDX-License-Identifier: EUPL-1.2 */
#include "commit/revocation.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certificate.h"
#include "hash.h"

enum { DAY_MS = 24 * 3600 * 1000, REVOKED_MAX = 4096, ISSUER_BYTES = 16 /* of its hash: enough to tell it by */ };

struct revocation {
	char *folder;
	int64_t read_ms;
	struct sluis_hash *revoked; /* leaf certificates */
	size_t n_revoked;
};

/** The lists of one reading, each with the name of its file. */
struct lists {
	struct sluis_bytes items[SLUIS_CERTIFICATE_CRLS_MAX];
	char names[SLUIS_CERTIFICATE_CRLS_MAX][NAME_MAX + 1];
	size_t n;
};

static void
lists_done(struct lists *lists)
{
	for (size_t i = 0; i < lists->n; i++) {
		void *data;

		memcpy(&data, &lists->items[i].data, sizeof(data));
		free(data);
	}
}

struct revocation *
revocation_new(const char *folder)
{
	struct revocation *revocation = calloc(1, sizeof(*revocation));

	if (revocation == NULL || folder == NULL || folder[0] == '\0')
		return revocation;
	revocation->folder = strdup(folder);
	if (revocation->folder == NULL) {
		free(revocation);
		return NULL;
	}
	return revocation;
}

void
revocation_free(struct revocation *revocation)
{
	if (revocation == NULL)
		return;
	free(revocation->revoked);
	free(revocation->folder);
	free(revocation);
}

static bool
has_suffix(const char *name, const char *suffix)
{
	const size_t n = strlen(name), s = strlen(suffix);

	return n > s && strcmp(name + n - s, suffix) == 0;
}

static enum sluis_err
read_file(int folder, const char *name, struct sluis_bytes *ret)
{
	const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *data = NULL;
	ssize_t got = -1;

	if (fd < 0)
		return SLUIS_EIO;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= SLUIS_CERTIFICATE_CRL_MAX_BYTES &&
	    (data = malloc((size_t)st.st_size)) != NULL)
		got = read(fd, data, (size_t)st.st_size);
	close(fd);
	if (got < 0 || got != st.st_size) {
		free(data);
		return SLUIS_EIO;
	}
	*ret = sluis_bytes(data, (size_t)got);
	return SLUIS_OK;
}

static enum sluis_err
add_list(int folder, const char *name, struct lists *ret, struct sluis_why *why)
{
	if (ret->n == SLUIS_ARRAY_LEN(ret->items)) {
		snprintf(why->text, sizeof(why->text),
		    "more than %zu revocation lists (crl); leave only the newest of each issuer",
		    SLUIS_ARRAY_LEN(ret->items));
		return SLUIS_ETOOBIG;
	}
	if (read_file(folder, name, &ret->items[ret->n]) != SLUIS_OK) {
		snprintf(why->text, sizeof(why->text),
		    "the revocation list %.100s cannot be read; fetch it again from its issuer, in DER, at most "
		    "1 MiB", name);
		return SLUIS_EIO;
	}
	snprintf(ret->names[ret->n++], sizeof(ret->names[0]), "%s", name);
	return SLUIS_OK;
}

static enum sluis_err
read_lists(const char *path, struct lists *ret, struct sluis_why *why)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	enum sluis_err err = SLUIS_OK;

	if (dir == NULL) {
		snprintf(why->text, sizeof(why->text),
		    "the folder of revocation lists (crl) cannot be read; let the daemon's user read it");
		return SLUIS_EIO;
	}
	while (err == SLUIS_OK && (entry = readdir(dir)) != NULL) {
		if (has_suffix(entry->d_name, ".crl"))
			err = add_list(dirfd(dir), entry->d_name, ret, why);
	}
	closedir(dir);
	return err;
}

/*
 * Which list, and what next: by the name of its file and the SHA-256 of its issuer's certificate, which is in the
 * organisation's chain. No names: a certificate may be a person's.
 */
static void
explain(const struct sluis_certificate_check *check, const struct lists *lists,
    const struct sluis_certificate_why *reason, struct sluis_why *why)
{
	const size_t place = reason->place < 0 ? 0 : (size_t)reason->place;
	const size_t issuer = place + 1 < check->n_chain ? place + 1 : place;
	const struct sluis_hash hash = sluis_hash(check->chain[issuer]);
	const char *file = reason->crl < 0 ? "" : lists->names[reason->crl];
	char hex[2 * ISSUER_BYTES + 1];

	sluis_hex(hash.bytes, ISSUER_BYTES, hex);
	if (reason->crl < 0)
		snprintf(why->text, sizeof(why->text),
		    "no revocation list (CRL) of the issuer with certificate sha256 %s is among the lists; fetch it "
		    "from that issuer, in DER, and put it there as a file .crl", hex);
	else if (reason->fault == SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED)
		snprintf(why->text, sizeof(why->text),
		    "the revocation list %.80s, of the issuer with certificate sha256 %s, is out of date; fetch the "
		    "new one from that issuer in its place", file, hex);
	else
		snprintf(why->text, sizeof(why->text),
		    "the revocation list %.100s is damaged or not its issuer's; fetch it again from its issuer, in "
		    "DER", file);
}

/* Only what a list says is taken from it: an expired or missing list is warned about by the caller, not a revocation. */
static enum sluis_err
judge(const struct sluis_directory *directory, const struct sluis_organisation *organisation,
    const struct lists *lists, int64_t at_ms, bool *ret_revoked, struct sluis_why *why)
{
	const struct sluis_genesis *genesis = sluis_directory_genesis(directory);
	const struct sluis_certificate_check check = {
		.chain = organisation->certificates,
		.n_chain = organisation->n_certificates,
		.anchors = genesis->anchors,
		.n_anchors = genesis->n_anchors,
		.crls = lists->items,
		.n_crls = lists->n,
		.crl_required = false,
		.at_ms = at_ms,
	};
	struct sluis_certificate certificate;
	struct sluis_certificate_why reason;
	const enum sluis_err err = sluis_certificate_verify(&check, &certificate, &reason);

	*ret_revoked = err == SLUIS_ECERTIFICATE && reason.fault == SLUIS_CERTIFICATE_FAULT_REVOKED;
	if (err == SLUIS_ECERTIFICATE &&
	    (reason.fault == SLUIS_CERTIFICATE_FAULT_CRL_MISSING ||
		reason.fault == SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED ||
		reason.fault == SLUIS_CERTIFICATE_FAULT_CRL_FORM)) {
		explain(&check, lists, &reason, why);
		return SLUIS_ECERTIFICATE;
	}
	return err == SLUIS_ECERTIFICATE ? SLUIS_OK : err;
}

SLUIS_MUST_CHECK enum sluis_err
revocation_read(struct revocation *revocation, const struct sluis_directory *directory, int64_t at_ms,
    struct sluis_why *why)
{
	SLUIS_AUTO(lists_done) struct lists lists = { .n = 0 };
	SLUIS_AUTO(sluis_freep) struct sluis_hash *revoked = NULL;
	const struct sluis_organisation *organisation;
	size_t cursor = 0, n = 0;

	revocation->read_ms = at_ms;
	if (revocation->folder == NULL)
		return SLUIS_OK;
	SLUIS_TRY(read_lists(revocation->folder, &lists, why));
	revoked = calloc(REVOKED_MAX, sizeof(*revoked));
	if (revoked == NULL)
		return SLUIS_ENOMEM;
	while (lists.n > 0 && (organisation = sluis_directory_next_organisation(directory, &cursor,
				   SLUIS_STANDING_ANY)) != NULL) {
		bool is_revoked = false;

		SLUIS_TRY(judge(directory, organisation, &lists, at_ms, &is_revoked, why));
		if (is_revoked && n < REVOKED_MAX)
			revoked[n++] = organisation->certificate_hash;
	}
	free(revocation->revoked);
	revocation->revoked = SLUIS_TAKE(revoked);
	revocation->n_revoked = n;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
revocation_judge(const struct revocation *revocation, const struct sluis_directory *directory,
    const struct sluis_organisation *organisation, int64_t at_ms, bool *ret_revoked,
    struct sluis_why *why)
{
	SLUIS_AUTO(lists_done) struct lists lists = { .n = 0 };

	*ret_revoked = false;
	if (revocation->folder == NULL)
		return SLUIS_OK;
	SLUIS_TRY(read_lists(revocation->folder, &lists, why));
	if (lists.n == 0)
		return SLUIS_OK;
	return judge(directory, organisation, &lists, at_ms, ret_revoked, why);
}

bool
revocation_is_due(const struct revocation *revocation, int64_t at_ms)
{
	return at_ms - revocation->read_ms >= DAY_MS;
}

bool
revocation_is_revoked(const struct revocation *revocation, const struct sluis_organisation *organisation)
{
	for (size_t i = 0; i < revocation->n_revoked; i++) {
		if (sluis_hash_equal(&revocation->revoked[i], &organisation->certificate_hash))
			return true;
	}
	return false;
}
