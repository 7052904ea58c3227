#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a consent is given by who must give it, for what it says and as long as it says; a refusal beats what came before.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
cd "$WORK" || exit 1
for f in question history safety; do echo "Dit is het onderdeel $f" >"$f.txt"; done
open_case
NOW=$(date -u +%Y-%m-15)
born() { date -u -d "$NOW -$1" +%F; } # "9 years"

grant() { # NAME EXIT RULE WORD...
	local name=$1 want=$2 rule=$3
	shift 3
	exits "$name" "$want" "$rule" -- provider grant add "$CASE" --purpose referral --category question --category history \
		--to director --until "$UNTIL" "$@"
}
listed() { # KEY...: of the newest grant
	sluis provider --json grant list "$CASE"
	OUT=$(python3 -c 'import json,sys; print(json.dumps([r for r in json.load(sys.stdin) if "grant" in r][-1]))' <<<"$OUT")
	field "$@"
}

# ---- who ----
grant "parents who disagree: no grant" 3 grant-giver --band under-12 --giver authority --authority 2 --born "$(born '9 years')"
check "and where to go" grep -q "dispute procedure, Civil Code 1:253a" <<<"$ERR"
exits "in Dutch" 3 "geschillenregeling, BW 1:253a" -- provider --lang nl grant add "$CASE" --band under-12 --giver authority \
	--authority 2 --purpose referral --category question --to director --born "$(born '9 years')" --until "$UNTIL"
sluis provider --json grant list "$CASE"
check "nothing is recorded" test "$OUT" = "[]"
grant "both parents" 0 "" --band under-12 --giver authority --giver authority --born "$(born '9 years')"
check "counted" test "$(listed authority)/$(listed givers 0 number)" = 2/2
grant "a guardian counts as authority" 0 "" --band under-12 --giver guardian --born "$(born '9 years')"
grant "nobody's guardian counts for the second" 3 grant-giver --band under-12 --giver guardian --authority 2 --born "$(born '9 years')"
grant "youth alone, without an exception" 3 grant-giver --band 12-15 --giver youth --born "$(born '13 years')"
grant "an exception without who assessed it" 2 "" --band 12-15 --giver youth --exception youth-alone-harm --born "$(born '13 years')"
grant "assessed by nobody" 2 "no member of this federation" --band 12-15 --giver youth --exception youth-alone-harm \
	--assessed-by nobody --born "$(born '13 years')"
grant "an exception of another age" 3 grant-exception --band under-12 --giver youth --exception youth-alone-harm \
	--assessed-by director --born "$(born '9 years')"
grant "youth alone, assessed" 0 "" --band 12-15 --giver youth --exception youth-alone-harm --assessed-by director \
	--born "$(born '13 years')"
take_id
EXCEPTION=$ID
check "says so" test "$(listed exception)/$(listed assessed_by)" = youth-alone-harm/director
sluis officer --json review list
check "and is reviewed afterwards" test "$(field 0 grant)/$(field 0 ground)/$(field 0 state)" = "$EXCEPTION/youth-alone-harm/open"
sluis provider push "$CASE" --purpose referral --ground consent --grant "$EXCEPTION" --to director question=question.txt
sluis officer --json review list
check "once: a message on it opens no other" test "$(grep -c '"review"' <<<"$OUT")" = 1

# ---- how long: the first of the month of the birthday, and no birth date anywhere ----
BIRTH=$(born '9 years')
YEAR=$((${BIRTH%%-*} + 12))
grant "under 12" 0 "" --band under-12 --giver authority --born "$BIRTH" --until 2035-12-31
check "until the 12th birthday, to the month" test "$(listed expires)/$(listed why)" = "$YEAR-${BIRTH:5:2}-01T00:00:00Z/band"
check "the birth date is kept nowhere" test -z "$(grep -rlF "$BIRTH" "$REGION/profiles" "$REGION/store" "$REGION/sluisd.log" || true)"
grant "12 by the month of birth, not under 12" 2 "it is --band 12-15" --band under-12 --giver authority \
	--born "$(date -u -d "$(date -u +%Y-%m-28) -12 years" +%F)"
grant "that month with the next band" 0 "" --band 12-15 --giver authority --giver youth \
	--born "$(date -u -d "$(date -u +%Y-%m-28) -12 years" +%F)"
