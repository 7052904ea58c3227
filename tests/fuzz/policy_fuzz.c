/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The policy. First byte even: the rest is a policy file; it is read, or every reason why not is told.
 * Odd: the rest is an act and its facts, decided by a policy that was read before; a verdict always comes,
 * names a rule, and permits nothing that any of the plain conditions forbids.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "policy.h"

enum { PLACES = 6 };

static const int64_t NOW_MS = 1893456000000; /* 2030-01-01 */

struct input {
	struct sluis_reader bytes;
	const struct sluis_policy *policy;
};

static void
on_mistake(void *context, const struct sluis_policy_mistake *mistake)
{
	FUZZ_MUST(mistake->line > 0 && mistake->column > 0);
	FUZZ_MUST(strlen(mistake->mistake) > 0 && strlen(mistake->remedy) > 0);
	(*(size_t *)context)++;
}

static void
read_policy(struct sluis_bytes yaml)
{
	size_t told = 0;
	const struct sluis_policy_reporter reporter = { .report = on_mistake, .context = &told };
	struct sluis_policy *policy = NULL;
	const enum sluis_err err = sluis_policy_parse(yaml, &reporter, &policy);

	FUZZ_MUST((err == SLUIS_OK) == (policy != NULL));
	FUZZ_MUST((err == SLUIS_OK || err == SLUIS_ENOMEM) == (told == 0));
	if (policy != NULL) {
		FUZZ_MUST(sluis_policy_codes(policy, SLUIS_KIND_STEP).count > 0);
		FUZZ_MUST(sluis_policy_retention_for(policy, SLUIS_USE_CASE)->term_ms > 0);
	}
	sluis_policy_free(policy);
}

static const struct sluis_policy *
stranger(void)
{
	static char text[64 * 1024];
	static struct sluis_policy *policy;
	FILE *file;

	if (policy != NULL)
		return policy;
	file = fopen("tests/policy/stranger.yaml", "r");
	FUZZ_MUST(file != NULL);
	FUZZ_MUST(sluis_policy_parse(sluis_bytes(text, fread(text, 1, sizeof(text), file)), NULL,
	              &policy) == SLUIS_OK);
	fclose(file);
	return policy;
}

static bool
flag(struct input *in)
{
	return (sluis_reader_get_u8(&in->bytes) & 7) != 0; /* mostly in order, or nothing is ever permitted */
}

static bool
rare(struct input *in)
{
	return !flag(in);
}

static struct sluis_bytes
code(struct input *in, enum sluis_policy_kind kind)
{
	const struct sluis_codes codes = sluis_policy_codes(in->policy, kind);
	const size_t i = sluis_reader_get_u8(&in->bytes);

	return i % 9 == 8 || codes.count == 0 ? sluis_bytes_text("unheard-of")
	                                      : codes.items[i % codes.count];
}

static struct sluis_codes
codes(struct input *in, enum sluis_policy_kind kind, struct sluis_bytes *items, size_t max)
{
	const size_t count = sluis_reader_get_u8(&in->bytes) % (max + 1);

	for (size_t i = 0; i < count; i++)
		items[i] = code(in, kind);
	return (struct sluis_codes){ .items = items, .count = count };
}

static int64_t
moment(struct input *in)
{
	const uint8_t day = sluis_reader_get_u8(&in->bytes);

	if (day == 255)
		return (int64_t)sluis_reader_get_u64(&in->bytes);
	return day == 0 ? 0 : NOW_MS + (day - 100) * INT64_C(3600000);
}

static struct sluis_bytes
handle(struct input *in)
{
	static const char *const HANDLES[] = { "one", "two", "three", "" };

	return sluis_bytes_text(HANDLES[sluis_reader_get_u8(&in->bytes) % 4]);
}

static void
make_member(struct input *in, struct sluis_bytes *roles, struct sluis_member_facts *ret)
{
	ret->handle = handle(in);
	ret->organisation = handle(in);
	ret->regime = code(in, SLUIS_KIND_REGIME);
	ret->roles = codes(in, SLUIS_KIND_ROLE, roles, 3);
	ret->is_active = flag(in);
	ret->is_certificate_valid = flag(in);
	ret->is_federation_body = rare(in);
}

