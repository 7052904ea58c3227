/* SPDX-License-Identifier: EUPL-1.2 */
#include "kit_tuples.h"

#include <string.h>

#define NOW_MS INT64_C(1750000000000)
#define DAY_MS INT64_C(86400000)

enum { PLACES = 16 };

/* One message with its facts: recipient 0 and section 0 are those of the tuple. */
struct scene {
	const struct sluis_policy *policy;
	struct sluis_facts facts;
	struct sluis_act act;
	struct sluis_recipient_facts recipients[PLACES];
	struct sluis_bytes roles[PLACES];
	struct sluis_section_act sections[PLACES];
	struct sluis_bytes sender_role;
	struct sluis_bytes categories[PLACES];
	struct sluis_grant_receiver to[3];
	struct sluis_ground_fact ground_facts[PLACES];
};

static struct sluis_bytes
text(const char *words)
{
	return sluis_bytes(words, strlen(words));
}

static bool
has(struct sluis_codes codes, struct sluis_bytes code)
{
	for (size_t i = 0; i < codes.count; i++)
		if (sluis_bytes_equal(codes.items[i], code))
			return true;
	return false;
}

static struct sluis_member_facts
member(const char *handle, const char *organisation, const struct sluis_policy *policy,
    const struct sluis_bytes *role)
{
	return (struct sluis_member_facts){
		.handle = text(handle),
		.organisation = text(organisation),
		.regime = sluis_policy_codes(policy, SLUIS_KIND_REGIME).items[0],
		.roles = { .items = role, .count = 1 },
		.is_active = true,
		.is_certificate_valid = true,
	};
}

static size_t
add_recipient(struct scene *s, const char *handle, const char *organisation, struct sluis_bytes role)
{
	const size_t i = s->facts.recipient_count++;

	s->roles[i] = role;
	s->recipients[i] = (struct sluis_recipient_facts){
		.kind = SLUIS_RECIPIENT_MEMBER,
		.member = member(handle, organisation, s->policy, &s->roles[i]),
		.is_on_case = true,
	};
	return i;
}

static void
add_section(struct scene *s, struct sluis_bytes category, size_t recipient)
{
	const size_t j = s->act.section_count++;

	s->categories[j] = category;
	s->sections[j] = (struct sluis_section_act){
		.category = category,
		.size_bytes = 1,
		.stanza_count = 1,
		.recipients = UINT64_C(1) << recipient,
	};
}

static bool
row_is_for(const struct sluis_policy_row *row, const struct kit_tuple *t)
{
	return sluis_bytes_equal(row->purpose, t->code[KIT_TUPLE_PURPOSE]) &&
	       has(row->steps, t->code[KIT_TUPLE_STEP]) && has(row->from, t->code[KIT_TUPLE_SENDER]);
}

/* A required section goes to the tuple's receiver if it may have it, else to a companion that may; one for
 * officers only goes back to the sender, who may always have it. */
static void
add_required(struct scene *s, const struct kit_tuple *t, struct sluis_bytes category)
{
	const struct sluis_policy_row *other = NULL;

	if (sluis_policy_category(s->policy, category)->is_officers_only) {
		add_section(s, category, add_recipient(s, "sender", "sending", s->sender_role));
		return;
	}
	for (size_t i = 0; i < sluis_policy_row_count(s->policy); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(s->policy, i);

		if (!row_is_for(row, t) || !has(row->categories, category))
			continue;
		if (has(row->to, t->code[KIT_TUPLE_RECEIVER])) {
			add_section(s, category, 0);
			return;
		}
		other = other == NULL ? row : other;
	}
	if (other != NULL)
		add_section(s, category, add_recipient(s, "companion", "beside", other->to.items[0]));
}

/* What the rows of this purpose, step and sender require for this receiver. */
static void
add_all_required(struct scene *s, const struct kit_tuple *t)
{
	for (size_t i = 0; i < sluis_policy_row_count(s->policy); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(s->policy, i);

		if (!row_is_for(row, t))
			continue;
		for (size_t k = 0; k < row->required.count; k++) {
			const struct sluis_codes present = { s->categories, s->act.section_count };

			if (!has(present, row->required.items[k]) && s->act.section_count < PLACES)
				add_required(s, t, row->required.items[k]);
		}
	}
}

