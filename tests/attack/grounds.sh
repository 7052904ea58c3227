#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a client that decides nothing is refused by the broker; a broker that decides nothing is found out by the receiver.
#
# Every ground but research (its content is a form; tests/policy has it) without its evidence, by the wrong regime, past its end, toward the wrong receiver; grants that are none.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
BLIND=$SLUIS_BIN/attack/blind
HONEST=$SLUIS
EVIL=$SLUIS_BIN/attack/evil_client
[ -x "$BLIND/sluisd" ] || {
	echo "FAILED  $BLIND is not built: make attack-build"
	echo "0 passed, 1 failed"
	exit 1
}
region_up
for f in question history plan safety justification; do echo "Dit is het onderdeel $f" >"$WORK/$f.txt"; done

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
sluis director case open --member provider --member gi --member municipality-a --member mother --member school \
	--member expertise-centre
take_id
CASE=$ID
sluis director case step "$CASE" consultation
TODAY=$(date -u +%F)
NEXT=$(date -u -d "$(date -u +%Y-%m-15) +2 months" +%Y-%m-01)

# What is wrong, by which rule, and the push: HANDLE PURPOSE GROUND TO SECTION FACT...
attacks() { # FUNCTION
	local a=$1 five=(consent-tried=refused harm=serious no-other-way=considered least-data=minimal)
	$a "direct-involvement without its evidence" ground-evidence provider consultation direct-involvement director history
	$a "with half of it" ground-evidence provider consultation direct-involvement director history necessity=as-far-as-needed
	$a "by the regime of education" ground-not-allowed school consultation direct-involvement director history \
		involvement=both-deliver-help necessity=as-far-as-needed
	$a "to the expertise centre" ground-receiver director plan direct-involvement expertise-centre plan \
		involvement=both-deliver-help necessity=as-far-as-needed
	$a "guardian without an end" ground-evidence director plan guardian mother plan
	$a "guardian with a birthday for an end" ground-evidence director plan guardian mother plan "until=${NEXT%-01}-13"
	$a "guardian past 16" ground-ended director plan guardian mother plan "until=$(date -u +%Y-%m-01)"
	$a "guardian to a provider" ground-receiver director plan guardian provider plan "until=$NEXT"
	$a "supervision order without its end" ground-evidence director plan supervision-order gi plan decided=2026-01-05
	$a "supervision order past its end" ground-ended director plan supervision-order gi plan decided=2025-01-05 "until=$TODAY"
	$a "supervision order to a provider" ground-receiver director plan supervision-order provider plan decided=2026-01-05 "until=$NEXT"
	$a "statutory duty in free words" ground-evidence director rights statutory-duty mother plan article=because
	$a "statutory duty for a plan" ground-not-allowed director plan statutory-duty mother plan article=avg-15
	$a "municipality without its task" ground-evidence director transfer municipality-a municipality-a plan
	$a "municipality with another's task" ground-evidence director transfer municipality-b municipality-a plan task=access
	$a "municipality with a category of another letter" ground-category director transfer municipality-c municipality-a plan task=funding
	$a "municipality by the regime of education" ground-not-allowed school consultation municipality-a director history task=access
	$a "safe-home-report without the meldcode" ground-evidence provider safety-report safe-home-report safe-home \
		safety+justification parents-informed=informed
	$a "safe-home-report to the board" ground-receiver provider safety-report safe-home-report board safety+justification \
		meldcode-step=step-5 parents-informed=informed
	$a "safe-home-report for a consultation" ground-not-allowed provider consultation safe-home-report director history+justification \
		meldcode-step=step-5 parents-informed=informed
	$a "conflict of duties with four of five" ground-evidence provider consultation conflict-of-duties director \
		history+justification "${five[@]}"
	$a "conflict of duties for a plan" ground-not-allowed director plan conflict-of-duties provider plan+justification "${five[@]}" \
		colleague-consulted=colleague
	$a "consent without a grant" ground-evidence provider consultation consent director history
	$a "a ground that is switched off" ground-not-allowed provider consultation wams director history
}