/* One whole scene, kept together so that its views stay where they are. */
struct scene {
	struct sluis_facts facts;
	struct sluis_act act;
	struct sluis_bytes roles[PLACES + 1][3];
	struct sluis_bytes shielded[PLACES][2];
	struct sluis_recipient_facts recipients[PLACES];
	struct sluis_section_act sections[PLACES];
	struct sluis_bytes givers[3], purposes[3], categories[5], to_roles[3][2];
	struct sluis_grant_receiver to[3];
	struct sluis_ground_fact ground_facts[3];
};

static const struct sluis_refusal_facts EVERYTHING;

static void
make_grant(struct input *in, struct scene *s)
{
	struct sluis_grant_facts *g = &s->facts.grant;

	g->is_named = flag(in);
	g->is_found = flag(in);
	g->is_of_case = flag(in);
	g->is_withdrawn = rare(in);
	g->refusals = &EVERYTHING;
	g->refusal_count = rare(in) ? 1 : 0;
	g->text = sluis_policy_consent_text_version(in->policy);
	g->band = code(in, SLUIS_KIND_BAND);
	g->givers = codes(in, SLUIS_KIND_GIVER, s->givers, 3);
	g->authority_count = sluis_reader_get_u8(&in->bytes) % 4;
	g->method = code(in, SLUIS_KIND_METHOD);
	g->purposes = codes(in, SLUIS_KIND_PURPOSE, s->purposes, 3);
	g->categories = codes(in, SLUIS_KIND_CATEGORY, s->categories, 5);
	g->to = s->to;
	g->to_count = sluis_reader_get_u8(&in->bytes) % 4;
	for (size_t i = 0; i < g->to_count; i++) {
		s->to[i].organisation = handle(in);
		s->to[i].roles = codes(in, SLUIS_KIND_ROLE, s->to_roles[i], 2);
	}
	g->is_criminal = rare(in);
	g->valid_from_ms = moment(in);
	g->until_ms = moment(in);
	g->band_until_ms = moment(in);
}

static void
make_facts(struct input *in, struct scene *s)
{
	struct sluis_facts *f = &s->facts;

	make_member(in, s->roles[PLACES], &f->sender);
	f->has_token = rare(in);
	f->has_sender_officer = flag(in);
	f->of_case = (struct sluis_case_facts){ flag(in), flag(in), code(in, SLUIS_KIND_STEP), handle(in) };
	f->recipients = s->recipients;
	f->recipient_count = sluis_reader_get_u8(&in->bytes) % (PLACES + 1);
	for (size_t i = 0; i < f->recipient_count; i++) {
		make_member(in, s->roles[i], &s->recipients[i].member);
		s->recipients[i].kind = flag(in) ? SLUIS_RECIPIENT_MEMBER : sluis_reader_get_u8(&in->bytes) % 3;
		s->recipients[i].is_on_case = flag(in);
		s->recipients[i].is_shielded = rare(in);
		s->recipients[i].shielded = codes(in, SLUIS_KIND_CATEGORY, s->shielded[i], rare(in) ? 2 : 0);
	}
	make_grant(in, s);
	f->object = (struct sluis_object_facts){ flag(in), handle(in), handle(in), flag(in), rare(in), rare(in),
		rare(in) };
	f->acts_last_day = sluis_reader_get_u8(&in->bytes) % 6;
}

static void
make_act(struct input *in, struct scene *s)
{
	struct sluis_act *a = &s->act;

	a->code = code(in, SLUIS_KIND_ACT);
	a->purpose = code(in, SLUIS_KIND_PURPOSE);
	a->ground = code(in, SLUIS_KIND_GROUND);
	a->ground_facts = s->ground_facts;
	a->ground_fact_count = sluis_reader_get_u8(&in->bytes) % 4;
	for (size_t i = 0; i < a->ground_fact_count; i++)
		s->ground_facts[i] = flag(in) ? (struct sluis_ground_fact){ sluis_bytes_text("seen"),
			                                sluis_bytes_text("2029-12-31") }
		                              : (struct sluis_ground_fact){ sluis_bytes_text("wind-force"),
			                                sluis_bytes_text("ten") };
	a->sections = s->sections;
	a->section_count = sluis_reader_get_u8(&in->bytes) % (PLACES + 1);
	for (size_t i = 0; i < a->section_count; i++) {
		struct sluis_section_act *j = &s->sections[i];

		j->category = code(in, SLUIS_KIND_CATEGORY);
		j->about = rare(in) ? code(in, SLUIS_KIND_CATEGORY) : (struct sluis_bytes){ 0 };
		j->is_criminal = rare(in);
		j->size_bytes = rare(in) ? sluis_reader_get_u64(&in->bytes) : 1;
		j->recipients = rare(in) ? sluis_reader_get_u64(&in->bytes)
		                         : sluis_reader_get_u8(&in->bytes);
		j->stanza_count = (uint32_t)__builtin_popcountll(j->recipients);
	}
	a->retention = code(in, SLUIS_KIND_RETENTION);
	a->created_ms = moment(in);
	a->not_before_ms = moment(in);
	a->expires_ms = moment(in);
	a->step = code(in, SLUIS_KIND_STEP);
	a->sender_role = flag(in) ? (struct sluis_bytes){ 0 } : code(in, SLUIS_KIND_ROLE);
	a->receiver = sluis_reader_get_u8(&in->bytes) % 70;
}

