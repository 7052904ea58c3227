#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: what happens on a case is written down in codes, and what a shield keeps from a person it does not get: by name, role,
# organisation, hand-over or a stand-in, nor out of what was sent before the shield.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
cd "$WORK" || exit 1
echo "Vraag" >question.txt
echo "Het plan" >plan.txt
echo "De afspraak" >agreement.txt
echo "Gezag" >authority.txt

# A member of an organisation of this region, approved; its profile is HANDLE.
member() { # HANDLE ORGANISATION ROLE
	local p=$REGION/profiles/$1
	sluis registrar registry invite --handle "$1" --organisation "$2" --out "$WORK/$1.invite" &&
		sluis "$1" init --invite "$WORK/$1.invite" --no-passphrase &&
		sluis "$1" org issue "$p/request.json" --role "$3" --until "$UNTIL" --organisation "$REGION/organisations/$2" \
			--out "$WORK/$1.record" &&
		sluis "$1" enrol "$WORK/$1.record" && sluis registrar registry approve "$1"
	check "$1 is a member" test "$CODE" -eq 0
}

shown() { # NAME EXPRESSION: of the case as the director sees it, c
	sluis director --json case show "$CASE"
	check "$1" python3 -c '
import json, sys
c = json.loads(sys.argv[1])
assert eval(sys.argv[2]), c' "$OUT" "$2"
}

# ---- what is written down, in codes ----
open_case
exits "an outcome that leaves the case in its step" 0 -- director case step "$CASE" returned
shown "and is kept" 'c["step"] == "intake" and c["history"][-1]["facts"] == {"step": ["intake"], "outcome": ["returned"]}'
exits "staying without an outcome is no step" 3 step-order -- director case step "$CASE" intake
exits "a word that is neither" 2 -- director case step "$CASE" elsewhere
exits "accepted is the step to consultation" 0 -- director case step "$CASE" accepted
shown "so it stands there" 'c["step"] == "consultation"'
exits "who was invited or heard" 0 -- director case invite "$CASE" --fact youth=heard --fact authority=invited
exits "by the director alone" 3 act-role -- provider case invite "$CASE" --fact youth=heard
exits "in codes of the policy" 2 "there are: invited" -- director case invite "$CASE" --fact youth=asleep
exits "about those that the policy names" 2 "youth=invited|heard" -- director case invite "$CASE" --fact uncle=heard
exits "and about somebody" 2 "authority=" -- director case invite "$CASE"
exits "who was informed" 0 -- provider case inform "$CASE" --fact authority=told --fact youth=postponed-safety
exits "a label" 0 -- provider case label "$CASE" crisis money
exits "a label dropped" 0 -- director case label "$CASE" --drop crisis
shown "labels that stand" 'c["labels"] == ["money"]'
exits "in plain words" 0 -- director case show "$CASE"
check "who, what, how" grep -q "provider.*record that the family was informed: holders of authority: family was told" <<<"$OUT"
CODE=0
OUT=$("$SLUIS" --profile "$REGION/profiles/director" --lang nl case show "$CASE" 2>/dev/null) || CODE=$?
check "in Dutch" grep -q "uitnodiging of horen vastleggen: jeugdige: gehoord; gezaghebbenden: uitgenodigd" <<<"$OUT"

# ---- shields ----
member director-2 expert-team director
member school-2 school school
sluis director case join "$CASE" school
sluis director case join "$CASE" gi
sluis director case join "$CASE" director-2
add_grant director plan provider,school,gi plan agreement
push director plan gi,school plan=plan.txt agreement=agreement.txt
BEFORE=$MESSAGE
exits "a shield by a professional" 0 -- provider case shield "$CASE" gi --category plan --reason court
exits "by name" 3 receiver-empty -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to gi plan=plan.txt --to provider
exits "by role, and the dry run says so" 0 -- director --json push "$CASE" --dry-run --purpose plan --ground consent --grant "$GRANT" \
	--to role:certified-institution --to role:provider plan=plan.txt agreement=agreement.txt