words_of() { # PURPOSE GROUND TO SECTION FACT...; sets WORDS
	local purpose=$1 ground=$2 to=$3 sections=$4 s
	shift 4
	WORDS=(push "$CASE" --purpose "$purpose" --ground "$ground")
	for s in ${to//,/ }; do WORDS+=(--to "$s"); done
	for s in ${sections//+/ }; do
		WORDS+=("$s=$WORK/$s.txt")
	done
	for s; do WORDS+=(--fact "$s"); done
}

# ---- a client that decides nothing, a broker that does ----
refused() { # NAME RULE HANDLE ...
	local name=$1 rule=$2 handle=$3
	shift 3
	words_of "$@"
	SLUIS=$BLIND/sluis
	exits "refused by the broker: $name" 3 "$rule" -- "$handle" "${WORDS[@]}"
	SLUIS=$HONEST
}
attacks refused
SLUIS=$BLIND/sluis
exits "refused by the broker: one of two holders of authority" 3 grant-giver -- provider grant add "$CASE" --band under-12 \
	--giver authority --authority 2 --purpose consultation --category history --to director --born "$BORN" --until "$UNTIL"
exits "refused by the broker: youth alone, without an exception" 3 grant-giver -- provider grant add "$CASE" --band 12-15 \
	--giver youth --purpose consultation --category history --to director --band-until "$NEXT" --until "$UNTIL"
exits "refused by the broker: under 12 for fifteen years to come" 3 grant-band -- provider grant add "$CASE" --band under-12 \
	--giver authority --purpose consultation --category history --to director --band-until 2041-01-01 --until "$UNTIL"
SLUIS=$HONEST
check "refused by the broker: a text that there is not" bash -c \
	"! '$EVIL' '$REGION/profiles/provider' grant text '$CASE' >'$WORK/evil' 2>&1 && grep -q grant-text '$WORK/evil'"

# What the broker refused stands in the log, for the officer of the organisation.
sluis provider --json log list
check "each of them stands in the log" python3 -c '
import json, sys
rules = {r["rule"] for r in json.load(sys.stdin) if r["outcome"] == "refuse"}
missing = {"ground-evidence", "ground-not-allowed", "ground-receiver", "grant-giver", "grant-band", "grant-text"} - rules
print(missing)
sys.exit(bool(missing))' <<<"$OUT"

# ---- a broker that decides nothing, receivers that do ----
broker stop
SLUIS_BIN=$BLIND "$TOP/deploy/region.sh" start-broker "$REGION" >"$WORK/broker" 2>&1
found() { # NAME RULE HANDLE PURPOSE GROUND TO ...
	local name=$1 rule=$2 handle=$3 to=$6
	shift 3
	words_of "$@"
	SLUIS=$BLIND/sluis
	sluis "$handle" "${WORDS[@]}"
	SLUIS=$HONEST
	if [ "$CODE" -ne 0 ]; then
		bad "found by the receiver: $name" "the broker that decides nothing refused it: $ERR"
		return
	fi
	take_id
	exits "found by the receiver: $name" 5 "$rule" -- "$to" pull "$ID" --out "$WORK/out"
	if [ -e "$WORK/out/$ID" ]; then bad "and shows nothing of it: $name" "$(ls "$WORK/out/$ID")"; fi
}
attacks found

granted() { # NAME RULE GRANT-WORD...
	local name=$1 rule=$2
	shift 2
	SLUIS=$BLIND/sluis
	sluis provider grant add "$CASE" --purpose consultation --to director --until "$UNTIL" "$@"
	take_id
	GRANT=$ID
	SLUIS=$HONEST
	on_grant "$name" "$rule"
}
on_grant() { # NAME RULE
	SLUIS=$BLIND/sluis
	sluis provider push "$CASE" --purpose consultation --ground consent --grant "$GRANT" --to director "history=$WORK/history.txt"
	take_id
	SLUIS=$HONEST
	exits "found by the receiver: $1" 5 "$2" -- director pull "$ID" --out "$WORK/out"
}
granted "one of two holders of authority" grant-giver --band under-12 --giver authority --authority 2 --category history \
	--born "$BORN"
granted "a category that was not given" grant-category --band under-12 --giver authority --category question --born "$BORN"
granted "an age limit too far away" grant-band --band under-12 --giver authority --category history --band-until 2041-01-01
granted "an exception of another age" grant-exception --band under-12 --giver youth --exception youth-alone-harm \
	--assessed-by director --category history --born "$BORN"
GRANT=$("$EVIL" "$REGION/profiles/provider" grant text "$CASE" 2>/dev/null | tail -n1 | grep -oE '[0-9a-f]{32}')
check "a grant with a text that there is not is taken by that broker" test -n "$GRANT"
on_grant "a text that there is not" grant-text
SLUIS=$BLIND/sluis
sluis provider grant add "$CASE" --purpose consultation --to director --until "$UNTIL" --band under-12 --giver authority \
	--category history --born "$BORN"
take_id
GRANT=$ID
SLUIS=$HONEST
sluis provider push "$CASE" --purpose consultation --ground consent --grant "$GRANT" --to director "history=$WORK/history.txt"
take_id
exits "what is in order is received all the same" 0 "" -- director pull "$ID" --out "$WORK/out"
sluis provider grant refuse "$CASE" --giver authority --category history
on_grant "a refusal that came later" grant-refused

# A broker that says the sender acted in a role that it does not have.
broker stop
BLIND_ROLE=referrer SLUIS_BIN=$BLIND "$TOP/deploy/region.sh" start-broker "$REGION" >"$WORK/broker" 2>&1
words_of consultation direct-involvement director history involvement=both-deliver-help necessity=as-far-as-needed
sluis provider "${WORDS[@]}"
take_id
exits "found by the receiver: a role that the sender does not have" 5 "the broker's decision" -- director pull "$ID" --out "$WORK/out"
finish
