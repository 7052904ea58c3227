#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a case director has one dossier of a case, made of all that was received, wherever it was pulled to; and can remove
# every file of it again.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1
printf 'Eerste vraag <script>alert(1)</script>' >first.txt
printf 'Tweede vraag' >second.txt
printf 'Eerdere hulp' >history.txt

page_has() { # NAME TEXT
	check "$1" grep -qF -- "$2" dossier/index.html
}

page_lacks() { # NAME TEXT
	if grep -qF -- "$2" dossier/index.html; then bad "$1" "$2"; else ok "$1"; fi
}

dossier_is() { # NAME PYTHON, with d: the dossier
	check "$1" python3 -c "import json; d = json.load(open('dossier/dossier.json')); assert $2, d"
}

open_case
sluis provider case join "$CASE" gi
exits "a dossier of nothing" 0 -- director dossier "$CASE" --out "$WORK/dossier"
dossier_is "says what both may send" '[m["from"] for m in d["missing"]] == ["provider", "gi"] and all(m["nothing_yet"] for m in d["missing"])'
add_grant provider referral director question history
push provider referral director question=first.txt history=history.txt
FIRST=$MESSAGE
exits "pulled elsewhere before" 0 -- director pull "$FIRST" --out "$WORK/elsewhere"
push provider referral director question=second.txt
SECOND=$MESSAGE
exits "a dossier" 0 -- director --json dossier "$CASE" --out "$WORK/dossier"
check "names its page" test "$(field page)" = "$WORK/dossier/index.html"
dossier_is "one party" '[p["organisation"] for p in d["parties"]] == ["provider"]'
dossier_is "the newest of each category" \
	"[(s['category'], s['message']) for s in d['parties'][0]['sections']] == [('question', '$SECOND'), ('history', '$FIRST')]"
dossier_is "the older question is replaced, by the newer" \
	"[(s['category'], s['message'], s['by']) for s in d['replaced']] == [('question', '$FIRST', '$SECOND')]"
dossier_is "who sent nothing yet" '[m["from"] for m in d["missing"]] == ["gi"]'
dossier_is "on which ground, until when" \
	'all(s["ground"] == "consent" and s["grant"]["until"] for s in d["parties"][0]["sections"])'
check "what was pulled elsewhere is in it" cmp first.txt "dossier/$FIRST/1-question.txt"
page_has "the newest text stands on the page" "Tweede vraag"
page_lacks "the replaced one does not" "Eerste vraag"
page_has "it runs nothing and fetches nothing" "default-src 'none'"
check "in files for this user alone" test -z "$(find dossier -perm /077)"
"$SLUIS" --profile "$REGION/profiles/director" dossier "$CASE" --out "$WORK/dossier" >/dev/null 2>&1
page_has "Dutch where no language is asked for" "Wat ontbreekt"
exits "English by option" 0 -- director dossier "$CASE" --out "$WORK/dossier"
page_has "in English" "What is missing"

# ---- what a hostile sender writes is text ----
push provider referral director question=first.txt
exits "again" 0 -- director dossier "$CASE" --out "$WORK/dossier"
page_has "escaped" "&lt;script&gt;"
page_lacks "never run" "<script"

# ---- places of others ----
mkdir foreign
echo "mine" >foreign/index.html
exits "a page that is no dossier is left alone" 1 -- director dossier "$CASE" --out "$WORK/foreign"
check "untouched" test "$(cat foreign/index.html)" = mine
sluis provider case open --member director
OTHER=$(head -n1 <<<"$OUT")
exits "nor is the dossier of another case written over" 1 -- director dossier "$OTHER" --out "$WORK/dossier"
exits "a case that is not mine" 3 not-found -- school dossier "$CASE" --out "$WORK/school"

# ---- pull --new ----
push provider referral director question=second.txt
exits "all that is new" 0 -- director --json pull --new --out "$WORK/new"
check "one message" test "$(field 0 message)" = "$MESSAGE"
exits "nothing is new twice" 0 -- director --json pull --new --out "$WORK/new"
check "none" test "$OUT" = "[]"

NEW=$MESSAGE

# ---- the log: to look again is no refusal ----
refusals() {
	sluis director --json log list
	python3 -c 'import json, sys; print(sum(e["outcome"] == "refuse" for e in json.loads(sys.argv[1])))' "$OUT"
}
BEFORE=$(refusals)
exits "a dossier in another place" 0 -- director dossier "$CASE" --out "$WORK/again"
check "is made without asking for what was received" test "$(refusals)" = "$BEFORE"

# ---- a manifest.json that somebody changed ----
echo "not yours" >secret.txt
python3 - "again/$SECOND/manifest.json" <<'PY'
import json, sys
m = json.load(open(sys.argv[1]))
m["files"][0]["file"] = "../../secret.txt"
m["index"] = 10**9
json.dump(m, open(sys.argv[1], "w"))
PY
sluis director dossier "$CASE" --out "$WORK/again"
if grep -qF "not yours" again/index.html; then bad "nothing outside its folders is shown" leak; else ok "nothing outside its folders is shown"; fi

# ---- a run that died ----
head -c 400000 /dev/zero | tr '\0' x >large.txt
push provider referral director question=large.txt
(ulimit -f 200; "$SLUIS" --profile "$REGION/profiles/director" pull "$MESSAGE" --out "$WORK/cut" >/dev/null 2>&1)
check "left a part" test -n "$(find cut -type f -size +100k)"
exits "which can be wiped" 0 -- director wipe "$MESSAGE"
check "and is gone" test -z "$(find cut -type f)"
exits "pulled again" 0 -- director pull "$MESSAGE" --out "$WORK/cut"
touch "again/index.html.new"
mv cut moved
exits "what was moved away" 0 -- director --json wipe "$MESSAGE"
check "is told" test "$(field absent 0)" = "$WORK/cut/$MESSAGE"
rm -r moved

# ---- wipe ----
echo "my note" >"elsewhere/$FIRST/note.txt"
exits "what was never written" 3 -- director wipe 0123456789abcdef0123456789abcdef
exits "one message" 0 -- director wipe "${NEW:0:8}"
check "is gone" test ! -e "new/$NEW"
exits "the case" 0 -- director --json wipe "$CASE"
check "dossier and all copies are gone" test -z "$(find dossier again elsewhere foreign -type f ! -name note.txt ! -path 'foreign/index.html')"
check "what a person put there stays" test "$(cat "elsewhere/$FIRST/note.txt")" = "my note"
check "the page of somebody else too" test "$(cat foreign/index.html)" = mine
exits "and is forgotten" 3 -- director wipe "$CASE"
check "no content in the register or anywhere in the profile" \
	test -z "$(grep -rlaF -e 'Eerste vraag' -e 'Tweede vraag' "$REGION/profiles/director")"
finish
