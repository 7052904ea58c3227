#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: every ground carries its evidence, reaches whom it may, ends by itself; what is judged afterwards is judged.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
at_other_times

at() { # TIME
	broker stop
	export AT=$1
	check "the broker starts at ${1:-now}" broker start
}

region_up
cd "$WORK" || exit 1
for f in question history plan safety justification; do
	echo "Dit is het onderdeel $f" >"$f.txt"
done

# ---- members that the practice region lacks ----
member() { # HANDLE ORGANISATION REGIME NAME ROLE
	local w=$WORK/invite-$1
	sluis registrar registry invite --handle "$1" --organisation "$2" --out "$w.json"
	sluis "$1" init --invite "$w.json" --no-passphrase
	sluis "$1" org issue "$REGION/profiles/$1/request.json" --role "$5" --until "$UNTIL" \
		--organisation "$REGION/organisations/$2" --name "$4" --regime "$3" --out "$w.record"
	sluis "$1" enrol "$w.record"
	sluis registrar registry approve "$1"
	[ "$CODE" -eq 0 ] || bad "member $1 is enrolled" "$OUT $ERR"
}
member safe-home municipality-b jeugdwet "Gemeente Oeverland" safe-home
member board municipality-a jeugdwet "Gemeente Beekdal" child-protection-board
member mother referrer jeugdwet "Wijkteam Beekdal" parent
member checker provider jeugdwet "Jeugdzorg De Rietkraag" privacy-officer

sluis provider case open --member director --member gi --member municipality-a --member mother --member referrer
take_id
CASE=$ID
TODAY=$(date -u +%F)
# the first of a month, 3 to 33 days from now, and a moment after it
SOON=$(date -u -d "$(date -u -d '+3 days' +%Y-%m-15) +1 month" +%Y-%m-01)
DAYS=$((($(date -u -d "$SOON" +%s) - $(date +%s)) / 86400 + 2))
NEXT=$(date -u -d "$(date -u +%Y-%m-15) +2 months" +%Y-%m-01)

