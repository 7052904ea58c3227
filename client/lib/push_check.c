/* SPDX-License-Identifier: EUPL-1.2 */
#include "push_check.h"

#include <stdio.h>

#include "bsn.h"
#include "limits.h"

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

static bool
is_nine_digits(struct sluis_bytes text, size_t at)
{
	if (text.len - at < 9)
		return false;
	for (size_t i = at; i < at + 9; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

/* Nine digits in one run; looser spellings are found by the same search and are not asked about yet. */
SLUIS_MUST_CHECK enum sluis_err
sluis_push_check_bsn(struct sluis_session *session, const struct sluis_push_request *request,
    struct sluis_failure *failure)
{
	for (size_t i = 0; i < request->n_sections; i++) {
		const struct sluis_push_section *s = &request->sections[i];
		const struct sluis_policy_category *category =
		    sluis_policy_category(session->policy, s->category);
		size_t from = 0, at;

		if ((category != NULL && category->has_bsn) || !sluis_utf8_is_valid(s->plain))
			continue;
		for (; sluis_bsn_search(s->plain, from, &at); from = at + 1) {
			if (!is_nine_digits(s->plain, at))
				continue;
			(void)sluis_session_refusal(session, "bsn-outside", failure);
			snprintf(failure->text, sizeof(failure->text),
			    _("section %.*s may hold a BSN at byte %zu; a BSN goes only into bsn and message "
			      "(bsn-outside)"),
			    (int)s->category.len, (const char *)s->category.data, at);
			return SLUIS_EREFUSED;
		}
	}
	return SLUIS_OK;
}
