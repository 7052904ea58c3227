#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: what was acknowledged is on disk and in the log, once, whatever dies; the log extends and cannot be rolled back or
# rewritten unnoticed.
#
#   KILLS=12 tests/promise/04-remembered.sh
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
KILLS=${KILLS:-12}
region_up
cd "$WORK" || exit 1
TOP=$OLDPWD
TRIES=40

# Push number after number until told to stop; one that gets no answer is repeated, as its own words say. Numbers of
# what was acknowledged go to ${1}.sent.
push_on() { # HANDLE CASE GRANT
	local n=0 try code
	while [ ! -e "$WORK/stop" ]; do
		n=$((n + 1))
		echo "vraag $1 nummer $n" >"$WORK/$1.txt"
		for ((try = 0; try < TRIES; try++)); do
			code=0
			"$SLUIS" --profile "$REGION/profiles/$1" push "$2" --purpose referral --ground consent --grant "$3" \
				--to director "question=$WORK/$1.txt" >"$WORK/$1.id" 2>"$WORK/$1.words" </dev/null || code=$?
			if [ "$code" -eq 0 ]; then echo "$(cat "$WORK/$1.id") $n" >>"$WORK/$1.sent" && break; fi
			if [ "$code" -ne 4 ]; then echo "$n ended with $code: $(cat "$WORK/$1.words")" >>"$WORK/trouble" && break; fi
			echo "$n" >>"$WORK/unanswered"
			sleep 0.1
		done
		if [ "$try" -eq "$TRIES" ]; then echo "$n never answered" >>"$WORK/trouble"; fi
	done
}

sluis officer --json log verify
BEFORE=$(field size)
: >trouble && : >unanswered
declare -A CASES
for handle in provider referrer; do
	sluis "$handle" case open --member director
	take_id
	CASE=$ID
	CASES[$handle]=$CASE
	sluis "$handle" grant add "$CASE" --band under-12 --born "$BORN" --giver authority --giver authority --purpose referral \
		--category question --to director --until "$UNTIL"
	take_id
	: >"$handle.sent"
	push_on "$handle" "$CASE" "$ID" &
done
for ((k = 0; k < KILLS; k++)); do
	sleep "0.$((RANDOM % 90 + 10))"
	kill -KILL "$(cat "$REGION/sluisd.pid")"
	(cd "$TOP" && deploy/region.sh start-broker "$REGION") >broker 2>&1 || {
		bad "the broker starts after kill $k" "$(cat broker)"
		break
	}
done
sleep 1
touch stop
wait
ok "the broker started after each of $KILLS kills; $(wc -l <unanswered) pushes had to be repeated"
check "no push ended in anything but an answer" test ! -s trouble
if [ -s trouble ]; then cat trouble; fi
check "pushes were acknowledged on both sides" test -s provider.sent -a -s referrer.sent
for handle in provider referrer; do
	exits "the director pulls the case of $handle" 0 -- director --json pull "${CASES[$handle]}" --out "$WORK/out-$handle"
	check "each acknowledged push of $handle is there once, nothing is doubled" python3 -c '
import pathlib, sys
handle, out, sent = sys.argv[1], pathlib.Path(sys.argv[2]), open(sys.argv[3]).read().split("\n")[:-1]
acknowledged = dict(reversed(line.split()) for line in sent)
found = {}
for f in out.glob("*/1-question.txt"):
    found.setdefault(f.read_text().split()[-1], []).append(f.parent.name)
doubled = {n: ids for n, ids in found.items() if len(ids) != 1}
lost = {n: i for n, i in acknowledged.items() if i not in found.get(n, [])}
assert len(acknowledged) == len(sent) and not doubled and not lost, (doubled, lost)
assert len(found) - len(acknowledged) <= 1, "more than the last one has no answer"
print(len(found))' "$handle" "$WORK/out-$handle" "$WORK/$handle.sent"
	exits "pulling again changes nothing" 0 -- director pull "${CASES[$handle]}" --out "$WORK/out-$handle"
done
exits "the log is whole" 0 -- officer --json log verify --full
check "and has grown by all of it" test "$(field size)" -gt "$((BEFORE + $(cat ./*.sent | wc -l)))"
exits "for another member too" 0 -- provider log verify --full
printf '        %s pushes acknowledged, %s kills\n' "$(cat ./*.sent | wc -l)" "$KILLS"

# ---- a client that dies while it pulls ----
sluis provider case open --member director
take_id
CASE=$ID
head -c 300000 /dev/urandom | base64 >history.txt
echo vraag >question.txt
cd "$TOP" || exit 1
add_grant provider referral director question history
push provider referral director "question=$WORK/question.txt" "history=$WORK/history.txt"
for ((k = 0; k < KILLS; k++)); do
	"$SLUIS" --profile "$REGION/profiles/director" pull "$MESSAGE" --out "$WORK/killed" >"$WORK/pull" 2>&1 </dev/null &
	PID=$!
	sleep "0.$(printf %03d $((RANDOM % 300)))"
	kill -KILL "$PID" 2>/dev/null
	wait "$PID" 2>/dev/null
done
exits "after $KILLS killed pulls the next one ends" 0 -- director pull "$MESSAGE" --out "$WORK/killed"
check "with the whole of it" cmp "$WORK/history.txt" "$WORK/killed/$MESSAGE/2-history.txt"
check "in one folder, with nothing beside it" test "$(find "$WORK/killed" -mindepth 1 -maxdepth 1 | wc -l)" -eq 1
exits "the sender sees one receipt" 0 -- provider --json status "$MESSAGE"
check "acknowledged" test "$(field recipients 0 state)" = acknowledged
exits "the log" 0 -- director --json log list --case "$CASE"
check "has one release and one receipt of it" python3 -c '
import json, sys
types = [e["type"] for e in json.loads(sys.argv[1]) if e["message"] == sys.argv[2]]
assert types.count("release") == 1 and types.count("receipt") == 1, types' "$OUT" "$MESSAGE"

# ---- a broker that forgets ----
broker stop
cp -a "$REGION/store" "$WORK/store-then"
broker start
push provider referral director "question=$WORK/question.txt"
exits "seen by the officer" 0 -- officer log verify
broker stop
mv "$REGION/store" "$WORK/store-now"
cp -a "$WORK/store-then" "$REGION/store"
check "a store put back by hand starts" broker start
for handle in provider officer; do
	exits "the $handle, who saw more, trusts nothing" 5 -- "$handle" case list
	check "evidence is kept" grep -q "evidence" <<<"$ERR"
done
exits "and pushes nothing" 5 -- provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
	"question=$WORK/question.txt"
broker stop
rm -rf "$REGION/store"
mv "$WORK/store-now" "$REGION/store"
check "with the store of now" broker start
exits "all is well again" 0 -- provider case list
finish
