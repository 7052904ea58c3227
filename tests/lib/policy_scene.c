/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy_scene.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char EVERY_CATEGORY[] =
    "bsn identification address authority contact question family history safety diagnostics education "
    "plan advice agreement indicators escalation message attachment";

char *
scene_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, SLUIS_POLICY_MAX_BYTES + 1);
	size_t len;

	assert(file != NULL && text != NULL);
	len = fread(text, 1, SLUIS_POLICY_MAX_BYTES, file);
	assert(len > 0 && feof(file));
	fclose(file);
	return text;
}

char *
scene_replace(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);
	char *result = calloc(1, strlen(text) + strlen(to) + 1);

	assert(at != NULL && result != NULL);
	memcpy(result, text, (size_t)(at - text));
	strcat(result, to);
	strcat(result, at + strlen(from));
	free(text);
	return result;
}

static void
on_mistake(void *context, const struct sluis_policy_mistake *mistake)
{
	(void)context;
	fprintf(stderr, "policy:%zu: %s; %s\n", mistake->line, mistake->mistake, mistake->remedy);
}

struct sluis_policy *
scene_policy(char *text)
{
	const struct sluis_policy_reporter reporter = { .report = on_mistake };
	struct sluis_policy *policy = NULL;
	const enum sluis_err err =
	    sluis_policy_parse(sluis_bytes(text, strlen(text)), &reporter, &policy);

	assert(err == SLUIS_OK);
	free(text);
	return policy;
}

const struct sluis_policy *
scene_default_policy(void)
{
	static struct sluis_policy *policy;

	if (policy == NULL)
		policy = scene_policy(scene_text("config/policy.yaml"));
	return policy;
}

struct sluis_bytes
scene_code(const char *code)
{
	return sluis_bytes(code, strlen(code));
}

struct sluis_codes
scene_codes(const char *codes)
{
	static struct {
		const char *words;
		struct sluis_bytes *items;
		size_t count;
	} known[128];
	size_t i = 0;
	const char *at = codes;

	while (known[i].words != NULL && strcmp(known[i].words, codes) != 0)
		i++;
	assert(i + 1 < SLUIS_ARRAY_LEN(known));
	if (known[i].words == NULL) {
		known[i].words = codes;
		while (*at != '\0') {
			const size_t len = strcspn(at, " ");

			known[i].items = realloc(known[i].items, (known[i].count + 1) * sizeof(*known[i].items));
			assert(known[i].items != NULL);
			known[i].items[known[i].count++] = sluis_bytes(at, len);
			at += len + strspn(at + len, " ");
		}
	}
	return (struct sluis_codes){ .items = known[i].items, .count = known[i].count };
}

struct sluis_member_facts
scene_member(const char *handle, const char *organisation, const char *roles)
{
	return (struct sluis_member_facts){
		.handle = scene_code(handle),
		.organisation = scene_code(organisation),
		.regime = scene_code("jeugdwet"),
		.roles = scene_codes(roles),
		.is_active = true,
		.is_certificate_valid = true,
	};
}

size_t
scene_add_recipient(struct scene *s, const char *handle, const char *organisation, const char *roles)
{
	const size_t i = s->facts.recipient_count++;

	assert(i < SCENE_PLACES);
	s->recipients[i] = (struct sluis_recipient_facts){
		.kind = SLUIS_RECIPIENT_MEMBER,
		.member = scene_member(handle, organisation, roles),
		.is_on_case = true,
	};
	return i;
}

size_t
scene_add_section(struct scene *s, const char *category, uint64_t recipients)
{
	const size_t j = s->act.section_count++;
	uint32_t count = 0;

	assert(j < SCENE_PLACES);
	for (uint64_t mask = recipients; mask != 0; mask &= mask - 1)
		count++;
	s->sections[j] = (struct sluis_section_act){
		.category = scene_code(category),
		.size_bytes = 100,
		.stanza_count = count,
		.recipients = recipients,
	};
	return j;
}

void
scene_add_fact(struct scene *s, const char *key, const char *value)
{
	const size_t i = s->act.ground_fact_count++;

	assert(i < SCENE_CODES);
	s->ground_facts[i] = (struct sluis_ground_fact){ scene_code(key), scene_code(value) };
}

void
scene_grant_to(struct scene *s, const char *organisation, const char *roles)
{
	const size_t i = s->facts.grant.to_count++;

	assert(i < SCENE_CODES);
	s->to[i] = (struct sluis_grant_receiver){ scene_code(organisation), scene_codes(roles) };
}

static void
begin(struct scene *s, const struct sluis_policy *policy, const char *step, const char *roles)
{
	*s = (struct scene){ .policy = policy, .now_ms = SCENE_NOW_MS };
	s->facts.sender = scene_member("director", "team", roles);
	s->facts.has_sender_officer = true;
	s->facts.of_case = (struct sluis_case_facts){ .exists = true, .is_sender_on_case = true,
		.step = scene_code(step), .opener = scene_code("referrer") };
	s->facts.recipients = s->recipients;
	s->facts.grant.to = s->to;
	s->act.sections = s->sections;
	s->act.ground_facts = s->ground_facts;
	s->act.created_ms = SCENE_NOW_MS - 1000;
}

