/* SPDX-License-Identifier: EUPL-1.2 */
#include "push_check.h"

#include <stdio.h>
#include <string.h>

#include "content_bsn.h"
#include "limits.h"
#include "section.h"

enum { SHOWN_MAX = 4, PLACE_MAX = SLUIS_PUSH_NAME + SLUIS_CONTENT_PATH + 32 };

SLUIS_MUST_CHECK enum sluis_err
sluis_push_check_sizes(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_failure *failure)
{
	uint64_t total = 0;

	for (size_t i = 0; i < request->n_sections; i++) {
		const struct sluis_push_section *s = &request->sections[i];

		if (s->plain.len == 0)
			return sluis_fail(failure, SLUIS_EUSAGE, _("section %zu (%.*s) is empty"), i + 1,
			    (int)s->category.len, (const char *)s->category.data);
		total += s->plain.len;
		if (s->plain.len > SLUIS_SECTION_INLINE_MAX_BYTES || total > SLUIS_MESSAGE_INLINE_MAX_BYTES) {
			(void)sluis_session_refusal(session, "too-large", failure);
			sluis_fail_hint(failure,
			    _("a section holds at most %u KiB, a message %u MiB; split it or make it smaller"),
			    SLUIS_SECTION_INLINE_MAX_BYTES / 1024, SLUIS_MESSAGE_INLINE_MAX_BYTES / 1024 / 1024);
			return SLUIS_EREFUSED;
		}
	}
	return SLUIS_OK;
}

const char *
sluis_push_section_name(const struct sluis_push_request *request, size_t index, char ret[static SLUIS_PUSH_NAME])
{
	const struct sluis_push_section *s = &request->sections[index];
	size_t same = 1;
	int len;

	for (size_t i = 0; i < index; i++)
		same += sluis_bytes_equal(request->sections[i].category, s->category) &&
		    sluis_bytes_equal(request->sections[i].about, s->about);
	len = snprintf(ret, SLUIS_PUSH_NAME, "%.*s%s%.*s", (int)s->category.len, (const char *)s->category.data,
	    s->about.len > 0 ? "." : "", (int)s->about.len, (const char *)s->about.data);
	if (same > 1 && len > 0)
		snprintf(ret + len, SLUIS_PUSH_NAME - (size_t)len, "#%zu", same);
	return ret;
}

/* ---- what a category may hold ---- */

static enum sluis_err
check_form(struct sluis_session *session, const struct sluis_push_request *request, size_t index,
    struct sluis_failure *failure)
{
	const struct sluis_push_section *s = &request->sections[index];
	struct sluis_content_fault fault;
	char name[SLUIS_PUSH_NAME];
	const enum sluis_err err = sluis_content_check(session->policy, s->category,
	    sluis_section_media_number(s->extension), s->plain, &fault);

	if (err != SLUIS_EREFUSED)
		return err == SLUIS_OK ? err : sluis_fail_err(failure, err, _("looking at the content"));
	(void)sluis_session_refusal(session, fault.rule, failure);
	snprintf(failure->text, sizeof(failure->text), _("section %s: %s (%s)"),
	    sluis_push_section_name(request, index, name), fault.text, fault.rule);
	if (strcmp(fault.rule, "content-form") != 0)
		sluis_fail_hint(failure, _("all fields of this category, to be filled in: sluis template %.*s"),
		    (int)s->category.len, (const char *)s->category.data);
	return SLUIS_EREFUSED;
}

/* ---- numbers that may be a BSN ---- */

/** A search of all sections. */
struct search {
	const struct sluis_push_request *request;
	struct sluis_push_look *look;
	size_t index; /* of the section */
	uint64_t used; /* bit i: release i met a place */
	size_t found;  /* not released */
	struct sluis_content_hit first;
	size_t first_index;
	char words[256]; /* that would release what was found */
};

static bool
on_hit(void *context, const struct sluis_content_hit *hit)
{
	struct search *s = context;
	char name[SLUIS_PUSH_NAME], place[PLACE_MAX];
	const size_t len = strlen(s->words);

	snprintf(place, sizeof(place), "%s%s%s:%zu", sluis_push_section_name(s->request, s->index, name),
	    hit->field[0] == '\0' ? "" : "/", hit->field, hit->offset);
	for (size_t i = 0; i < s->request->n_not_bsn; i++) {
		if (strcmp(s->request->not_bsn[i], place) != 0)
			continue;
		s->used |= UINT64_C(1) << i;
		s->look->released |= UINT64_C(1) << s->index;
		return true;
	}
	if (s->found++ == 0) {
		s->first = *hit;
		s->first_index = s->index;
	}
	if (s->found <= SHOWN_MAX && len + strlen(place) + sizeof(" --not-bsn ") <= sizeof(s->words))
		snprintf(s->words + len, sizeof(s->words) - len, " --not-bsn %s", place);
	return true;
}

static enum sluis_err
refuse_bsn(struct sluis_session *session, const struct search *s, struct sluis_failure *failure)
{
	char name[SLUIS_PUSH_NAME];

	(void)sluis_session_refusal(session, "bsn-outside", failure);
	snprintf(failure->text, sizeof(failure->text),
	    _("section %s%s%s may hold a BSN at byte %zu, line %zu; a BSN goes only into bsn and message (bsn-outside)"),
	    sluis_push_section_name(s->request, s->first_index, name), s->first.field[0] == '\0' ? "" : "/",
	    s->first.field, s->first.offset, s->first.line);
	sluis_fail_hint(failure, s->found == 1 ?
		_("take the number out; if it is no BSN, add%s (this is recorded)") :
		_("take the numbers out; for each that is no BSN add its part of%s (this is recorded)"),
	    s->words);
	return SLUIS_EREFUSED;
}

static enum sluis_err
check_bsn(struct sluis_session *session, struct search *s, struct sluis_failure *failure)
{
	const struct sluis_push_request *request = s->request;

	for (s->index = 0; s->index < request->n_sections; s->index++) {
		const struct sluis_push_section *section = &request->sections[s->index];
		const struct sluis_policy_category *category =
		    sluis_policy_category(session->policy, section->category);
		bool searched = true;

		if (category != NULL && category->has_bsn)
			continue;
		SLUIS_TRY(sluis_fail_err(failure, sluis_content_bsn(sluis_section_media_number(section->extension),
		    section->plain, on_hit, s, &searched), _("looking at the content")));
		if (!searched)
			s->look->unsearched |= UINT64_C(1) << s->index;
	}
	if (s->found > 0)
		return refuse_bsn(session, s, failure);
	for (size_t i = 0; i < request->n_not_bsn; i++) {
		if ((s->used >> i & 1) == 0)
			return sluis_fail(failure, SLUIS_EUSAGE,
			    _("nothing looks like a BSN at \"%s\": --not-bsn names one place that was found"),
			    request->not_bsn[i]);
	}
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_push_check_contents(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_push_look *ret, struct sluis_failure *failure)
{
	struct search search = { .request = request, .look = ret };

	*ret = (struct sluis_push_look){ .released = 0 };
	if (request->n_not_bsn > 64)
		return sluis_fail(failure, SLUIS_EUSAGE, _("at most 64 places can be released at once"));
	for (size_t i = 0; i < request->n_sections; i++)
		SLUIS_TRY(check_form(session, request, i, failure));
	return check_bsn(session, &search, failure);
}
