#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a family without a laptop has on paper what it agreed to, until when, and how to end it.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1

has() { # NAME FILE TEXT
	check "$1" grep -qF -- "$3" "$2"
}

open_case
sluis provider --json grant add "$CASE" --band 12-15 --giver youth --giver authority --giver authority --purpose referral \
	--category question --category history --to director --until "$UNTIL" --born "$(date -u -d '13 years ago' +%Y-%m-%d)"
GRANT=$(field grant) TOKEN=$(field token)

"$SLUIS" --profile "$REGION/profiles/provider" grant letter "${GRANT:0:8}" --out letter.html --contact 'Team <Jeugd>' >/dev/null 2>&1
check "a letter, for this user alone" test "$(stat -c %a letter.html)" = 600
has "in Dutch where no language is asked for" letter.html "Uw toestemming om gegevens te delen"
has "what is shared" letter.html "<li>hulpvraag</li><li>eerdere hulp</li>"
has "with whom, by full name and role" letter.html "Expertteam Jeugd Oefenregio (procesregisseur)"
has "what for" letter.html "<li>aanmelding</li>"
has "until when, to the day" letter.html "Tot en met $(date -d "$UNTIL" +%d-%m-%Y)"
has "who gave it" letter.html "2 × gezaghebbende"
has "whom to call, as text" letter.html "Bel: Team &lt;Jeugd&gt;"
has "the token, in groups, with its check symbol" letter.html ">$TOKEN</p>"
has "on what law" letter.html "AVG"
check "nobody's signature is claimed" test "$(grep -ci 'handtekening\|ondertekend' letter.html)" -eq 0
check "nothing is fetched" test "$(grep -ciE 'src=|url\(|https?://' letter.html)" -eq 0
if command -v zbarimg >/dev/null && command -v rsvg-convert >/dev/null; then
	sed -n 's/.*\(<svg.*<\/svg>\).*/\1/p' letter.html | sed 's/<svg /<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /' |
		rsvg-convert -w 400 --background-color white -o qr.png
	check "the QR code is the token" test "$(zbarimg -q --raw qr.png)" = "$TOKEN"
else
	echo "skipped: the QR code was not read, for want of zbarimg and rsvg-convert"
fi
exits "English by option" 0 -- provider grant letter "$GRANT" --out english.html
has "in English" english.html "Your consent to share data"
has "a line to write on" english.html "Call: …"

# ---- others ----
exits "never over another file" 1 -- provider grant letter "$GRANT" --out letter.html
exits "the director's letter" 0 -- director --json grant letter "$GRANT" --out director.html
check "has no code" test "$(field code)" = false
check "really none" test "$(grep -c "$TOKEN" director.html)" -eq 0
exits "a grant of a case that is not mine" 3 not-found -- school grant letter "$GRANT" --out school.html
check "no letter" test ! -e school.html
exits "no such grant" 3 not-found -- provider grant letter 0123456789abcdef0123456789abcdef --out none.html

# ---- the token kept is that of the grant, or none ----
printf '0123456789abcdef' >"$REGION/profiles/provider/tokens/$GRANT"
exits "a token that was changed" 0 -- provider --json grant letter "$GRANT" --out changed.html
check "is not printed" test "$(field code)" = false
finish