static void
add_grant(struct scene *s, const char *purpose)
{
	struct sluis_grant_facts *grant = &s->facts.grant;

	grant->is_named = true;
	grant->is_found = true;
	grant->is_of_case = true;
	grant->band = scene_code("under-12");
	grant->givers = scene_codes("authority authority");
	grant->authority_count = 2;
	grant->method = scene_code("form");
	grant->text = sluis_policy_consent_text_version(s->policy);
	grant->purposes = scene_codes(purpose);
	grant->categories = scene_codes(EVERY_CATEGORY);
	grant->valid_from_ms = SCENE_NOW_MS - 10 * SCENE_DAY_MS;
	grant->until_ms = SCENE_NOW_MS + 200 * SCENE_DAY_MS;
	grant->band_until_ms = INT64_C(1922313600000); /* 2030-12-01 */
}

void
scene_init_push(struct scene *s, const struct sluis_policy *policy, const char *purpose,
    const char *step, const char *sender_roles)
{
	begin(s, policy, step, sender_roles);
	add_grant(s, purpose);
	s->act.code = scene_code("push");
	s->act.purpose = scene_code(purpose);
	s->act.ground = scene_code("consent");
	s->act.retention = scene_code("transit");
}

void
scene_init(struct scene *s, const struct sluis_policy *policy)
{
	scene_init_push(s, policy, "plan", "consultation", "director");
	scene_add_recipient(s, "provider", "care", "provider");
	scene_add_recipient(s, "parent", "family", "parent");
	scene_add_recipient(s, "school", "education", "school");
	scene_add_section(s, "plan", 3);
	scene_add_section(s, "agreement", 7);
	scene_grant_to(s, "care", "");
	scene_grant_to(s, "family", "parent");
	scene_grant_to(s, "education", "");
}

void
scene_init_release(struct scene *s, const struct sluis_policy *policy)
{
	scene_init(s, policy);
	s->act.receiver = 1;
	s->act.sender_role = scene_code("director");
	s->act.step = scene_code("consultation");
	s->act.expires_ms = SCENE_NOW_MS + SCENE_DAY_MS;
	s->facts.of_case.step = scene_code("closed");
	s->facts.object = (struct sluis_object_facts){ .is_found = true, .is_addressee = true,
		.author = scene_code("director"), .author_organisation = scene_code("team") };
}

void
scene_init_act(struct scene *s, const struct sluis_policy *policy, const char *act, const char *step,
    const char *roles)
{
	/* what must be said with some acts of the default policy */
	static const char *const SAID[][3] = { { "case-invite", "youth", "heard" },
		{ "case-inform", "authority", "told" }, { "case-label", "label", "crisis" } };

	begin(s, policy, step, roles);
	s->act.code = scene_code(act);
	for (size_t i = 0; i < SLUIS_ARRAY_LEN(SAID); i++)
		if (strcmp(SAID[i][0], act) == 0)
			scene_add_fact(s, SAID[i][1], SAID[i][2]);
}

/* A copy that ends where the array ends, so that a sanitizer sees who reads on. */
static void *
exact_copy(const void *items, size_t count, size_t item_bytes)
{
	void *copy = malloc(count * item_bytes);

	assert(copy != NULL);
	memcpy(copy, items, count * item_bytes);
	return copy;
}

struct sluis_verdict
scene_decide(const struct scene *s)
{
	struct sluis_recipient_facts *recipients =
	    exact_copy(s->recipients, s->facts.recipient_count, sizeof(*recipients));
	struct sluis_grant_receiver *to = exact_copy(s->to, s->facts.grant.to_count, sizeof(*to));
	struct sluis_section_act *sections =
	    exact_copy(s->sections, s->act.section_count, sizeof(*sections));
	struct sluis_ground_fact *ground_facts =
	    exact_copy(s->ground_facts, s->act.ground_fact_count, sizeof(*ground_facts));
	struct sluis_facts facts = s->facts;
	struct sluis_act act = s->act;
	struct sluis_verdict verdict;

	facts.recipients = recipients;
	facts.grant.to = to;
	act.sections = sections;
	act.ground_facts = ground_facts;
	verdict = act.step.len > 0 && act.sender_role.len > 0
	              ? sluis_policy_decide_release(s->policy, &facts, &act, s->now_ms)
	              : sluis_policy_decide(s->policy, &facts, &act, s->now_ms);
	free(recipients);
	free(to);
	free(sections);
	free(ground_facts);
	return verdict;
}

const char *
scene_rule(const struct scene *s)
{
	return sluis_rule_text(scene_decide(s).rule);
}
