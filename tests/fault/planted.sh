#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Names, BSNs and contents are planted in what is pushed, the programs are broken in several ways, and then everything that
# they wrote is searched for them: store, keys, logs, profiles with their outbox, temporary files, a core image of the broker.
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
broker stop
start_faulty || bad "the broker starts with the library" "$(tail -n 3 "$REGION/sluisd.log")"

NAME=Quirijntje-Vossebelt
BSN=999955081 # of the range for tests
CONTENT=pimpelpaarse-geheimhouding
FILE_NAME=dossier-van-Wijnandus
mkdir "$WORK/files"
{
	printf '%s\n' "$NAME" "$BSN" "$CONTENT" "$FILE_NAME" Vossebelt Wijnandus
	# as they would stand in base64, at each of three offsets, in hexadecimal and in UTF-16
	for mark in "$NAME" "$CONTENT"; do
		for pad in "" x xx; do printf '%s' "$pad$mark" | base64 | cut -c5-16; done
		printf '%s' "$mark" | od -An -tx1 | tr -d ' \n' | cut -c1-24
	done
} | grep . >"$WORK/marks"
UTF16=$(printf '%s' "$CONTENT" | iconv -t UTF-16LE | od -An -tx1 | tr -d ' \n' | sed 's/../\\x&/g')
echo "Hulpvraag van $NAME: $CONTENT" >"$WORK/files/$FILE_NAME.txt"
echo "Voorgeschiedenis: $CONTENT" >"$WORK/files/history.txt"
echo "<a><Bsn>$BSN</Bsn><Naam>$NAME</Naam></a>" >"$WORK/files/message.xml"
echo "$BSN" >"$WORK/files/bsn.txt"

# No file under ${2}... has one of the marks, in its bytes or in its name.
none_in() { # WHAT PATH...
	local what=$1 found
	shift
	found=$(
		grep -rlaF -f "$WORK/marks" "$@" 2>/dev/null
		LC_ALL=C grep -rlaP "$UTF16" "$@" 2>/dev/null
		find "$@" 2>/dev/null | grep -F -e "$FILE_NAME" -e "$NAME" -e "$BSN"
	)
	if [ -z "$found" ]; then ok "$what"; else bad "$what" "$found"; fi
}

# The search finds what is there: each kind of trace once.
mkdir "$WORK/control"
for mark in "$NAME" "$BSN"; do
	printf 'abc%sdef' "$mark" >"$WORK/control/trace"
	check "the search finds what is there" grep -rqaF -f "$WORK/marks" "$WORK/control"
done
printf 'abcd%sdef' "$CONTENT" | base64 >"$WORK/control/trace"
check "and in base64" grep -rqaF -f "$WORK/marks" "$WORK/control"
printf '%s' "$CONTENT" | iconv -t UTF-16LE >"$WORK/control/trace"
check "and in UTF-16" env LC_ALL=C grep -rqaP "$UTF16" "$WORK/control"
rm -r "$WORK/control"

cd "$WORK/files" || exit 1
open_case
add_grant provider referral director question history message bsn
PUSH=(push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director)
ALL=("question=$FILE_NAME.txt" history=history.txt message=message.xml bsn=bsn.txt)
sluis provider "${PUSH[@]}" "${ALL[@]}"
if [ "$CODE" -ne 0 ]; then
	echo "a section for the BSN is not for this act: $ERR"
	ALL=("question=$FILE_NAME.txt" history=history.txt message=message.xml)
	sluis provider "${PUSH[@]}" "${ALL[@]}"
fi
take_id
exits "it arrives" 0 -- director pull "$ID" --out "$WORK/out-1"
check "as it was sent" grep -rqF "$CONTENT" "$WORK/out-1"

# Core images are refused to all but root: that is looked at too.
core() { # WHAT
	if gdb -p "$BROKER" -batch -ex "generate-core-file $WORK/core" >"$WORK/gdb" 2>&1 && [ -s "$WORK/core" ]; then
		none_in "$1" "$WORK/core"
		check "the image is of the broker" grep -qaF "$REGION" "$WORK/core"
		rm -f "$WORK/core"
	else
		bad "$1" "no image: $(tail -n 2 "$WORK/gdb")"
	fi
}
core "nothing in a core image after push and pull"

# Refusals, which say what is wrong but not what it says.
sluis provider "${PUSH[@]}" "plan=$FILE_NAME.txt"
check "a category that may not go is refused" test "$CODE" -eq 3
check "without its content" bash -c '! grep -qaF -f "$1"' - "$WORK/marks" <<<"$OUT$ERR"
sluis provider "${PUSH[@]}" question=message.xml
check "a BSN outside its place is refused" test "$CODE" -eq 3
check "without printing it" bash -c '! grep -qaF -f "$1"' - "$WORK/marks" <<<"$OUT$ERR"

# A client killed when its message waits in the outbox, and one killed in the midst of a pull.
for n in 14 20 26 32; do
	killed_at "$n" provider "${PUSH[@]}" "${ALL[@]}"
	none_in "nothing in the sender's profile after a kill at $n" "$REGION/profiles/provider"
done
sluis provider "${PUSH[@]}" "${ALL[@]}"
sluis director --json inbox "$CASE"
LAST=$(python3 -c 'import json, sys
print([r["message"] for r in json.load(sys.stdin) if r["state"] == "pending"][-1])' <<<"$OUT")
for n in 14 24 34; do
	killed_at "$n" director pull "$LAST" --out "$WORK/out-2"
	none_in "nothing in the receiver's profile after a kill at $n" "$REGION/profiles/director"
done
check "what is half-written stands in the folder that was named, open to nobody else" \
	test -z "$(find "$WORK/out-2" -perm /077 2>/dev/null)"

# The broker killed in a push and in a pull, its disk full, its sync failed.
for n in 4 12; do
	plan kill "$n"
	timeout -s KILL 3 "$SLUIS" --profile "$REGION/profiles/provider" "${PUSH[@]}" "${ALL[@]}" history=history.txt \
		>"$WORK/said" 2>&1 </dev/null
	no_plan
	if ! alive; then
		reap
		start_faulty || bad "the broker starts again" "$(tail -n 3 "$REGION/sluisd.log")"
	fi
done 2>/dev/null
plan full 1
sluis provider "${PUSH[@]}" "${ALL[@]}" question=history.txt
printf '%s' "$OUT$ERR" >>"$WORK/said"
no_plan
plan sync 1
timeout -s KILL 3 "$SLUIS" --profile "$REGION/profiles/provider" "${PUSH[@]}" "${ALL[@]}" question=history.txt \
	>>"$WORK/said" 2>&1 </dev/null
no_plan
{
	if alive; then end_child KILL; else reap; fi
} 2>/dev/null
start_faulty || bad "the broker starts again" "$(tail -n 3 "$REGION/sluisd.log")"
sluis provider "${PUSH[@]}" "${ALL[@]}" question=history.txt
sluis director pull "$CASE" --out "$WORK/out-2"
check "after all of it: pulled" test "$CODE" -eq 0
sluis provider log list
printf '%s' "$OUT$ERR" >>"$WORK/said"
check "after all of it: the log extends" log_extends
core "nothing in a core image after all of it"
end_child TERM

none_in "nothing in the store" "$REGION/store"
none_in "nothing in keys, log and settings of the broker" "$REGION/keys" "$REGION/sluisd.log" "$REGION/sluisd.yaml"
none_in "nothing in any profile" "$REGION/profiles"
none_in "nothing else in the region" "$REGION"
none_in "nothing in what the programs said" "$WORK/said"
check "the log of the broker holds something" test -s "$REGION/sluisd.log"
finish
