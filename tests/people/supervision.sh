#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a case under a supervision order. The certified institution gets what it needs without consent, until the court's end date;
# one parent is shielded by the court, and learns of the plan but never of the address.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1
DECIDED=$(date -u -d '2 months ago' +%Y-%m-%d)
ENDS=$(date -u -d '+4 months' +%Y-%m-%d)
ORDER=(--ground supervision-order --fact "decided=$DECIDED" --fact "until=$ENDS")
UNDER_12=(--band under-12 --born "$BORN" --giver authority --giver authority --until "$UNTIL")
echo "Wat is nodig?" >question.txt
echo "Eén plan." >plan.txt
echo "Wie doet wat." >agreement.txt
echo "Contact." >contact.txt
echo "Opvang, adres geheim." >address.txt

# A parent at the table: a record by an organisation on the case.
parent() { # HANDLE
	local profile=$REGION/profiles/$1
	sluis registrar registry invite --handle "$1" --organisation gi --out "$WORK/$1.invite" &&
		sluis "$1" init --invite "$WORK/$1.invite" --no-passphrase &&
		sluis "$1" org issue "$profile/request.json" --role parent --until "$UNTIL" --organisation \
			"$REGION/organisations/gi" --out "$WORK/$1.record" &&
		sluis "$1" enrol "$WORK/$1.record" && sluis registrar registry approve "$1"
	check "$1 has a record" test "$CODE" -eq 0
}

# ---- referral by the certified institution ----
sluis gi case open --member director --member provider
take_id
CASE=$ID
sluis gi --json grant add "$CASE" "${UNDER_12[@]}" --purpose referral --category question --category address --to director
GRANT=$(field grant)
exits "the referral" 0 -- gi push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question=question.txt
exits "to consultation" 0 -- director case step "$CASE" consultation
parent mother
parent father
exits "one parent at the table" 0 -- director case join "$CASE" mother
exits "the other too" 0 -- director case join "$CASE" father

# ---- the order ----
exits "without its evidence: no ground" 3 ground-evidence -- director push "$CASE" --purpose plan --ground supervision-order --to gi \
	plan=plan.txt
check "what is missing is named" grep -qF "decided" <<<"$ERR"
exits "an order that has ended" 3 ground-ended -- director push "$CASE" --purpose plan --ground supervision-order --fact \
	decided=2020-01-01 --fact until=2021-01-01 --to gi plan=plan.txt
exits "toward somebody else" 3 ground-receiver -- director push "$CASE" --purpose plan "${ORDER[@]}" --to provider plan=plan.txt
exits "toward the certified institution" 0 -- director push "$CASE" --purpose plan "${ORDER[@]}" --to gi plan=plan.txt
exits "which pulls it" 0 -- gi --json pull --new --out gi
exits "and sees on which ground" 0 -- gi --json dossier "$CASE" --out dossier
check "by name" grep -qF '"ground": "supervision-order"' dossier/dossier.json

# ---- the shield ----
sluis director --json grant add "$CASE" "${UNDER_12[@]}" --purpose plan --purpose rights --category plan --category agreement \
	--to gi --to provider --to mother
GRANT=$(field grant)
exits "sent before the shield" 0 -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to father --to mother \
	plan=plan.txt agreement=agreement.txt
exits "the court keeps the plan from the father" 0 -- gi case shield "$CASE" father --category plan --reason court
exits "so what was sent is not handed over" 3 category-shielded -- father --json pull --new --out father
exits "the mother gets it" 0 -- mother --json pull --new --out mother
check "both parts" test "$(find mother -name '[12]-*' | wc -l)" -eq 2
exits "by role neither" 0 -- director --json push "$CASE" --dry-run --purpose plan --ground consent --grant "$GRANT" --to role:parent \
	plan=plan.txt agreement=agreement.txt
check "he would get the agreement alone" python3 -c '
import json, sys
got = {d["to"]: sorted(d["categories"]) for d in json.loads(sys.argv[1])["deliveries"]}
assert got == {"father": ["agreement"], "mother": ["agreement", "plan"]}, got' "$OUT"
exits "nor by his organisation" 3 category-shielded -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to father \
	plan=plan.txt
exits "everything" 0 -- gi case shield "$CASE" father --reason safety
exits "then nothing at all" 3 receiver-shielded -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to father \
	--to mother agreement=agreement.txt
exits "an address is no part of a plan for anybody" 3 category-not-allowed -- director push "$CASE" --purpose plan --ground consent \
	--grant "$GRANT" --to mother plan=plan.txt address=address.txt
exits "his log" 0 -- father --json log list
check "says nothing of an address" test "$(grep -c '"address"' <<<"$OUT")" -eq 0

# ---- to the end ----
exits "to monitoring" 0 -- director case step "$CASE" monitoring
exits "closed" 0 -- director case close "$CASE" --reason goals-reached
exits "nothing after that" 3 -- director push "$CASE" --purpose plan "${ORDER[@]}" --to gi plan=plan.txt
exits "the log is whole" 0 -- gi log verify
finish
