#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: what is past its term is handed over no more, what is stored opens with the key ring alone, and the log still
# verifies; a clock that is wrong forgets nothing and takes nothing.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/lib.sh"
at_other_times

at() { # TIME
	broker stop
	export AT=$1
	check "the broker starts at ${1:-now}" broker start
}

# What the receiver's inbox says of message ${2} is ${3}, what the sender's status says of it ${4}.
states_are() { # NAME MESSAGE INBOX STATUS
	local got
	sluis director --json inbox
	got=$(python3 -c 'import json, sys
print([row["state"] for row in json.load(sys.stdin) if row["message"] == sys.argv[1]][0])' "$2" <<<"$OUT")
	check "$1: its receiver is told" test "$got" = "$3"
	sluis provider --json status "$2"
	check "$1: and its sender" test "$(field state) $(field recipients 0 state)" = "$4"
}

region_up
echo "een vraag die hier niet blijft" >"$WORK/question.txt"
open_case
add_grant provider referral director question
push provider referral director "question=$WORK/question.txt"
FIRST=$MESSAGE
push provider referral director "question=$WORK/question.txt"
exits "what is sealed, as it travels" 0 -- director pull "$MESSAGE" --out "$WORK/sealed" --sealed
check "is an age file" grep -qa '^age-encryption.org/v1' "$WORK/sealed/$MESSAGE/1-question.age"
broker stop
if grep -qa 'age-encryption.org/v1' "$REGION"/store/*; then
	bad "on disk even that stands under another key" "an age header in the store"
else
	ok "on disk even that stands under another key"
fi

# A backup is the store without its key ring.
mv "$REGION/store/keyring" "$WORK/keyring"
check "starts without it" broker start
exits "and opens nothing" 3 message-erased -- director pull "$FIRST" --out "$WORK/lost"
check "no byte of it" test ! -e "$WORK/lost/$FIRST"
states_are "without it" "$FIRST" lost "lost lost"
broker stop
mv "$WORK/keyring" "$REGION/store/keyring"
check "starts with it again" broker start
states_are "with it" "$FIRST" pending "accepted pending"

# One stored message rots: that one is lost, to both sides; the others and the broker live on.
push provider referral director "question=$WORK/question.txt"
broker stop
python3 - "$REGION/store/sluis.db" <<'TEXT'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
index, sealed = db.execute("SELECT idx, sealed FROM content ORDER BY idx DESC LIMIT 1").fetchone()
db.execute("UPDATE content SET sealed = ? WHERE idx = ?", (sealed[:-1] + bytes([sealed[-1] ^ 1]), index))
db.commit()
TEXT
check "the broker starts on it" broker start
exits "what rots is refused" 3 message-erased -- director pull "$MESSAGE" --out "$WORK/rot"
check "no byte of it" test ! -e "$WORK/rot/$MESSAGE"
states_are "what rots" "$MESSAGE" lost "lost lost"
exits "and explained" 0 message-erased -- director explain pull "$MESSAGE"
states_are "the other" "$FIRST" pending "accepted pending"
push provider referral director "question=$WORK/question.txt"
exits "what is new is handed over" 0 -- director pull "$MESSAGE" --out "$WORK/after"
broker stop

# Transit lasts 30 days.
at +29d
exits "a day before its term: allowed" 0 "" -- director explain pull "$FIRST"
check "it would be handed over" grep -q allowed <<<"$OUT"
at +31d
exits "a day after it: explained" 0 expired -- director explain pull "$FIRST"
exits "and not handed over" 3 expired -- director pull "$FIRST" --out "$WORK/late"
check "no byte of it" test ! -e "$WORK/late/$FIRST"
exits "the log is whole" 0 -- officer log verify --full
exits "it holds the refusal" 0 expired -- director log list
push provider referral director "question=$WORK/question.txt"
exits "what is new is handed over" 0 -- director pull "$MESSAGE" --out "$WORK/new"

# A clock put back to before the last entry.
at ''
exits "a clock that went back: nothing is taken" 4 -- provider push "$CASE" --purpose referral --ground consent \
	--grant "$GRANT" --to director "question=$WORK/question.txt"
exits "and nothing handed over" 4 -- director pull "$FIRST" --out "$WORK/back"
check "no byte of it" test ! -e "$WORK/back/$FIRST"
at +31d
echo "een andere vraag" >"$WORK/question.txt"
exits "set right, all goes on" 0 -- provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
	"question=$WORK/question.txt"
exits "the log is whole after all that" 0 -- officer log verify --full
finish
