#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a profile put back from its backup is whole, and goes on: no number twice, no message lost, none sent twice.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
region_up
cd "$WORK" || exit 1
P=$REGION/profiles
echo "vier paarden op de dijk" >words
echo "vijf paarden op de dijk" >other
BACKUP=(--backup-passphrase-file "$WORK/words")

say() { # WORD: a push to the director whose content is new
	echo "Vraag $1" >question.txt
	sluis provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question=question.txt
}

refused_pushes() {
	sluis provider --json log list
	python3 -c '
import json, sys
print(sum(r["type"] == "push" and r["outcome"] == "refuse" for r in json.loads(sys.argv[1])))' "$OUT"
}

inbox_of_director() {
	sluis director --json inbox
	python3 -c 'import json, sys; print(len(json.loads(sys.argv[1])))' "$OUT"
}

open_case
add_grant provider referral director question
exits "a push" 0 -- provider case show "$CASE"
say 1
take_id
FIRST=$ID

# ---- making one ----
exits "no name: usage" 2 -- provider profile backup
exits "no passphrase: none is made" 1 -- provider profile backup --out "$WORK/none.age"
check "nothing of it is there" test ! -e none.age
exits "a backup" 0 -- provider --json profile backup --out "$WORK/one.age" "${BACKUP[@]}"
check "its owner's alone" test "$(stat -c %a one.age)" = 600
exits "never over another file" 1 -- provider profile backup --out "$WORK/one.age" "${BACKUP[@]}"
exits "no profile there" 1 -- nobody profile backup --out "$WORK/none.age" "${BACKUP[@]}"
chmod 644 words
exits "a passphrase open to others is not taken" 1 -- provider profile backup --out "$WORK/none.age" "${BACKUP[@]}"
chmod 600 words
check "no key stands in it readably" python3 -c '
import json, sys
keys = json.load(open(sys.argv[1]))["keys"]
data = open(sys.argv[2], "rb").read()
assert data.startswith(b"age-encryption.org/v1\n-> scrypt ") and b"ustar" not in data
assert bytes.fromhex(keys[:64]) not in data and keys[:64].encode() not in data' "$P/provider/secret.json" one.age
check "stock age and tar open it" bash -c '
mkdir stock && timeout 20 script -qec "age -d -o stock.tar one.age" /dev/null <words >/dev/null && tar xf stock.tar -C stock &&
diff -r --exclude lock --exclude outbox stock "$1"' - "$P/provider"

# ---- putting it back ----
exits "never over a profile" 1 -- provider profile restore "$WORK/one.age" "${BACKUP[@]}"
check "which is as it was" diff -r --exclude lock --exclude outbox stock "$P/provider"
exits "a wrong passphrase" 1 -- provider profile restore "$WORK/one.age" --profile "$WORK/back" --backup-passphrase-file "$WORK/other"
SIZE=$(stat -c %s one.age)
for at in 30 140 $((SIZE / 2)) $((SIZE - 1)); do
	cp one.age bad.age
	printf '\xff' | dd of=bad.age bs=1 seek="$at" conv=notrunc 2>/dev/null
	exits "a byte changed at $at" 1 -- provider profile restore "$WORK/bad.age" --profile "$WORK/back" "${BACKUP[@]}"
done
head -c $((SIZE / 2)) one.age >bad.age
exits "cut off" 1 -- provider profile restore "$WORK/bad.age" --profile "$WORK/back" "${BACKUP[@]}"
head -c 65000 /dev/urandom >bad.age
exits "something else" 1 -- provider profile restore "$WORK/bad.age" --profile "$WORK/back" "${BACKUP[@]}"
check "of all that nothing was written" test -z "$(find . -maxdepth 1 -name '*back*')"

# ---- a profile that is older than what was sent ----
for i in 2 3 4; do say $i; done
check "four arrived" test "$(inbox_of_director)" = 4
mkdir "$WORK/gone"
mv "$P/provider" "$WORK/gone/"
exits "put back, and told what it missed" 0 -- provider --json profile restore "$WORK/one.age" "${BACKUP[@]}"
check "it asked at once" test "$(field settled)" = true
check "folder and files are its owner's alone" test -z "$(find "$P/provider" -perm /077)"
BEFORE=$(refused_pushes)
say 5
check "the next push is taken" test "$CODE" -eq 0
check "at the first try" test "$(refused_pushes)" = "$BEFORE"
check "five arrived" test "$(inbox_of_director)" = 5
exits "receipts of then are still held against what was sent" 0 -- provider --json status "$FIRST"
check "compared" test "$(field compared)" = true

# ---- no contact at the restore: the first push asks ----
rm -rf "${P:?}/provider"
broker stop
exits "put back without a broker" 0 -- provider --json profile restore "$WORK/one.age" "${BACKUP[@]}"
check "it says that it has not asked" test "$(field settled)" = false
broker start
say 6
check "the first push asks and is taken" test "$CODE" -eq 0
check "at the first try, again" test "$(refused_pushes)" = "$BEFORE"

# ---- a copy put back by hand: nobody told the profile ----
cp -a "$P/provider" hand
for i in 7 8; do say $i; done
rm -rf "${P:?}/provider"
mv hand "$P/provider"
say 9
check "a rolled back disk: the push goes through by itself" test "$CODE" -eq 0
check "after one refusal" test "$(refused_pushes)" = $((BEFORE + 1))
check "nine arrived, each once" test "$(inbox_of_director)" = 9

# ---- the outbox ----
echo "Vraag laat" >question.txt
broker stop
sluis provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question=question.txt
check "no broker: safe to repeat" test "$CODE" -eq 4
broker start
# A push whose answer was not told: refused at the pipe, kept in the outbox.
say 10
mkdir -p "$P/provider/outbox"
if [ -z "$(ls "$P/provider/outbox")" ]; then
	"$SLUIS" --profile "$P/provider" push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
		question=question.txt >/dev/full 2>&1 || true
fi
check "something waits in the outbox" test -n "$(ls "$P/provider/outbox")"
exits "backed up with it" 0 -- provider profile backup --out "$WORK/two.age" "${BACKUP[@]}"
sluis provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question=question.txt
check "the same again is the first answer" test "$CODE" -eq 0
COUNT=$(inbox_of_director)
rm -rf "${P:?}/provider"
exits "put back" 0 -- provider --json profile restore "$WORK/two.age" "${BACKUP[@]}"
check "what waited had arrived" test "$(field waited 0 accepted)" = true
check "and waits no more" test -z "$(ls "$P/provider/outbox" 2>/dev/null)"
sluis provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question=question.txt
check "the same words now are a new message" test "$(inbox_of_director)" = $((COUNT + 1))

# ---- keys under a passphrase of their own ----
sluis registrar registry invite --handle sealed --organisation provider --out "$WORK/invite"
"$SLUIS" --profile "$P/sealed" --passphrase-file "$WORK/other" init --invite "$WORK/invite" >/dev/null 2>&1
exits "a profile with a passphrase is backed up without it" 0 -- sealed profile backup --out "$WORK/three.age" "${BACKUP[@]}"
rm -rf "${P:?}/sealed"
exits "and put back" 0 -- sealed profile restore "$WORK/three.age" "${BACKUP[@]}"
check "its keys open with its own words" "$SLUIS" --profile "$P/sealed" --passphrase-file "$WORK/other" keys list
exits "and with no others" 1 -- sealed --passphrase-file "$WORK/words" keys list
finish
