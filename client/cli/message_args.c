/* SPDX-License-Identifier: EUPL-1.2 */
#include "message_args.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codes.h"
#include "folder_args.h"
#include "limits.h"
#include "own_ids.h"

static struct sluis_bytes
span(const char *from, const char *to)
{
	return sluis_bytes(from, (size_t)(to - from));
}

/* question=vraag.pdf, attachment.history=brief.pdf */
static enum sluis_err
split_section(const char *word, struct sluis_push_section *ret, const char **ret_file,
    struct sluis_failure *failure)
{
	const char *equal = strchr(word, '=');
	const char *dot = equal == NULL ? NULL : memchr(word, '.', (size_t)(equal - word));
	const char *slash, *last_dot;

	if (equal == NULL || equal == word || equal[1] == '\0')
		return cli_usage(failure, MESSAGE_ARGS_SYNOPSIS);
	ret->category = span(word, dot == NULL ? equal : dot);
	if (dot != NULL)
		ret->about = span(dot + 1, equal);
	if (!sluis_code_is_valid(ret->category) || (dot != NULL && !sluis_code_is_valid(ret->about)))
		return sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" does not begin with a category"), word);
	*ret_file = equal + 1;
	slash = strrchr(*ret_file, '/');
	last_dot = strrchr(slash == NULL ? *ret_file : slash, '.');
	if (last_dot != NULL)
		ret->extension = sluis_bytes_text(last_dot + 1);
	return SLUIS_OK;
}

static enum sluis_err
read_section(struct sluis_session *session, const char *file, struct sluis_bytes *ret,
    struct sluis_failure *failure)
{
	struct stat st;

	if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > SLUIS_SECTION_INLINE_MAX_BYTES) {
		(void)sluis_session_refusal(session, "too-large", failure);
		sluis_fail_hint(failure, _("a section holds at most %u KiB; split the file or make it smaller"),
		    SLUIS_SECTION_INLINE_MAX_BYTES / 1024);
		return SLUIS_EREFUSED;
	}
	return cli_read(file, SLUIS_SECTION_INLINE_MAX_BYTES, failure, ret);
}

/* A word that flags nothing is a mistake: what it was meant for would go out without the flag. */
static enum sluis_err
check_criminal(const struct cli_list *criminal, const struct message_args *args, struct sluis_failure *failure)
{
	for (size_t k = 0; k < criminal->n; k++) {
		bool flags = false;

		for (size_t i = 0; i < args->request.n_sections; i++)
			flags |= sluis_bytes_is_text(args->sections[i].category, criminal->words[k]);
		if (!flags)
			return sluis_fail(failure, SLUIS_EUSAGE, _("--criminal %s: no section of that category is sent"),
			    criminal->words[k]);
	}
	return SLUIS_OK;
}

static enum sluis_err
take_sections(struct sluis_session *session, const struct cli_list *words, const struct cli_list *criminal,
    struct message_args *ret, struct sluis_failure *failure)
{
	for (size_t i = 1; i < words->n; i++) {
		const size_t n = ret->request.n_sections;
		struct sluis_push_section *s = &ret->sections[n];
		const char *file = NULL;

		SLUIS_TRY(split_section(words->words[i], s, &file, failure));
		SLUIS_TRY(read_section(session, file, &ret->files[n], failure));
		s->plain = ret->files[n];
		for (size_t k = 0; k < criminal->n; k++)
			s->is_criminal |= sluis_bytes_is_text(s->category, criminal->words[k]);
		ret->request.n_sections++;
	}
	return check_criminal(criminal, ret, failure);
}

static enum sluis_err
take_facts(const struct cli_list *facts, struct message_args *ret, struct sluis_failure *failure)
{
	for (size_t i = 0; i < facts->n; i++) {
		const char *equal = strchr(facts->words[i], '=');

		if (equal == NULL || equal[1] == '\0')
			return sluis_fail(failure, SLUIS_EUSAGE, _("a fact is written KEY=VALUE, not \"%s\""),
			    facts->words[i]);
		ret->facts[i].key = span(facts->words[i], equal);
		ret->facts[i].value = sluis_bytes_text(equal + 1);
	}
	ret->request.n_facts = facts->n;
	return SLUIS_OK;
}

/* What the message refers to: one thing at most. */
static enum sluis_err
take_target(struct sluis_session *session, const char *answers, const char *replaces, const char *origin,
    struct message_args *ret, struct sluis_failure *failure)
{
	if ((answers != NULL) + (replaces != NULL) + (origin != NULL) > 1)
		return sluis_fail(failure, SLUIS_EUSAGE,
		    _("a message answers a request, replaces a message or passes one on: one of these"));
	if (answers != NULL) {
		SLUIS_TRY(own_ids_request(session, answers, &ret->target, failure));
		ret->request.answers = &ret->target;
	}
	if (replaces != NULL) {
		SLUIS_TRY(own_ids_sent(session, replaces, &ret->target, failure));
		ret->request.replaces = &ret->target;
	}
	if (origin != NULL) {
		SLUIS_TRY(own_ids_message(session, origin, &ret->target, failure));
		ret->request.origin = &ret->target;
	}
	return SLUIS_OK;
}

