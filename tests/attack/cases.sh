#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: nobody gets round a shield, comes on a case, or hands one over, without the right to: not by a client that decides nothing,
# and not by a broker that decides nothing, whom every honest client finds out.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
BLIND=$SLUIS_BIN/attack/blind
HONEST=$SLUIS
[ -x "$BLIND/sluisd" ] || {
	echo "FAILED  $BLIND is not built: make attack-build"
	echo "0 passed, 1 failed"
	exit 1
}
region_up
for f in plan agreement question; do echo "Dit is het onderdeel $f" >"$WORK/$f.txt"; done

member() { # HANDLE ORGANISATION ROLE
	local w=$WORK/invite-$1
	sluis registrar registry invite --handle "$1" --organisation "$2" --out "$w.json"
	sluis "$1" init --invite "$w.json" --no-passphrase
	sluis "$1" org issue "$REGION/profiles/$1/request.json" --role "$3" --until "$UNTIL" --organisation "$REGION/organisations/$2" \
		--out "$w.record"
	sluis "$1" enrol "$w.record"
	sluis registrar registry approve "$1"
	[ "$CODE" -eq 0 ] || bad "member $1 is enrolled" "$OUT $ERR"
}

# As ${3}, whose client decides nothing: the broker refuses by that rule, and the log says so.
refused() { # NAME RULE HANDLE WORD...
	local name=$1 rule=$2 handle=$3
	shift 3
	SLUIS=$BLIND/sluis
	sluis "$handle" "$@"
	SLUIS=$HONEST
	if [ "$CODE" -ne 3 ] || ! grep -qF "$rule" <<<"$ERR"; then
		bad "$name" "ended with $CODE: $OUT $ERR"
		return
	fi
	sluis "$handle" --json log list
	check "$name" python3 -c '
import json, sys
row = json.loads(sys.argv[1])[-1]
assert (row["outcome"], row["rule"]) == ("refuse", sys.argv[2]), row' "$OUT" "$rule"
}

plan_to() { # TO...; sets WORDS
	WORDS=(push "$CASE" --purpose plan --ground consent --grant "$GRANT")
	local to
	for to; do WORDS+=(--to "$to"); done
	WORDS+=("plan=$WORK/plan.txt" "agreement=$WORK/agreement.txt")
}

member mother referrer parent
member father referrer parent
member director-2 expert-team director
member analyst expert-team analyst
sluis director case open --member provider --member mother
take_id
CASE=$ID
sluis director case step "$CASE" consultation
add_grant director plan mother,father,provider,gi plan agreement
push director plan mother "plan=$WORK/plan.txt"
BEFORE=$MESSAGE

# ---- a shielded parent ----
exits "the mother is shielded" 0 -- provider case shield "$CASE" mother --reason safety
plan_to mother
refused "by name" receiver-shielded director "${WORDS[@]}"
plan_to role:parent
refused "by role" receiver-shielded director "${WORDS[@]}"
plan_to org:referrer
refused "by organisation" receiver-shielded director "${WORDS[@]}"
plan_to provider role:parent
refused "in a group" receiver-shielded director "${WORDS[@]}"
refused "what was sent before" receiver-shielded mother pull "$BEFORE" --out "$WORK/mail"
refused "as another record of that organisation in that role" receiver-shielded director case join "$CASE" father
refused "lifted by who is no director" act-role provider case shield "$CASE" mother --lift
refused "lifted by herself" act-role mother case shield "$CASE" mother --lift
exits "a director is shielded" 0 -- director case join "$CASE" director-2
sluis provider case shield "$CASE" director-2
refused "by handing the case over" receiver-shielded director case hand-over "$CASE" director-2
refused "a director who lifts its own" act-condition director-2 case shield "$CASE" director-2 --lift

refused "an officer, whom a justification is for" receiver-role provider case shield "$CASE" officer

# ---- who comes on a case ----
refused "a director of no case adds to one" not-found registrar case join "$CASE" gi
refused "a provider, after the intake" act-condition provider case join "$CASE" gi
refused "a parent" act-condition mother case join "$CASE" gi
refused "somebody who is on no case by role" receiver-role director case join "$CASE" analyst
refused "who is there already" receiver-on-case director case join "$CASE" provider
refused "a case handed to who directs nothing" receiver-role director case hand-over "$CASE" provider
refused "a step by a provider" act-role provider case step "$CASE" monitoring
exits "left" 0 -- director-2 case leave "$CASE"
refused "a director who has left adds itself" not-found director-2 case join "$CASE" director-2
exits "suspended" 0 -- registrar registry suspend gi
refused "a member who is suspended" receiver-inactive director case join "$CASE" gi
sluis registrar registry suspend gi --lift
for word in Director directer "d$(printf '\u0456')rector" 'director '; do
	exits "a handle that looks like another's is nobody: $(printf %q "$word")" 2 "did you mean: director" -- provider case open --member "$word"
	exits "nor handed a case: $(printf %q "$word")" 2 "did you mean: director" -- director case hand-over "$CASE" "$word"
done

# ---- a broker that decides nothing: honest clients trust the case no more ----
sluis director case open --member provider
take_id
OTHER=$ID
sluis director case step "$OTHER" consultation
sluis provider case shield "$OTHER" mother
sluis director case open --member provider
take_id
CASE3=$ID
sluis director case step "$CASE3" consultation
sluis provider push "$CASE3" --purpose consultation --ground direct-involvement --fact involvement=both-deliver-help \
	--fact necessity=as-far-as-needed --to director "plan=$WORK/plan.txt"
take_id
ORIGIN=$ID
exits "what is passed on was received" 0 -- director pull "$ORIGIN" --out "$WORK/mail"
broker stop
SLUIS_BIN=$BLIND "$TOP/deploy/region.sh" start-broker "$REGION" >"$WORK/broker" 2>&1
found() { # NAME CASE WORD...: the provider's act, which that broker takes
	local name=$1 case=$2
	shift 2
	SLUIS=$BLIND/sluis
	sluis provider case "$@"
	SLUIS=$HONEST
	[ "$CODE" -eq 0 ] || bad "found by the others: $name" "the broker that decides nothing refused it: $ERR"
	exits "found by the others: $name" 5 "case chain does not hold" -- director case show "$case"
	exits "who send nothing any more: $name" 5 "case chain does not hold" -- director push "$case" --purpose plan --ground consent \
		--grant "$GRANT" --to provider "plan=$WORK/plan.txt"
}
sluis director push "$CASE3" --purpose plan --ground direct-involvement --fact involvement=both-deliver-help \
	--fact necessity=as-far-as-needed --to provider "plan=$WORK/plan.txt" --origin "$ORIGIN"
take_id
exits "an origin that the log does not tell" 5 "wrote this down" -- provider pull "$ID" --out "$WORK/out"
found "somebody added without right" "$CASE" join "$CASE" municipality-b
found "a shield lifted without right" "$OTHER" shield "$OTHER" mother --lift
finish
