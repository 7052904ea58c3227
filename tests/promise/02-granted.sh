#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: nothing is accepted or handed over without a ground that holds at that moment.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
cd "$WORK" || exit 1
echo "Wat wordt gevraagd" >question.txt
echo "Wat is geprobeerd" >history.txt
echo "Kerkstraat 7" >address.txt

referral() { # NAME EXIT RULE WORD...
	local name=$1 want=$2 rule=$3
	shift 3
	exits "$name" "$want" "$rule" -- provider push "$CASE" --purpose referral --ground consent --to director "$@"
}

# ---- the grant ----
open_case
OTHER=$CASE
add_grant provider referral director question history
OTHER_GRANT=$GRANT
open_case
referral "consent without a grant" 3 ground-evidence question=question.txt
referral "a grant that nobody recorded" 3 "" --grant 0123456789abcdef0123456789abcdef question=question.txt
referral "a grant of another case" 3 "" --grant "$OTHER_GRANT" question=question.txt
add_grant provider referral director question
referral "a category that it does not name" 3 grant-category --grant "$GRANT" question=question.txt history=history.txt
referral "a category outside the matrix" 3 category-not-allowed --grant "$GRANT" question=question.txt address=address.txt
referral "what is required is missing" 3 category-required --grant "$GRANT" history=history.txt
exits "a purpose of another step" 3 step-purpose -- provider push "$CASE" --purpose consultation --ground consent \
	--grant "$GRANT" --to director question=question.txt
exits "a ground that does not hold here" 3 ground- -- provider push "$CASE" --purpose referral \
	--ground direct-involvement --to director question=question.txt
exits "a receiver who is not on the case" 3 receiver- -- provider push "$CASE" --purpose referral --ground consent \
	--grant "$GRANT" --to school question=question.txt

grant() { # NAME EXIT RULE WORD...
	local name=$1 want=$2 rule=$3
	shift 3
	exits "$name" "$want" "$rule" -- provider grant add "$CASE" --purpose referral --category question --to director "$@"
}
grant "under 12 the youth alone cannot consent" 3 grant-giver --band under-12 --giver youth --born "$BORN" --until "$UNTIL"
grant "nor one of two holders of authority" 3 grant-giver --band under-12 --giver authority --authority 2 --born "$BORN" \
	--until "$UNTIL"
grant "12 to 15: authority without youth" 3 grant-giver --band 12-15 --giver authority --band-until 2030-01-01 --until "$UNTIL"
grant "a band that ends in the middle of a month" 2 "" --band under-12 --giver authority --band-until 2030-01-02 --until "$UNTIL"
grant "without a date, and nobody to ask" 2 "" --band under-12 --giver authority --until "$UNTIL"
grant "that ends before it begins" 2 "" --band under-12 --giver authority --born "$BORN" --until 2020-01-01
grant "12 to 15: youth and authority" 0 "" --band 12-15 --giver authority --giver youth --band-until 2030-01-01 \
	--until "$UNTIL"

# ---- who may not know ----
exits "the director is on the case" 0 -- director case show "$CASE"
exits "the school is not, and it is not there" 3 not-found -- school case show "$CASE"
NOT_YOURS=$OUT$ERR
exits "nor is a case that never was" 3 not-found -- school case show 0123456789abcdef0123456789abcdef
check "both in the same words" test "$NOT_YOURS" = "$OUT$ERR"
exits "a registrar has no cases" 3 "" -- registrar case open --member director

# ---- at the moment of handing over ----
GRANTED=$(sluis provider --json grant list "$CASE" && field 0 grant)
check "the grant is listed" test -n "$GRANTED"
push provider referral director question=question.txt
WAITING=$MESSAGE
exits "the registrar suspends the receiver" 0 -- registrar registry suspend director --reason test
exits "what waits is not handed over" 3 member-inactive -- director pull "$WAITING" --out "$WORK/out"
check "not one byte of it" test ! -e "$WORK/out/$WAITING"
referral "and nothing new is sealed to it" 3 receiver-inactive --grant "$GRANT" question=question.txt
exits "nobody lifts that but the registrar" 3 "" -- provider registry activate director
exits "the registrar does" 0 -- registrar registry activate director
exits "and it is handed over" 0 -- director pull "$WAITING" --out "$WORK/out"
check "byte for byte" cmp question.txt "$WORK/out/$WAITING/1-question.txt"
push provider referral director question=question.txt
exits "who leaves the case" 0 -- director case join "$CASE" gi
exits "is on it until then" 0 -- gi case show "$CASE"
exits "leaves" 0 -- gi case leave "$CASE"
exits "and finds nothing" 3 not-found -- gi case show "$CASE"
exits "a suspended sender" 0 -- registrar registry suspend provider --reason test
referral "sends nothing" 3 member-inactive --grant "$GRANT" question=question.txt

exits "active again" 0 -- registrar registry activate provider

# ---- what is explained is what is decided ----
exits "explain answers with 0 where it refuses" 0 category-not-allowed -- director explain push "$CASE" --purpose screening \
	--ground consent --grant "$GRANT" --to provider address=address.txt
exits "a dry run ends with 3" 3 category-not-allowed -- director push "$CASE" --dry-run --purpose screening \
	--ground consent --grant "$GRANT" --to provider address=address.txt
finish
