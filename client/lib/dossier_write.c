/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dossier.h"
#include "dossier_html.h"
#include "profile_files.h"
#include "written.h"

static const char PAGE[] = "index.html", DATA[] = "dossier.json";

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A page that stands there must be an earlier dossier of this case. */
static enum sluis_err
check_place(int dir, const char *out, const json_t *dossier, struct sluis_failure *failure)
{
	SLUIS_AUTO(close_fd) int fd = openat(dir, PAGE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char mark[96], found[sizeof(mark)];
	int len;

	if (fd < 0 && errno == ENOENT)
		return SLUIS_OK;
	len = snprintf(mark, sizeof(mark), "<!doctype html><!-- " SLUIS_DOSSIER_MARK " %s -->",
	    json_string_value(json_object_get(dossier, "case")));
	/* its beginning is enough, however long it became */
	if (fd >= 0 && read(fd, found, (size_t)len) == len && memcmp(found, mark, (size_t)len) == 0)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EEXISTS, _("%s/%s is no dossier of this case; it was not touched"), out, PAGE);
	sluis_fail_hint(failure, _("choose another folder with --out"));
	return SLUIS_EEXISTS;
}

static enum sluis_err
put_file(int dir, const char *out, const char *name, struct sluis_bytes bytes, struct sluis_failure *failure)
{
	const enum sluis_err err = sluis_profile_file_write(dir, name, bytes);

	return err == SLUIS_OK ? err : sluis_fail(failure, err, _("%s cannot be written in %s: %s"), name, out,
	    _(sluis_err_text(err)));
}

static enum sluis_err
put_page(struct sluis_session *session, const struct sluis_case *of_case, int dir, const char *out,
    const json_t *dossier, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_freep) char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the dossier"));
	sluis_dossier_html(f, session, of_case, dir, dossier);
	if (fclose(f) != 0)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the dossier"));
	return put_file(dir, out, PAGE, sluis_bytes((const uint8_t *)text, len), failure);
}

SLUIS_MUST_CHECK enum sluis_err
sluis_dossier_write(struct sluis_session *session, const struct sluis_case *of_case, const char *out,
    const json_t *dossier, struct sluis_failure *failure)
{
	SLUIS_AUTO(close_fd) int dir = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	SLUIS_AUTO(sluis_freep) char *text = json_dumps(dossier, JSON_INDENT(2));
	SLUIS_AUTO(sluis_freep) char *path = realpath(out, NULL);
	const char *const files[] = { PAGE, DATA };
	const struct sluis_written written = { .id = of_case->id, .case_id = of_case->id, .path = path,
		.files = files, .n_files = SLUIS_ARRAY_LEN(files) };

	if (dir < 0 || path == NULL)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), out, strerror(errno));
	if (text == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the dossier"));
	SLUIS_TRY(check_place(dir, out, dossier, failure));
	SLUIS_TRY(sluis_written_add(session->profile, &written, failure));
	SLUIS_TRY(put_page(session, of_case, dir, out, dossier, failure));
	return put_file(dir, out, DATA, sluis_bytes_text(text), failure);
}