p() { # NAME EXIT RULE HANDLE PURPOSE GROUND TO WORD...
	local name=$1 want=$2 rule=$3 handle=$4 purpose=$5 ground=$6 to=$7 words=() c
	shift 7
	for c in ${to//,/ }; do words+=(--to "$c"); done
	exits "$name" "$want" "$rule" -- "$handle" push "$CASE" --purpose "$purpose" --ground "$ground" "${words[@]}" "$@"
}
CONFLICT=(--fact consent-tried=refused --fact harm=serious --fact no-other-way=considered --fact least-data=minimal
	--fact colleague-consulted=colleague)
REPORT=(--fact meldcode-step=step-5 --fact parents-informed=safety-child)

# ---- evidence: without, wrong, too much; the hint says what to add ----
p "safe-home-report without its facts" 3 ground-evidence provider safety-report safe-home-report safe-home \
	safety=safety.txt justification=justification.txt
check "the hint names the key, its codes and their labels" \
	grep -q "add --fact meldcode-step=CODE, with one of: step-1 (step 1 signals), .*asks: meldcode-step, parents-informed" <<<"$ERR"
p "without its justification" 3 category-required provider safety-report safe-home-report safe-home \
	safety=safety.txt "${REPORT[@]}"
p "with a code of no list" 3 ground-evidence provider safety-report safe-home-report safe-home \
	safety=safety.txt justification=justification.txt --fact meldcode-step=step-9 --fact parents-informed=informed
p "with a fact that it does not ask" 3 ground-evidence provider safety-report safe-home-report safe-home \
	safety=safety.txt justification=justification.txt "${REPORT[@]}" --fact weather=fine
check "the hint says to leave it out" grep -q "leave out --fact weather" <<<"$ERR"
p "a fact said twice" 3 ground-evidence provider safety-report safe-home-report safe-home \
	safety=safety.txt justification=justification.txt "${REPORT[@]}" --fact meldcode-step=step-4
check "the hint says to give it once" grep -q "give --fact meldcode-step once" <<<"$ERR"
p "to the board, it is no report" 3 ground-receiver provider safety-report safe-home-report board \
	safety=safety.txt justification=justification.txt "${REPORT[@]}"
p "conflict of duties without one of its five" 3 ground-evidence provider safety-report conflict-of-duties board \
	safety=safety.txt justification=justification.txt "${CONFLICT[@]:0:8}"
p "statutory duty with an article of nobody" 3 ground-evidence director rights statutory-duty mother plan=plan.txt \
	--fact article=avg-99
p "a purpose that it is not for" 3 ground-not-allowed provider referral direct-involvement director question=question.txt
check "the hint says which are" grep -q "your organisation may use: consent, supervision-order, municipality-a" <<<"$ERR"
exits "in Dutch, too" 3 "voeg --fact meldcode-step=CODE toe, met één van: step-1 (stap 1 signalen in kaart)" -- \
	provider --lang nl push "$CASE" --purpose safety-report --ground safe-home-report --to safe-home safety=safety.txt \
	justification=justification.txt
p "a letter of the municipality with another's task" 3 ground-evidence director transfer municipality-a municipality-a \
	plan=plan.txt --fact task=control
p "a letter with a category of another" 3 ground-category director transfer municipality-d municipality-a \
	plan=plan.txt --fact task=control
p "a municipality's ground to somebody else" 3 ground-receiver director transfer municipality-a director \
	plan=plan.txt --fact task=access

# ---- what is in order ----
p "transfer to the municipality, access" 0 "" director transfer municipality-a municipality-a plan=plan.txt --fact task=access
take_id
TRANSFER=$ID
exits "is received" 0 "" -- municipality-a pull "$TRANSFER" --out out
exits "status names the ground and its three codes" 0 "Youth Act 7.4.0" -- director status "$TRANSFER"
sluis director --json status "$TRANSFER"
check "as codes" test "$(field ground basis secrecy)/$(field ground basis avg6)/$(field ground basis avg9)" = \
	jeugdwet-7-4-0/public-task/care
p "rights by statutory duty" 0 "" director rights statutory-duty mother plan=plan.txt --fact article=avg-15
take_id
exits "is received by the mother" 0 "" -- mother pull "$ID" --out out
exits "explain shows the codes by the regime" 0 "Social Support Act 5.2.6" -- provider explain push "$CASE" --purpose safety-report \
	--ground safe-home-report --to safe-home safety=safety.txt justification=justification.txt "${REPORT[@]}"
exits "explain ground prints the register" 0 "Youth Act 7.3.11(2)b" -- provider explain ground guardian
sluis provider --json explain ground consent
check "by regime" test "$(field 0 regimes 1 basis secrecy)" = bw-7-457

# ---- supervision order: to the GI, from its decision, until its end ----
sluis director case step "$CASE" consultation
order() { # NAME EXIT RULE TO DECIDED UNTIL
	p "$1" "$2" "$3" director plan supervision-order "$4" plan=plan.txt --fact "decided=$5" --fact "until=$6"
}
order "a supervision order is for the GI" 3 ground-receiver provider 2026-01-05 "$NEXT"
order "not one that is decided tomorrow" 3 ground-evidence gi "$(date -u -d '+2 days' +%F)" "$NEXT"
order "not one that is over" 3 ground-ended gi 2020-01-05 2021-01-05
order "nor one that ends today" 3 ground-ended gi 2020-01-05 "$TODAY"
order "one that ends in two days" 0 "" gi 2026-01-05 "$(date -u -d '+2 days' +%F)"
take_id
ORDER=$ID
p "guardian: to the month, not to the day" 3 ground-evidence director plan guardian mother plan=plan.txt \
	--fact "until=$(date -u -d "$NEXT +1 day" +%F)"
check "the hint says why" grep -q "no birthday is told" <<<"$ERR"
p "guardian: not 20 years away" 3 ground-evidence director plan guardian mother plan=plan.txt --fact until=2047-01-01
p "guardian: over at 16" 3 ground-ended director plan guardian mother plan=plan.txt --fact "until=$(date -u +%Y-%m-01)"
p "guardian: a parent, until 16" 0 "" director plan guardian mother plan=plan.txt --fact "until=$NEXT"
take_id
PLAN=$ID
exits "a shield on the case" 0 "" -- director case shield "$CASE" mother --category address
exits "ends what rests on kinship" 3 ground-receiver -- mother pull "$PLAN" --out out
p "also for what is new" 3 ground-receiver director plan guardian mother plan=plan.txt --fact "until=$NEXT"
exits "the shield lifted" 0 "" -- director case shield "$CASE" mother --lift
exits "it is handed over" 0 "" -- mother pull "$PLAN" --out out
exits "a shield from everything" 0 "" -- director case shield "$CASE" mother
p "keeps all of the case back" 3 receiver-shielded director rights statutory-duty mother plan=plan.txt --fact article=avg-15
sluis director case shield "$CASE" mother --lift

# ---- the justification: officers and the sender; others learn of a count ----
p "a report to Safe Home" 0 "" provider safety-report safe-home-report safe-home \
	safety=safety.txt justification=justification.txt "${REPORT[@]}"
take_id
MELDING=$ID
exits "Safe Home receives its part" 0 "" -- safe-home pull "$MELDING" --out out-sh
check "and not the justification" test "$(ls "out-sh/$MELDING")" = "$(printf '1-safety.txt\nmanifest.json')"
check "nor a word of it" test -z "$(grep -rli "justification\|checker" "out-sh" || true)"
sluis safe-home --json inbox
check "nor in its inbox" test "$(grep -c justification <<<"$OUT")" = 0
sluis safe-home --json status "$MELDING"
check "nor in the status" test "$(grep -c 'justification\|checker' <<<"$OUT")" = 0
sluis safe-home --json log list
check "nor in its log" test "$(grep -c 'justification\|checker' <<<"$OUT")" = 0
exits "the officer of the sender pulls it, who is not on the case" 0 "" -- checker pull "$MELDING" --out out-o
check "and nothing else" test "$(ls "out-o/$MELDING")" = "$(printf '1-justification.txt\nmanifest.json')"
exits "the case is not there for the officer" 3 not-found -- checker case show "$CASE"
exits "the sender keeps its own copy" 0 "" -- provider pull "$MELDING" --out out-p
check "of that section" test -e "out-p/$MELDING/1-justification.txt"
exits "an officer of elsewhere" 3 not-found -- officer pull "$MELDING" --out out-x
p "without an officer of its own" 0 "" gi safety-report conflict-of-duties board \
	safety=safety.txt justification=justification.txt "${CONFLICT[@]}"
take_id
BOARD=$ID
exits "the officer of the federation body reads it" 0 "" -- officer pull "$BOARD" --out out-f
p "a category for officers only has no place elsewhere" 3 category-not-allowed director plan guardian mother plan=plan.txt \
	justification=justification.txt --fact "until=$NEXT"

# ---- reviews ----
exits "a member has no reviews" 3 act-role -- provider review list
sluis checker --json review list
check "the report is under review" test "$(field 0 message)/$(field 0 ground)/$(field 0 state)" = "$MELDING/safe-home-report/open"
DUE=$(field 0 due)
check "within the policy's term" test "${DUE%%T*}" = "$(date -u -d '+28 days' +%F)"
check "one review, of its own organisation" test "$(grep -c '"review"' <<<"$OUT")" = 1
REVIEW=$(field 0 review)
sluis officer --json review list
check "the officer of the body has the others" test "$(field 0 message)" = "$BOARD"
BODY_REVIEW=$(field 0 review)
exits "an officer of elsewhere closes nothing" 3 not-found -- officer review close "$REVIEW" --outcome justified
exits "an outcome that there is not" 2 "justified, partly" -- checker review close "$REVIEW" --outcome fine
exits "a note that there is not" 2 "" -- checker review close "$REVIEW" --outcome justified --note-code nonsense
exits "it is closed" 0 "" -- checker review close "$REVIEW" --outcome partly --note-code less-data --note-code discuss
exits "once" 3 not-found -- checker review close "$REVIEW" --outcome justified
sluis checker --json review list
check "and listed so" test "$(field 0 state)/$(field 0 outcome)" = closed/partly
sluis checker --json log list
check "opening and closing stand in the log" python3 -c '
import json, sys
rows = [(r["type"], r["outcome"]) for r in json.load(sys.stdin)]
sys.exit(rows.count(("review-open", "note")) != 1 or rows.count(("review-close", "permit")) != 1)' <<<"$OUT"
p "a report whose content stays until the review" 0 "" provider safety-report safe-home-report safe-home \
	safety=safety.txt justification=justification.txt "${REPORT[@]}" --retention review
take_id
KEPT=$ID
p "only beside such a ground" 3 retention-class director plan guardian mother plan=plan.txt --fact "until=$NEXT" --retention review
sluis checker --json review list
sluis checker review close "$(field 1 review)" --outcome justified
exits "closed: its content is over" 3 expired -- safe-home pull "$KEPT" --out out-sh
exits "by the first digits of its id" 0 "" -- officer review close "${BODY_REVIEW:0:8}" --outcome unjustified --note-code report-breach

# ---- regimes: the same ground, another sender ----
CASE_BEFORE=$CASE
sluis director case open --member school --member expertise-centre --member provider
take_id
CASE=$ID
sluis director case step "$CASE" consultation
INVOLVED=(--fact involvement=both-deliver-help --fact necessity=as-far-as-needed)
p "direct involvement: Youth Act" 0 "" provider consultation direct-involvement director history=history.txt "${INVOLVED[@]}"
p "not by education law" 3 ground-not-allowed school consultation direct-involvement director history=history.txt "${INVOLVED[@]}"
p "nor by who does not deliver help" 3 ground-not-allowed expertise-centre consultation direct-involvement director \
	history=history.txt "${INVOLVED[@]}"
exits "explain names the codes of another regime" 0 "Civil Code 7:457" -- expertise-centre explain push "$CASE" --purpose consultation \
	--ground consent --to director history=history.txt
CASE=$CASE_BEFORE

# ---- time: what ended between push and pull ----
sluis provider grant add "$CASE" --band 12-15 --giver youth --giver authority --band-until "$SOON" --purpose plan \
	--category plan --to provider --until "$UNTIL"
take_id
p "until the birthday" 0 "" director plan consent provider plan=plan.txt --grant "$ID"
take_id
BIRTHDAY=$ID
AT="+$DAYS days" # the receiver's clock alone
exits "a broker whose clock stands still is found out" 5 ground-ended -- gi pull "$ORDER" --out out
check "and shows nothing" test ! -e "out/$ORDER"
AT=
at "+$DAYS days"
exits "the 16th birthday crossed: refused at release" 3 grant-expired -- provider pull "$BIRTHDAY" --out out
exits "a supervision order that is over" 3 ground-ended -- gi pull "$ORDER" --out out
check "not one byte of either" test ! -e "out/$BIRTHDAY" -a ! -e "out/$ORDER"
exits "the grant is listed as ended, and why" 0 "then an age limit is reached" -- provider grant list "$CASE"
finish
