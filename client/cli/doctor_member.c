/* SPDX-License-Identifier: EUPL-1.2 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "doctor.h"
#include "expiry.h"
#include "limits.h"

/* Half of what the broker takes (PROTOCOL 3.5: 5 minutes ahead) is worth a word; all of it refuses every act. */
static const int64_t CLOCK_WARN_MS = 60 * INT64_C(1000);

static void
say_clock(struct doctor *doctor, struct sluis_session *session)
{
	struct doctor_finding f = { .code = "clock", .check = _("clock") };
	struct sluis_failure failure = { .err = SLUIS_OK };
	int64_t ahead_ms = 0, off_ms;

	if (sluis_session_clock(session, &ahead_ms, &failure) != SLUIS_OK) {
		f.state = DOCTOR_WARNING;
		snprintf(f.why, sizeof(f.why), "%s", failure.text);
		doctor_say(doctor, &f);
		return;
	}
	off_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;
	if (off_ms > CLOCK_WARN_MS) {
		f.state = off_ms > SLUIS_ACT_MAX_AHEAD_MS ? DOCTOR_WRONG : DOCTOR_WARNING;
		snprintf(f.why, sizeof(f.why), ahead_ms > 0 ? _("this machine's clock is %lld seconds ahead of the broker's") :
							      _("this machine's clock is %lld seconds behind the broker's"),
		    (long long)(off_ms / 1000));
		snprintf(f.mend, sizeof(f.mend), "sudo timedatectl set-ntp true"); /* not for people */
	}
	doctor_say(doctor, &f);
}

static void
say_membership(struct doctor *doctor, const struct sluis_session *session)
{
	struct doctor_finding f = { .code = "membership", .check = _("membership") };
	struct sluis_why why = { "" };

	if (session->self == NULL) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), "%s", _("no approved record for these keys"));
		snprintf(f.mend, sizeof(f.mend), "sluis enrol RECORD");
	} else if (sluis_directory_in_force(session->directory, session->self, sluis_now_ms(), NULL, &why) != SLUIS_OK) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), "%s", why.text);
		snprintf(f.mend, sizeof(f.mend), "%s", _("ask your organisation for a new record: sluis org issue"));
	}
	doctor_say(doctor, &f);
}

static void
say_term(struct doctor *doctor, bool is_certificate, int64_t until_ms)
{
	struct doctor_finding f = { .code = is_certificate ? "certificate-term" : "record-term",
		.check = is_certificate ? _("the certificate's term") : _("record's term") };
	const int64_t now_ms = sluis_now_ms();

	switch (expiry_level(until_ms, now_ms)) {
	case EXPIRY_NONE:
		break;
	case EXPIRY_60_DAYS:
	case EXPIRY_30_DAYS:
		f.state = DOCTOR_WARNING;
		break;
	case EXPIRY_7_DAYS:
	case EXPIRY_ENDED:
		f.state = DOCTOR_WRONG;
		break;
	}
	if (f.state != DOCTOR_OK) {
		expiry_text(is_certificate, until_ms, now_ms, f.why);
		snprintf(f.mend, sizeof(f.mend), "%s", is_certificate ?
			_("have your organisation order its successor now; what it has: openssl x509 -noout -dates -in cert.pem") :
			_("ask your organisation for a new record: sluis org issue"));
	}
	doctor_say(doctor, &f);
}

static void
say_key(struct doctor *doctor, const struct sluis_session *session)
{
	struct doctor_finding f = { .code = "encryption-key", .check = _("encryption key") };

	if (sluis_member_recipient_at(session->self, sluis_now_ms()) == NULL) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), "%s", _("no key of this record is for now"));
		snprintf(f.mend, sizeof(f.mend), "sluis keys list");
	}
	doctor_say(doctor, &f);
}

void
doctor_member(struct doctor *doctor, struct sluis_session *session)
{
	say_clock(doctor, session);
	say_membership(doctor, session);
	if (session->self == NULL)
		return;
	say_term(doctor, false, expiry_of_record(session));
	say_term(doctor, true, expiry_of_certificate(session));
	say_key(doctor, session);
}

/* ---- revocation lists ---- */

