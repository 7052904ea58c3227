/* SPDX-License-Identifier: EUPL-1.2 */
#include "contents.h"

#include "model.h"

const struct sluis_content_schema *
sluis_policy_content(const struct sluis_policy *policy, struct sluis_bytes category)
{
	for (size_t i = 0; i < policy->content_count; i++)
		if (sluis_bytes_equal(policy->contents[i].category, category))
			return &policy->contents[i];
	return NULL;
}
