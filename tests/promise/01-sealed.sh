#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: plaintext exists at the sender and the listed recipients only: not with the broker, on its disk, in its log or
# memory, not in a profile, and not for a member who was not listed.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
MARKS=(Ravenstein-Okapi 999955081 zeldzaam-woord-in-een-bijlage)
mkdir "$WORK/files"
cd "$WORK/files" || exit 1
echo "Hulpvraag van het kind Ravenstein-Okapi" >question.txt
echo "Gezin: zeldzaam-woord-in-een-bijlage" >family.txt
echo "<b><Bsn>999955081</Bsn></b>" >message.xml
printf '%s\n' "${MARKS[@]}" >marks

# Files under ${2}... that hold one of the marks, as they are or in UTF-16.
hides() { # NAME PATH...
	local name=$1 found
	shift
	found=$(grep -rlaF -f marks "$@" 2>/dev/null)
	if [ -z "$found" ]; then ok "$name"; else bad "$name" "$found"; fi
}

open_case
add_grant provider referral director question family message
push provider referral director question=question.txt family=family.txt message=message.xml
FIRST=$MESSAGE

hides "nothing in the broker's store, keys or log" "$REGION/store" "$REGION/keys" "$REGION/sluisd.log"
hides "nothing in the sender's profile" "$REGION/profiles/provider"
# Under the address sanitizer an image holds terabytes of shadow: the plain build is the one to look into.
if [ "$(awk '/^VmSize/ { print $2 }' "/proc/$(cat "$REGION/sluisd.pid")/status")" -gt 100000000 ]; then
	echo "skip    a memory image of a build with sanitizers is too large"
elif gdb -p "$(cat "$REGION/sluisd.pid")" -batch -ex "generate-core-file $WORK/core" >"$WORK/gdb" 2>&1 && [ -s "$WORK/core" ]; then
	hides "nothing in the broker's memory" "$WORK/core"
	check "the memory image holds something" grep -qa sluis "$WORK/core"
	rm -f "$WORK/core"
else
	bad "nothing in the broker's memory" "no image: $(tail -n 3 "$WORK/gdb")"
fi
exits "the recipient reads it" 0 -- director pull "$FIRST" --out "$WORK/director"
check "byte for byte" cmp question.txt "$WORK/director/$FIRST/1-question.txt"
check "the BSN where it may stand" cmp message.xml "$WORK/director/$FIRST/3-message.xml"
check "open to nobody else" test -z "$(find "$WORK/director" -perm /077)"
hides "handing over left nothing with the broker" "$REGION/store" "$REGION/sluisd.log"
hides "nor in the receiver's profile" "$REGION/profiles/director"

# What is sealed to two opens with the key of either, and of nobody else.
sluis director case step "$CASE" consultation
sluis director case join "$CASE" municipality-a
sluis director case join "$CASE" school
echo "Plan: zeldzaam-woord-in-een-bijlage" >plan.txt
add_grant director plan provider,municipality-a,school plan agreement
push director plan provider,municipality-a plan=plan.txt
exits "sealed as it is" 0 -- provider pull "$MESSAGE" --out "$WORK/sealed" --sealed
SECTION=$WORK/sealed/$MESSAGE/1-plan.age
check "a section is an age file" grep -qa '^age-encryption.org/v1' "$SECTION"
check "of two recipients and one context" test "$(grep -ca '^-> ' "$SECTION")" -eq 3
for handle in provider municipality-a director school; do
	sluis "$handle" keys export --age
	printf '%s\n' "$OUT" >"$WORK/$handle.age"
done
check "stock age opens it for one recipient" age -d -i "$WORK/provider.age" -o "$WORK/opened-1" "$SECTION"
check "and for the other" age -d -i "$WORK/municipality-a.age" -o "$WORK/opened-2" "$SECTION"
check "byte for byte" cmp "$WORK/opened-1" plan.txt
check "byte for byte, the other too" cmp "$WORK/opened-2" plan.txt
for handle in director school; do
	if age -d -i "$WORK/$handle.age" -o "$WORK/opened-3" "$SECTION" 2>/dev/null; then
		bad "not for the $handle, who is not listed" "it opened"
	else
		ok "not for the $handle, who is not listed"
	fi
done

# A BSN outside its place is stopped before sealing, whatever the file is called.
exits "a BSN in the plan is refused" 3 bsn-outside -- director push "$CASE" --purpose plan \
	--ground consent --grant "$GRANT" --to provider plan=message.xml
if grep -q 999955081 <<<"$OUT$ERR"; then bad "without printing it" "$OUT$ERR"; else ok "without printing it"; fi
broker stop
hides "nothing after the last sync either" "$REGION/store" "$REGION/sluisd.log"
finish
