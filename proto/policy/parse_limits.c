/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse.h"

#include "../limits.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define YEAR_MS (INT64_C(8766) * HOUR_MS) /* 365.25 days */
#define MIB (INT64_C(1024) * 1024)

#define LIMIT(name, member, least, most, of_unit)                                                  \
	{ .key = (name), .type = POLICY_FIELD_NUMBER, .is_required = true, .min = (least),         \
	    .max = (most), .unit = (of_unit),                                                      \
	    .offset = offsetof(struct sluis_policy_limits, member) }

static const struct policy_field LIMIT_FIELDS[] = {
	LIMIT("section-max-mib", section_max_bytes, 1, 1 << 20, MIB),
	LIMIT("message-max-mib", message_max_bytes, 1, 1 << 20, MIB),
	LIMIT("sections-max", sections_max, 1, SLUIS_SECTIONS_MAX, 1),
	LIMIT("recipients-max", recipients_max, 1, SLUIS_RECIPIENTS_MAX, 1),
	LIMIT("acts-per-day", acts_per_day, 1, 1000000000, 1),
	LIMIT("acts-per-hour", acts_per_hour, 1, 1000000000, 1),
	LIMIT("stranger-acts-per-hour", stranger_acts_per_hour, 1, 1000000, 1),
	LIMIT("withdrawal-delay-hours", withdrawal_delay_ms, 0, 720, HOUR_MS),
	LIMIT("grace-hours", grace_ms, 0, 720, HOUR_MS),
	LIMIT("shred-window-hours", shred_window_ms, 1, 720, HOUR_MS),
	LIMIT("freshness-minutes", freshness_ms, 1, 10080, MINUTE_MS),
	LIMIT("heartbeat-minutes", heartbeat_ms, 1, 10080, MINUTE_MS),
	LIMIT("epoch-days", epoch_days, 1, 366, 1),
	LIMIT("invite-days", invite_ms, 1, 366, DAY_MS),
	LIMIT("grant-max-days", grant_max_ms, 1, 7305, DAY_MS),
	LIMIT("request-max-days", request_max_ms, 1, 3660, DAY_MS),
	{ .key = "review-days", .type = POLICY_FIELD_NUMBER, .min = 1, .max = 366, .unit = DAY_MS,
	    .offset = offsetof(struct sluis_policy_limits, review_ms) },
	LIMIT("monitoring-days", monitoring_days, 0, 90, 1),
	{ .key = "recovery", .type = POLICY_FIELD_FLAG, .is_required = true,
	    .offset = offsetof(struct sluis_policy_limits, uses_recovery) },
};

struct consent {
	struct sluis_bytes version;
	const struct sluis_tree_node *former;
	struct sluis_bytes text[2]; /* by enum sluis_lang */
	struct sluis_bytes disagree[2];
};

#define CONSENT(name, of_type, required, member)                                                   \
	{ .key = (name), .type = POLICY_FIELD_##of_type, .is_required = (required),                \
	    .offset = offsetof(struct consent, member) }
static const struct policy_field CONSENT_FIELDS[] = {
	CONSENT("version", CODE, true, version),
	CONSENT("former", NODE, false, former),
	CONSENT("nl", LONG, true, text[SLUIS_LANG_NL]),
	CONSENT("en", LONG, true, text[SLUIS_LANG_EN]),
	CONSENT("disagree-nl", LONG, false, disagree[SLUIS_LANG_NL]),
	CONSENT("disagree-en", LONG, false, disagree[SLUIS_LANG_EN]),
};

struct entry {
	struct policy_labels labels;
	struct sluis_bytes outcome;
	int use; /* index in USE_WORDS, in the order of enum sluis_retention_use */
	int64_t days_ms;
	int64_t years_ms;
	int64_t at_least_ms;
	int64_t at_most_ms;
	bool is_default;
};

static const char *const USE_WORDS[] = { "message", "review", "case", "intake-withdrawn",
	"intake-refused", "log", NULL };

#define TERM(name, member, most, of_unit)                                                          \
	{ .key = (name), .type = POLICY_FIELD_NUMBER, .min = 1, .max = (most), .unit = (of_unit),  \
	    .offset = offsetof(struct entry, member) }

static const struct policy_field RETENTION_FIELDS[] = {
	POLICY_LABEL_FIELDS(struct entry, labels),
	{ .key = "for", .type = POLICY_FIELD_WORD, .words = USE_WORDS, .is_required = true,
	    .offset = offsetof(struct entry, use) },
	TERM("days", days_ms, 3660, DAY_MS),
	TERM("years", years_ms, 100, YEAR_MS),
	TERM("at-least-years", at_least_ms, 100, YEAR_MS),
	TERM("at-most-years", at_most_ms, 100, YEAR_MS),
	{ .key = "default", .type = POLICY_FIELD_FLAG, .offset = offsetof(struct entry, is_default) },
	{ .key = "outcome", .type = POLICY_FIELD_CODE, .offset = offsetof(struct entry, outcome) },
};

struct agreement {
	int64_t case_ms;
};

static const struct policy_field AGREEMENT_FIELDS[] = {
	{ .key = "case-years", .type = POLICY_FIELD_NUMBER, .min = 1, .max = 100, .unit = YEAR_MS,
	    .offset = offsetof(struct agreement, case_ms) },
};

void
sluis_policy_parse_limits(struct policy_read *read, const struct sluis_tree_node *node)
{
	sluis_policy_read_fields(read, node, LIMIT_FIELDS, SLUIS_ARRAY_LEN(LIMIT_FIELDS),
	    &read->policy->limits);
}

