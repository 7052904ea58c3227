#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a section holds what its category may hold. What does not fit, and what may be a BSN where none may stand, is refused
# before it is sealed, by name and place and never by content; a release of a place is recorded.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
DEMO=$PWD/deploy/demo
python3 tests/lib/documents.py "$WORK" || exit 1
region_up
cd "$WORK" || exit 1
echo "Vraag" >question.txt

send() { # WORD... as the provider's referral
	echo provider --json push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director "$@"
}

sends() { # NAME EXIT RULE SECTION...
	local name=$1 code=$2 rule=$3
	shift 3
	read -ra WORDS <<<"$(send "$@")"
	exits "$name" "$code" "$rule" -- "${WORDS[@]}"
}

open_case
add_grant provider referral director question history family safety authority identification contact attachment message bsn

# ---- templates ----
mkdir templates
CATEGORIES=$(python3 -c '
import re, sys
part = re.search(r"\ncategories:\n(.*?)\n\S", open(sys.argv[1], encoding="utf-8").read(), re.S).group(1)
print(*re.findall(r"(?m)^  ([a-z-]+):", part))' "$REGION/policy.yaml")
for category in $CATEGORIES; do
	sluis provider template "$category"
	if [ "$CODE" -eq 0 ]; then echo "$OUT" >"templates/$category.json"; fi
	echo "$ERR" >"templates/$category.help"
done
check "all but two categories have fields" test "$(find templates -name '*.json' | wc -l)" -eq 17
check "every template is JSON, and its help names each field" python3 -c '
import glob, json
def keys(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    if isinstance(value, list):
        for inner in value:
            yield from keys(inner)
for path in glob.glob("templates/*.json"):
    help = open(path[:-4] + "help").read()
    for key in keys(json.load(open(path))):
        assert key in help, (path, key)'
exits "a category without fields says so" 3 "XML message" -- provider template message
exits "one that there is not" 2 agreement -- provider template plans
exits "its Dutch name will do" 0 '"tasks"' -- provider template Plan
exits "in Dutch" 0 VERPLICHT -- provider --lang nl template question
sends "a template as it is printed is refused" 3 content-missing question=templates/question.json

# ---- what does not fit ----
echo '{"asked": "Hoe verder?", "urgency": "urgent"}' >good.json
echo '{"asked": "Hoe verder?", "urgency": "heel erg"}' >code.json
echo '{"asked": "Hoe verder?", "urgency": "urgent", "since": "31-02-2026"}' >date.json
echo '{"asked": "Hoe verder?", "urgency": "urgent", "goals": ["slapen"]}' >unknown.json
echo '{"asked": "Hoe verder?"' >broken.json
printf '<a>\n<b>\n</a>' >broken.xml
for try in code:content-value:urgency date:content-value:since unknown:content-unknown:goals broken:content-form:line; do
	IFS=: read -r file rule says <<<"$try"
	sends "$file: refused" 3 "$rule" "question=$file.json"
	check "it names $says" grep -qF "$says" <<<"$OUT"
	check "and says nothing of the content" bash -c '! grep -qE "Hoe verder|heel erg|slapen|31-02" <<<"$1"' - "$OUT$ERR"
	sends "a dry run says the same of $file" 3 "$rule" "question=$file.json" --dry-run
done
sends "XML that is not well formed" 3 content-form question=good.json message=broken.xml
sends "a message that is no XML" 3 content-media question=good.json message=question.txt
sluis provider --json log list
check "nothing of all that was sent" bash -c '! grep -qF "\"push\"" <<<"$1"' - "$OUT"
sends "what fits goes" 0 '"message"' question=good.json "message=$DEMO/message.xml"
MESSAGE=$(field message)
exits "and arrives" 0 -- director pull "$MESSAGE" --out "$WORK/director"
check "byte for byte" cmp good.json "$WORK/director/$MESSAGE/1-question.json"

# ---- a BSN where none may stand ----
printf 'Kenmerk 999990019 van de school' >run.txt
printf 'Kenmerk 999.990.019' >dots.txt
printf 'Kenmerk 999 990 019' >blanks.txt
printf 'Kenmerk 999\xc2\xa0990\xc2\xa0019' >nbsp.txt
printf 'Kenmerk 999-990-019' >hyphens.txt
printf 'Kenmerk 9 9 9 9 9 0 0 1 9' >single.txt
printf 'Kenmerk 10000008' >eight.txt
printf 'Kenmerk 1000.00.08' >eight-dots.txt
printf '\xff\xfe9\0009\0009\0009\0009\0000\0000\0001\0009\000' >utf16.txt
printf 'K\xe9nmerk 999\xa0990\xa0019' >latin.txt
echo '{"help": [{"what": "x", "result": "9999\u0030\u0030006 x"}]}' >json.json
for file in run.txt dots.txt blanks.txt nbsp.txt hyphens.txt single.txt eight.txt eight-dots.txt utf16.txt latin.txt json.json \
	split.docx nbsp.docx deleted.docx header.docx title.docx number.pdf boxes.pdf; do
	sends "hidden in $file" 3 bsn-outside question=good.json "history=$file"
	check "told by place, not by number" bash -c '! grep -qE "[0-9]{4}|999|1000" <<<"$1"' - "$(sed 's/"code"//' <<<"$OUT$ERR")"
done
for file in plain.docx plain.pdf "$DEMO/history.pdf"; do
	sends "no number in ${file##*/}" 0 '"message"' question=good.json "history=$file"
	check "and it was searched" bash -c '! grep -q "not searched" <<<"$1"' - "$ERR"
done
for file in bomb.docx entity.docx cut.pdf; do
	sends "${file} cannot be read: it goes, and people are told" 0 '"not_searched": [' \
		question=good.json "history=$file" --dry-run
	check "in words" grep -qF "not searched for a BSN, look yourself: history" <<<"$ERR"
done
printf '\x89PNG\r\n\x1a\n999990019\xff' >scan.png
sends "a picture is not searched, and people are told" 0 '"not_searched": [' question=good.json history=scan.png --dry-run
sends "a document under another name is" 3 bsn-outside question=good.json "history=$(cp number.pdf x.bin && echo x.bin)"
echo '{"number": "999990019", "verified": "document"}' >bsn.json
sends "in bsn it may stand" 0 '"message"' question=good.json bsn=bsn.json "message=$DEMO/message.xml"
MESSAGE=$(field message)
exits "and its receiver finds nothing wrong with that" 0 -- director pull "$MESSAGE" --out "$WORK/director"
exits "the sender sees that it came well" 0 '"problems": []' -- provider --json status "$MESSAGE"

# ---- a release ----
sends "the refusal has the words that release it" 3 "not-bsn history:8" question=good.json history=run.txt
sends "another place is not released by them" 3 bsn-outside question=good.json history=run.txt --not-bsn history:9
sends "nor another section" 3 bsn-outside question=good.json history=run.txt --not-bsn question:8
sends "a release of nothing is a mistake" 2 "" question=good.json history=question.txt --not-bsn history:8
sends "released, it goes" 0 '"message"' question=good.json history=run.txt family=question.txt --not-bsn history:8
MESSAGE=$(field message)
INDEX=$(field index)
exits "its receiver takes it" 0 -- director pull "$MESSAGE" --out "$WORK/director"
for who in provider director officer; do
	sluis "$who" --json log show "$INDEX"
	check "the log tells the $who that one section was released" python3 -c '
import json, sys
assert json.loads(sys.argv[1])["facts"]["not-bsn"] == "1", sys.argv[1]' "$OUT"
	check "and no number" bash -c '! grep -q 99999 <<<"$1"' - "$OUT"
done
printf 'a 999990019 b 999900006' >two.txt
sends "of two places one is not enough" 3 bsn-outside question=good.json history=two.txt --not-bsn history:2
sends "both are" 0 '"message"' question=good.json history=two.txt --not-bsn history:2 --not-bsn history:14
cp run.txt brief.txt
sends "sections of one category are told apart" 3 "attachment#2:8" question=good.json attachment=question.txt attachment=brief.txt

# ---- who may have a BSN, and attachments ----
sluis referrer case open --member director
take_id
CASE=$ID
add_grant referrer referral director question bsn attachment
exits "a referrer has no legal base for a BSN" 3 category-limited -- referrer push "$CASE" --purpose referral --ground consent \
	--grant "$GRANT" --to director question=good.json bsn=bsn.json
open_case
sluis director case step "$CASE" consultation
for who in school expertise-centre municipality-a; do sluis director case join "$CASE" "$who"; done
add_grant provider consultation director diagnostics attachment question
exits "an attachment about what its receiver may have" 0 -- provider push "$CASE" --purpose consultation --ground consent \
	--grant "$GRANT" --to director question=good.json attachment.diagnostics=question.txt
take_id
exits "comes as it went" 0 -- director pull "$ID" --out "$WORK/director"
check "and its manifest says what it is about" python3 -c '
import json, sys
files = json.load(open(sys.argv[1]))["files"]
assert [f.get("about") for f in files] == [None, "diagnostics"], files' "$WORK/director/$ID/manifest.json"
exits "about what its receiver may not have" 3 about -- provider push "$CASE" --purpose consultation --ground consent \
	--grant "$GRANT" --to director question=good.json attachment.bsn=question.txt
add_grant director plan school,municipality-a plan agreement attachment
exits "never to a school" 3 category-not-allowed -- director push "$CASE" --purpose plan --ground consent \
	--grant "$GRANT" --to school plan=question.txt agreement=question.txt attachment=question.txt
finish
