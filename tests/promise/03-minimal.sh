#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: nobody is sent, or learns the existence of, a section that its role does not need: not in its inbox, in what it
# pulls, in the log, nor from the words of a refusal.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
cd "$WORK" || exit 1
echo "Vraag" >question.txt
echo "Het plan" >plan.txt
echo "De afspraak" >agreement.txt
echo "Diagnostiek" >diagnostics.txt

tells_nothing_of() { # NAME WORD...
	local name=$1 word
	shift
	for word in "$@"; do
		if grep -qiF -- "$word" <<<"$OUT$ERR"; then
			bad "$name" "tells of $word: $OUT$ERR"
			return
		fi
	done
	ok "$name"
}

open_case
add_grant provider referral director question
push provider referral director question=question.txt
REFERRAL=$MESSAGE
sluis director case step "$CASE" consultation
sluis director case join "$CASE" school
sluis director case join "$CASE" expertise-centre
add_grant director plan provider,school plan agreement

# ---- before sending ----
exits "a dry run says who gets what" 0 -- director --json push "$CASE" --dry-run --purpose plan --ground consent \
	--grant "$GRANT" --to provider --to school plan=plan.txt agreement=agreement.txt
check "exactly that" python3 -c '
import json, sys
a = json.loads(sys.argv[1])
got = {d["to"]: sorted(d["categories"]) for d in a["deliveries"]}
assert a["outcome"] == "permit" and a["rule"] == "matrix", a
assert got == {"provider": ["agreement", "plan"], "school": ["agreement"]}, got' "$OUT"
exits "what no receiver may have is refused" 3 category-not-allowed -- director push "$CASE" --purpose plan --ground consent \
	--grant "$GRANT" --to provider --to school plan=plan.txt diagnostics=diagnostics.txt
exits "a receiver left with nothing is refused" 3 receiver-empty -- director push "$CASE" --purpose plan --ground consent \
	--grant "$GRANT" --to provider --to school plan=plan.txt

# ---- a refusal before sending: logged for the sender and for officers, told to no receiver ----
refusals_of() { # NAME WHO EXPECTED: rule and who is named in each refused push that WHO may read
	exits "$1: the log" 0 -- "$2" --json log list
	check "$1" python3 -c '
import json, sys
rows = [r for r in json.loads(sys.argv[1]) if r["type"] == "push" and r["outcome"] == "refuse"]
got = " ".join("%s:%s" % (r["rule"], "+".join(sorted(r["categories"]))) for r in rows)
assert got == sys.argv[2], got' "$OUT" "$3"
}
numbers() {
	python3 -c 'import json, sys; print({h: n for h, n in json.load(open(sys.argv[1]))["sequences"].items() if n})' "$REGION/profiles/provider/state.json"
}
BEFORE=$(numbers)
exits "nothing was sealed, yet it is refused by rule" 3 step-purpose -- provider push "$CASE" --purpose referral --ground \
	direct-involvement --to director --to school question=question.txt diagnostics=diagnostics.txt
check "and uses up no number of its receivers" test "$(numbers)" = "$BEFORE"
refusals_of "the sender sees its refused push" provider "step-purpose:diagnostics+question"
refusals_of "a receiver sees none" school ""
refusals_of "nor does the director: only what it tried itself" director \
	"category-not-allowed:diagnostics+plan receiver-empty:plan"
refusals_of "the officer sees each that its organisation had part in" officer \
	"category-not-allowed:diagnostics+plan receiver-empty:plan step-purpose:diagnostics+question"
exits "the officer's view of it" 0 -- officer --lang en log list
tells_nothing_of "and it does not name the other receiver" school
exits "a repeated push is not refused for its number" 3 step-purpose -- provider push "$CASE" --purpose referral --ground \
	direct-involvement --to director question=question.txt

# ---- what the school sees of a message that is more than its own ----
push director plan provider,school plan=plan.txt agreement=agreement.txt
exits "the school's inbox" 0 -- school --json inbox
check "one message, one category" python3 -c '
import json, sys
rows = json.loads(sys.argv[1])
assert [r["categories"] for r in rows] == [["agreement"]], rows
assert rows[0]["message"] == sys.argv[2] and rows[0]["state"] == "pending"' "$OUT" "$MESSAGE"
exits "the school pulls" 0 -- school --json pull "$MESSAGE" --out "$WORK/school"
check "one file and the manifest" test "$(find "$WORK/school" -type f | wc -l)" -eq 2
check "its own bytes" cmp agreement.txt "$WORK/school/$MESSAGE/1-agreement.txt"
check "a manifest of its own section alone" python3 -c '
import json, sys
m = json.load(open(sys.argv[1]))
assert [f["category"] for f in m["files"]] == ["agreement"], m
assert "provider" not in json.dumps(m), m' "$WORK/school/$MESSAGE/manifest.json"
for word in "log list" "log list --case $CASE"; do
	read -ra WORDS <<<"$word"
	exits "the school reads the log: $word" 0 -- school --json "${WORDS[@]}"
	check "of this message only its own category" python3 -c '
import json, sys
for row in json.loads(sys.argv[1]):
    if row["message"] == sys.argv[2]:
        assert set(row["categories"]) <= {"agreement"}, row' "$OUT" "$MESSAGE"
	INDEXES=$(python3 -c '
import json, sys
print(*[r["index"] for r in json.loads(sys.argv[1]) if r["message"] == sys.argv[2]])' "$OUT" "$MESSAGE")
done
for index in $INDEXES; do
	sluis school --json log show "$index"
	check "entry $index, opened, names no other receiver and no other category" python3 -c '
import json, sys
e = json.loads(sys.argv[1])
for p in e["parties"]:
    assert p["handle"] == "school" and set(p["categories"]) <= {"agreement"}, e' "$OUT"
done
exits "the provider gets all that is its own" 0 -- provider pull "$MESSAGE" --out "$WORK/provider"
check "both files" test -e "$WORK/provider/$MESSAGE/1-plan.txt" -a -e "$WORK/provider/$MESSAGE/2-agreement.txt"

# ---- what was before the school came ----
exits "the referral does not exist for it" 3 not-found -- school pull "$REFERRAL" --out "$WORK/school"
FIRST=$OUT$ERR
exits "nor does a message that never was" 3 not-found -- school pull 0123456789abcdef0123456789abcdef --out "$WORK/school"
check "in the same words" test "$FIRST" = "$OUT$ERR"
exits "nor its status" 3 not-found -- school status "$REFERRAL"
exits "the school's log" 0 -- school --json log list
tells_nothing_of "tells nothing of the referral" "$REFERRAL" question referral
exits "nor does a stranger to the case see any of it" 0 -- gi --json log list
tells_nothing_of "no case, no message" "$CASE" "$MESSAGE" "$REFERRAL"
exits "inbox of a stranger" 0 -- gi --json inbox
check "is empty" test "$OUT" = "[]"
exits "cases of a stranger" 0 -- gi --json case list
check "are none" test "$OUT" = "[]"

# ---- the same message for another role, where a grant may widen and nothing else may ----
add_grant director expertise expertise-centre question history
exits "expertise: question, not diagnostics" 3 "" -- director push "$CASE" --purpose expertise --ground consent \
	--grant "$GRANT" --to expertise-centre question=question.txt diagnostics=diagnostics.txt
push director expertise expertise-centre question=question.txt
exits "that is handed over" 0 -- expertise-centre pull "$MESSAGE" --out "$WORK/centre"
finish
