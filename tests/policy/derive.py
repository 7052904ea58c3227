#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Derive tests/policy/expected.tsv from the matrix of the agreement, written down here by hand.

It uses none of the project's code and none of its policy file: what stands below was copied from the
table of purposes by a person, so that a slip in config/policy.yaml or in the decision shows as a
difference. Run without arguments to print the file; `--check FILE` compares; `--count` counts.

What a tuple (purpose, sender role, receiver role, step, category) means: two members, each with that one
role, both active and on the case, which is in that step; everything else in order; ground `consent` with a
grant that covers purpose, category and the receiver's organisation, but names no role, so that cells "by
grant" stay empty; the message holds this one section and what the purpose requires, the latter addressed
to a receiver that may have it; a receiving privacy officer is the one of the sender's organisation.
"""
import functools
import itertools
import sys

ROLES = """referrer provider certified-institution municipality-access municipality-funding director
secretary expert experience-expert expertise-centre school safe-home child-protection-board parent youth
guardian client-supporter neighbour steering-group analyst purchaser privacy-officer federation-auditor
registrar system""".split()
STEPS = "intake consultation monitoring closed".split()
CATEGORIES = """bsn identification address authority contact question family history safety diagnostics
education plan advice agreement indicators escalation message attachment justification""".split()
PURPOSES = """referral screening consultation analysis advice answer plan funding monitoring education
escalation expertise safety-report transfer indicators rights""".split()

# Terms.
PARTY = """referrer provider certified-institution municipality-access municipality-funding
expertise-centre school""".split()
HOLDER = PARTY + "director secretary expert safe-home child-protection-board".split()
PROFESSIONAL = HOLDER
ON_CASE = PARTY + "expert experience-expert parent youth guardian client-supporter".split()
REFERS = "referrer provider certified-institution municipality-access".split()
FAMILY = "youth parent guardian client-supporter".split()
EXPERTS = "expert expertise-centre".split()
BSN_ROLES = """provider certified-institution municipality-access municipality-funding
director""".split()
ALL = STEPS
NOT_CLOSED = "intake consultation monitoring".split()
MIDDLE = "consultation monitoring".split()

REFERRAL = "question authority history identification family safety contact attachment message bsn"
CONSULTATION = """question history family safety diagnostics education authority plan attachment
message"""
ANALYSIS = "question history family safety diagnostics"
RIGHTS = """identification contact authority question history family safety diagnostics education plan
advice agreement"""

# purpose, steps, senders, receivers, categories, categories by grant. Arrows both ways: two lines.
# bsn stands here where it may go beside the purpose; who may have it is LIMITED below.
MATRIX = [
    ("referral", ["intake"], REFERS, ["director"], REFERRAL, ""),
    ("screening", ["intake"], ["director"], REFERS, "question history agreement", ""),
    ("screening", ["intake"], REFERS, ["director"], "question history agreement", ""),
    ("consultation", ["consultation"], PARTY, ["director"], CONSULTATION, ""),
    ("analysis", ["consultation"], ["director"], EXPERTS, ANALYSIS, ""),
    ("analysis", ["consultation"], ["director"], ["experience-expert"], "", ANALYSIS),
    ("analysis", ["consultation"], EXPERTS + ["experience-expert"], ["director"], "advice", ""),
    ("advice", ["consultation"], ["director"], PARTY, "advice agreement plan", ""),
    ("answer", MIDDLE, PARTY, ["director"], "agreement", ""),
    ("plan", MIDDLE, ["director"], [r for r in ON_CASE if r != "school"], "plan agreement", ""),
    ("plan", MIDDLE, ["director"], ["school"], "agreement", ""),
    ("funding", MIDDLE, ["director", "provider"], ["municipality-funding"], "advice message bsn", ""),
    ("monitoring", ["monitoring"], "provider certified-institution municipality-access school".split(),
     ["director"], "plan agreement safety", ""),
    ("education", MIDDLE, ["school"], ["director"], "education agreement", ""),
    ("education", MIDDLE, ["director"], ["school"], "agreement", ""),
    ("escalation", NOT_CLOSED, ["director"], ["steering-group"], "escalation", ""),
    ("expertise", MIDDLE, ["director"], ["expertise-centre"], "question history advice", CONSULTATION),
    ("expertise", MIDDLE, ["expertise-centre"], ["director"], "advice", ""),
    ("safety-report", ALL, PROFESSIONAL, ["safe-home", "child-protection-board"],
     "identification bsn address safety family justification", ""),
    ("transfer", NOT_CLOSED, ["director"], ["director", "municipality-access"],
     "plan agreement advice authority bsn", ""),
    ("indicators", ["monitoring", "closed"], ["director", "secretary"], ["analyst"], "indicators", ""),
    ("rights", ALL, HOLDER, FAMILY, RIGHTS, ""),
]
# A neighbour has no category but by grant, then any. It takes part where help is talked over, planned and
# followed; a neighbour is no referrer, funder, addressee of reports, and no data subject.
MATRIX += [(p, s, f, ["neighbour"], "", " ".join(c for c in CATEGORIES if c != "justification"))
           for p, s, f in [("consultation", ["consultation"], PARTY),
                           ("analysis", ["consultation"], ["director"]),
                           ("advice", ["consultation"], ["director"]),
                           ("plan", MIDDLE, ["director"]),
                           ("monitoring", ["monitoring"],
                            "provider certified-institution municipality-access school".split()),
                           ("transfer", NOT_CLOSED, ["director"])]]


def limited(purpose, sender, receiver, category):
    """A listed category that this pair of roles may not have all the same."""
    if category == "attachment":
        return receiver in ("school", "parent", "expert", "municipality-funding")
    if category == "message" or category == "bsn" and purpose != "safety-report":
        # The safety report lists the number itself, to receivers outside these roles.
        return sender not in BSN_ROLES or receiver not in BSN_ROLES
    return False


@functools.lru_cache(maxsize=None)
def decide(purpose, sender, receiver, step, category):
    rows = [r for r in MATRIX if r[0] == purpose and step in r[1]]
    if not rows:
        return ("refuse", "case-closed" if step == "closed" else "step-purpose")
    rows = [r for r in rows if sender in r[2]]
    if not rows:
        return ("refuse", "sender-role")
    if purpose == "safety-report" and category == "justification" and receiver == "privacy-officer":
        return ("permit", "matrix")
    rows = [r for r in rows if receiver in r[3]]
    if not rows:
        return ("refuse", "receiver-role")
    assert len(rows) == 1, (purpose, sender, receiver, step)
    row = rows[0]
    plain, by_grant = row[4].split(), row[5].split()
    if category not in plain and category not in by_grant:
        return ("refuse", "category-not-allowed")
    if category == "justification":
        return ("refuse", "officers-only")
    if limited(purpose, sender, receiver, category):
        return ("refuse", "category-limited")
    if category not in plain:
        return ("refuse", "category-by-grant")
    return ("permit", "matrix")


def fold(axes, prefix=()):
    """Lines of the tree over ${axes} = [(position, values)], `*` where every value agrees."""
    (position, values), rest = axes[0], axes[1:]
    if not rest:
        key = [v for _, v in sorted(prefix + ((position, None),))]
        found = [decide(*key[:position], v, *key[position + 1:]) for v in values]
        if found.count(found[0]) == len(found):
            return {((position, "*"),): found[0]}
        return {((position, v),): f for v, f in zip(values, found)}
    below = [fold(rest, prefix + ((position, v),)) for v in values]
    if all(b == below[0] for b in below):
        return {((position, "*"),) + k: v for k, v in below[0].items()}
    return {((position, value),) + k: v for value, b in zip(values, below) for k, v in b.items()}


def smallest(purpose):
    axes = [(1, ROLES), (2, ROLES), (3, STEPS), (4, CATEGORIES)]
    orders = [o for o in itertools.permutations(axes) if o[0][0] in (1, 3)]
    return min((fold(list(o), ((0, purpose),)) for o in orders), key=len)


def lines():
    order = [PURPOSES, ROLES, ROLES, STEPS, CATEGORIES]
    for purpose in PURPOSES:
        rows = [((purpose,) + tuple(v for _, v in sorted(k)), verdict)
                for k, verdict in smallest(purpose).items()]
        rows.sort(key=lambda r: [order[i].index(v) if v != "*" else -1 for i, v in enumerate(r[0])])
        for key, verdict in rows:
            yield "\t".join(key + verdict)


HEADER = """# SPDX-License-Identifier: EUPL-1.2
# Derived from the matrix of the agreement by tests/policy/derive.py, which uses none of the project's code.
# `*` stands for every value of its column; no two lines overlap, and together they are all %d tuples.
purpose\tsender\treceiver\tstep\tcategory\tverdict\trule
"""


def main():
    count = len(PURPOSES) * len(ROLES) ** 2 * len(STEPS) * len(CATEGORIES)
    if sys.argv[1:2] == ["--count"]:
        print(count)
        return 0
    text = HEADER % count + "".join(line + "\n" for line in lines())
    if sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2], encoding="utf-8") as file:
            same = file.read() == text
        print("expected.tsv is what the matrix gives" if same else "expected.tsv differs from the matrix")
        return 0 if same else 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
