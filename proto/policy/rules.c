/* SPDX-License-Identifier: EUPL-1.2 */
#include "rules.h"

static const char *const TEXTS[SLUIS_RULE_END] = {
	[SLUIS_RULE_NONE] = "?",
#define X(name, text) [SLUIS_RULE_##name] = text,
	SLUIS_RULE_LIST(X)
#undef X
};

const char *
sluis_rule_text(enum sluis_rule rule)
{
	return rule < SLUIS_RULE_END ? TEXTS[rule] : TEXTS[SLUIS_RULE_NONE];
}
