#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Derive tests/policy/grounds.tsv: every ground x regime x purpose x sender x receiver x band, by hand.

It uses none of the project's code and none of its policy file: the grounds below were copied from the table of
grounds by a person, the matrix from derive.py beside this. Without arguments it prints the file; `--check FILE`
compares; `--count` counts.

What a tuple means: sender and receiver have that one role each, both active and on the case, which is in the first
step that has a row for the purpose; the sender's organisation is of that regime; the message holds the first category
that this pair may have (where it may have none, the one that is refused latest), what the purpose requires, and,
where the ground asks for it, a justification that goes back to the sender; the evidence of the ground is in order: the
first code of each list, decided in the past, ending on the first of a month to come. Where the ground is consent: a
grant for that band, given by the one holder of authority there is, that covers everything and names no role.
"""
import sys

from derive import CATEGORIES, MATRIX, PURPOSES, ROLES, STEPS, limited

REGIMES = "jeugdwet wgbo wmo education awb".split()
BANDS = "under-12 12-15 16-plus".split()
DELIVERS_HELP = "referrer provider certified-institution municipality-access director".split()
TOWN = "municipality-access municipality-funding".split()
TOWN_PURPOSES = "referral funding monitoring transfer".split()
CARE = ["jeugdwet", "wgbo"]

# code: regimes, purposes, senders (None: every), receivers (None: every), categories (None: every)
GROUNDS = {
    "consent": (REGIMES, PURPOSES, None, None, None),
    "direct-involvement": (CARE, "consultation answer plan monitoring transfer".split(), DELIVERS_HELP,
                           DELIVERS_HELP, None),
    "guardian": (CARE, ["plan", "rights"], None, ["parent", "guardian"], None),
    "supervision-order": (CARE, PURPOSES, None, ["certified-institution"], None),
    "statutory-duty": (REGIMES, "rights safety-report escalation indicators".split(), None, None, None),
    "municipality-a": (["jeugdwet"], TOWN_PURPOSES, None, TOWN, """bsn identification authority contact question
history plan advice agreement message""".split()),
    "municipality-b": (["jeugdwet"], TOWN_PURPOSES, None, TOWN,
                       "bsn identification authority plan advice agreement".split()),
    "municipality-c": (["jeugdwet"], TOWN_PURPOSES, None, TOWN, "bsn advice message".split()),
    "municipality-d": (["jeugdwet"], TOWN_PURPOSES, None, TOWN, "bsn message".split()),
    "safe-home-report": (REGIMES, ["safety-report"], None, ["safe-home"], None),
    "conflict-of-duties": (REGIMES, "safety-report consultation transfer".split(), None, None, None),
    "research": (["jeugdwet"], ["indicators"], None, ["analyst"], ["indicators"]),
    "wams": ([], [], None, None, None),
    "vir": ([], [], None, None, None),
}
# Who consents: under 12 the holders of authority; 12 to 15 the youth, too; from 16 the youth.
AUTHORITY_SUFFICES = {"under-12": True, "12-15": False, "16-plus": False}


def step_of(purpose):
    return next(s for s in STEPS if any(r[0] == purpose and s in r[1] for r in MATRIX))


def sent(purpose, sender, receiver):
    """(verdict that the matrix gives, or None; the category that goes)."""
    step = step_of(purpose)
    rows = [r for r in MATRIX if r[0] == purpose and step in r[1] and sender in r[2]]
    if not rows:
        return "sender-role", None
    rows = [r for r in rows if receiver in r[3]]
    if not rows:
        return "receiver-role", None
    plain, by_grant = rows[0][4].split(), rows[0][5].split()
    listed = [c for c in CATEGORIES if c in plain + by_grant and c != "justification"]
    allowed = [c for c in listed if not limited(purpose, sender, receiver, c)]
    open_to = [c for c in allowed if c in plain]
    if open_to:
        return None, open_to[0]
    return ("category-by-grant" if allowed else "category-limited"), None


def decide(ground, regime, matrix, category, receiver, sender, purpose, band):
    regimes, purposes, senders, receivers, categories = GROUNDS[ground]
    if matrix:
        return "refuse", matrix
    if regime not in regimes or purpose not in purposes or (senders is not None and sender not in senders):
        return "refuse", "ground-not-allowed"
    if receivers is not None and receiver not in receivers:
        return "refuse", "ground-receiver"
    if categories is not None and category not in categories:
        return "refuse", "ground-category"
    if ground == "consent" and not AUTHORITY_SUFFICES[band]:
        return "refuse", "grant-giver"
    return "permit", "matrix"


def fold(values, below):
    """[(value or `*`, what lies below)]: one line where every value agrees."""
    if all(b == below[0] for b in below):
        return [("*", below[0])]
    return list(zip(values, below))


def lines():
    pairs = {(p, s, r): sent(p, s, r) for p in PURPOSES for s in ROLES for r in ROLES}
    order = ("ground", "regime", "purpose", "sender", "receiver", "band")
    # The matrix first: what it refuses, it refuses whatever the ground.
    for p in PURPOSES:
        below = []
        for s in ROLES:
            per_receiver = []
            for r in ROLES:
                matrix, category = pairs[p, s, r]
                per_receiver.append([("*", [("*", [("*", ("refuse", matrix))])])] if matrix else by_ground(p, s, r, category))
            below.append(fold(ROLES, per_receiver))
        for s, receivers in fold(ROLES, below):
            for r, grounds in receivers:
                for g, regimes in grounds:
                    for regime, bands in regimes:
                        for band, verdict in bands:
                            row = dict(ground=g, regime=regime, purpose=p, sender=s, receiver=r, band=band)
                            yield "\t".join([row[k] for k in order] + list(verdict))


def by_ground(p, s, r, category):
    return fold(list(GROUNDS), [
        fold(REGIMES, [
            fold(BANDS, [decide(g, regime, None, category, r, s, p, band) for band in BANDS])
            for regime in REGIMES])
        for g in GROUNDS])


HEADER = """# SPDX-License-Identifier: EUPL-1.2
# Derived from the table of grounds and the matrix of the agreement by tests/policy/derive_grounds.py, which uses none of
# the project's code and says what a line means. `*` stands for every value of its column; no two lines overlap, and
# together they are all %d tuples.
ground\tregime\tpurpose\tsender\treceiver\tband\tverdict\trule
"""


def main():
    count = len(GROUNDS) * len(REGIMES) * len(PURPOSES) * len(ROLES) ** 2 * len(BANDS)
    if sys.argv[1:2] == ["--count"]:
        print(count)
        return 0
    text = HEADER % count + "".join(line + "\n" for line in lines())
    if sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2], encoding="utf-8") as file:
            same = file.read() == text
        print("grounds.tsv is what the grounds give" if same else "grounds.tsv differs from the grounds")
        return 0 if same else 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
