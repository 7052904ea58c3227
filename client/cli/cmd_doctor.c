/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli.h"
#include "document.h"

#define PDFTOTEXT "/usr/bin/pdftotext" /* what sluis-reader starts */

enum { SPACE_MIN_MIB = 64, EXPIRY_DAYS = 60 };

/** What was looked at, so far. */
struct checks {
	struct cli *cli;
	json_t *rows;
	bool all_well;
};

static void
say(struct checks *c, const char *what, bool ok, const char *why, const char *mend)
{
	c->all_well &= ok;
	cli_say(c->cli, "%-4s %s%s%s", ok ? _("ok") : _("BAD"), what, ok ? "" : ": ", ok ? "" : why);
	if (!ok && mend[0] != '\0')
		cli_say(c->cli, "     %s %s", _("mend it:"), mend);
	json_array_append_new(c->rows, json_pack("{s:s, s:b, s:s, s:s}", "check", what, "ok", ok, "why",
	    ok ? "" : why, "mend", ok ? "" : mend));
}

static void
check_modes(struct checks *c)
{
	char path[SLUIS_PATH_MAX + 16], mend[SLUIS_PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/secret.json", c->cli->profile);
	snprintf(mend, sizeof(mend), "chmod 600 %s", path);
	say(c, _("key file"), stat(path, &st) == 0 && (st.st_mode & 077) == 0,
	    _("secret.json is missing or open to others"), mend);
}

static void
check_space(struct checks *c)
{
	struct statvfs fs;
	const bool ok = statvfs(c->cli->profile, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize >= (uint64_t)SPACE_MIN_MIB * 1024 * 1024;

	say(c, _("disk space"), ok, _("less than 64 MiB left where the profile is"), "df -h");
}

/* Without it a PDF or DOCX goes without having been searched for a BSN. */
static void
check_reader(struct checks *c)
{
	struct sluis_document document = { .line = 0 };
	const bool ok = sluis_document_read(SLUIS_DOCUMENT_XML, sluis_bytes_text("<a/>"), &document) == SLUIS_OK &&
	    document.state == SLUIS_DOCUMENT_READ && access(PDFTOTEXT, X_OK) == 0;

	sluis_document_done(&document);
	say(c, _("reader of documents"), ok, _("PDF and DOCX are not searched for a BSN"),
	    "apt-get install poppler-utils; make install"); /* not for people to translate */
}

static void
check_member(struct checks *c, const struct sluis_session *session)
{
	const struct sluis_member *self = session->self;
	struct sluis_why why = { "" };
	const int64_t now_ms = sluis_now_ms();
	bool ok = self != NULL &&
	    sluis_directory_in_force(session->directory, self, now_ms, NULL, &why) == SLUIS_OK;

	say(c, _("membership"), ok, self == NULL ? _("no approved record for these keys") : why.text,
	    self == NULL ? "sluis enrol RECORD" : _("ask your organisation for a new record: sluis org issue"));
	if (self == NULL)
		return;
	ok = self->until_ms - now_ms > (int64_t)EXPIRY_DAYS * 24 * 3600 * 1000;
	say(c, _("record's term"), ok, _("it ends within 60 days"),
	    _("ask your organisation for a new record: sluis org issue"));
	say(c, _("encryption key"), sluis_member_recipient_at(self, now_ms) != NULL,
	    _("no key of this record is for now"), "sluis keys list");
}

enum sluis_err
cmd_doctor(struct cli *cli, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_session_closep) struct sluis_session *session = NULL;
	struct checks c = { .cli = cli, .rows = json_array(), .all_well = true };
	struct sluis_failure contact = { .err = SLUIS_OK };
	enum sluis_err err;

	if (argv[0] != NULL) {
		json_decref(c.rows);
		return cli_usage(failure, "doctor");
	}
	check_modes(&c);
	check_space(&c);
	check_reader(&c);
	err = cli_open(cli, &session, &contact);
	say(&c, _("broker, log and policy"), err == SLUIS_OK, contact.text, contact.hint);
	if (err == SLUIS_OK)
		check_member(&c, session);
	if (c.all_well) {
		cli_emit(cli, c.rows);
		return SLUIS_OK;
	}
	if (cli->json)
		json_dumpf(c.rows, stdout, JSON_INDENT(2));
	json_decref(c.rows);
	cli->json = false; /* one object on stdout: the list above */
	if (err != SLUIS_OK) {
		*failure = contact;
		return err;
	}
	return sluis_fail(failure, SLUIS_ESYSTEM, _("something is not well; see above"));
}
