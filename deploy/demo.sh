#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# demo - the main job on this machine, with a broker of its own: a referral pushed, decided, logged, pulled and checked.
#
#   deploy/demo.sh [DIR]        default: build/demo; made anew each time
#
# People and organisations in deploy/demo/ are invented. Prints headings, what is typed and what was answered; every
# exit code, id and category that is shown is also checked, and the first one that is wrong ends it with 1.
set -euo pipefail
umask 077

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
FILES=$HERE/demo
TOP=$(dirname "$HERE")
SLUIS=${SLUIS_BIN:-$TOP/build}/sluis
OUT=${1:-$TOP/build/demo}
CHILD_BORN=$(date -u -d '9 years ago' +%Y-%m-%d)
UNTIL=$(date -u -d '+5 months' +%Y-%m-%d)

wrong() {
	echo "demo: error: $1" >&2
	exit 1
}

heading() {
	printf '\n## %s\n' "$1"
}

# One command as ${2}, shown and answered; it must end with ${1}. Leaves its words in ANSWER.
run() { # EXIT HANDLE WORD...
	local want=$1 handle=$2 code=0
	shift 2
	printf '\n%s$ sluis %s\n' "$handle" "${*//"$OUT"/OUT}"
	ANSWER=$("$SLUIS" --profile "$REGION/profiles/$handle" --lang en "$@" 2>"$WORDS" </dev/null) || code=$?
	if [ -s "$WORDS" ]; then ANSWER+=${ANSWER:+$'\n'}$(cat "$WORDS"); fi
	printf '%s\n' "${ANSWER//"$OUT"/OUT}"
	[ "$code" -eq "$want" ] || wrong "that ended with $code, not $want"
}

answer_id() {
	ID=$(head -n1 <<<"$ANSWER")
	[[ $ID =~ ^[0-9a-f]{32}$ ]] || wrong "no id of 32 hex digits"
}

answer_says() {
	grep -qF -- "$1" <<<"$ANSWER" || wrong "that does not say \"$1\""
}

answer_hides() {
	if grep -qiF -- "$1" <<<"$ANSWER"; then wrong "that says \"$1\""; fi
}

# Exactly these files, and each the same bytes as what was sent.
holds() { # FOLDER NAME=SENT...
	local folder=$1 pair have want
	shift
	want=$(printf '%s\n' manifest.json "${@%%=*}" | sort)
	have=$(cd "$folder" && find . -type f -printf '%P\n' | sort)
	[ "$have" = "$want" ] || wrong "$folder holds: ${have//$'\n'/ }"
	for pair in "$@"; do
		cmp -s "$folder/${pair%%=*}" "${pair#*=}" || wrong "${pair%%=*} is not what was sent"
	done
}

[ -x "$SLUIS" ] || wrong "sluis is not built; run make first"
command -v age >/dev/null || wrong "age is not installed; run deploy/dependencies.sh demo"
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd -P)
REGION=$OUT/region
WORDS=$OUT/.words
if [ -d "$REGION" ]; then "$HERE/region.sh" down "$REGION"; fi
rm -rf "$OUT"
mkdir -p "$OUT"
cd "$FILES"

heading "A practice region: a broker, eight organisations, their members, the signed policy"
trap '"$HERE/region.sh" down "$REGION"' EXIT
"$HERE/region.sh" up "$REGION" 2>/dev/null
"$HERE/region.sh" status "$REGION"
run 0 provider whoami

heading "The care provider opens a case with the case director"
run 0 provider case open --member director
answer_id
CASE=$ID

heading "Both parents consented on a form; the provider records that"
run 0 provider grant add "$CASE" --band under-12 --born "$CHILD_BORN" --giver authority --giver authority \
	--purpose referral --category question --category history --category family --category safety \
	--category authority --category message --to director --until "$UNTIL" --evidence consent.txt
answer_id
GRANT=$ID
SECTIONS=(question=question.md history=history.pdf family=family.txt safety=safety.md authority=authority.txt
	message=message.xml)

heading "The family gets a letter: what is shared, with whom, until when, and the code that ends it"
run 0 provider --lang nl grant letter "$GRANT" --out "$OUT/letter.html" --contact "Team Jeugd, 0475-555 010"
grep -qF "Bel: Team Jeugd" "$OUT/letter.html" || wrong "the letter does not say whom to call"

heading "What would go to whom, before anything is sealed"
run 0 provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director --dry-run "${SECTIONS[@]}"
answer_says "rule matrix"

heading "The referral is sealed, decided, written into the log, and only then acknowledged"
run 0 provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director "${SECTIONS[@]}"
answer_id
REFERRAL=$ID

