#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a case from referral to closing with a mental health provider under the law on medical treatment (wgbo), a school that gets
# agreements and nothing else, and the expertise centre of several regions.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
PRACTICE_PKI=$PWD/deploy/practice-pki.sh
region_up
cd "$WORK" || exit 1

# An organisation that joins the region later, with one member of the same name.
found() { # HANDLE OIN NAME REGIME ROLE
	local profile=$REGION/profiles/$1
	"$PRACTICE_PKI" --quiet "$REGION" "$1:$2:$3:Behandeling" || bad "a certificate" "of $1"
	exits "$1 is invited" 0 -- registrar registry invite --handle "$1" --organisation "$1" --out "$WORK/$1.invite"
	exits "makes a profile" 0 -- "$1" init --invite "$WORK/$1.invite" --no-passphrase
	exits "gets a record of its organisation" 0 -- "$1" org issue "$profile/request.json" --role "$5" --until "$UNTIL" --organisation \
		"$REGION/organisations/$1" --name "$3" --regime "$4" --out "$WORK/$1.record"
	exits "hands it in" 0 -- "$1" enrol "$WORK/$1.record"
	exits "is approved" 0 -- registrar registry approve "$1"
}

ADULT=(--band 16-plus --born "$(date -u -d '17 years ago' +%Y-%m-%d)" --giver youth --until "$UNTIL")
for part in question history diagnostics advice agreement education plan; do
	echo "Onderdeel $part van deze zaak." >$part.txt
done

found ggz 00000099000000123000 "GGZ De Boog" wgbo provider
exits "its ground is another law" 0 -- ggz --json explain ground consent
check "the Civil Code" grep -qF bw-7-457 <<<"$OUT"

# ---- referral ----
sluis ggz case open --member director --member school
take_id
CASE=$ID
sluis ggz --json grant add "$CASE" "${ADULT[@]}" --purpose referral --purpose consultation --category question --category history \
	--category diagnostics --to director
GRANT=$(field grant)
exits "the referral" 0 -- ggz push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question=question.txt \
	history=history.txt
exits "diagnostics are no part of a referral" 3 category-not-allowed -- ggz push "$CASE" --purpose referral --ground consent \
	--grant "$GRANT" --to director diagnostics=diagnostics.txt
exits "the director takes it in" 0 -- director case step "$CASE" consultation
exits "now they are" 0 -- ggz push "$CASE" --purpose consultation --ground consent --grant "$GRANT" --to director \
	question=question.txt diagnostics=diagnostics.txt
exits "never for the school" 3 -- ggz push "$CASE" --purpose consultation --ground consent --grant "$GRANT" --to school \
	diagnostics=diagnostics.txt

# ---- the expertise centre ----
sluis director case join "$CASE" expertise-centre
sluis director --json grant add "$CASE" "${ADULT[@]}" --purpose expertise --category question --category history --to expertise-centre
GRANT=$(field grant)
exits "upward, what it needs" 0 -- director push "$CASE" --purpose expertise --ground consent --grant "$GRANT" --to expertise-centre \
	question=question.txt history=history.txt
exits "no diagnostics unless the consent names them for that role" 3 -- director push "$CASE" --purpose expertise --ground consent \
	--grant "$GRANT" --to expertise-centre question=question.txt diagnostics=diagnostics.txt
exits "it pulls" 0 -- expertise-centre --json pull --new --out centre
check "two parts" test "$(find centre -name '[12]-*' | wc -l)" -eq 2
sluis expertise-centre --json grant add "$CASE" "${ADULT[@]}" --purpose expertise --category advice --to director
GRANT=$(field grant)
exits "its advice comes back" 0 -- expertise-centre push "$CASE" --purpose expertise --ground consent --grant "$GRANT" --to director \
	advice=advice.txt

# ---- the school ----
sluis school --json grant add "$CASE" "${ADULT[@]}" --purpose education --category education --to director
GRANT=$(field grant)
exits "the school tells how it goes" 0 -- school push "$CASE" --purpose education --ground consent --grant "$GRANT" --to director \
	education=education.txt
sluis director --json grant add "$CASE" "${ADULT[@]}" --purpose education --purpose plan --category agreement --category plan \
	--to school --to ggz
GRANT=$(field grant)
exits "the plan goes to all; the school gets the agreement" 0 -- director --json push "$CASE" --purpose plan --ground consent \
	--grant "$GRANT" --to school --to ggz plan=plan.txt agreement=agreement.txt
exits "the school pulls" 0 -- school --json pull --new --out school
check "the agreement" test "$(find school -name '*-agreement.*' | wc -l)" -eq 1
check "and no more" test "$(find school -name '[0-9]-*' | wc -l)" -eq 1
exits "the school's log" 0 -- school --json log list
check "knows of no diagnostics, question or plan" test "$(grep -cE '"(diagnostics|question|history|plan)"' <<<"$OUT")" -eq 0

# ---- one dossier ----
exits "the director's dossier" 0 -- director --json dossier "$CASE" --out dossier
check "three parties" python3 -c '
import json
d = json.load(open("dossier/dossier.json"))
assert sorted(p["organisation"] for p in d["parties"]) == ["expertise-centre", "ggz", "school"], d' 
exits "closed" 0 -- director case close "$CASE"
exits "the log is whole" 0 -- ggz log verify
finish
