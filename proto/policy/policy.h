/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * policy - the agreement of a federation as data: read from YAML, asked for codes, labels, terms, limits.
 *
 * Everything of the domain (roles, categories, purposes, steps, grounds, bands, acts) is a code from the
 * file; a policy with invented ones works without a rebuild. Immutable after parsing: threads may share it.
 * Never: files, sockets, clock, logging.  Source: design 5 and 14; domain.  Decisions: decide.h.
 */
#ifndef SLUIS_POLICY_H
#define SLUIS_POLICY_H

#include "decide.h"

#define SLUIS_POLICY_MAX_BYTES (512u * 1024)

enum sluis_lang { SLUIS_LANG_NL, SLUIS_LANG_EN };

/* clang-format off */
/* What has codes and labels: kind, key in the policy file. */
#define SLUIS_POLICY_KIND_LIST(X) \
	X(ROLE,      "roles") \
	X(REGIME,    "regimes") \
	X(STEP,      "steps") \
	X(CATEGORY,  "categories") \
	X(PURPOSE,   "purposes") \
	X(GROUND,    "grounds") \
	X(GIVER,     "givers") \
	X(BAND,      "bands") \
	X(EXCEPTION, "exceptions") \
	X(METHOD,    "methods") \
	X(RETENTION, "retention") \
	X(MEDIA,     "media") \
	X(LIST,      "lists") \
	X(ACT,       "acts") \
	X(RULE,      "rules")
/* clang-format on */

enum sluis_policy_kind {
#define X(name, key) SLUIS_KIND_##name,
	SLUIS_POLICY_KIND_LIST(X)
#undef X
	    SLUIS_KIND_COUNT
};

/** One mistake in a policy file; line and column count from 1, texts live during the call only. */
struct sluis_policy_mistake {
	size_t line;
	size_t column;
	const char *mistake; /* English, lower case, names the thing, no full stop */
	const char *remedy;
};

/** Where mistakes go: report(context, mistake) is called for each, in the order of discovery. */
struct sluis_policy_reporter {
	void (*report)(void *context, const struct sluis_policy_mistake *mistake);
	void *context;
};

/**
 * sluis_policy_parse(yaml, reporter, ret):
 * Read the policy file ${yaml} (borrowed during the call) into *${ret}, to be freed by the caller.
 * Each mistake goes to ${reporter} (NULL: nowhere) as `line: mistake; remedy`.
 * Errors: SLUIS_ECONFIG (mistakes), SLUIS_ETOOBIG (above SLUIS_POLICY_MAX_BYTES; reported too),
 * SLUIS_ENOMEM; *${ret} is untouched.
 */
SLUIS_MUST_CHECK enum sluis_err sluis_policy_parse(struct sluis_bytes yaml,
    const struct sluis_policy_reporter *reporter, struct sluis_policy **ret);

void sluis_policy_free(struct sluis_policy *policy);
void sluis_policy_freep(struct sluis_policy **policy);

/** sluis_policy_codes(policy, kind): all codes of ${kind} in policy order; views live with the policy. */
struct sluis_codes sluis_policy_codes(const struct sluis_policy *policy, enum sluis_policy_kind kind);
bool sluis_policy_has(const struct sluis_policy *policy, enum sluis_policy_kind kind,
    struct sluis_bytes code);

/** sluis_policy_label(...): the label of ${code}; ${code} itself where the policy does not know it. */
struct sluis_bytes sluis_policy_label(const struct sluis_policy *policy, enum sluis_policy_kind kind,
    struct sluis_bytes code, enum sluis_lang lang);

/** The codes of the list ${list} (urgency, bottleneck, ...) and their labels. */
struct sluis_codes sluis_policy_list(const struct sluis_policy *policy, struct sluis_bytes list);
bool sluis_policy_list_has(const struct sluis_policy *policy, struct sluis_bytes list,
    struct sluis_bytes code);
struct sluis_bytes sluis_policy_list_label(const struct sluis_policy *policy, struct sluis_bytes list,
    struct sluis_bytes code, enum sluis_lang lang);

/** What to do after a refusal by ${rule}, and the role to ask (its code; empty: nobody in particular). */
struct sluis_bytes sluis_policy_remedy(const struct sluis_policy *policy, enum sluis_rule rule,
    enum sluis_lang lang);
struct sluis_bytes sluis_policy_ask(const struct sluis_policy *policy, enum sluis_rule rule);

/** A role is a privacy officer's (justifications are sealed to it); it may be added to a case. */
bool sluis_policy_role_is_officer(const struct sluis_policy *policy, struct sluis_bytes role);
bool sluis_policy_role_may_join(const struct sluis_policy *policy, struct sluis_bytes role);