check "what is kept is not there" python3 -c '
import json, sys
got = {d["to"]: sorted(d["categories"]) for d in json.loads(sys.argv[1])["deliveries"]}
assert got == {"gi": ["agreement"], "provider": ["agreement", "plan"]}, got' "$OUT"
exits "by organisation" 3 category-shielded -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to org:gi plan=plan.txt
exits "what was sent before it is not handed over after it" 3 category-shielded -- gi pull "$BEFORE" --out "$WORK/gi"
exits "others get theirs" 0 -- school pull "$BEFORE" --out "$WORK/school"
shown "who is shielded from what" '[(s["member"], s["everything"], s["categories"]) for s in c["shields"]] == [("gi", False, ["plan"])]'
exits "everything" 0 -- provider case shield "$CASE" gi school
exits "then nothing goes there" 3 receiver-shielded -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" \
	--to school --to provider plan=plan.txt agreement=agreement.txt
exits "by role neither" 3 receiver-shielded -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" \
	--to role:school plan=plan.txt agreement=agreement.txt
exits "nor in a group" 3 receiver-shielded -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" \
	--to role:provider --to org:school plan=plan.txt agreement=agreement.txt
exits "nor by a stand-in for it, added by itself" 3 receiver-shielded -- school case join "$CASE" school-2
exits "nor by one whom the director adds" 3 receiver-shielded -- director case join "$CASE" school-2
exits "nobody but the director lifts one" 3 act-role -- provider case shield "$CASE" school-2 --lift
exits "the director says that this is another person" 0 -- director case shield "$CASE" school-2 --lift
exits "who may then come" 0 -- director case join "$CASE" school-2
exits "and gets what its role may have" 0 -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" \
	--to school-2 --to provider plan=plan.txt agreement=agreement.txt
exits "a director is shielded" 0 -- provider case shield "$CASE" director-2
exits "and takes no case over" 3 receiver-shielded -- director case hand-over "$CASE" director-2
exits "nor lifts its own shield" 3 act-condition -- director-2 case shield "$CASE" director-2 --lift
exits "the other may" 0 -- director case shield "$CASE" director-2 --lift
exits "a case is not handed to somebody who directs nothing" 3 receiver-role -- director case hand-over "$CASE" provider
exits "nor to oneself" 3 -- director case hand-over "$CASE" director
exits "but to a director" 0 -- director case hand-over "$CASE" director-2
exits "the log says so" 0 -- director log list --case "$CASE"
check "each act" grep -q case-unshield <<<"$OUT"

# ---- endings ----
exits "closed with a reason" 0 -- director-2 case close "$CASE" --reason goals-reached
shown "how long it is kept" 'c["retention"]["class"] == "case"'
exits "reopened with one" 0 -- director case reopen "$CASE" --reason stuck-again
shown "in the step where it was" 'c["step"] == "consultation" and c["state"] == "open" and c["retention"] is None'
exits "what is informed after closing" 0 -- director case close "$CASE"
exits "is still written down" 0 -- provider case inform "$CASE" --fact authority=letter
open_case
exits "refused takes a reason" 3 act-fact -- director case step "$CASE" refused
exits "of its own list" 2 "there are: not-stuck" -- director case step "$CASE" refused --reason goals-reached
exits "refused" 0 -- director case step "$CASE" refused --reason other-region
shown "closed, kept as what was refused" 'c["state"] == "closed" and c["retention"]["class"] == "intake-refused"'
exits "reopened" 0 -- director case reopen "$CASE"
exits "withdrawn" 0 -- director case step "$CASE" withdrawn
shown "closed, kept as what was withdrawn" 'c["state"] == "closed" and c["retention"]["class"] == "intake-withdrawn"'
open_case
sluis director case step "$CASE" consultation
exits "no outcome of the screening after it" 3 act-fact -- director case close "$CASE" --fact outcome=withdrawn
finish
