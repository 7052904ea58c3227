#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: people type the words that they read on the screen; what is not understood is answered with what would be.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1
echo "Wat is nodig?" >question.txt

says() { # NAME TEXT: in words or hint
	if grep -qF -- "$2" <<<"$OUT $ERR"; then ok "$1"; else bad "$1" "$OUT $ERR"; fi
}

open_case
exits "a consent by labels" 0 -- provider --json grant add "$CASE" --band under-12 --born "$BORN" --giver authority --giver authority \
	--purpose aanmelding --category Hulpvraag --category "eerdere hulp" --to director --until "$UNTIL"
GRANT=$(field grant)
exits "is a consent by codes" 0 -- provider --json grant list "$CASE"
check "purpose and categories" test "$(field 0 purposes) $(field 0 categories)" = '["referral"] ["question", "history"]'
exits "in the list for people" 0 -- provider grant list "$CASE"
says "stands what it is for" "referral: question, earlier help"
exits "a push by labels" 0 -- provider push "$CASE" --purpose Aanmelding --ground toestemming --grant "$GRANT" --to director \
	question=question.txt
exits "a request by labels" 3 step-purpose -- director request "$CASE" --from provider --category veiligheid --purpose overleg --by "$UNTIL"
exits "a step by its label" 0 -- director case step "$CASE" overleg
exits "no step" 2 -- director case step "$CASE" nonsense
says "the steps are listed" "monitoring"
exits "no band" 2 -- provider grant add "$CASE" --band 9 --born "$BORN" --giver authority --purpose referral --category question \
	--to director --until "$UNTIL"
says "the bands are listed" "under-12"
exits "no purpose" 2 -- provider grant add "$CASE" --band under-12 --born "$BORN" --giver authority --purpose nonsense \
	--category question --to director --until "$UNTIL"
says "the purposes are listed" "consultation"
exits "what is neither code nor label is refused by rule" 3 purpose-unknown -- provider push "$CASE" --purpose nonsense --ground consent \
	--to director question=question.txt
exits "a global option behind the command" 2 -- provider log list --json
says "where it goes" "before the command"
exits "an officer is on no case, and may say its first digits" 0 -- officer --json log list --case "${CASE:0:6}"
check "its entries" test "$(field 0 case)" = "$CASE"
exits "a case that no entry names" 0 -- officer log list --case 0123456789abcdef0123456789abcdef
says "is said to be so" "names this case"
finish
