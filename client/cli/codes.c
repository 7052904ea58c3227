/* SPDX-License-Identifier: EUPL-1.2 */
#include "codes.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
is_word(struct sluis_bytes text, const char *word)
{
	return text.len == strlen(word) && strncasecmp((const char *)text.data, word, text.len) == 0;
}

struct sluis_bytes
codes_of(const struct sluis_session *session, enum sluis_policy_kind kind, const char *text)
{
	const struct sluis_codes codes = sluis_policy_codes(session->policy, kind);
	const struct sluis_bytes word = sluis_bytes_text(text);
	struct sluis_bytes found = word;
	size_t matches = 0;

	if (sluis_policy_has(session->policy, kind, word))
		return word;
	for (size_t i = 0; i < codes.count; i++) {
		if (!is_word(codes.items[i], text) &&
		    !is_word(sluis_policy_label(session->policy, kind, codes.items[i], SLUIS_LANG_NL), text) &&
		    !is_word(sluis_policy_label(session->policy, kind, codes.items[i], SLUIS_LANG_EN), text))
			continue;
		found = codes.items[i];
		matches++;
	}
	return matches == 1 ? found : word;
}

const char *
codes_state(struct sluis_bytes code)
{
	static const struct {
		const char *code;
		const char *word;
	} STATES[] = { { "pending", N_("pending") }, { "released", N_("released") },
		{ "acknowledged", N_("acknowledged") }, { "rejected", N_("rejected") }, { "blocked", N_("blocked") },
		{ "resend", N_("resend") }, { "lost", N_("lost") } };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(STATES); i++) {
		if (sluis_bytes_is_text(code, STATES[i].code))
			return _(STATES[i].word);
	}
	return "?";
}

enum sluis_err
codes_unknown(struct sluis_codes codes, const char *text, struct sluis_failure *failure)
{
	char list[300] = "";
	size_t at = 0;

	for (size_t i = 0; i < codes.count && at < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%.*s", i > 0 ? ", " : "",
		    (int)codes.items[i].len, (const char *)codes.items[i].data);
	(void)sluis_fail(failure, SLUIS_EUSAGE, _("\"%s\" is not a code of this policy"), text);
	sluis_fail_hint(failure, _("one of: %s"), list);
	return SLUIS_EUSAGE;
}

SLUIS_MUST_CHECK enum sluis_err
codes_find(const struct sluis_session *session, enum sluis_policy_kind kind, const char *text,
    struct sluis_bytes *ret, struct sluis_failure *failure)
{
	const struct sluis_bytes code = codes_of(session, kind, text);

	if (!sluis_policy_has(session->policy, kind, code))
		return codes_unknown(sluis_policy_codes(session->policy, kind), text, failure);
	*ret = code;
	return SLUIS_OK;
}