/* A grant that every giver gave, for the organisations as wholes. */
static void
set_grant(struct scene *s, const struct kit_tuple *t)
{
	static const char *const ORGANISATIONS[] = { "sending", "receiving", "beside" };

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(ORGANISATIONS); i++)
		s->to[i].organisation = text(ORGANISATIONS[i]);
	s->facts.grant = (struct sluis_grant_facts){
		.is_named = true,
		.is_found = true,
		.is_of_case = true,
		.band = sluis_policy_codes(s->policy, SLUIS_KIND_BAND).items[0],
		.givers = sluis_policy_codes(s->policy, SLUIS_KIND_GIVER),
		.authority_count = 1,
		.method = sluis_policy_codes(s->policy, SLUIS_KIND_METHOD).items[0],
		.text = sluis_policy_consent_text_version(s->policy),
		.purposes = { .items = &t->code[KIT_TUPLE_PURPOSE], .count = 1 },
		.categories = { .items = s->categories, .count = s->act.section_count },
		.to = s->to,
		.to_count = SLUIS_ARRAY_LEN(s->to),
		.valid_from_ms = NOW_MS - DAY_MS,
		.until_ms = NOW_MS + 300 * DAY_MS,
		.band_until_ms = NOW_MS + 400 * DAY_MS,
	};
}

static struct sluis_bytes
ground_with_grant(const struct sluis_policy *policy)
{
	const struct sluis_codes grounds = sluis_policy_codes(policy, SLUIS_KIND_GROUND);

	for (size_t i = 0; i < grounds.count; i++)
		if (sluis_policy_ground(policy, grounds.items[i])->needs_grant)
			return grounds.items[i];
	return (struct sluis_bytes){ 0 };
}

static struct sluis_verdict
decide_tuple(const struct sluis_policy *policy, const struct kit_tuple *t)
{
	const bool is_officer = sluis_policy_role_is_officer(policy, t->code[KIT_TUPLE_RECEIVER]);
	struct scene s = { .policy = policy, .sender_role = t->code[KIT_TUPLE_SENDER] };

	s.facts.sender = member("sender", "sending", policy, &s.sender_role);
	s.facts.has_sender_officer = is_officer;
	s.facts.of_case = (struct sluis_case_facts){ .exists = true, .is_sender_on_case = true,
		.step = t->code[KIT_TUPLE_STEP], .opener = text("sender") };
	s.facts.recipients = s.recipients;
	add_section(&s, t->code[KIT_TUPLE_CATEGORY],
	    add_recipient(&s, "receiver", is_officer ? "sending" : "receiving",
	        t->code[KIT_TUPLE_RECEIVER]));
	add_all_required(&s, t);
	set_grant(&s, t);
	s.act.code = text("push");
	s.act.purpose = t->code[KIT_TUPLE_PURPOSE];
	s.act.ground = ground_with_grant(policy);
	s.act.sections = s.sections;
	s.act.retention = sluis_policy_retention_for(policy, SLUIS_USE_MESSAGE)->code;
	s.act.created_ms = NOW_MS;
	return sluis_policy_decide(policy, &s.facts, &s.act, NOW_MS);
}

/* ---- grounds ---- */

/* The first step in which the purpose has a row at all. */
static struct sluis_bytes
first_step(const struct sluis_policy *policy, struct sluis_bytes purpose)
{
	const struct sluis_codes steps = sluis_policy_codes(policy, SLUIS_KIND_STEP);

	for (size_t k = 0; k < steps.count; k++)
		for (size_t i = 0; i < sluis_policy_row_count(policy); i++) {
			const struct sluis_policy_row *row = sluis_policy_row(policy, i);

			if (sluis_bytes_equal(row->purpose, purpose) && has(row->steps, steps.items[k]))
				return steps.items[k];
		}
	return steps.items[0];
}

/* The tuple of a push of ${category} with this purpose, sender and receiver, in that step. */
static struct kit_tuple
push_of(const struct sluis_policy *policy, const struct kit_tuple *t, struct sluis_bytes category)
{
	return (struct kit_tuple){ .code = {
		[KIT_TUPLE_PURPOSE] = t->code[KIT_GROUND_PURPOSE],
		[KIT_TUPLE_SENDER] = t->code[KIT_GROUND_SENDER],
		[KIT_TUPLE_RECEIVER] = t->code[KIT_GROUND_RECEIVER],
		[KIT_TUPLE_STEP] = first_step(policy, t->code[KIT_GROUND_PURPOSE]),
		[KIT_TUPLE_CATEGORY] = category,
	} };
}

/* The row of this pair in that step; NULL: none. */
static const struct sluis_policy_row *
row_of(const struct sluis_policy *policy, const struct kit_tuple *push)
{
	for (size_t i = 0; i < sluis_policy_row_count(policy); i++) {
		const struct sluis_policy_row *row = sluis_policy_row(policy, i);

		if (row_is_for(row, push) && has(row->to, push->code[KIT_TUPLE_RECEIVER]))
			return row;
	}
	return NULL;
}

/* The first category that this pair may have, asked of the other table; where there is none, the first that it refuses
 * latest. */