grant "a band that is past" 2 "it is --band 16-plus" --band 12-15 --giver authority --giver youth --born "$(born '17 years')"
grant "16: the youth" 0 "" --band 16-plus --giver youth --born "$(born '17 years')" --until 2035-12-31
check "until 18" test "$(listed why)" = band
grant "grown up: no age limit any more" 0 "" --band 16-plus --giver youth --born "$(born '19 years')"
check "until the day given" test "$(listed why)" = until
grant "born tomorrow" 2 "not in the future" --band under-12 --giver authority --born 2031-01-01
grant "a band that ends in the middle of a month" 2 "would tell the birthday" --band under-12 --giver authority --band-until 2030-01-02
grant "under 12 for more than 12 years" 3 grant-band --band under-12 --giver authority --band-until 2040-01-01

# ---- what ----
echo "getekend formulier" >form.pdf
grant "with evidence" 0 "" --band under-12 --giver authority --born "$BIRTH" --evidence form.pdf --method form
take_id
check "of which only a digest leaves" test -z "$(grep -rlaF "getekend formulier" "$REGION" || true)"
check "its salt stays with the taker" test -e "$REGION/profiles/provider/salts/$ID"
PLAIN=$ID
send() { # NAME EXIT RULE GRANT WORD...
	local name=$1 want=$2 rule=$3 grant=$4
	shift 4
	exits "$name" "$want" "$rule" -- provider push "$CASE" --purpose referral --ground consent --grant "$grant" --to director "$@"
}
sluis provider grant add "$CASE" --purpose referral --category question --category safety --to director --until "$UNTIL" \
	--band under-12 --giver authority --born "$BIRTH"
take_id
send "criminal data without its own scope" 3 grant-criminal "$ID" question=question.txt safety=safety.txt --criminal safety
sluis provider grant add "$CASE" --purpose referral --category question --category safety --to director --until "$UNTIL" \
	--band under-12 --giver authority --born "$BIRTH" --criminal
take_id
CRIMINAL=$ID
check "the grant says that it covers them" test "$(listed criminal)" = true
send "criminal data with it" 0 "" "$CRIMINAL" question=question.txt safety=safety.txt --criminal safety
grant "restores a grant that nobody recorded" 3 not-found --band under-12 --giver authority --born "$BIRTH" \
	--restores 0123456789abcdef0123456789abcdef
grant "restores another" 0 "" --band under-12 --giver authority --born "$BIRTH" --restores "${PLAIN:0:8}"
take_id
check "says which" test "$(listed restores)" = "$PLAIN"
check "and the text that the family was told" test "$(listed text)" = 2025-1
check "and the codes of consent by its regime" test "$(listed basis secrecy)" = jeugdwet-7-3-11-1

# ---- a refusal beats what came before, for what it names ----
send "before it" 0 "" "$PLAIN" question=question.txt history=history.txt
take_id
WAITING=$ID
send "before it, another part" 0 "" "$PLAIN" question=question.txt
take_id
OTHER_PART=$ID
exits "not by who is not on the case" 3 not-found -- school grant refuse "$CASE" --giver authority
exits "not a giver that there is not" 2 "" -- provider grant refuse "$CASE" --giver aunt
exits "not a category that there is not" 2 "" -- provider grant refuse "$CASE" --giver authority --category gossip
exits "one parent refuses the history" 0 "" -- provider grant refuse "$CASE" --giver authority --category history
take_id
REFUSAL=$ID
send "the older grant holds no more for it" 3 grant-refused "$PLAIN" question=question.txt history=history.txt
exits "nor does what waits" 3 grant-refused -- director pull "$WAITING" --out out
check "not one byte of it" test ! -e "out/$WAITING"
exits "the other part is handed over" 0 "" -- director pull "$OTHER_PART" --out out
send "and sent" 0 "" "$PLAIN" question=question.txt
exits "the list says so" 0 partly-refused -- provider grant list "$CASE"
sluis provider --json grant list "$CASE"
check "and what was refused" python3 -c '
import json, sys
rows = [r for r in json.load(sys.stdin) if "refusal" in r]
sys.exit([(r["refusal"], r["categories"], r["recorded_by"]) for r in rows] != [(sys.argv[1], ["history"], "provider")])' "$REFUSAL" <<<"$OUT"
grant "asked again" 0 "" --band under-12 --giver authority --born "$BIRTH"
take_id
NEWER=$ID
send "the newer one holds" 0 "" "$NEWER" question=question.txt history=history.txt
exits "everything is refused" 0 "" -- director grant refuse "$CASE" --giver youth --method spoken
send "then nothing holds" 3 grant-refused "$NEWER" question=question.txt
check "and the list says so" test "$(listed state)/$(listed why)" = refused/refused
sluis officer --json log list
check "both refusals stand in the log" test "$(grep -c '"consent-refusal"' <<<"$OUT")" -ge 1
finish
