/* SPDX-License-Identifier: EUPL-1.2 */
#include "pull_check.h"

#include <stdio.h>
#include <string.h>

#include "content_bsn.h"
#include "policies.h"
#include "section.h"

static bool
stop_at_first(void *context, const struct sluis_content_hit *hit)
{
	struct sluis_content_hit *first = context;

	*first = *hit;
	return false;
}

static enum sluis_err
check_bsn(const struct sluis_policy *policy, const Sluis__SectionDescriptor *d, struct sluis_bytes plain,
    struct sluis_content_fault *fault)
{
	const struct sluis_policy_category *category = sluis_policy_category(policy, sluis_of(d->category_code));
	struct sluis_content_hit hit = { .line = 0 };
	bool searched;

	if ((category != NULL && category->has_bsn) || (d->flags & SLUIS_SECTION_FLAG_NOT_BSN) != 0)
		return SLUIS_OK;
	SLUIS_TRY(sluis_content_bsn(d->media_number, plain, stop_at_first, &hit, &searched));
	if (hit.line == 0)
		return SLUIS_OK;
	fault->rule = "bsn-outside";
	snprintf(fault->text, sizeof(fault->text), _("what may be a BSN stands there at byte %zu, line %zu%s%s"), hit.offset,
	    hit.line, hit.field[0] == '\0' ? "" : ", ", hit.field);
	return SLUIS_EREFUSED;
}

static enum sluis_err
check_section(const struct sluis_policy *policy, const Sluis__SectionDescriptor *d, struct sluis_bytes plain,
    struct sluis_content_fault *fault)
{
	SLUIS_TRY(sluis_content_check(policy, sluis_of(d->category_code), d->media_number, plain, fault));
	return check_bsn(policy, d, plain, fault);
}

/* The version that the sender used; NULL: not to be had, or not to be read by this program. */
static enum sluis_err
policy_of(struct sluis_session *session, const struct sluis_manifest *manifest, const struct sluis_policy **ret,
    struct sluis_failure *failure)
{
	const struct sluis_hash hash = sluis_hash_of(manifest->m->policy_hash);
	const enum sluis_err err = sluis_policies_get(session, &hash, ret, failure);

	if (err != SLUIS_EREFUSED && err != SLUIS_EVERSION)
		return err;
	memset(failure, 0, sizeof(*failure));
	*ret = NULL;
	return SLUIS_OK;
}

SLUIS_MUST_CHECK enum sluis_err
sluis_pull_check(struct sluis_session *session, const struct sluis_manifest *manifest,
    const struct sluis_bytes *plain, enum sluis_receipt_outcome *outcomes, struct sluis_pull_mismatch *ret,
    struct sluis_failure *failure)
{
	const struct sluis_policy *policy = NULL;

	*ret = (struct sluis_pull_mismatch){ .count = 0 };
	SLUIS_TRY(policy_of(session, manifest, &policy, failure));
	for (size_t i = 0; policy != NULL && i < manifest->n_sections; i++) {
		struct sluis_content_fault fault;
		enum sluis_err err;

		if (manifest->sections[i] == NULL || outcomes[i] != SLUIS_RECEIPT_OK)
			continue;
		err = check_section(policy, manifest->sections[i], plain[i], &fault);
		if (err == SLUIS_OK)
			continue;
		if (err != SLUIS_EREFUSED)
			return sluis_fail_err(failure, err, _("looking at the content"));
		outcomes[i] = SLUIS_RECEIPT_MISMATCH;
		if (ret->count++ > 0)
			continue;
		ret->section = i;
		snprintf(ret->text, sizeof(ret->text), "%s", fault.text);
	}
	return SLUIS_OK;
}

enum sluis_err
sluis_pull_mismatch_failure(const struct sluis_session *session, const struct sluis_manifest *manifest,
    const struct sluis_pull_mismatch *mismatch, struct sluis_failure *failure)
{
	const struct sluis_bytes category = sluis_of(manifest->sections[mismatch->section]->category_code);

	(void)sluis_session_refusal(session, "content-mismatch", failure);
	snprintf(failure->text, sizeof(failure->text),
	    _("section %.*s is not what it came as: %s; its file was written, read it with care (content-mismatch)"),
	    (int)category.len, (const char *)category.data, mismatch->text);
	return SLUIS_EREFUSED;
}