static struct kit_tuple
best_push(const struct sluis_policy *policy, const struct kit_tuple *t)
{
	const struct sluis_codes categories = sluis_policy_codes(policy, SLUIS_KIND_CATEGORY);
	struct kit_tuple best = push_of(policy, t, categories.items[0]);
	const struct sluis_policy_row *row = row_of(policy, &best);
	enum sluis_rule furthest = SLUIS_RULE_NONE;

	for (size_t i = 0; row != NULL && i < categories.count; i++) {
		const struct kit_tuple push = push_of(policy, t, categories.items[i]);
		struct sluis_verdict verdict;

		if (sluis_policy_category(policy, categories.items[i])->is_officers_only ||
		    (!has(row->categories, categories.items[i]) && !has(row->by_grant, categories.items[i])))
			continue;
		verdict = decide_tuple(policy, &push);
		if (verdict.outcome == SLUIS_PERMIT)
			return push;
		if (verdict.rule > furthest) {
			furthest = verdict.rule;
			best = push;
		}
	}
	return best;
}

/* Evidence in order: the first code of its list; decided some time ago; an end that is the first of a month to come. */
static void
add_evidence(struct scene *s, const struct sluis_policy_ground *ground)
{
	for (size_t i = 0; i < ground->evidence_count && i < PLACES; i++) {
		const struct sluis_policy_evidence *e = &ground->evidence[i];
		struct sluis_bytes value = text("2025-12-01");

		if (e->type == SLUIS_EVIDENCE_CODE)
			value = sluis_policy_list(s->policy, e->list).items[0];
		else if (e->type == SLUIS_EVIDENCE_DATE)
			value = text("2025-01-31");
		s->ground_facts[i] = (struct sluis_ground_fact){ e->key, value };
	}
	s->act.ground_facts = s->ground_facts;
	s->act.ground_fact_count = ground->evidence_count;
}

/* A justification goes back to the sender; nobody is in charge here. */
static void
add_justification(struct scene *s)
{
	const struct sluis_codes categories = sluis_policy_codes(s->policy, SLUIS_KIND_CATEGORY);
	const struct sluis_codes present = { s->categories, s->act.section_count };

	for (size_t i = 0; i < categories.count; i++)
		if (sluis_policy_category(s->policy, categories.items[i])->is_officers_only &&
		    !has(present, categories.items[i]))
			add_section(s, categories.items[i], add_recipient(s, "sender", "sending", s->sender_role));
}

static struct sluis_verdict
decide_ground(const struct sluis_policy *policy, const struct kit_tuple *t)
{
	const struct kit_tuple push = best_push(policy, t);
	const struct sluis_policy_ground *ground = sluis_policy_ground(policy, t->code[KIT_GROUND_GROUND]);
	const struct sluis_bytes giver = text("authority");
	struct scene s = { .policy = policy, .sender_role = push.code[KIT_TUPLE_SENDER] };

	s.facts.sender = member("sender", "sending", policy, &s.sender_role);
	s.facts.sender.regime = t->code[KIT_GROUND_REGIME];
	s.facts.of_case = (struct sluis_case_facts){ .exists = true, .is_sender_on_case = true,
		.step = push.code[KIT_TUPLE_STEP], .opener = text("sender") };
	s.facts.recipients = s.recipients;
	add_section(&s, push.code[KIT_TUPLE_CATEGORY],
	    add_recipient(&s, "receiver", "receiving", push.code[KIT_TUPLE_RECEIVER]));
	add_all_required(&s, &push);
	if (ground->needs_justification)
		add_justification(&s);
	if (ground->needs_grant) {
		set_grant(&s, &push);
		s.facts.grant.band = t->code[KIT_GROUND_BAND];
		s.facts.grant.givers = (struct sluis_codes){ .items = &giver, .count = 1 };
	}
	s.act.code = text("push");
	s.act.purpose = push.code[KIT_TUPLE_PURPOSE];
	s.act.ground = ground->code;
	add_evidence(&s, ground);
	s.act.sections = s.sections;
	s.act.retention = sluis_policy_retention_for(policy, SLUIS_USE_MESSAGE)->code;
	s.act.created_ms = NOW_MS;
	return sluis_policy_decide(policy, &s.facts, &s.act, NOW_MS);
}

const struct kit_tuple_form *
kit_tuple_form(struct sluis_bytes heading)
{
	static const struct kit_tuple_form FORMS[] = {
		{ "purpose", "purpose, sender, receiver, step, category", KIT_TUPLE_COLUMNS,
		    { SLUIS_KIND_PURPOSE, SLUIS_KIND_ROLE, SLUIS_KIND_ROLE, SLUIS_KIND_STEP, SLUIS_KIND_CATEGORY },
		    decide_tuple },
		{ "ground", "ground, regime, purpose, sender, receiver, band", KIT_GROUND_COLUMNS,
		    { SLUIS_KIND_GROUND, SLUIS_KIND_REGIME, SLUIS_KIND_PURPOSE, SLUIS_KIND_ROLE, SLUIS_KIND_ROLE,
		        SLUIS_KIND_BAND },
		    decide_ground },
	};

	for (size_t i = 0; i < SLUIS_ARRAY_LEN(FORMS); i++)
		if (sluis_bytes_is_text(heading, FORMS[i].heading))
			return &FORMS[i];
	return NULL;
}
