/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * decide - facts, act, verdict: may this be done now, and by which rule.
 *
 * Pure and total: no clock, store, randomness, memory; every input gives a verdict, every verdict names
 * its rule. All views are borrowed from the caller; those in a verdict from policy, facts or act.
 * Source: design 5; domain (matrix, grounds, consent).  The broker's verdict alone counts; the client's
 * is the preview.
 */
#ifndef SLUIS_POLICY_DECIDE_H
#define SLUIS_POLICY_DECIDE_H

#include "../base.h"
#include "rules.h"

struct sluis_policy;

struct sluis_codes {
	const struct sluis_bytes *items;
	size_t count;
};

/** A member as its record and the keys log say now. */
struct sluis_member_facts {
	struct sluis_bytes handle;
	struct sluis_bytes organisation; /* handle of its organisation */
	struct sluis_bytes regime;
	struct sluis_codes roles; /* `system` counts for nothing: the roles beside it do */
	bool is_active;           /* approved, within its validity, not suspended; a guest's case lives */
	bool is_certificate_valid;
	bool is_federation_body; /* its organisation is the federation body */
};

struct sluis_case_facts {
	bool exists;
	bool is_sender_on_case; /* a case that the sender is not on is for it a case that does not exist */
	struct sluis_bytes step;
	struct sluis_bytes opener; /* handle */
};

enum sluis_recipient_kind {
	SLUIS_RECIPIENT_MEMBER = 1,
	SLUIS_RECIPIENT_RECOVERY = 2 /* an organisation's offline key: only .organisation counts */
};

/** One recipient entry of a manifest; in a case act: one member that the act names. */
struct sluis_recipient_facts {
	enum sluis_recipient_kind kind;
	struct sluis_member_facts member;
	bool is_on_case;
	bool is_for_secrets;                 /* sluis_policy_deliveries(): offer it officers-only sections only */
	bool is_shielded;                    /* a shield keeps everything of this case from this person */
	struct sluis_codes shielded;         /* a shield keeps these categories from this person */
};

/** Whom a grant names: an organisation in those roles; no roles: the organisation as a whole. */
struct sluis_grant_receiver {
	struct sluis_bytes organisation;
	struct sluis_codes roles;
};

/** A refusal of consent that is newer than the grant: it beats the grant in its scope. */
struct sluis_refusal_facts {
	struct sluis_codes purposes;   /* none: every purpose */
	struct sluis_codes categories; /* none: every category */
};

/** The grant that the act names or (act of kind grant) records. */
struct sluis_grant_facts {
	bool is_named;     /* the act carries a grant id */
	bool is_found;     /* it exists and the sender may know it; else `not-found` */
	bool is_of_case;   /* it was recorded on the case of the act */
	bool is_withdrawn; /* a withdrawal is in the log */
	const struct sluis_refusal_facts *refusals; /* those in the log that are newer than the grant */
	size_t refusal_count;
	struct sluis_bytes band;
	struct sluis_bytes exception; /* empty: none */
	bool is_assessed;             /* the exception names who assessed it */
	struct sluis_codes givers;    /* one for each giver, repeats count: authority, authority */
	uint32_t authority_count;     /* holders of authority as stated */
	struct sluis_bytes method;
	struct sluis_bytes text; /* version of what the family was told */
	struct sluis_codes purposes;
	struct sluis_codes categories;
	const struct sluis_grant_receiver *to;
	size_t to_count;
	bool is_criminal; /* covers criminal data */
	int64_t valid_from_ms;
	int64_t until_ms;
	int64_t band_until_ms; /* 0: none */
};

/** The message, grant, request or other thing that the act is about. */
struct sluis_object_facts {
	bool is_found;
	struct sluis_bytes author; /* handle of who made it */
	struct sluis_bytes author_organisation;
	bool is_addressee;         /* the sender of this act is one of its recipients */
	bool is_erased;            /* messages: content erased or lost */
	bool is_withdrawn;
	bool is_frozen;
};