/** The lists of a folder. */
struct lists {
	struct sluis_bytes items[SLUIS_CERTIFICATE_CRLS_MAX];
	char names[SLUIS_CERTIFICATE_CRLS_MAX][256];
	size_t n;
};

static void
lists_done(struct lists *lists)
{
	for (size_t i = 0; i < lists->n; i++)
		cli_bytes_free(&lists->items[i]);
}

static int
is_list(const struct dirent *entry)
{
	const size_t n = strlen(entry->d_name);

	return n > 4 && (strcmp(entry->d_name + n - 4, ".crl") == 0 || strcmp(entry->d_name + n - 4, ".der") == 0) &&
	    strstr(entry->d_name, "crl") != NULL;
}

static bool
read_lists(const char *folder, struct lists *ret)
{
	struct sluis_failure ignored = { .err = SLUIS_OK };
	struct dirent **names = NULL;
	const int n = scandir(folder, &names, is_list, alphasort);
	bool ok = n > 0;

	for (int i = 0; i < n; i++) {
		char path[SLUIS_PATH_MAX + 256];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (ok && ret->n < SLUIS_ARRAY_LEN(ret->items) &&
		    cli_read(path, SLUIS_CERTIFICATE_CRL_MAX_BYTES, &ignored, &ret->items[ret->n]) == SLUIS_OK)
			snprintf(ret->names[ret->n++], sizeof(ret->names[0]), "%s", names[i]->d_name);
		else
			ok = false;
		free(names[i]);
	}
	free(names);
	return ok;
}

static void
explain(struct doctor_finding *f, const struct lists *lists, const struct sluis_certificate_why *why, const char *folder)
{
	const char *name = why->crl < 0 ? "" : lists->names[why->crl];

	f->state = DOCTOR_WRONG;
	if (why->fault == SLUIS_CERTIFICATE_FAULT_CRL_EXPIRED) {
		snprintf(f->why, sizeof(f->why), _("the revocation list %.100s is past its date: who was revoked since is not known"),
		    name);
		snprintf(f->mend, sizeof(f->mend), "curl -fo %s/%s URL; openssl crl -inform der -noout -nextupdate -in %s/%s",
		    folder, name, folder, name); /* not for people */
	} else if (why->fault == SLUIS_CERTIFICATE_FAULT_REVOKED) {
		snprintf(f->why, sizeof(f->why), "%s", _("the certificate of your organisation is revoked"));
		snprintf(f->mend, sizeof(f->mend), "%s", _("have your organisation order a new one, and tell a registrar"));
	} else {
		snprintf(f->why, sizeof(f->why), "%s", why->why.text);
		snprintf(f->mend, sizeof(f->mend), "ls -l %s", folder);
	}
}

void
doctor_lists(struct doctor *doctor, const struct sluis_session *session, const char *folder)
{
	struct doctor_finding f = { .code = "revocation-lists", .check = _("revocation lists") };
	SLUIS_AUTO(lists_done) struct lists lists = { .n = 0 };
	const struct sluis_genesis *genesis = sluis_directory_genesis(session->directory);
	const struct sluis_organisation *own = session->self == NULL ?
	    NULL :
	    sluis_directory_organisation(session->directory, session->self->organisation_handle);
	struct sluis_certificate_why why = { .crl = -1 };
	struct sluis_certificate leaf;

	if (!read_lists(folder, &lists)) {
		f.state = DOCTOR_WRONG;
		snprintf(f.why, sizeof(f.why), "%s", _("there are no revocation lists in that folder, or too many, or they cannot be read"));
		snprintf(f.mend, sizeof(f.mend), "ls -l %s", folder);
	} else if (own != NULL) {
		const struct sluis_certificate_check check = {
			.chain = own->certificates, .n_chain = own->n_certificates, .anchors = genesis->anchors,
			.n_anchors = genesis->n_anchors, .crls = lists.items, .n_crls = lists.n, .crl_required = true,
			.at_ms = sluis_now_ms() };

		if (sluis_certificate_verify(&check, &leaf, &why) != SLUIS_OK)
			explain(&f, &lists, &why, folder);
	}
	doctor_say(doctor, &f);
}
