/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse - the parts of a policy file, each read by its own file. For proto/policy only.
 *
 * Order: codes of all kinds, groups, then everything that names codes.
 */
#ifndef SLUIS_POLICY_PARSE_H
#define SLUIS_POLICY_PARSE_H

#include "read.h"

/* Every entry of a kind carries its labels. */
#define POLICY_LABEL_FIELDS(owner, member)                                                         \
	{ .key = "nl", .type = POLICY_FIELD_TEXT, .is_required = true,                             \
	    .offset = offsetof(owner, member.text[SLUIS_LANG_NL]) },                           \
	{ .key = "en", .type = POLICY_FIELD_TEXT, .is_required = true,                             \
	    .offset = offsetof(owner, member.text[SLUIS_LANG_EN]) }

/** sluis_policy_parse_kinds(read, nodes): properties of roles, regimes, steps, categories, purposes, media,
 * methods, givers, bands, exceptions and lists; ${nodes} by enum sluis_policy_kind, NULL where missing. */
void sluis_policy_parse_kinds(struct policy_read *read, const struct sluis_tree_node *const *nodes);

void sluis_policy_parse_grounds(struct policy_read *read, const struct sluis_tree_node *node);
void sluis_policy_parse_acts(struct policy_read *read, const struct sluis_tree_node *node);
/** sluis_policy_parse_facts(read, node, act): the facts that ${act} may carry; ${node} is a map. */
void sluis_policy_parse_facts(struct policy_read *read, const struct sluis_tree_node *node,
    struct policy_act *act);
void sluis_policy_parse_rules(struct policy_read *read, const struct sluis_tree_node *node);
void sluis_policy_parse_matrix(struct policy_read *read, const struct sluis_tree_node *node);
void sluis_policy_parse_contents(struct policy_read *read, const struct sluis_tree_node *node);
void sluis_policy_parse_limits(struct policy_read *read, const struct sluis_tree_node *node);
void sluis_policy_parse_consent(struct policy_read *read, const struct sluis_tree_node *node);

/** sluis_policy_parse_retention(read, node, agreement): ${agreement} may be NULL: that is a mistake. */
void sluis_policy_parse_retention(struct policy_read *read, const struct sluis_tree_node *node,
    const struct sluis_tree_node *agreement);

#endif