/* Versions of former texts: codes in a list, which may be absent. */
static void
parse_former(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct sluis_bytes *items;
	size_t count = 0;

	if (node == NULL || !sluis_policy_read_is(read, node, SLUIS_TREE_LIST))
		return;
	items = sluis_policy_read_alloc(read, (node->count + 1) * sizeof(*items));
	if (items == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; n != NULL; n = n->next) {
		if (n->kind == SLUIS_TREE_SCALAR && sluis_code_is_valid(n->text))
			items[count++] = n->text;
		else
			sluis_policy_read_mistake(read, n, "write the versions as codes: [\"2024-1\"]",
			    "a former version is not a code");
	}
	read->policy->consent_former = (struct sluis_codes){ .items = items, .count = count };
}

void
sluis_policy_parse_consent(struct policy_read *read, const struct sluis_tree_node *node)
{
	struct sluis_policy *p = read->policy;
	struct consent entry = { .former = NULL };

	sluis_policy_read_fields(read, node, CONSENT_FIELDS, SLUIS_ARRAY_LEN(CONSENT_FIELDS), &entry);
	p->consent_version = entry.version;
	for (int lang = SLUIS_LANG_NL; lang <= SLUIS_LANG_EN; lang++) {
		p->consent_text[lang] = entry.text[lang];
		p->consent_disagree[lang] = entry.disagree[lang];
	}
	parse_former(read, entry.former);
}

/* domain, Terms: the agreement's own term has no default; without it nothing starts. */
static int64_t
parse_agreement(struct policy_read *read, const struct sluis_tree_node *retention,
    const struct sluis_tree_node *agreement)
{
	struct agreement entry = { 0 };

	if (agreement != NULL)
		sluis_policy_read_fields(read, agreement, AGREEMENT_FIELDS,
		    SLUIS_ARRAY_LEN(AGREEMENT_FIELDS), &entry);
	if (entry.case_ms == 0)
		sluis_policy_read_mistake(read, agreement != NULL ? agreement : retention,
		    "write `case-years: NUMBER` under `agreement`, as the parties agreed; there is no default",
		    "the agreement's own term for case data is not set");
	return entry.case_ms;
}

static void
check_term(struct policy_read *read, const struct sluis_tree_node *node, const struct entry *entry,
    int64_t case_ms, int64_t *ret)
{
	const bool is_case = entry->use + SLUIS_USE_MESSAGE == SLUIS_USE_CASE;
	const bool has_days = entry->days_ms != 0;
	const bool has_years = entry->years_ms != 0;
	const int64_t term_ms = is_case ? case_ms : entry->days_ms + entry->years_ms;

	if (is_case && (has_days || has_years))
		sluis_policy_read_mistake(read, node, "remove it: the term stands under `agreement`",
		    "a class for cases has no term of its own");
	if (!is_case && has_days == has_years)
		sluis_policy_read_mistake(read, node, "write either `days` or `years`",
		    "a class needs one term");
	if ((entry->at_least_ms != 0 && term_ms < entry->at_least_ms) ||
	    (entry->at_most_ms != 0 && term_ms > entry->at_most_ms))
		sluis_policy_read_mistake(read, node, "change the term",
		    "the term lies outside `at-least-years` and `at-most-years`");
	*ret = term_ms;
}

static void
parse_class(struct policy_read *read, const struct sluis_tree_node *node, size_t index, int64_t case_ms)
{
	const struct policy_table *table = &read->policy->kinds[SLUIS_KIND_RETENTION];
	struct sluis_policy_retention *class = &read->policy->retention[index];
	struct entry entry = { 0 };

	sluis_policy_read_fields(read, node, RETENTION_FIELDS, SLUIS_ARRAY_LEN(RETENTION_FIELDS),
	    &entry);
	table->labels[index] = entry.labels;
	class->code = table->codes.items[index];
	class->use = (enum sluis_retention_use)(entry.use + SLUIS_USE_MESSAGE);
	class->is_default = entry.is_default;
	class->outcome = entry.outcome;
	check_term(read, node, &entry, case_ms, &class->term_ms);
}

static void
check_defaults(struct policy_read *read, const struct sluis_tree_node *node, size_t count)
{
	for (int use = 0; USE_WORDS[use] != NULL; use++) {
		size_t default_count = 0;

		for (size_t i = 0; i < count; i++)
			default_count += read->policy->retention[i].is_default &&
			                 (int)read->policy->retention[i].use == use + SLUIS_USE_MESSAGE;
		if (default_count != 1)
			sluis_policy_read_mistake(read, node, "write `default: true` at one of them",
			    "%zu classes are the default for `%s`", default_count, USE_WORDS[use]);
	}
}

void
sluis_policy_parse_retention(struct policy_read *read, const struct sluis_tree_node *node,
    const struct sluis_tree_node *agreement)
{
	const size_t count = read->policy->kinds[SLUIS_KIND_RETENTION].codes.count;
	const int64_t case_ms = parse_agreement(read, node, agreement);
	size_t index = 0;

	read->policy->retention =
	    sluis_policy_read_alloc(read, count * sizeof(*read->policy->retention));
	if (read->policy->retention == NULL)
		return;
	for (const struct sluis_tree_node *n = node->first; index < count; n = n->next)
		parse_class(read, n, index++, case_ms);
	check_defaults(read, node, count);
}