static enum sluis_err
take_folder(struct sluis_session *session, struct cli_list *words, const struct cli_list *criminal,
    struct message_args *ret, struct sluis_failure *failure)
{
	const char *dir = words->words[1];

	ret->arena = sluis_arena_new(4 * SLUIS_ARENA_MAX_BYTES);
	if (ret->arena == NULL)
		return sluis_fail_err(failure, SLUIS_ENOMEM, _("reading the folder"));
	words->n = 1;
	SLUIS_TRY(folder_args_words(session, dir, ret->arena, words, failure));
	SLUIS_TRY(take_sections(session, words, criminal, ret, failure));
	return folder_args_choose(session, ret, failure);
}

/* A folder says nothing of itself; whoever names a ground names all the rest too. */
static bool
is_complete(const struct message_args *args, const char *purpose, const char *ground, const char *grant)
{
	if (args->is_folder && ground == NULL)
		return grant == NULL;
	return purpose != NULL && ground != NULL && args->to.n > 0;
}

SLUIS_MUST_CHECK enum sluis_err
message_args_read(struct sluis_session *session, char **argv, struct message_args *ret,
    struct sluis_failure *failure)
{
	const char *purpose = NULL, *ground = NULL, *grant = NULL, *retention = NULL;
	const char *answers = NULL, *replaces = NULL, *origin = NULL;
	struct cli_list words, facts = { .n = 0 }, criminal = { .n = 0 };
	const struct cli_option options[] = {
		{ "--purpose", CLI_VALUE, &purpose }, { "--ground", CLI_VALUE, &ground },
		{ "--grant", CLI_VALUE, &grant }, { "--to", CLI_LIST, &ret->to },
		{ "--fact", CLI_LIST, &facts }, { "--criminal", CLI_LIST, &criminal },
		{ "--not-bsn", CLI_LIST, &ret->not_bsn }, { "--retention", CLI_VALUE, &retention },
		{ "--dry-run", CLI_FLAG, &ret->dry_run }, { "--answers", CLI_VALUE, &answers },
		{ "--replaces", CLI_VALUE, &replaces }, { "--origin", CLI_VALUE, &origin }, { "--yes", CLI_FLAG, &ret->yes },
	};

	SLUIS_TRY(cli_parse(argv, options, SLUIS_ARRAY_LEN(options), &words, failure));
	ret->is_folder = words.n == 2 && folder_args_is(words.words[1]);
	if (words.n < 2 || !is_complete(ret, purpose, ground, grant))
		return cli_usage(failure, MESSAGE_ARGS_SYNOPSIS);
	/* a word that is no label either is for the decision to refuse */
	if (purpose != NULL)
		ret->request.purpose = codes_of(session, SLUIS_KIND_PURPOSE, purpose);
	if (ground != NULL)
		ret->request.ground = codes_of(session, SLUIS_KIND_GROUND, ground);
	if ((purpose != NULL && !sluis_code_is_valid(ret->request.purpose)) ||
	    (ground != NULL && !sluis_code_is_valid(ret->request.ground)))
		return sluis_fail(failure, SLUIS_EUSAGE, _("purpose and ground are codes, such as referral and consent"));
	SLUIS_TRY(cli_case_id(session, words.words[0], &ret->request.case_id, failure));
	if (grant != NULL) {
		SLUIS_TRY(cli_grant_id(session, &ret->request.case_id, grant, &ret->grant_id, failure));
		ret->request.grant_id = &ret->grant_id;
	}
	SLUIS_TRY(take_target(session, answers, replaces, origin, ret, failure));
	if (retention != NULL) {
		ret->request.retention = sluis_bytes_text(retention);
		if (sluis_policy_retention(session->policy, ret->request.retention) == NULL)
			return codes_unknown(sluis_policy_codes(session->policy, SLUIS_KIND_RETENTION), retention, failure);
	}
	ret->request.to = ret->to.words;
	ret->request.n_to = ret->to.n;
	ret->request.not_bsn = ret->not_bsn.words;
	ret->request.n_not_bsn = ret->not_bsn.n;
	ret->request.sections = ret->sections;
	ret->request.facts = ret->facts;
	SLUIS_TRY(take_facts(&facts, ret, failure));
	return ret->is_folder ? take_folder(session, &words, &criminal, ret, failure) :
				take_sections(session, &words, &criminal, ret, failure);
}

void
message_args_done(struct message_args *args)
{
	for (size_t i = 0; i < CLI_LIST_MAX; i++)
		cli_bytes_free(&args->files[i]);
	sluis_arena_free(args->arena);
	free(args);
}

/* "other binaries are not searched, and the preview says so" (domain, BSN) */
json_t *
message_args_unsearched(const struct message_args *args, const struct sluis_push_look *look)
{
	json_t *names = json_array();
	char name[SLUIS_PUSH_NAME];

	for (size_t i = 0; i < args->request.n_sections; i++) {
		if ((look->unsearched >> i & 1) == 0)
			continue;
		json_array_append_new(names, json_string(sluis_push_section_name(&args->request, i, name)));
		cli_note(_("not searched for a BSN, look yourself: %s (not a text, PDF or DOCX that can be read)"), name);
	}
	return names;
}
