/* SPDX-License-Identifier: EUPL-1.2 */
#include "folder_args.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "push_check.h"
#include "push_choose.h"

enum { BEGINNING_MIN = 3, WORD_BYTES = 1024, NAME_BYTES = 128 };

bool
folder_args_is(const char *word)
{
	struct stat st;

	return stat(word, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- names ---- */

/** What a name may mean. */
struct meaning {
	struct sluis_bytes code;
	size_t matches;
	char candidates[256];
};

static bool
begins(struct sluis_bytes text, const char *name)
{
	const size_t n = strlen(name);

	return text.len >= n && strncasecmp((const char *)text.data, name, n) == 0;
}

static bool
is_whole(struct sluis_bytes text, const char *name)
{
	return text.len == strlen(name) && begins(text, name);
}

static void
consider(struct meaning *m, const struct sluis_policy *policy, struct sluis_bytes code, const char *name, bool whole)
{
	bool (*const fits)(struct sluis_bytes, const char *) = whole ? is_whole : begins;
	const size_t at = strlen(m->candidates);

	if (!fits(code, name) && !fits(sluis_policy_label(policy, SLUIS_KIND_CATEGORY, code, SLUIS_LANG_NL), name) &&
	    !fits(sluis_policy_label(policy, SLUIS_KIND_CATEGORY, code, SLUIS_LANG_EN), name))
		return;
	m->matches++;
	m->code = code;
	snprintf(m->candidates + at, sizeof(m->candidates) - at, "%s%.*s", at > 0 ? ", " : "", (int)code.len,
	    (const char *)code.data);
}

/* Whole names first, so that a category whose name begins another is meant by its own. */
static enum sluis_err
category_of(const struct sluis_session *session, const char *file, const char *name, struct sluis_bytes *ret,
    struct sluis_failure *failure)
{
	const struct sluis_codes codes = sluis_policy_codes(session->policy, SLUIS_KIND_CATEGORY);
	struct meaning m = { .matches = 0 };

	for (size_t i = 0; i < codes.count; i++)
		consider(&m, session->policy, codes.items[i], name, true);
	for (size_t i = 0; i < codes.count && m.matches == 0 && strlen(name) >= BEGINNING_MIN; i++)
		consider(&m, session->policy, codes.items[i], name, false);
	*ret = m.code;
	if (m.matches == 1)
		return SLUIS_OK;
	(void)sluis_fail(failure, SLUIS_EUSAGE,
	    m.matches == 0 ? _("%s: the name does not begin with a category") : _("%s: the name fits several categories"),
	    file);
	if (m.matches > 1)
		sluis_fail_hint(failure, _("call it after one of: %s"), m.candidates);
	else
		sluis_fail_hint(failure, _("call it after what is in it, such as question.txt or history.pdf; all categories: sluis template"));
	return SLUIS_EUSAGE;
}

/* "hulpvraag.txt", "attachment.history.pdf": what stands before the extension. */
static enum sluis_err
word_of(const struct sluis_session *session, const char *dir, const char *file, struct sluis_arena *arena,
    const char **ret, struct sluis_failure *failure)
{
	char name[NAME_BYTES], *dot, *about = NULL, *word = sluis_arena_alloc(arena, WORD_BYTES);
	struct sluis_bytes category, on = { NULL, 0 };

	if (word == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the folder"));
	snprintf(name, sizeof(name), "%s", file);
	dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	dot = strchr(name, '.');
	if (dot != NULL) {
		*dot = '\0';
		about = dot + 1;
	}
	SLUIS_TRY(category_of(session, file, name, &category, failure));
	if (about != NULL)
		SLUIS_TRY(category_of(session, file, about, &on, failure));
	if (snprintf(word, WORD_BYTES, "%.*s%s%.*s=%s/%s", (int)category.len, (const char *)category.data,
		on.len > 0 ? "." : "", (int)on.len, (const char *)on.data, dir, file) >= WORD_BYTES)
		return sluis_fail(failure, SLUIS_EUSAGE, _("%s: the name is too long"), file);
	*ret = word;
	return SLUIS_OK;
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static enum sluis_err
add_file(const struct sluis_session *session, const char *dir, const char *file, struct sluis_arena *arena,
    struct cli_list *list, struct sluis_failure *failure)
{
	char path[WORD_BYTES];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return sluis_fail(failure, SLUIS_EUSAGE, _("%s: only files are sent, no folders or links in the folder"), file);
	if (list->n == CLI_LIST_MAX)
		return sluis_fail(failure, SLUIS_EUSAGE, _("%s holds more than %d files: send them in several messages"), dir,
		    CLI_LIST_MAX - 1);
	return word_of(session, dir, file, arena, &list->words[list->n++], failure);
}

SLUIS_MUST_CHECK enum sluis_err
folder_args_words(const struct sluis_session *session, const char *dir, struct sluis_arena *arena,
    struct cli_list *ret, struct sluis_failure *failure)
{
	struct dirent **entries = NULL;
	const int n = scandir(dir, &entries, is_shown, alphasort);
	enum sluis_err err = SLUIS_OK;

	if (n < 0)
		return sluis_fail(failure, SLUIS_EIO, _("%s cannot be used: %s"), dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (err == SLUIS_OK)
			err = add_file(session, dir, entries[i]->d_name, arena, ret, failure);
		free(entries[i]);
	}
	free(entries);
	if (n == 0)
		return sluis_fail(failure, SLUIS_EUSAGE, _("%s has no files to send"), dir);
	return err;
}

/* ---- choosing and asking ---- */

SLUIS_MUST_CHECK enum sluis_err
folder_args_choose(struct sluis_session *session, struct message_args *args, struct sluis_failure *failure)
{
	struct sluis_push_choice choice = { .n_to = 0 };

	if (args->request.ground.len > 0)
		return SLUIS_OK; /* said in full, as in the long form */
	SLUIS_TRY(sluis_push_choose(session, &args->request, args->arena, &choice, failure));
	args->grant_id = choice.grant_id;
	args->request.purpose = choice.purpose;
	args->request.ground = choice.ground;
	args->request.grant_id = &args->grant_id;
	args->request.to = choice.to;
	args->request.n_to = choice.n_to;
	return SLUIS_OK;
}

static bool
is_criminal(const struct message_args *args, struct sluis_bytes category)
{
	bool ret = false;

	for (size_t i = 0; i < args->request.n_sections; i++)
		ret |= args->sections[i].is_criminal && sluis_bytes_equal(args->sections[i].category, category);
	return ret;
}

static void
note_receivers(struct sluis_session *session, const struct message_args *args, const struct sluis_push_preview *preview)
{
	char label[128];

	for (size_t i = 0; i < preview->n_deliveries; i++) {
		const struct sluis_push_delivery *d = &preview->deliveries[i];
		const struct sluis_organisation *organisation =
		    sluis_directory_organisation(session->directory, d->member->organisation_handle);
		const struct sluis_bytes name =
		    organisation == NULL ? d->member->organisation_handle : organisation->name;

		cli_note("  %.*s (%.*s)", (int)d->member->handle.len, (const char *)d->member->handle.data,
		    (int)name.len, (const char *)name.data);
		for (size_t k = 0; k < d->n_categories; k++) {
			const char *criminal = is_criminal(args, d->categories[k]) ? _("criminal data") : NULL;

			cli_note("    - %s%s%s%s", cli_label(session, SLUIS_KIND_CATEGORY, d->categories[k], label),
			    criminal == NULL ? "" : " (", criminal == NULL ? "" : criminal, criminal == NULL ? "" : ")");
		}
	}
}

static bool
is_yes(const char *answer)
{
	return answer[0] == 'j' || answer[0] == 'J' || answer[0] == 'y' || answer[0] == 'Y';
}

SLUIS_MUST_CHECK enum sluis_err
folder_args_confirm(struct cli *cli, struct sluis_session *session, struct message_args *args,
    struct sluis_failure *failure)
{
	SLUIS_AUTO(sluis_arena_freep) struct sluis_arena *arena = sluis_arena_new(2 * SLUIS_ARENA_MAX_BYTES);
	struct sluis_push_preview preview;
	struct sluis_push_look look;
	char purpose[128], ground[128], answer[16] = "";

	if (arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("deciding"));
	SLUIS_TRY(sluis_push_decide(session, &args->request, arena, &preview, failure));
	args->shown = preview.digest;
	args->request.shown = &args->shown;
	if (preview.verdict.outcome != SLUIS_PERMIT)
		return SLUIS_OK; /* sending says why not */
	cli_note(_("This goes out for %s, on the ground of %s:"),
	    cli_label(session, SLUIS_KIND_PURPOSE, args->request.purpose, purpose),
	    cli_label(session, SLUIS_KIND_GROUND, args->request.ground, ground));
	note_receivers(session, args, &preview);
	SLUIS_TRY(sluis_push_check_contents(session, &args->request, &look, failure));
	json_decref(message_args_unsearched(args, &look));
	if (args->yes)
		return SLUIS_OK;
	if (cli->json || isatty(STDIN_FILENO) == 0) {
		(void)sluis_fail(failure, SLUIS_EUSAGE, _("nothing was sent: there is nobody to ask"));
		sluis_fail_hint(failure, _("look at what is shown above, then add --yes"));
		return SLUIS_EUSAGE;
	}
	fprintf(stderr, "%s ", _("Send it? [y/N]"));
	if (fgets(answer, sizeof(answer), stdin) != NULL && is_yes(answer))
		return SLUIS_OK;
	return sluis_fail(failure, SLUIS_EUSAGE, _("nothing was sent"));
}
