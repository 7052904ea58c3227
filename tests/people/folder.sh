#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a provider with five minutes puts files into a folder, looks, says yes: purpose, consent and receivers are found by
# the same decision that the broker makes, and nothing goes to anybody who was not shown.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
region_up
cd "$WORK" || exit 1

# As provider (or AS), at a terminal, with an answer typed; OUT gets all that was shown. MEANWHILE is run while it is asked.
MEANWHILE=
at_terminal() { # ANSWER WORD...
	CODE=0
	OUT=$(python3 - "$1" "$MEANWHILE" "$SLUIS" --profile "$REGION/profiles/${AS:-provider}" --lang nl "${@:2}" <<'PY'
import os, pty, subprocess, sys
answer, meanwhile, argv = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(argv[0], argv)
shown, asked = b"", False
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if not asked and b"Versturen?" in shown:
        asked = True
        subprocess.run(["bash", "-c", meanwhile], stdout=subprocess.DEVNULL)
        os.write(fd, answer.encode() + b"\n")
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(shown.decode().replace("\r", ""))
sys.exit(code)
PY
) || CODE=$?
}

inbox_of() { # HANDLE: categories of each message, by purpose
	sluis "$1" --json inbox
	python3 -c '
import json, sys
print(" ".join("%s:%s" % (r["purpose"], "+".join(sorted(r["categories"]))) for r in json.loads(sys.argv[1])))' "$OUT"
}

mkdir folder
echo "Wat is nodig?" >folder/hulpvraag.txt
echo "Wat is geprobeerd" >"folder/eerdere hulp.md"
echo "verborgen" >folder/.DS_Store
open_case
sluis provider case join "$CASE" gi
exits "without a consent, the way to one" 3 ground-evidence -- provider push "$CASE" folder
check "is shown" grep -qF "sluis grant add" <<<"$ERR"
add_grant provider referral director question history

# ---- looking before sending ----
exits "a script is not asked" 2 -- provider push "$CASE" folder
check "what would go is shown" grep -qF "director (Expertteam Jeugd Oefenregio)" <<<"$ERR"
check "nothing was sent" test -z "$(inbox_of director)"
exits "a dry run" 0 -- provider --json push "$CASE" folder --dry-run
check "to the director alone" python3 -c '
import json, sys
d = json.loads(sys.argv[1])
assert d["outcome"] == "permit", d
assert [(r["to"], sorted(r["categories"])) for r in d["deliveries"]] == [("director", ["history", "question"])], d' "$OUT"
at_terminal n push "$CASE" folder
check "no is no" test "$CODE" -eq 2
check "nothing was sent then" test -z "$(inbox_of director)"

# ---- yes ----
at_terminal j push "$CASE" folder
check "one question, and it is sent" test "$CODE" -eq 0
check "asked in Dutch, with purpose and ground" grep -qF "aanmelding, op grond van toestemming" <<<"$OUT"
check "the director has it" test "$(inbox_of director)" = "referral:history+question"
check "nobody else has" test -z "$(inbox_of gi)"
exits "or without a question" 0 -- provider --json push "$CASE" folder --yes
check "a message" grep -q '"message"' <<<"$OUT"

# ---- names ----
mkdir names
echo x >names/vraag.txt
exits "a file that is no category" 2 -- provider push "$CASE" names --yes
check "is named, with what to do" grep -qF "vraag.txt" <<<"$ERR"
mv names/vraag.txt names/quest.txt
exits "a beginning that one category has" 0 -- provider push "$CASE" names --dry-run
mv names/quest.txt names/a.txt
exits "a beginning that is too short" 2 -- provider push "$CASE" names --dry-run
rm names/a.txt
exits "an empty folder" 2 -- provider push "$CASE" names --yes
mkdir names/question
exits "a folder in it" 2 -- provider push "$CASE" names --yes

rmdir names/question
ln -s /etc/hostname names/question.txt
exits "a link, which would send what stands elsewhere" 2 -- provider push "$CASE" names --yes
rm names/question.txt
mkfifo names/question.txt
exits "something that is no file" 2 -- provider push "$CASE" names --yes
rm names/question.txt
head -c 600000 /dev/zero | tr '\0' x >names/question.txt
exits "a file that is too large" 3 too-large -- provider push "$CASE" names --yes
echo x >names/question.txt
exits "a flag that meets nothing" 2 -- provider push "$CASE" names --criminal saftey --yes
check "says so" grep -qF -- "--criminal saftey" <<<"$ERR"
mv names/question.txt "names/HULPVRAAG.TXT"
exits "capitals" 0 -- provider push "$CASE" names --dry-run

# ---- nothing more than the grant ----
echo "Diagnostiek" >folder/diagnostics.txt
exits "what the consent does not cover is refused" 3 category-not-allowed -- provider push "$CASE" folder --yes
rm folder/diagnostics.txt
echo "Gezin" >folder/family.txt
exits "nor what the matrix would allow" 3 grant-category -- provider push "$CASE" folder --yes
rm folder/family.txt
sluis director case step "$CASE" consultation
exits "nor in a step that is over" 3 -- provider push "$CASE" folder --yes

# ---- nothing but what was shown ----
sluis provider case open --member director --member municipality-a
CASE=$(head -n1 <<<"$OUT")
add_grant director transfer org:municipality-a,org:municipality-b plan
mkdir plan
echo "Het plan" >plan/plan.txt
MEANWHILE="'$SLUIS' --profile '$REGION/profiles/provider' case join $CASE municipality-b"
AS=director at_terminal j push "$CASE" plan --to role:municipality-access
MEANWHILE=
check "who joined while it was asked was not shown, so nothing goes" test "$CODE" -eq 3
check "and it is said why" grep -qF case-changed <<<"$OUT"
check "nobody got it" test -z "$(inbox_of municipality-a)$(inbox_of municipality-b)"
AS=director at_terminal j push "$CASE" plan --to role:municipality-access
check "looked at again it goes" test "$CODE" -eq 0
check "to both" test "$(inbox_of municipality-a) $(inbox_of municipality-b)" = "transfer:plan transfer:plan"
finish
