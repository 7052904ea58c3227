/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "cli.h"
#include "grant_letter.h"
#include "grant_token.h"
#include "prefix.h"

static const char SYNOPSIS[] = "grant letter GRANT --out FILE [--contact WORDS]";

enum { GRANTS_MAX = 64 };

/** The grant that an id or its beginning means, among those of all cases that this member is on. */
struct search {
	struct sluis_session *session;
	struct sluis_arena *arena;
	struct sluis_prefix prefix;
	struct sluis_grants_row *found;
	struct sluis_failure *failure;
};

static enum sluis_err
search_case(void *context, const Sluis__CaseRow *row)
{
	struct search *s = context;
	const struct sluis_id id = sluis_id_of(row->case_id);
	struct sluis_grants_row *rows = sluis_arena_alloc(s->arena, GRANTS_MAX * sizeof(*rows));
	size_t count = 0;

	if (rows == NULL)
		return sluis_fail_err(s->failure, SLUIS_ENOMEM, _("looking up the grant"));
	SLUIS_TRY(sluis_grants_list(s->session, &id, s->arena, GRANTS_MAX, rows, &count, s->failure));
	for (size_t i = 0; i < count; i++) {
		if (sluis_prefix_match(&s->prefix, rows[i].grant->grant_id.data))
			s->found = &rows[i];
	}
	return SLUIS_OK;
}

static enum sluis_err
find_grant(struct search *s, const char *text)
{
	struct sluis_id id;

	SLUIS_TRY(sluis_prefix_start(&s->prefix, text, s->failure));
	SLUIS_TRY(sluis_cases_list(s->session, search_case, s, s->failure));
	return s->found == NULL ? sluis_session_refusal(s->session, "not-found", s->failure) :
				  sluis_prefix_settle(&s->prefix, &id, s->failure);
}

/* Whole or not there, never over another file. */
static enum sluis_err
write_page(const char *path, const char *text, size_t len, struct sluis_failure *failure)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0 && errno == EEXIST) {
		(void)sluis_fail(failure, SLUIS_EEXISTS, _("%s is there already; it was not touched"), path);
		sluis_fail_hint(failure, _("choose another file with --out"));
		return SLUIS_EEXISTS;
	}
	if (fd < 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be made: %s"), path, strerror(errno));
	ok = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (close(fd) == 0 && ok)
		return SLUIS_OK;
	(void)unlink(path);
	return sluis_fail(failure, SLUIS_EIO, _("%s cannot be made: %s"), path, strerror(errno));
}

static enum sluis_err
make_page(const struct search *s, const char *contact, const char *out, bool *ret_has_token)
{
	SLUIS_AUTO(sluis_grant_token_wipe) struct sluis_grant_token token = { { 0 } };
	SLUIS_AUTO(sluis_freep) char *text = NULL;
	const struct sluis_id id = sluis_id_of(s->found->grant->grant_id);
	const struct sluis_hash hash = sluis_hash_of(s->found->grant->token_hash);
	struct sluis_grant_letter letter = { .row = s->found, .contact = contact };
	size_t len = 0;
	enum sluis_err err;
	FILE *f;

	*ret_has_token = sluis_grant_token_get(s->session->profile, &id, &hash, &token) == SLUIS_OK;
	if (*ret_has_token)
		letter.token = &token;
	f = open_memstream(&text, &len);
	if (f == NULL)
		return sluis_fail_err(s->failure, SLUIS_ENOMEM, _("making the letter"));
	err = sluis_grant_letter(f, s->session, &letter);
	if (fclose(f) != 0 || err != SLUIS_OK)
		err = sluis_fail_err(s->failure, SLUIS_ENOMEM, _("making the letter"));
	else
		err = write_page(out, text, len, s->failure);
	if (text != NULL)
		sodium_memzero(text, len); /* the code is in it */
	return err;
}

enum sluis_err
cmd_grant_letter(struct cli *cli, struct sluis_session *session, char **argv, struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(8 * SLUIS_ARENA_MAX_BYTES);
	struct search search = { .session = session, .arena = arena, .failure = failure };
	const char *out = NULL, *contact = NULL;
	const struct cli_option options[] = { { "--out", CLI_VALUE, &out }, { "--contact", CLI_VALUE, &contact } };
	struct cli_list words;
	char hex[2 * SLUIS_ID_BYTES + 1];
	bool has_token;

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	if (words.n != 1 || out == NULL)
		return cli_usage(failure, SYNOPSIS);
	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("making the letter"));
	SLUIS_TRY(find_grant(&search, words.words[0]));
	SLUIS_TRY(make_page(&search, contact, out, &has_token));
	if (!has_token)
		cli_note("%s", _("the letter has no code: it was recorded by another profile, which can print it"));
	sluis_hex(search.found->grant->grant_id.data, SLUIS_ID_BYTES, hex);
	cli_say(cli, "%s", out);
	cli_emit(cli, json_pack("{s:s, s:s, s:b}", "grant", hex, "page", out, "code", has_token));
	return SLUIS_OK;
}
