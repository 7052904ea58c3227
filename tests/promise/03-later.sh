#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: who comes later, who stands in, and who is asked from outside the case each get what their role may have, pushed to them by
# who holds it, and nothing by itself.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
cd "$WORK" || exit 1
echo "Vraag" >question.txt
echo "Het plan" >plan.txt
echo "De afspraak" >agreement.txt
echo "Advies" >advice.txt
echo '{"party": "provider", "bottleneck": "money", "days-open": 30}' >escalation.json

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

resends() { # NAME HANDLE EXPRESSION: of the rows r that wait for HANDLE to be sent again
	sluis "$2" --json inbox "$CASE"
	check "$1" python3 -c '
import json, sys
r = [(x["message"], x["from"], x["to"], sorted(x["categories"])) for x in json.loads(sys.argv[1]) if x["state"] == "resend"]
assert r == eval(sys.argv[2]), r' "$OUT" "$3"
}

member provider-2 provider provider
member board expert-team steering-group
member director-2 expert-team director

# ---- who comes later ----
open_case
sluis director case step "$CASE" accepted
sluis director case join "$CASE" gi
add_grant director plan provider,gi,school,municipality-a plan agreement
push director plan gi plan=plan.txt agreement=agreement.txt
FIRST=$MESSAGE
resends "nobody came" director '[]'
sluis director case join "$CASE" school
sluis director case join "$CASE" municipality-a
resends "the sender is told who may have which of it" director \
	"[('$FIRST', 'director', 'school', ['agreement']), ('$FIRST', 'director', 'municipality-a', ['agreement', 'plan'])]"
resends "the receiver is not" gi '[]'
resends "nor the newcomer" municipality-a '[]'
exits "which has got nothing by coming" 0 -- municipality-a --json inbox
check "at all" test "$OUT" = "[]"
exits "and cannot fetch it" 3 not-found -- municipality-a pull "$FIRST" --out "$WORK/early"
exits "people read it in words" 0 -- director inbox
check "with what to do" grep -q -- "--replaces MESSAGE" <<<"$ERR"
exits "the sender pushes again, to the newcomer" 0 -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" \
	--replaces "$FIRST" --to municipality-a plan=plan.txt agreement=agreement.txt
take_id
exits "which may fetch that" 0 -- municipality-a pull "$ID" --out "$WORK/later"
check "whole" cmp plan.txt "$WORK/later/$ID/1-plan.txt"
resends "and is off the list" director "[('$FIRST', 'director', 'school', ['agreement'])]"
exits "shielded" 0 -- director case shield "$CASE" school --category agreement
resends "so is who may not have it" director '[]'

# ---- who stands in ----
exits "a colleague is added by its own organisation" 0 -- provider case join "$CASE" provider-2
exits "nobody else's is" 3 act-condition -- provider case join "$CASE" municipality-b
exits "the grant for the one holds for the other" 0 -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" \
	--to provider-2 plan=plan.txt
take_id
exits "who fetches it" 0 -- provider-2 pull "$ID" --out "$WORK/stand-in"
exits "and nothing of the other's" 3 not-found -- provider pull "$ID" --out "$WORK/other"
exits "it acts for the organisation" 0 -- provider-2 case inform "$CASE" --fact authority=told

# ---- who is asked from outside the case ----
exits "the steering group is on no case" 3 receiver-role -- director case join "$CASE" board
exits "it is sent an escalation" 0 -- director push "$CASE" --purpose escalation --ground statutory-duty --fact article=jeugdwet-7-4-1 \
	--to role:steering-group escalation=escalation.json
take_id
exits "nothing of the case with it" 3 category-not-allowed -- director push "$CASE" --purpose escalation --ground statutory-duty \
	--fact article=jeugdwet-7-4-1 --to board escalation=escalation.json question=question.txt
exits "nor by another purpose" 3 receiver-not-on-case -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to board \
	plan=plan.txt
exits "by nobody but the director" 3 sender-role -- provider push "$CASE" --purpose escalation --ground statutory-duty \
	--fact article=jeugdwet-7-4-1 --to board escalation=escalation.json
exits "it reads that one message" 0 -- board pull "$ID" --out "$WORK/board"
check "and one file" test "$(find "$WORK/board" -name '*-*' -type f | wc -l)" -eq 1
exits "not the case" 3 not-found -- board case show "$CASE"
exits "nor is it in its list" 0 -- board --json case list
check "which is empty" test "$OUT" = "[]"
exits "nor its grants" 3 not-found -- board grant list "$CASE"

# ---- upward, to the expertise centre ----
sluis director case join "$CASE" expertise-centre
add_grant director expertise expertise-centre question history advice
exits "a question upward" 0 -- director push "$CASE" --purpose expertise --ground consent --grant "$GRANT" --to expertise-centre \
	question=question.txt
take_id
exits "is read" 0 -- expertise-centre pull "$ID" --out "$WORK/centre"
exits "more than that takes a grant that names it" 3 category-by-grant -- director push "$CASE" --purpose expertise --ground consent \
	--grant "$GRANT" --to expertise-centre question=question.txt plan=plan.txt
add_grant expertise-centre expertise director advice
exits "advice back" 0 -- expertise-centre push "$CASE" --purpose expertise --ground consent --grant "$GRANT" --to director advice=advice.txt
take_id
exits "is read, too" 0 -- director pull "$ID" --out "$WORK/back"
ORIGIN=$ID

# ---- to a new director, with proof of where it came from ----
sluis director case join "$CASE" director-2
exits "the case is handed over" 0 -- director case hand-over "$CASE" director-2
add_grant director transfer director-2 advice plan
exits "what was never fetched is not passed on" 3 not-found -- director push "$CASE" --purpose transfer --ground consent --grant "$GRANT" \
	--to director-2 advice=advice.txt --origin "$FIRST"
exits "nor a category that was not in it" 3 category-not-allowed -- director push "$CASE" --purpose transfer --ground consent \
	--grant "$GRANT" --to director-2 plan=plan.txt --origin "$ORIGIN"
exits "what was is" 0 -- director push "$CASE" --purpose transfer --ground consent --grant "$GRANT" --to director-2 advice=advice.txt \
	--origin "$ORIGIN"
take_id
exits "the new director fetches it" 0 -- director-2 pull "$ID" --out "$WORK/handed"
check "with whose it was, as the log has it" python3 -c '
import json, sys
m = json.load(open(sys.argv[1]))
assert m["origin"] == sys.argv[2] and m["origin-from"] == "expertise-centre" and m["from"] == "director", m' \
	"$WORK/handed/$ID/manifest.json" "$ORIGIN"
exits "the former one leaves" 0 -- director case leave "$CASE"
exits "and reads nothing of it any more" 3 not-found -- director case show "$CASE"
finish
