/* SPDX-License-Identifier: EUPL-1.2 */
#include "federation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 16 };

static size_t
names_of(struct federation *f, const char *handles, struct sluis_case_name names[static NAMES_MAX])
{
	size_t n = 0;

	while (handles != NULL && *handles != '\0') {
		const size_t len = strcspn(handles, " ");
		struct federation_member *member;
		char handle[33];

		assert(n < NAMES_MAX && len < sizeof(handle));
		snprintf(handle, sizeof(handle), "%.*s", (int)len, handles);
		member = federation_member(f, handle);
		names[n].handle = sluis_bytes_text(member->handle);
		names[n++].record_hash = member->record_hash;
		handles += len + (handles[len] == ' ');
	}
	return n;
}

Sluis__Signed *
federation_case_act(struct federation *f, struct sluis_case *of_case, const char *actor,
    enum sluis_case_code code, const char *handles, const char *fact, const char *value)
{
	struct sluis_case_name names[NAMES_MAX];
	const struct sluis_case_fact facts[] = { { .code = sluis_bytes_text(fact != NULL ? fact : ""),
	    .value = sluis_bytes_text(value != NULL ? value : "") } };
	const struct sluis_case_act draft = {
		.code = code,
		.record_hash = federation_member(f, actor)->record_hash,
		.created_ms = federation_time(f),
		.keys = federation_keys(f),
		.policy_hash = f->policy_hash,
		.names = names,
		.n_names = names_of(f, handles, names),
		.facts = facts,
		.n_facts = fact != NULL ? 1 : 0,
	};
	struct sluis_why why = { "" };
	struct sluis_bytes payload;
	Sluis__Signed *act;

	if (sluis_case_build(of_case, &draft, f->arena, &payload) != SLUIS_OK)
		abort();
	act = federation_sign(f, actor, SLUIS_SIGNED_CASE, payload);
	if (sluis_case_append(of_case, act, f->directory, &why) != SLUIS_OK) {
		fprintf(stderr, "the test federation: %s\n", why.text);
		abort();
	}
	return act;
}

struct sluis_case *
federation_open_case(struct federation *f, uint8_t id_byte, const char *opener, const char *handles,
    Sluis__Signed **ret_act)
{
	struct sluis_case *of_case;
	struct sluis_id id;

	memset(id.bytes, id_byte, sizeof(id.bytes));
	of_case = sluis_case_new(&f->id, &id);
	assert(of_case != NULL);
	*ret_act = federation_case_act(f, of_case, opener, SLUIS_CASE_OPEN, handles, NULL, NULL);
	return of_case;
}
