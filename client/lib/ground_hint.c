/* SPDX-License-Identifier: EUPL-1.2 */
#include "ground_hint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** A hint being written; what does not fit is left out. */
struct hint {
	const struct sluis_session *session;
	char *text;
	size_t cap;
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
add(struct hint *h, const char *format, ...)
{
	va_list args;
	int n;

	if (h->len >= h->cap)
		return;
	va_start(args, format);
	n = vsnprintf(h->text + h->len, h->cap - h->len, format, args);
	va_end(args);
	if (n > 0)
		h->len += (size_t)n;
}

static void
add_code(struct hint *h, size_t before, struct sluis_bytes code)
{
	add(h, "%s%.*s", before > 0 ? ", " : "", (int)code.len, (const char *)code.data);
}

/* access (toegang), control (controle) */
static void
add_list(struct hint *h, struct sluis_bytes list)
{
	const struct sluis_policy *policy = h->session->policy;
	const struct sluis_codes codes = sluis_policy_list(policy, list);

	for (size_t i = 0; i < codes.count; i++) {
		const struct sluis_bytes label =
		    sluis_policy_list_label(policy, list, codes.items[i], h->session->lang);

		add_code(h, i, codes.items[i]);
		add(h, " (%.*s)", (int)label.len, (const char *)label.data);
	}
}

static void
add_evidence(struct hint *h, const struct sluis_policy_evidence *evidence)
{
	const int len = (int)evidence->key.len;
	const char *key = (const char *)evidence->key.data;

	switch (evidence->type) {
	case SLUIS_EVIDENCE_CODE:
		add(h, _("add --fact %.*s=CODE, with one of: "), len, key);
		add_list(h, evidence->list);
		return;
	case SLUIS_EVIDENCE_DATE:
		add(h, _("add --fact %.*s=YYYY-MM-DD, a day that is not in the future"), len, key);
		return;
	case SLUIS_EVIDENCE_END:
		add(h, _("add --fact %.*s=YYYY-MM-DD, the first day on which this ground holds no more"), len, key);
		return;
	case SLUIS_EVIDENCE_MONTH:
		add(h, _("add --fact %.*s=YYYY-MM-01: this ground ends on the first day of that month, and no birthday is told"),
		    len, key);
		return;
	}
}

static const struct sluis_policy_evidence *
find_evidence(const struct sluis_policy_ground *ground, struct sluis_bytes key)
{
	for (size_t i = 0; i < ground->evidence_count; i++) {
		if (sluis_bytes_equal(ground->evidence[i].key, key))
			return &ground->evidence[i];
	}
	return NULL;
}

static bool
has_secret(const struct sluis_session *session, const struct sluis_push_request *request)
{
	for (size_t i = 0; i < request->n_sections; i++) {
		const struct sluis_policy_category *category =
		    sluis_policy_category(session->policy, request->sections[i].category);

		if (category != NULL && category->is_officers_only)
			return true;
	}
	return false;
}

/* Every key that the ground asks, so that nobody has to find them one by one. */
static void
add_all_keys(struct hint *h, const struct sluis_policy_ground *ground)
{
	if (ground->evidence_count == 0)
		return;
	add(h, "%s", _("; this ground asks: "));
	for (size_t i = 0; i < ground->evidence_count; i++)
		add_code(h, i, ground->evidence[i].key);
}

static void
add_first_secret(struct hint *h)
{
	const struct sluis_codes codes = sluis_policy_codes(h->session->policy, SLUIS_KIND_CATEGORY);

	for (size_t i = 0; i < codes.count; i++) {
		if (sluis_policy_category(h->session->policy, codes.items[i])->is_officers_only) {
			add(h, _("add %.*s=FILE, why this ground was used; only your privacy officers and you can read it"),
			    (int)codes.items[i].len, (const char *)codes.items[i].data);
			return;
		}
	}
}

static void
evidence_hint(struct hint *h, const struct sluis_push_request *request, const struct sluis_verdict *verdict)
{
	const struct sluis_policy_ground *ground = sluis_policy_ground(h->session->policy, request->ground);
	const struct sluis_policy_evidence *evidence = find_evidence(ground, verdict->detail);
	size_t times = 0;

	for (size_t i = 0; i < request->n_facts; i++)
		times += sluis_bytes_equal(request->facts[i].key, verdict->detail);
	if (ground->needs_grant && request->grant_id == NULL)
		add(h, "%s", _("add --grant ID; `sluis grant list CASE` shows what was recorded, `sluis grant add CASE` records one"));
	else if (ground->needs_justification && !has_secret(h->session, request))
		add_first_secret(h);
	else if (evidence != NULL && times < 2)
		add_evidence(h, evidence);
	else
		add(h, evidence != NULL ? _("give --fact %.*s once") : _("leave out --fact %.*s"),
		    (int)verdict->detail.len, (const char *)verdict->detail.data);
	add_all_keys(h, ground);
}

/* Which grounds a sender of this regime may use for this purpose. */
static void
allowed_hint(struct hint *h, const struct sluis_push_request *request)
{
	const struct sluis_codes codes = sluis_policy_codes(h->session->policy, SLUIS_KIND_GROUND);
	struct sluis_member_facts sender;
	size_t n = 0;

	if (h->session->self == NULL)
		return;
	sluis_session_facts(h->session, h->session->self, &sender);
	for (size_t i = 0; i < codes.count; i++) {
		if (!sluis_policy_ground_allows(h->session->policy, codes.items[i], sender.regime, request->purpose))
			continue;
		if (n == 0)
			add(h, "%s", _("; for this purpose your organisation may use: "));
		add_code(h, n++, codes.items[i]);
	}
}

void
sluis_ground_hint(const struct sluis_session *session, const struct sluis_push_request *request,
    const struct sluis_verdict *verdict, struct sluis_failure *failure)
{
	struct hint h = { .session = session, .text = failure->hint, .cap = sizeof(failure->hint) };

	if (verdict->rule == SLUIS_RULE_GROUND_EVIDENCE) {
		evidence_hint(&h, request, verdict);
	} else if (verdict->rule == SLUIS_RULE_GROUND_NOT_ALLOWED) {
		h.len = strnlen(h.text, h.cap - 1);
		allowed_hint(&h, request);
	}
}