static void
look_at(const struct scene *s, const struct sluis_verdict *v)
{
	const struct sluis_facts *f = &s->facts;
	const bool is_permit = v->rule == SLUIS_RULE_MATRIX || v->rule == SLUIS_RULE_ACT;

	FUZZ_MUST((v->outcome == SLUIS_PERMIT) == is_permit);
	FUZZ_MUST(is_permit || (v->rule >= SLUIS_RULE_MEMBER_INACTIVE && v->rule < SLUIS_RULE_END));
	FUZZ_MUST(v->section < (int)s->act.section_count && v->recipient < (int)f->recipient_count);
	FUZZ_MUST(!is_permit || (v->section == -1 && v->recipient == -1));
	FUZZ_MUST(v->rule != SLUIS_RULE_MATRIX || v->expires_ms > NOW_MS);
}

/* What a permitted push can never be without, said once more in other words. */
static void
look_at_push(const struct scene *s, const struct sluis_verdict *v)
{
	const struct sluis_facts *f = &s->facts;

	look_at(s, v);
	if (v->rule != SLUIS_RULE_MATRIX || !sluis_bytes_is_text(s->act.code, "push"))
		return;
	FUZZ_MUST(f->sender.is_active && f->sender.is_certificate_valid);
	FUZZ_MUST(f->of_case.exists && f->of_case.is_sender_on_case);
	FUZZ_MUST(f->recipient_count > 0 && s->act.section_count > 0);
	for (size_t i = 0; i < f->recipient_count; i++)
		FUZZ_MUST(s->recipients[i].kind != SLUIS_RECIPIENT_MEMBER ||
		          (s->recipients[i].member.is_active && !s->recipients[i].is_shielded));
	FUZZ_MUST(!sluis_bytes_is_text(s->act.ground, "handshake") ||
	          (f->grant.is_named && f->grant.is_found && !f->grant.is_withdrawn && f->grant.refusal_count == 0 &&
	              f->grant.until_ms > NOW_MS));
}

static void
decide(struct sluis_bytes bytes)
{
	struct input in = { .policy = stranger() };
	struct sluis_section_act work[PLACES];
	uint64_t to[PLACES];
	struct scene s = { 0 };
	struct sluis_verdict v;

	sluis_reader_init(&in.bytes, bytes);
	make_facts(&in, &s);
	make_act(&in, &s);
	v = sluis_policy_decide(in.policy, &s.facts, &s.act, NOW_MS);
	look_at_push(&s, &v);
	v = sluis_policy_decide_release(in.policy, &s.facts, &s.act, NOW_MS);
	look_at(&s, &v);
	v = sluis_policy_deliveries(in.policy, &s.facts, &s.act, NOW_MS, work, to);
	look_at(&s, &v);
	for (size_t j = 0; j < s.act.section_count; j++) {
		FUZZ_MUST(to[j] >> s.facts.recipient_count == 0);
		FUZZ_MUST(v.outcome != SLUIS_PERMIT || v.rule != SLUIS_RULE_MATRIX || to[j] != 0 ||
		          !sluis_bytes_is_text(s.act.code, "push"));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if ((data[0] & 1) == 0)
		read_policy(sluis_bytes(data + 1, size - 1));
	else
		decide(sluis_bytes(data + 1, size - 1));
	return 0;
}
