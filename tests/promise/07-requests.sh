#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: who needs something asks for it by a date, and gets no more by asking than the matrix gives; what was asked is answered,
# declined with a reason or overdue, for both to see and for nobody else; a message may replace one's own, and only that.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"

DAY=$(date -u -d '+10 days' +%Y-%m-%d)
FAR=$(date -u -d '+200 days' +%Y-%m-%d)
PAST=$(date -u -d '-2 days' +%Y-%m-%d)
NOBODYS=00112233445566778899aabbccddeeff

ask() { # ASKER HOLDER CATEGORY...; purpose referral; sets REQUEST
	local asker=$1 holder=$2 words=() c
	shift 2
	for c in "$@"; do words+=(--category "$c"); done
	sluis "$asker" request "$CASE" --from "$holder" "${words[@]}" --purpose referral --by "$DAY"
	take_id
	REQUEST=$ID
}

state_is() { # NAME HANDLE REQUEST STATE
	sluis "$2" --json request list "$CASE"
	local state
	state=$(python3 -c 'import json,sys
print(next((r["state"] for r in json.load(sys.stdin) if r["request"] == sys.argv[1]), "none"))' "$3" <<<"$OUT")
	if [ "$state" = "$4" ]; then ok "$1"; else bad "$1" "it is $state, not $4"; fi
}

answer() { # NAME EXIT RULE HANDLE REQUEST SECTION...
	local name=$1 want=$2 rule=$3 handle=$4 request=$5
	shift 5
	exits "$name" "$want" ${rule:+"$rule"} -- "$handle" push "$CASE" --purpose referral --ground consent --grant "$GRANT" \
		--to director --answers "$request" "$@"
}

who_may_ask() {
	exits "asked with the key that scripts rely on" 0 -- director --json request "$CASE" --from provider \
		--category history --purpose referral --by "$DAY"
	check "it is an id" test "$(field request | wc -c)" -eq 33
	REQUEST=$(field request)
	state_is "who asked sees it" director "$REQUEST" open
	state_is "so does who holds it" provider "$REQUEST" open
	state_is "nobody else on the case does" referrer "$REQUEST" none
	sluis provider inbox
	check "the inbox of who holds it says that it waits" grep -q "wait for your answer: 1" <<<"$ERR"
	exits "somebody who is not on the case" 3 not-found -- school request "$CASE" --from provider --category history \
		--purpose referral --by "$DAY"
	exits "a role that would not receive it" 3 sender-role -- referrer request "$CASE" --from provider --category history \
		--purpose referral --by "$DAY"
	exits "a holder who is not on the case" 3 receiver-not-on-case -- director request "$CASE" --from gi \
		--category history --purpose referral --by "$DAY"
	exits "a holder whom nobody knows" 2 -- director request "$CASE" --from nobody-here --category history \
		--purpose referral --by "$DAY"
	exits "a category that may not go" 3 category-not-allowed -- director request "$CASE" --from provider \
		--category address --purpose referral --by "$DAY"
	exits "a purpose that is not of this step" 3 step-purpose -- director request "$CASE" --from provider \
		--category history --purpose consultation --by "$DAY"
	exits "a date in the past" 2 -- director request "$CASE" --from provider --category history --purpose referral \
		--by "$PAST"
	exits "a date beyond what the policy allows" 3 act-condition -- director request "$CASE" --from provider \
		--category history --purpose referral --by "$FAR"
	sluis officer --json log list
	check "the officer sees what was asked, and what was refused" python3 -c 'import json,sys
seen = [(e["type"], e["outcome"]) for e in json.load(sys.stdin)]
sys.exit(("inquiry", "permit") not in seen or ("inquiry", "refuse") not in seen)' <<<"$OUT"
}

answers() {
	answer "answered by somebody else" 3 not-found referrer "$REQUEST" question=q.txt
	answer "an answer to what nobody asked: the same refusal" 3 not-found referrer "$NOBODYS" question=q.txt
	answer "more than was asked, though it may go" 3 category-not-allowed provider "$REQUEST" question=q.txt history=h.txt safety=s.txt
	answer "more than the matrix allows" 3 category-not-allowed provider "$REQUEST" question=q.txt history=h.txt address=a.txt
	exits "to somebody beside who asked" 3 -- provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" \
		--to director --to referrer --answers "$REQUEST" question=q.txt history=h.txt
	exits "a preview refuses likewise" 3 category-not-allowed -- provider push "$CASE" --purpose referral --ground consent \
		--grant "$GRANT" --to director --answers "$REQUEST" question=q.txt safety=s.txt --dry-run
	state_is "none of these closed it" director "$REQUEST" open
	answer "what was asked, with what the matrix requires beside it" 0 "" provider "${REQUEST:0:8}" question=q.txt history=h.txt
	take_id
	MESSAGE=$ID
	state_is "it is answered" director "$REQUEST" answered
	sluis director --json inbox "$CASE"
	check "the inbox says to what" test "$(field 0 answers)" = "$REQUEST"
	answer "answered twice" 3 act-condition provider "$REQUEST" question=q.txt history=h.txt
	exits "declined after it was answered" 3 act-condition -- provider request decline "$REQUEST" --reason not-held
	sluis director pull "$MESSAGE" --out "$WORK/out"
	check "the files say to what" grep -q "\"answers\": \"$REQUEST\"" "$WORK/out/$MESSAGE/manifest.json"
}

declines() {
	ask director provider safety
	exits "declined by who asked" 3 not-found -- director request decline "$REQUEST" --reason not-held
	exits "declined by somebody else on the case" 3 not-found -- referrer request decline "$REQUEST" --reason not-held
	exits "what nobody asked: the same refusal" 3 not-found -- referrer request decline "$NOBODYS" --reason not-held
	exits "a reason of one's own" 2 -- provider request decline "$REQUEST" --reason no-wish
	exits "declined by the holder" 0 -- provider request decline "${REQUEST:0:6}" --reason no-ground
	state_is "who asked sees it" director "$REQUEST" declined
	sluis director request list "$CASE"
	check "with the reason in words" grep -q "no ground" <<<"$OUT"
	sluis director --lang nl request list "$CASE"
	check "in Dutch too" grep -q "geen grond" <<<"$OUT"
	exits "declined twice" 3 act-condition -- provider request decline "$REQUEST" --reason not-held
	answer "answered after it was declined" 3 act-condition provider "$REQUEST" question=q.txt safety=s.txt
}

replaces() {
	local first other=$CASE
	push provider referral director question=q.txt
	first=$MESSAGE
	exits "replaced by its sender" 0 -- provider --json push "$CASE" --purpose referral --ground consent --grant "$GRANT" \
		--to director question=q.txt --replaces "${first:0:8}"
	MESSAGE=$(field message)
	sluis director --json inbox "$CASE"
	check "its receiver is told, and the old one stays" python3 -c 'import json,sys
rows = {r["message"]: r for r in json.load(sys.stdin)}
old, new = rows[sys.argv[1]], rows[sys.argv[2]]
sys.exit(new.get("replaces") != sys.argv[1] or "replaces" in old or old["state"] != "pending")' "$first" "$MESSAGE" <<<"$OUT"
	exits "another's message" 3 not-found -- referrer push "$CASE" --purpose referral --ground consent --grant "$GRANT" \
		--to director question=q.txt --replaces "$first"
	exits "a message of nobody: the same refusal" 3 not-found -- referrer push "$CASE" --purpose referral --ground consent \
		--grant "$GRANT" --to director question=q.txt --replaces "$NOBODYS"
	exits "both at once" 2 -- provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
		question=q.txt --replaces "$first" --answers "$REQUEST"

	open_case
	exits "a message of another case" 3 not-found -- provider push "$CASE" --purpose referral --ground consent --to director \
		question=q.txt --replaces "$first"
	CASE=$other
	sluis provider --json sent "$CASE"
	check "sent tells what replaces what, and each receiver's state" python3 -c 'import json,sys
rows = {r["message"]: r for r in json.load(sys.stdin)}
new = rows[sys.argv[2]]
sys.exit(new["replaces"] != sys.argv[1] or new["recipients"][0]["to"] != "director" or new["recipients"][0]["state"] != "pending")' "$first" "$MESSAGE" <<<"$OUT"
	exits "status of one's own by its first digits" 0 -- provider status "${first:0:8}"
	check "one line a receiver" grep -qE '^director +pending' <<<"$OUT"
}

# What `case due` says: kinds with who they wait on, sorted, each once.
due_kinds() { # HANDLE CASE
	sluis "$1" --json case due "$2"
	python3 -c 'import json,sys
rows = json.load(sys.stdin)
print(" ".join(sorted({"%s:%s%s" % (r["kind"], r["waits_on"], "!" if r["late"] else "") for r in rows})))' <<<"$OUT"
}

due() {
	local soon end
	open_case
	soon=$(date -u -d '+20 days' +%Y-%m-%d)
	check "nothing waits in a new case" test "$(due_kinds provider "$CASE")" = ""
	ask director provider history
	check "a request waits on its holder" test "$(due_kinds director "$CASE")" = "request:provider"
	UNTIL=$soon add_grant provider referral director question history
	check "so does a consent that ends on who took it" test "$(due_kinds provider "$CASE")" = "consent:provider request:provider"
	answer "the request is answered" 0 "" provider "$REQUEST" question=q.txt history=h.txt
	take_id
	MESSAGE=$ID
	check "then its answer waits on who asked" test "$(due_kinds director "$CASE")" = "answer:director consent:provider"
	sluis director pull "$MESSAGE" --out "$WORK/due"
	add_grant provider referral director question history
	check "a consent with one that takes its place does not wait" test "$(due_kinds director "$CASE")" = ""
	sluis director case step "$CASE" consultation
	check "beyond intake the family waits to be heard" test "$(due_kinds provider "$CASE")" = "invitation:director!"
	exits "something goes without consent" 0 -- provider push "$CASE" --purpose consultation --ground direct-involvement \
		--fact involvement=both-deliver-help --fact necessity=as-far-as-needed --to director history=h.txt
	check "who sent it should note that the family was informed" \
		test "$(due_kinds provider "$CASE")" = "informing:provider! invitation:director!"
	end=$(date -u -d '-3 days' +%Y-%m-%d)
	echo "{\"agreements\":[{\"who\":\"school\",\"what\":\"bellen\",\"by\":\"$end\",\"state\":\"open\"}]}" >agreement.json
	exits "agreements are sent" 0 -- provider push "$CASE" --purpose answer --ground direct-involvement \
		--fact involvement=both-deliver-help --fact necessity=as-far-as-needed --to director agreement=agreement.json
	check "before they are pulled the messages wait" test "$(due_kinds director "$CASE")" = "invitation:director! message:director"
	sluis director pull "$CASE" --out "$WORK/due"
	check "pulled, what was agreed and is past waits on who it says" \
		test "$(due_kinds director "$CASE")" = "agreement:school! invitation:director!"
	exits "for people" 0 -- director case due
	check "with the words of the agreement" grep -q 'overdue .*school .*bellen' <<<"$OUT"
	sluis director --lang nl case due "$CASE"
	check "in Dutch too" grep -q 'te laat .*afspraak: bellen' <<<"$OUT"
	exits "a case that is not one's own" 3 not-found -- school case due "$CASE"
}

left_behind() { # in the case of due(), beyond intake
	sluis director case join "$CASE" gi
	add_grant director plan provider,gi plan
	push director plan provider,gi plan=q.txt
	exits "replaced for one of two who have it" 0 -- director --json push "$CASE" --purpose plan --ground consent \
		--grant "$GRANT" --to provider plan=q.txt --replaces "$MESSAGE"
	check "who is left with the old one is named" test "$(field left)" = '["gi"]'
}

region_up
cd "$WORK" || exit 1
for f in q h s a; do echo "Tekst $f" >"$f.txt"; done
open_case
sluis provider case join "$CASE" referrer
add_grant provider referral director question history safety
who_may_ask
answers
declines
replaces
due
left_behind
finish