/** sluis_policy_act_roles(policy, act): roles that may do ${act} on some condition; none: every role. */
struct sluis_codes sluis_policy_act_roles(const struct sluis_policy *policy, struct sluis_bytes act);

/** A fact that an act may carry: a key, and codes that may be its value. */
struct sluis_policy_act_fact {
	struct sluis_bytes key;
	struct sluis_bytes label[2]; /* by enum sluis_lang */
	struct sluis_bytes list;     /* whose codes they are; empty: categories */
	struct sluis_codes codes;    /* those of them that may stand here */
	struct sluis_bytes with;     /* it stands there exactly when another fact has this value; empty: whenever */
	bool is_many;                /* several values, each once */
};
/** sluis_policy_act_facts(policy, act, ret_count): what ${act} may carry, in policy order. NULL and 0: nothing, or no such act. */
const struct sluis_policy_act_fact *sluis_policy_act_facts(const struct sluis_policy *policy,
    struct sluis_bytes act, size_t *ret_count);

/** One row of the matrix, groups expanded. */
struct sluis_policy_row {
	struct sluis_bytes code;
	struct sluis_bytes purpose;
	struct sluis_codes steps;
	struct sluis_codes from;
	struct sluis_codes to;
	struct sluis_codes categories; /* in policy order */
	struct sluis_codes required;
	struct sluis_codes by_grant; /* only where the grant names the receiver's role and the category */
};

size_t sluis_policy_row_count(const struct sluis_policy *policy);
const struct sluis_policy_row *sluis_policy_row(const struct sluis_policy *policy, size_t index);

/** What a purpose says besides its rows. */
bool sluis_policy_purpose_is_off_case(const struct sluis_policy *policy, struct sluis_bytes purpose);

/** What a category says of itself. */
struct sluis_policy_category {
	struct sluis_bytes code;
	bool is_special;       /* health data, AVG 9 */
	bool is_officers_only; /* justification */
	bool has_bsn;          /* a lawful place for a BSN: not searched for one */
	bool needs_about;
	struct sluis_codes counted_as; /* in registers and breaches; empty: as itself */
};

/** Roles that may receive sections flagged as criminal data (AVG 10). */
struct sluis_codes sluis_policy_criminal_roles(const struct sluis_policy *policy);

/** NULL where the policy does not know ${code}. */
const struct sluis_policy_category *sluis_policy_category(const struct sluis_policy *policy,
    struct sluis_bytes code);

/** One piece of evidence that a ground must carry. */
enum sluis_evidence_type {
	SLUIS_EVIDENCE_DATE = 1, /* YYYY-MM-DD, not after now */
	SLUIS_EVIDENCE_END,      /* YYYY-MM-DD, the ground ends with the start of that day (UTC) */
	SLUIS_EVIDENCE_CODE,     /* a code of ${list} */
	SLUIS_EVIDENCE_MONTH     /* as END, and the first of a month: a birthday is not told to the day */
};
struct sluis_policy_evidence {
	struct sluis_bytes key;
	enum sluis_evidence_type type;
	struct sluis_bytes list;
	int64_t within_ms; /* END, MONTH: not later than so long from now; 0: whenever */
};

struct sluis_policy_ground {
	struct sluis_bytes code;
	bool is_enabled;
	bool needs_grant;
	bool needs_justification; /* a section of an officers-only category */
	bool is_reviewed;         /* works at once, and opens a review */
	struct sluis_codes senders;    /* roles; none: every role */
	struct sluis_codes receivers;  /* roles; none: every role */
	struct sluis_codes categories; /* none: every category */
	const struct sluis_policy_evidence *evidence;
	size_t evidence_count;
};

const struct sluis_policy_ground *sluis_policy_ground(const struct sluis_policy *policy,
    struct sluis_bytes code);

/** sluis_policy_ground_allows(...): a sender of ${regime} may use ${ground} for ${purpose}. */
bool sluis_policy_ground_allows(const struct sluis_policy *policy, struct sluis_bytes ground,
    struct sluis_bytes regime, struct sluis_bytes purpose);

/** sluis_policy_ground_has_regime(policy, ground, regime): some purpose allows ${ground} to senders of ${regime}. */
bool sluis_policy_ground_has_regime(const struct sluis_policy *policy, struct sluis_bytes ground,
    struct sluis_bytes regime);

/** Three codes for registers and letters, by the sender's regime. */
struct sluis_policy_basis {
	struct sluis_bytes secrecy; /* what lifts professional secrecy */
	struct sluis_bytes avg6;
	struct sluis_bytes avg9;
};
/** All empty where the ground says nothing for this regime. */
struct sluis_policy_basis sluis_policy_ground_basis(const struct sluis_policy *policy,
    struct sluis_bytes ground, struct sluis_bytes regime);

