/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * rules - the names of all rules that a decision can name: structure, not domain.
 *
 * Order = the order in which they are tried (design 5); the first that fails is the verdict.
 * The policy file carries label, remedy and whom to ask for each of them, in Dutch and English.
 */
#ifndef SLUIS_POLICY_RULES_H
#define SLUIS_POLICY_RULES_H

/* clang-format off */
#define SLUIS_RULE_LIST(X) \
	/* What permits: detail = matrix row (messages), act (all else). */ \
	X(MATRIX,                 "matrix") \
	X(ACT,                    "act") \
	/* The broker's own, before a decision; here for their texts. */ \
	X(STALE,                  "stale") \
	X(ID_REUSED,              "id-reused") \
	X(POLICY_CHANGED,         "policy-changed") \
	X(CASE_CHANGED,           "case-changed") \
	X(SEQUENCE_REUSED,        "sequence-reused") \
	X(EPOCH_ENDED,            "epoch-ended") \
	X(SELF_APPROVAL,          "self-approval") \
	X(MALFORMED,              "malformed") \
	X(SIGNATURE,              "signature") \
	X(SECTION_HASH,           "section-hash") \
	X(SECTION_CONTEXT,        "section-context") \
	X(KEYS_UNKNOWN,           "keys-unknown") \
	X(ALREADY_RECEIVED,       "already-received") \
	X(INVITE_INVALID,         "invite-invalid") \
	X(BSN_OUTSIDE,            "bsn-outside") \
	X(CONTENT_MEDIA,          "content-media") \
	X(CONTENT_FORM,           "content-form") \
	X(CONTENT_UNKNOWN,        "content-unknown") \
	X(CONTENT_MISSING,        "content-missing") \
	X(CONTENT_VALUE,          "content-value") \
	X(CONTENT_MISMATCH,       "content-mismatch") \
	X(BUSY,                   "busy") \
	/* 1 the member and the act */ \
	X(MEMBER_INACTIVE,        "member-inactive") \
	X(CERTIFICATE_INVALID,    "certificate-invalid") \
	X(ACT_ROLE,               "act-role") \
	/* 2 the case, and what the act is about */ \
	X(NOT_FOUND,              "not-found") \
	X(CASE_EXISTS,            "case-exists") \
	X(CASE_CLOSED,            "case-closed") \
	X(CASE_NOT_CLOSED,        "case-not-closed") \
	X(ACT_CONDITION,          "act-condition") \
	X(STEP_ORDER,             "step-order") \
	X(ACT_FACT,               "act-fact") \
	X(MESSAGE_ERASED,         "message-erased") \
	X(MESSAGE_WITHDRAWN,      "message-withdrawn") \
	X(MESSAGE_FROZEN,         "message-frozen") \
	/* 3 the purpose in this step */ \
	X(PURPOSE_UNKNOWN,        "purpose-unknown") \
	X(STEP_PURPOSE,           "step-purpose") \
	/* 4 who sends, and every receiver */ \
	X(SENDER_ROLE,            "sender-role") \
	X(RECEIVER_COUNT,         "receiver-count") \
	X(RECEIVER_INACTIVE,      "receiver-inactive") \
	X(RECEIVER_NOT_ON_CASE,   "receiver-not-on-case") \
	X(RECEIVER_ON_CASE,       "receiver-on-case") \
	X(RECEIVER_ROLE,          "receiver-role") \
	X(RECEIVER_SHIELDED,      "receiver-shielded") \
	X(RECEIVER_RECOVERY,      "receiver-recovery") \
	/* 5 every section */ \
	X(SECTION_COUNT,          "section-count") \
	X(SECTION_RECEIVER,       "section-receiver") \
	X(CATEGORY_UNKNOWN,       "category-unknown") \
	X(CATEGORY_NOT_ALLOWED,   "category-not-allowed") \
	X(CATEGORY_LIMITED,       "category-limited") \
	X(CATEGORY_BY_GRANT,      "category-by-grant") \
	X(CATEGORY_SHIELDED,      "category-shielded") \
	X(OFFICERS_ONLY,          "officers-only") \
	X(CRIMINAL_RECEIVER,      "criminal-receiver") \
	X(CATEGORY_REQUIRED,      "category-required") \
	X(RECEIVER_EMPTY,         "receiver-empty") \
	X(ABOUT,                  "about") \
	X(TOO_LARGE,              "too-large") \
	X(STANZA_COUNT,           "stanza-count") \
	/* 6 the ground */ \
	X(GROUND_NOT_ALLOWED,     "ground-not-allowed") \
	X(GROUND_RECEIVER,        "ground-receiver") \
	X(GROUND_CATEGORY,        "ground-category") \
	X(GROUND_EVIDENCE,        "ground-evidence") \
	X(GROUND_ENDED,           "ground-ended") \
	X(GRANT_CASE,             "grant-case") \
	X(GRANT_WITHDRAWN,        "grant-withdrawn") \
	X(GRANT_REFUSED,          "grant-refused") \
	X(GRANT_NOT_YET,          "grant-not-yet") \
	X(GRANT_EXPIRED,          "grant-expired") \
	X(GRANT_BAND,             "grant-band") \
	X(GRANT_EXCEPTION,        "grant-exception") \
	X(GRANT_GIVER,            "grant-giver") \
	X(GRANT_TEXT,             "grant-text") \
	X(GRANT_PURPOSE,          "grant-purpose") \
	X(GRANT_CATEGORY,         "grant-category") \
	X(GRANT_RECEIVER,         "grant-receiver") \
	X(GRANT_CRIMINAL,         "grant-criminal") \
	X(GRANT_TERM,             "grant-term") \
	/* 7 how long */ \
	X(RETENTION_CLASS,        "retention-class") \
	X(NOT_BEFORE,             "not-before") \
	X(EXPIRED,                "expired") \
	/* 8 how much */ \
	X(ALLOWANCE,              "allowance")
/* clang-format on */

enum sluis_rule {
	SLUIS_RULE_NONE = 0, /* never in a verdict */
#define X(name, text) SLUIS_RULE_##name,
	SLUIS_RULE_LIST(X)
#undef X
	    SLUIS_RULE_END
};

/** sluis_rule_text(rule): stable name for logs, JSON and the policy file; "?" outside the list. */
const char *sluis_rule_text(enum sluis_rule rule);

#endif