heading "The case director pulls exactly what that role may have"
run 0 director inbox "$CASE"
answer_says "$REFERRAL"
answer_says "pending"
run 0 director pull "$REFERRAL" --out "$OUT/director"
holds "$OUT/director/$REFERRAL" 1-question.md=question.md 2-history.pdf=history.pdf 3-family.txt=family.txt \
	4-safety.md=safety.md 5-authority.txt=authority.txt 6-message.xml=message.xml
run 0 provider status "$REFERRAL"
answer_says "acknowledged"

heading "One dossier, not a heap: who sent what, on which ground, and what is missing"
run 0 director --lang nl dossier "$CASE" --out "$OUT/dossier"
answer_says "index.html"
[ "$(find "$OUT/dossier" -name manifest.json | wc -l)" -eq 1 ] || wrong "the dossier has not the one message"

heading "Refused: an address is no part of a referral"
run 3 provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
	question=question.md address=address.txt
answer_says "category-not-allowed"
answer_says "hint: "

heading "Refused: consent is claimed, and no grant is named"
run 3 provider push "$CASE" --purpose referral --ground consent --to director question=question.md
answer_says "ground-evidence"
answer_says "hint: "

heading "Around the table: the case director moves the case on and adds the school"
run 0 director case step "$CASE" consultation
run 0 director case join "$CASE" school
run 0 director grant add "$CASE" --band under-12 --born "$CHILD_BORN" --giver authority --giver authority \
	--purpose plan --category plan --category agreement --to provider --to school --until "$UNTIL"
answer_id
PLAN_GRANT=$ID

heading "Agreements have fields: a file to fill in, and what is not filled in is refused by name"
run 0 director template agreement
sed -n '/^{/,/^}/p' <<<"$ANSWER" >"$OUT/agreement.json"
run 3 director push "$CASE" --purpose plan --ground consent --grant "$PLAN_GRANT" --to provider --to school \
	plan=plan.md "agreement=$OUT/agreement.json"
answer_says "content-missing"

heading "One plan, one message: the provider gets all of it, the school only the agreement"
run 0 director push "$CASE" --purpose plan --ground consent --grant "$PLAN_GRANT" --to provider --to school \
	plan=plan.md agreement=agreement.json
answer_id
PLAN=$ID
run 0 school inbox
answer_says "$PLAN"
answer_hides "$REFERRAL"
run 0 school pull "$PLAN" --out "$OUT/school"
holds "$OUT/school/$PLAN" 1-agreement.json=agreement.json

heading "Refused: the school asks for the referral, and learns not even that it is there"
run 3 school pull "$REFERRAL" --out "$OUT/school"
answer_says "not-found"
answer_says "hint: "

heading "That too stands in the log"
run 0 school log list
answer_says "not-found"

heading "A delivered section opens with stock age, a program that is not ours"
run 0 provider pull "$PLAN" --out "$OUT/provider" --sealed
printf '\nprovider$ sluis keys export --age >OUT/provider/identity.txt\n'
"$SLUIS" --profile "$REGION/profiles/provider" keys export --age >"$OUT/provider/identity.txt" 2>/dev/null </dev/null
printf 'provider$ age -d -i OUT/provider/identity.txt OUT/provider/%s/1-plan.age\n' "$PLAN"
age -d -i "$OUT/provider/identity.txt" -o "$OUT/provider/plan.md" "$OUT/provider/$PLAN/1-plan.age"
cmp "$OUT/provider/plan.md" plan.md
cat "$OUT/provider/plan.md"

heading "The privacy officer of the expert team checks the log"
run 0 officer log verify
answer_says "the exchange log is whole"
run 0 officer log list --case "$CASE"
answer_says "push"
answer_says "release"
answer_says "receipt"

heading "The broker stops; what it kept can be searched"
trap - EXIT
"$HERE/region.sh" down "$REGION"
if grep -rqa -e Veldkamp -e 999955081 -e "vaste begeleider" "$REGION/store" "$REGION/sluisd.log"; then
	wrong "the broker kept something readable"
fi
echo "nothing of the content stands in $REGION/store or in its log"

heading "To open"
cat <<TEXT
the dossier           $OUT/dossier/index.html
the family's letter   $OUT/letter.html
the director's copy   $OUT/director/$REFERRAL
the school's copy     $OUT/school/$PLAN
sealed, and opened    $OUT/provider
the region            $REGION
again by hand         $HERE/region.sh up $REGION
                      $SLUIS --profile $REGION/profiles/director inbox
TEXT