/** Ages of a band; years. */
struct sluis_policy_band {
	bool needs_until;    /* a grant must end at the next age limit */
	int64_t from_age;    /* 0: from birth */
	int64_t renewal_age; /* the next age limit; 0: none */
};
/** NULL where the policy does not know ${code}. */
const struct sluis_policy_band *sluis_policy_band(const struct sluis_policy *policy, struct sluis_bytes code);

/** sluis_policy_giver_counts(policy, giver): the giver whose holders are counted and that ${giver} counts as; empty: none. */
struct sluis_bytes sluis_policy_giver_counts(const struct sluis_policy *policy, struct sluis_bytes giver);

/** What a retention class is for. */
enum sluis_retention_use {
	SLUIS_USE_MESSAGE = 1,      /* content at the broker */
	SLUIS_USE_REVIEW,           /* content at the broker until the review of its ground is done */
	SLUIS_USE_CASE,             /* case chain, grants, guests: from closing, the agreement's own term */
	SLUIS_USE_INTAKE_WITHDRAWN, /* a case whose referral was withdrawn */
	SLUIS_USE_INTAKE_REFUSED,   /* the reason code only */
	SLUIS_USE_LOG
};
struct sluis_policy_retention {
	struct sluis_bytes code;
	enum sluis_retention_use use;
	int64_t term_ms; /* years count 365.25 days */
	bool is_default; /* of its use */
	struct sluis_bytes outcome; /* of a case that was closed with this outcome; empty: none */
};
const struct sluis_policy_retention *sluis_policy_retention(const struct sluis_policy *policy,
    struct sluis_bytes code);
/** The class of a case that was closed with the outcome ${outcome}, and (none, or another) of any other case. */
const struct sluis_policy_retention *sluis_policy_retention_case(const struct sluis_policy *policy,
    struct sluis_bytes outcome);
/** The default class of ${use}; every policy has one for each use. */
const struct sluis_policy_retention *sluis_policy_retention_for(const struct sluis_policy *policy,
    enum sluis_retention_use use);

struct sluis_policy_limits {
	int64_t section_max_bytes; /* plaintext of one section, large ones too */
	int64_t message_max_bytes; /* all sections of one message */
	int64_t sections_max;      /* at most SLUIS_SECTIONS_MAX */
	int64_t recipients_max;    /* at most SLUIS_RECIPIENTS_MAX */
	int64_t acts_per_day;      /* rule `allowance`, one member */
	int64_t acts_per_hour;     /* rate quota before verification, one member: `busy` */
	int64_t stranger_acts_per_hour;
	int64_t withdrawal_delay_ms; /* content is destroyed this long after a withdrawal blocked it */
	int64_t grace_ms;            /* between the last acknowledgement and closing a message */
	int64_t shred_window_ms;     /* erased content is unreadable in backups too after this */
	int64_t freshness_ms;        /* newest cosignature or heartbeat may be this old */
	int64_t heartbeat_ms;
	int64_t epoch_days;          /* age encryption keys change so often */
	int64_t invite_ms;           /* an enrolment code lives this long */
	int64_t grant_max_ms;        /* longest grant */
	int64_t request_max_ms;      /* longest term of a request */
	int64_t review_ms;           /* a review is due so long after what it is about; 0: see _review_ms() */
	int64_t monitoring_days;     /* a person's own use is kept as a baseline so long; 0: not kept */
	bool uses_recovery;          /* organisations' offline recovery recipients may be sealed to */
};
const struct sluis_policy_limits *sluis_policy_limits(const struct sluis_policy *policy);

/** The version of the text that the family is told when it consents. */
struct sluis_bytes sluis_policy_consent_text_version(const struct sluis_policy *policy);
struct sluis_bytes sluis_policy_consent_text(const struct sluis_policy *policy, enum sluis_lang lang);

/** sluis_policy_consent_text_is_known(policy, version): the present version, or a former one. */
bool sluis_policy_consent_text_is_known(const struct sluis_policy *policy, struct sluis_bytes version);
/** Where to go when holders of authority disagree; empty where the policy says nothing. */
struct sluis_bytes sluis_policy_consent_disagree(const struct sluis_policy *policy, enum sluis_lang lang);

/** sluis_policy_review_ms(policy): term of a review: `review-days`, else the term of the class for reviews. */
int64_t sluis_policy_review_ms(const struct sluis_policy *policy);

/** Name and version of this policy, as the file says. */
struct sluis_bytes sluis_policy_name(const struct sluis_policy *policy);
int64_t sluis_policy_version(const struct sluis_policy *policy);

/** The first step of a case, and whether ${step} is one in which a case is closed. */
struct sluis_bytes sluis_policy_first_step(const struct sluis_policy *policy);
bool sluis_policy_step_is_closed(const struct sluis_policy *policy, struct sluis_bytes step);

#endif