struct sluis_facts {
	struct sluis_member_facts sender;  /* who acts; release: who sent the message */
	bool has_token;                    /* no member but a bearer of a withdrawal token; sender is empty */
	bool has_sender_officer;           /* the sender's organisation has an active privacy officer */
	size_t officer_count;              /* active officers whom a justification is for: of the sender's
	                                      organisation, where it has none of the federation body */
	struct sluis_case_facts of_case;
	const struct sluis_recipient_facts *recipients; /* at most SLUIS_RECIPIENTS_MAX */
	size_t recipient_count;
	struct sluis_grant_facts grant;
	struct sluis_object_facts object;
	int64_t acts_last_day; /* of who acts (release: of the receiver), before this one */
};

struct sluis_section_act {
	struct sluis_bytes category;
	struct sluis_bytes about; /* a category; empty: none */
	bool is_criminal;
	uint64_t size_bytes;   /* plaintext; in an intent the declared maximum */
	uint32_t stanza_count; /* X25519 stanzas, the context stanza not counted */
	uint64_t recipients;   /* bit i = facts.recipients[i] */
};

struct sluis_ground_fact {
	struct sluis_bytes key;
	struct sluis_bytes value;
};

struct sluis_act {
	struct sluis_bytes code; /* key of `acts` in the policy: "push", "case-open" */
	struct sluis_bytes purpose;
	struct sluis_bytes ground;
	const struct sluis_ground_fact *ground_facts;
	size_t ground_fact_count;
	const struct sluis_section_act *sections; /* request: the categories asked for, nothing else set */
	size_t section_count;
	struct sluis_bytes retention; /* class */
	int64_t created_ms;
	int64_t not_before_ms; /* 0: none */
	int64_t expires_ms;    /* as declared, 0: none; release: as the verdict at acceptance said */
	struct sluis_bytes step;        /* case-step: where to; release: as recorded at acceptance */
	struct sluis_bytes sender_role; /* release: as recorded at acceptance; else empty: any of the sender's */
	size_t receiver;                /* release: index in facts.recipients of who asks */
};

enum sluis_outcome { SLUIS_REFUSE = 0, SLUIS_PERMIT = 1 };

struct sluis_verdict {
	enum sluis_outcome outcome;
	enum sluis_rule rule;
	int section;                      /* index, -1: not about one section */
	int recipient;                    /* index, -1: not about one recipient */
	struct sluis_bytes detail;        /* permit: matrix row or act; refuse: the code that it is about */
	struct sluis_bytes sender_role;   /* messages: the role that the matrix was read with; else: acted in */
	struct sluis_bytes receiver_role; /* and that of ${recipient}, or of the first receiver */
	int64_t expires_ms;               /* messages: earliest of policy, grant, ground, request */
	bool is_reviewed;                 /* permit on a ground or exception that is reviewed afterwards */
};

/** sluis_policy_decide(policy, facts, act, now_ms): the verdict on ${act} at ${now_ms} (Unix ms). */
struct sluis_verdict sluis_policy_decide(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms);

/**
 * sluis_policy_decide_release(policy, facts, act, now_ms):
 * The verdict on handing the message ${act} (as it was accepted) to facts.recipients[act.receiver] now:
 * design 5, "at release". facts.object is the message as this receiver may know it; act.step and
 * act.sender_role are those of acceptance; the sections must be those of the message or of this receiver.
 */
struct sluis_verdict sluis_policy_decide_release(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms);

/**
 * sluis_policy_deliveries(policy, facts, act, now_ms, work, ret_recipients):
 * Which receivers of ${facts} get which of the sections that ${act} offers (their .recipients and
 * .stanza_count are ignored): each category goes to every named receiver that may have it.
 * ${work} and ${ret_recipients} have act.section_count places; ${work} is scratch space, and
 * ${ret_recipients}[i] gets the recipients of section i (bit j = facts.recipients[j]).
 * The verdict is that on the act so assigned, as if sealed: a section that nobody may have and a
 * receiver left with nothing are refused.
 */
struct sluis_verdict sluis_policy_deliveries(const struct sluis_policy *policy,
    const struct sluis_facts *facts, const struct sluis_act *act, int64_t now_ms,
    struct sluis_section_act *work, uint64_t *ret_recipients);

#endif
