#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: the practice region keeps its contract: made, started again, mended after an interruption, refused where it must be.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

region() {
	deploy/region.sh "$@" >"$WORK/region.out" 2>&1
	CODE=$?
}

is() { # NAME EXIT
	if [ "$CODE" -eq "$2" ]; then ok "$1"; else bad "$1" "ended with $CODE, not $2: $(cat "$WORK/region.out")"; fi
}

region up "$REGION"
is "a region is made" 0
for handle in provider referrer gi municipality-a municipality-b director officer registrar expertise-centre school; do
	check "profile $handle is there" test -d "$REGION/profiles/$handle"
	exits "$handle is active" 0 active -- "$handle" whoami
done
for file in sluisd.yaml policy.yaml endpoint sluisd.pid store; do check "$file is there" test -e "$REGION/$file"; done
sluis registrar --json directory
check "ten members, eight organisations" python3 -c '
import json, sys
members = json.loads(sys.argv[1])
roles = {m["handle"]: sorted(m["roles"]) for m in members}
assert len(members) == 10 and len({m["organisation"] for m in members}) == 8, members
assert all(m["oin"].startswith("00000099") and len(m["oin"]) == 20 for m in members)
assert roles["municipality-b"] == ["municipality-access", "municipality-funding"]
assert roles["gi"] == ["certified-institution"] and roles["officer"] == ["privacy-officer"]
assert {m["organisation"] for m in members if m["handle"] in ("director", "officer", "registrar")} == {"expert-team"}
' "$OUT"
check "nothing in it is open to others" test -z "$(find "$REGION/profiles" "$REGION/store" "$REGION/keys" -perm /077 -type f)"

PID=$(cat "$REGION/sluisd.pid")
ENDPOINT=$(cat "$REGION/endpoint")
region up "$REGION"
is "up on a running region checks it" 0
check "and leaves the broker alone" test "$(cat "$REGION/sluisd.pid")" = "$PID"
region status "$REGION"
is "status of what runs" 0
region start-broker "$REGION"
is "start-broker on a running broker" 0
check "leaves it alone too" test "$(cat "$REGION/sluisd.pid")" = "$PID"

kill -TERM "$PID"
region start-broker "$REGION"
is "start-broker waits for the old process" 0
check "and starts a new one" test "$(cat "$REGION/sluisd.pid")" != "$PID"
kill -KILL "$(cat "$REGION/sluisd.pid")"
region start-broker "$REGION"
is "start-broker after a kill" 0
exits "members are served" 0 -- director case list

PID=$(cat "$REGION/sluisd.pid")
region stop-broker "$REGION"
is "stop-broker" 0
if grep -qa sluisd "/proc/$PID/cmdline" 2>/dev/null; then bad "it is gone" "process $PID"; else ok "it is gone"; fi
region status "$REGION"
is "status of what stands still" 1
exits "broker down: safe to repeat" 4 -- director case list
region down "$REGION"
is "down on what stands still" 0
region up "$REGION"
is "up again" 0
check "on the same port" test "$(cat "$REGION/endpoint")" = "$ENDPOINT"
exits "with the same members" 0 active -- provider whoami

# A policy that no registrar signed.
cp "$REGION/policy.yaml" "$WORK/signed.yaml"
sed 's/acts-per-day: 240000/acts-per-day: 230000/' "$WORK/signed.yaml" >"$WORK/other.yaml"
region stop-broker "$REGION"
cp "$WORK/other.yaml" "$REGION/policy.yaml"
FROM=$(date +%s)
region start-broker "$REGION"
is "an unsigned policy: the broker refuses" 1
check "within 15 s" test $(($(date +%s) - FROM)) -le 15
region up "$REGION" --policy "$WORK/other.yaml"
is "signed by the registrar it is taken" 0
exits "and members work under it" 0 -- provider case open --member director
region up --policy "$WORK/signed.yaml" "$REGION"
is "back again on the running region" 0
check "the file stands in the region" cmp "$WORK/signed.yaml" "$REGION/policy.yaml"
sed 's/^purposes:/purposse:/' "$WORK/signed.yaml" >"$WORK/mistake.yaml"
region up "$REGION" --policy "$WORK/mistake.yaml"
is "a policy with a mistake is refused" 1
check "by name and line" grep -q purposse "$WORK/region.out"
exits "and the region goes on" 0 -- provider case open --member director

# An up that is cut off.
for after in 1 3; do
	setsid deploy/region.sh up "$WORK/cut" >/dev/null 2>&1 &
	PID=$!
	sleep "$after"
	kill -KILL -- "-$PID" 2>/dev/null
	wait "$PID" 2>/dev/null
	region up "$WORK/cut"
	is "up after an up that was cut off after $after s" 0
	region down "$WORK/cut"
	rm -rf "$WORK/cut"
done

mkdir "$WORK/foreign" && echo mine >"$WORK/foreign/file"
region up "$WORK/foreign"
is "a folder with something else in it is refused" 1
check "and left as it was" test "$(find "$WORK/foreign" -type f ! -name .lock -printf %f)" = file
region status "$WORK/nowhere"
is "status of nothing" 1
region
is "no words: usage" 2
region sideways "$REGION"
is "unknown word: usage" 2
finish
