#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a case from referral to closing. A youth of fourteen asks for help, the parents disagree: no consent of both, the way for
# them is named, the youth consents alone, and the privacy officer judges that afterwards.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1
BORN=$(date -u -d '14 years ago' +%Y-%m-%d)
BY=$(date -u -d '+14 days' +%Y-%m-%d)
COMMON=(--band 12-15 --born "$BORN" --until "$UNTIL")
ALONE=(--giver youth --exception youth-alone-wish --assessed-by director)

mkdir referral
cat >referral/question.json <<'JSON'
{"asked": "Een plek om tot rust te komen; thuis lukt het niet.", "urgency": "urgent", "tried": "Ambulante hulp, twee keer."}
JSON
echo "Ambulante begeleiding, gestopt na drie maanden." >referral/history.txt
echo "Signalen van overbelasting." >safety.txt
echo "Doel: rust. De aanbieder begint maandag." >plan.txt
echo "De aanbieder belt elke week." >agreement.txt

# ---- consent ----
open_case
exits "one of two parents: no consent" 3 grant-giver -- provider grant add "$CASE" "${COMMON[@]}" --giver youth --giver authority \
	--authority 2 --purpose referral --category question --to director
check "and where they can go" grep -qF "1:253a" <<<"$ERR"
exits "the other parent's no is recorded" 0 -- provider grant refuse "$CASE" --giver authority --purpose referral
exits "the youth alone, as somebody assessed" 0 -- provider --json grant add "$CASE" "${COMMON[@]}" "${ALONE[@]}" \
	--purpose referral --purpose consultation --category question --category history --category safety --to director
exits "stands in the list" 0 -- provider --json grant list "$CASE"
check "with its exception" grep -qF youth-alone-wish <<<"$OUT"

# ---- intake ----
exits "the referral, as a folder" 0 -- provider --json push "$CASE" referral --yes
exits "the director makes a dossier" 0 -- director --json dossier "$CASE" --out dossier
check "with what is asked" grep -qF "tot rust te komen" dossier/index.html
check "and how urgent, in words" grep -qF "spoed" <(SLUIS_LANG=nl "$SLUIS" --profile "$REGION/profiles/director" dossier "$CASE" --out dossier >/dev/null 2>&1; cat dossier/index.html)

# ---- judged afterwards ----
exits "it waits for the officer" 0 -- officer --json review list
check "one review, of the consent" test "$(field 0 state)" = open
REVIEW=$(field 0 review)
exits "nobody else closes it" 3 act-role -- school review close "$REVIEW" --outcome justified
exits "the officer does" 0 -- officer review close "$REVIEW" --outcome justified

# ---- consultation ----
exits "accepted: to consultation" 0 -- director case step "$CASE" consultation
exits "the director asks for more" 0 -- director --json request "$CASE" --from provider --category safety --purpose consultation \
	--by "$BY"
REQUEST=$(field request)
exits "the provider sees it" 0 -- provider --json request list
check "open" grep -qF "$REQUEST" <<<"$OUT"
sluis provider --json grant list "$CASE"
GRANT=$(field 0 grant)
exits "and answers" 0 -- provider push "$CASE" --purpose consultation --ground consent --grant "$GRANT" --to director --answers \
	"$REQUEST" safety=safety.txt
exits "more than was asked is refused" 3 -- provider push "$CASE" --purpose consultation --ground consent --grant "$GRANT" \
	--to director --answers "$REQUEST" history=referral/history.txt
exits "the director's consent for the plan" 0 -- director --json grant add "$CASE" "${COMMON[@]}" "${ALONE[@]}" --purpose plan \
	--category plan --category agreement --to provider
GRANT=$(field grant)
exits "one plan" 0 -- director push "$CASE" --purpose plan --ground consent --grant "$GRANT" --to provider plan=plan.txt \
	agreement=agreement.txt
exits "the provider has it" 0 -- provider --json pull --new --out provider
check "both parts" test "$(find provider -name '[12]-*' | wc -l)" -eq 2

# ---- monitoring, closing, again ----
exits "to monitoring" 0 -- director case step "$CASE" monitoring
exits "the provider's consent for monitoring" 0 -- provider --json grant add "$CASE" "${COMMON[@]}" "${ALONE[@]}" \
	--purpose monitoring --category plan --category agreement --to director
GRANT=$(field grant)
exits "how it goes" 0 -- provider push "$CASE" --purpose monitoring --ground consent --grant "$GRANT" --to director \
	agreement=agreement.txt
exits "the director pulls it" 0 -- director pull --new --out director
exits "closed" 0 -- director case close "$CASE"
exits "nothing more is sent" 3 -- provider push "$CASE" --purpose monitoring --ground consent --grant "$GRANT" --to director \
	plan=plan.txt
exits "it can be opened again" 0 -- director case reopen "$CASE"
exits "and then it goes" 0 -- provider push "$CASE" --purpose monitoring --ground consent --grant "$GRANT" --to director plan=plan.txt
for who in provider director officer; do
	exits "the log is whole for $who" 0 -- "$who" log verify
done
finish
