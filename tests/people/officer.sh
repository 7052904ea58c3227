#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a privacy officer, no technician, sees in a minute who got what and why, what was refused, what is open, and whether the log
# is whole.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1
echo "Wat is nodig?" >question.txt
echo "Eerdere hulp" >history.txt

says() { # NAME LINE: this line of the answer, in Dutch
	OUT=$("$SLUIS" --profile "$REGION/profiles/officer" --lang nl log summary "${SCOPE[@]}" 2>/dev/null)
	check "$1" grep -qxE -- "$2" <<<"$OUT"
}

rows() { # NAME EXPECTED WORD...: types, outcomes and rules listed
	local name=$1 want=$2
	shift 2
	exits "$name: listed" 0 -- officer --json log list "$@"
	check "$name" python3 -c '
import json, sys
got = " ".join("%s:%s:%s" % (r["type"], r["outcome"], r["rule"]) for r in json.loads(sys.argv[1]))
assert got == sys.argv[2], got' "$OUT" "$want"
}

open_case
SCOPE=(--case "$CASE")
add_grant provider referral director question history
push provider referral director question=question.txt
sluis director pull "$MESSAGE" --out "$WORK/director"
push provider referral director question=question.txt history=history.txt
LATER=$MESSAGE
exits "a push without its grant" 3 ground-evidence -- provider push "$CASE" --purpose referral --ground consent --to director \
	question=question.txt

says "whole" "heel: +ja, [0-9]+ regels, alles wat u mag lezen op zijn plaats"
says "who" "wie: +provider aan director"
says "what" "wat: +hulpvraag \(2\), eerdere hulp \(1\)"
says "why" "waarom: +aanmelding \(2\); grond: toestemming \(2\)"
says "refused" "geweigerd: +bewijs bij de grond ontbreekt of klopt niet \(1\)"
says "open" "open: +${LATER:0:8} \(director\)"
check "in six lines" test "$(wc -l <<<"$OUT")" -eq 6
sluis director pull --new --out "$WORK/later"
says "and when it was received" "open: +niets; alles is ontvangen"
exits "for scripts" 0 -- officer --json log summary --case "$CASE"
check "the same" python3 -c '
import json, sys
s = json.loads(sys.argv[1])
assert s["whole"] and s["who"] == [{"from": "provider", "to": ["director"]}] and s["open"] == [], s
assert s["what"] == {"question": 2, "history": 1} and s["refused"] == {"ground-evidence": 1}, s' "$OUT"

# ---- filters ----
rows "refused ones" push:refuse:ground-evidence --case "$CASE" --outcome refuse
rows "of a category" "push:permit:matrix release:permit:matrix" --case "$CASE" --category "eerdere hulp"
rows "by type" "receipt:permit:act receipt:permit:act" --case "$CASE" --type receipt
rows "by purpose and ground" "push:permit:matrix push:permit:matrix push:refuse:ground-evidence" --case "$CASE" --purpose aanmelding \
	--ground toestemming --type push
rows "of tomorrow" "" --case "$CASE" --from "$(date -u -d tomorrow +%Y-%m-%d)"
rows "of until yesterday" "" --case "$CASE" --until "$(date -u -d yesterday +%Y-%m-%d)"
exits "a category that is none" 2 -- officer log list --category nonsense
exits "a school reads nothing of it" 0 -- school --json log summary
check "not even that it is there" python3 -c '
import json, sys
s = json.loads(sys.argv[1])
assert s["who"] == [] and s["what"] == {} and s["refused"] == {}, s' "$OUT"

# ---- a log that is not whole tells nothing ----
broker stop
python3 - "$REGION" <<'PY'
import glob, sqlite3, sys
path = [p for p in glob.glob(sys.argv[1] + "/store/*") if open(p, "rb").read(16).startswith(b"SQLite format")][0]
db = sqlite3.connect(path)
row = db.execute("SELECT idx, event FROM event WHERE event IS NOT NULL AND length(event) > 0 AND message IS NOT NULL ORDER BY idx DESC LIMIT 1").fetchone()
db.execute("UPDATE event SET event = ? WHERE idx = ?", (row[1][:-1] + bytes([row[1][-1] ^ 1]), row[0]))
db.commit()
PY
broker start
CODE=0
OUT=$("$SLUIS" --profile "$REGION/profiles/officer" --lang nl log summary 2>"$WORK/err") || CODE=$?
check "exit 5 where an entry was changed: $CODE" test "$CODE" -eq 5
check "and no summary" test -z "$OUT"
finish
