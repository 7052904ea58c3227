#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: nobody is surprised by the end of a certificate or a record: warned 60, 30 and 7 days ahead, by every command once a day.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
region_up
D=$REGION/profiles/director
CERTIFICATE=$(date -u -d "$(openssl x509 -in "$REGION/organisations/expert-team/cert.pem" -noout -enddate | cut -d= -f2)" +%s)
NOW=$(date +%s)

# The director's clock ${1} days before the certificate ends; its record has ended long before.
at() { # DAYS
	BY=$((CERTIFICATE - NOW - $1 * 86400 - 3600))
}
later() { # WORD...: as the director
	CODE=0
	OUT=$(faketime -f "+${BY}s" "$SLUIS" --profile "$D" --lang en "$@" 2>"$WORK/err" </dev/null) || CODE=$?
	ERR=$(cat "$WORK/err")
}

sluis director --json whoami
check "when the certificate ends is told" test "$(date -u -d "$(field certificate_until)" +%s)" -le $((CERTIFICATE + 1))
check "no warning now" test "$(field warnings)" = "[]"
sluis director case list
check "nor a hint" test -z "$(grep ends <<<"$ERR")"

at 59
later --json whoami
check "59 days ahead: whoami warns" grep -q "certificate ends in 59 days" <<<"$OUT"
later case list
check "any command gives a hint" grep -q "hint: your organisation's certificate ends in 59 days" <<<"$ERR"
later case list
check "once a day" test -z "$(grep ends <<<"$ERR")"
BY=$((BY + 86400))
later case list
check "the next day again" grep -q "ends in 58 days" <<<"$ERR"
later --json doctor
check "doctor warns" grep -q '"certificate-term"' <<<"$OUT"
state() {
	python3 -c 'import json, sys; print({r["code"]: r["state"] for r in json.loads(sys.argv[1])}["certificate-term"])' "$OUT"
}
check "of 60 days" test "$(state)" = warning
at 29
later --json doctor
check "29 days ahead: doctor warns" test "$(state)" = warning
at 6
later --json doctor
check "6 days ahead: it is wrong" test "$(state)" = wrong
at -1
later --json whoami
check "after the end: said so" grep -q "certificate ended on" <<<"$OUT"

# ---- an organisation whose certificate ends in 10 days, at the clock of today ----
deploy/practice-pki.sh --quiet short "$REGION" 900000 "kort:00000099100000009000:Stichting Kort:Alles"
sluis registrar registry invite --handle kort --organisation kort --out "$WORK/invite"
sluis kort init --invite "$WORK/invite" --no-passphrase
sluis kort org issue "$REGION/profiles/kort/request.json" --role school --until "$(date -u -d '+20 days' +%Y-%m-%d)" \
	--organisation "$REGION/organisations/kort" --regime education --out "$WORK/kort.record"
exits "it joins" 0 -- kort enrol "$WORK/kort.record"
exits "and is approved" 0 -- registrar registry approve kort
sluis kort --json whoami
check "its member is warned of both ends" grep -Pzq "(?s)record ends in (19|20) days.*certificate ends in 10 days" <<<"$OUT"
exits "the registrar sees it" 0 -- registrar registry pending
check "by its handle" grep -q "certificate of kort ends in 10 days" <<<"$ERR"
check "and no other" test "$(grep -c "certificate of" <<<"$ERR")" -eq 1
exits "and in the directory" 0 -- registrar --json directory
check "with its day" python3 -c '
import json, sys
rows = {r["handle"]: r["certificate_until"] for r in json.loads(sys.argv[1])}
assert rows["kort"] < min(v for k, v in rows.items() if k != "kort"), rows' "$OUT"
broker stop
broker start
check "the broker's log names it, by handle" grep -q "certificate-ends organisation=kort days=10" "$REGION/sluisd.log"
check "and no other there" test "$(grep -c certificate-ends "$REGION/sluisd.log")" -eq 1
finish
