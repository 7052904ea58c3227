/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * policy_scene - an act and its facts in which everything is in order, to be broken one thing at a time.
 *
 * The policy is config/policy.yaml, with pieces of its text replaced where a test wants another rule.
 * Tests run from the top of the source tree. A failure in here aborts: it is a mistake in the test.
 */
#ifndef POLICY_SCENE_H
#define POLICY_SCENE_H

#include "policy.h"

#define SCENE_NOW_MS INT64_C(1893456000000) /* 2030-01-01 */
#define SCENE_DAY_MS INT64_C(86400000)

enum { SCENE_PLACES = 66, SCENE_CODES = 8 };

struct scene {
	const struct sluis_policy *policy;
	struct sluis_facts facts;
	struct sluis_act act;
	int64_t now_ms;
	struct sluis_recipient_facts recipients[SCENE_PLACES];
	struct sluis_section_act sections[SCENE_PLACES];
	struct sluis_ground_fact ground_facts[SCENE_CODES];
	struct sluis_grant_receiver to[SCENE_CODES];
};

/** scene_text(path): a whole file as a heap string. */
char *scene_text(const char *path);

/** scene_replace(text, from, to): ${text} with the first ${from}, which must be there, replaced; frees it. */
char *scene_replace(char *text, const char *from, const char *to);

/** scene_policy(text): parse a heap string and free it; mistakes abort. */
struct sluis_policy *scene_policy(char *text);

/** scene_default_policy(): config/policy.yaml, parsed once. */
const struct sluis_policy *scene_default_policy(void);

struct sluis_bytes scene_code(const char *code);

/** scene_codes(codes): "a b c" as codes in static memory, the same for the same words. */
struct sluis_codes scene_codes(const char *codes);

/** scene_member(handle, organisation, roles): active, certificate valid, regime jeugdwet. */
struct sluis_member_facts scene_member(const char *handle, const char *organisation, const char *roles);

/** scene_add_recipient(scene, handle, organisation, roles): on the case; returns its index. */
size_t scene_add_recipient(struct scene *s, const char *handle, const char *organisation,
    const char *roles);

/** scene_add_section(scene, category, recipients): 100 bytes, sealed as declared; returns its index. */
size_t scene_add_section(struct scene *s, const char *category, uint64_t recipients);

/** scene_add_fact(scene, key, value): one more fact of the ground. */
void scene_add_fact(struct scene *s, const char *key, const char *value);

/** scene_grant_to(scene, organisation, roles): the grant names this organisation, too. */
void scene_grant_to(struct scene *s, const char *organisation, const char *roles);

/**
 * scene_init(s, policy): a permitted push with purpose plan in consultation: the director to a provider (0), a
 * parent (1) and a school (2); plan to 0 and 1, agreement to all; on a grant for under-12.
 */
void scene_init(struct scene *s, const struct sluis_policy *policy);

/** scene_init_push(s, policy, purpose, step, sender_roles): a push on a grant, without receivers and sections.
 * The grant covers every category of the default policy and no receiver yet. */
void scene_init_push(struct scene *s, const struct sluis_policy *policy, const char *purpose,
    const char *step, const char *sender_roles);

/** scene_init_release(s, policy): scene_init() as the parent (1) fetches it. */
void scene_init_release(struct scene *s, const struct sluis_policy *policy);

/** scene_init_act(s, policy, act, step, roles): a case act by one member, who is on the case. */
void scene_init_act(struct scene *s, const struct sluis_policy *policy, const char *act,
    const char *step, const char *roles);

/** scene_decide(s): the verdict; a release where scene_init_release() set it up. */
struct sluis_verdict scene_decide(const struct scene *s);

/** scene_rule(s): name of the rule of the verdict. */
const char *scene_rule(const struct scene *s);

#endif
