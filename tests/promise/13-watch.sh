#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: who watches the inbox hears of each message once, whatever stops in between, and hears nothing of its content.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
region_up
P=$REGION/profiles
open_case
add_grant provider referral director question
N=0
send() {
	N=$((N + 1))
	echo "Vraag $N" >"$WORK/question.txt"
	push provider referral director question="$WORK/question.txt"
}
cat >"$WORK/note" <<'TEXT'
#!/bin/sh
echo "$SLUIS_MESSAGE" >>"$1"
env >"$1.env"
echo "$# $*" >"$1.args"
cat >"$1.input"
echo "a word on its output"
TEXT
chmod 700 "$WORK/note"
NOTED=$WORK/noted
: >"$NOTED"

watch() { # WORD...: in the background; WATCH is its process
	"$SLUIS" --profile "$P/director" --lang en inbox --watch --every 1 "$@" >"$WORK/out" 2>"$WORK/err" </dev/null &
	WATCH=$!
}
wait_for() { # LINES: so many were noted, within 20 s
	local i
	for ((i = 0; i < 200; i++)); do
		if [ "$(wc -l <"$NOTED")" -ge "$1" ]; then return 0; fi
		sleep 0.1
	done
	return 1
}
ends() { # within 8 s; leaves CODE
	local i
	for ((i = 0; i < 80; i++)); do
		if ! kill -0 "$WATCH" 2>/dev/null; then
			CODE=0
			wait "$WATCH" || CODE=$?
			return 0
		fi
		sleep 0.1
	done
	kill -KILL "$WATCH"
	return 1
}

# ---- misuse ----
exits "no watch: no program" 2 -- director inbox --exec "$WORK/note"
exits "no such program" 2 -- director inbox --watch --once --exec /nowhere/note
exits "no shell: this is no program" 2 -- director inbox --watch --once --exec "touch>$WORK/shell"
exits "not so seldom" 2 -- director inbox --watch --once --every 0
exits "a word that is no case" 2 -- director inbox --watch --once nothing

# ---- once for each ----
send
FIRST=$MESSAGE
watch --exec "$WORK/note $NOTED ; touch $WORK/shell \$(touch $WORK/shell)"
check "what waits already is told" wait_for 1
check "by its id" grep -qx "$FIRST" "$NOTED"
send
check "what comes is told" wait_for 2
check "the program's words are words: no shell" test ! -e "$WORK/shell"
check "they come one by one" grep -qx "6 $NOTED ; touch $WORK/shell \$(touch $WORK/shell)" "$NOTED.args"
check "its input is empty" test ! -s "$NOTED.input"
check "its environment holds the id and nothing else of the message" test "$(grep -c "^SLUIS_" "$NOTED.env")" -le 3 -a \
	"$(grep -c "^SLUIS_MESSAGE=" "$NOTED.env")" -eq 1
check "and nothing of purpose, case or sender" test -z "$(grep -iE "referral|$CASE|provider" "$NOTED.env")"
check "its output does not mix with the rows" test -z "$(grep "a word on its output" "$WORK/out")"
check "a row each" test "$(wc -l <"$WORK/out")" -eq 2
sleep 3
check "and not again" test "$(wc -l <"$NOTED")" -eq 2
exits "others use the profile meanwhile" 0 -- director case list
exits "a second watch is one too many" 4 -- director inbox --watch --once
check "it uses next to no processor" test "$(awk '{ print $14 + $15 }' "/proc/$WATCH/stat")" -le 50

# ---- a broker that goes and comes ----
broker stop
sleep 3
check "the watch goes on" kill -0 "$WATCH"
broker start
send
check "and tells what came after" wait_for 3

# ---- stopping, starting ----
kill -TERM "$WATCH"
check "SIGTERM ends it" ends
check "with 0" test "$CODE" -eq 0
check "leaving no process" test -z "$(pgrep -f "profile $P/director --lang en inbox")"
send
watch --exec "$WORK/note $NOTED"
check "started again it tells what is new" wait_for 4
sleep 2
check "and only that" test "$(wc -l <"$NOTED")" -eq 4
kill -KILL "$WATCH"
ends
send
exits "one look, for a timer" 0 -- director inbox --watch --once --exec "$WORK/note $NOTED"
check "tells it" test "$(wc -l <"$NOTED")" -eq 5
exits "and the next has nothing to tell" 0 -- director inbox --watch --once --exec "$WORK/note $NOTED"
check "indeed" test "$(wc -l <"$NOTED")" -eq 5 -a -z "$OUT"
exits "pulled" 0 -- director pull "$MESSAGE" --out "$WORK/pulled"
send
exits "JSON: an object a line" 0 -- director --json inbox --watch --once
check "with the keys of inbox" python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.argv[1].splitlines()]
assert len(rows) == 1 and rows[0]["message"] == sys.argv[2] and rows[0]["state"] == "pending", rows' "$OUT" "$MESSAGE"

# ---- stopped in the midst ----
printf '#!/bin/sh\necho "$SLUIS_MESSAGE" >>%s\nexec sleep 600\n' "$NOTED" >"$WORK/slow"
chmod 700 "$WORK/slow"
send
watch --exec "$WORK/slow"
check "a slow program is started" wait_for 6
kill -TERM "$WATCH"
check "SIGTERM reaches it too" ends
broker stop
watch --exec "$WORK/note $NOTED"
sleep 2
kill -TERM "$WATCH"
check "SIGTERM while nobody answers" ends
check "ends with 0" test "$CODE" -eq 0
exits "one look without a broker: safe to repeat" 4 -- director inbox --watch --once
broker start

# ---- a passphrase is asked once ----
chmod 600 "$WORK/question.txt"
sluis registrar registry invite --handle sealed --organisation provider --out "$WORK/invite"
"$SLUIS" --profile "$P/sealed" --passphrase-file "$WORK/question.txt" init --invite "$WORK/invite" >/dev/null 2>&1
exits "without the words it says so at once" 1 -- sealed inbox --watch --once

# ---- what the timer's program says ----
OUT=$(env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR PATH=/usr/bin:/bin SLUIS_MESSAGE="$MESSAGE" deploy/notify.sh 2>&1)
check "one sentence, and no more" test "$OUT" = "er staat een bericht klaar"
mkdir "$WORK/bin"
printf '#!/bin/sh\nprintf "%%s|" "$@" >%s\n' "$WORK/shown" >"$WORK/bin/notify-send"
chmod 700 "$WORK/bin/notify-send"
OUT=$(DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere PATH=$WORK/bin:$PATH SLUIS_MESSAGE="$MESSAGE" deploy/notify.sh 2>&1)
check "on a desktop the same" grep -q "er staat een bericht klaar|$" "$WORK/shown"
check "there nothing else either" test -z "$OUT$(grep "$MESSAGE" "$WORK/shown")"
for unit in sluis-inbox.service sluis-inbox.timer; do
	sed "s|/usr/bin/sluis|$SLUIS|" "deploy/systemd/$unit" >"$WORK/bin/$unit"
done
for unit in sluis-inbox.service sluis-inbox.timer; do
	check "$unit is well formed" env XDG_RUNTIME_DIR="$WORK" systemd-analyze verify --man=no --user "$WORK/bin/$unit"
done
check "the unit runs what is there" grep -q -- "inbox --watch --once --exec /usr/lib/sluis/notify$" deploy/systemd/sluis-inbox.service
check "its rows go nowhere" grep -qx "StandardOutput=null" deploy/systemd/sluis-inbox.service
finish
