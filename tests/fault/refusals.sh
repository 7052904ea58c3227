#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Bad days without a kill: keys that cannot be read or that others can, a wrong passphrase, a clock that is back or ahead,
# a broker that is down, mistakes in YAML. Each is refused with its own exit code and a word that says what and what next.
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
broker stop
open_child() { start_child || bad "the broker starts" "$(tail -n 3 "$REGION/sluisd.log")"; }
open_child
open_referral
SENT=0

# ---- keys of the broker ----

# The broker does not start, ends with 1, and its last words match ${2}.
does_not_start() { # WHAT PATTERN
	local from
	from=$(stat -c %s "$REGION/sluisd.log")
	if start_child; then
		bad "$1: the broker does not start" "it is ready"
		end_child KILL
		return
	fi
	reap
	check "$1: the broker ends with 1" test "$ENDED" -eq 1
	tail -c "+$((from + 1))" "$REGION/sluisd.log" >"$WORK/words"
	check "$1: and says why" grep -Eq "$2" "$WORK/words"
}

end_child TERM
for key in "$REGION"/keys/*.key; do
	name=$(basename "$key")
	chmod 644 "$key"
	does_not_start "$name open to others" "$name.*(open to others|chmod 600)"
	chmod 600 "$key"
	mv "$key" "$key.away"
	does_not_start "$name gone" "$name"
	head -c 20 "$key.away" >"$key"
	chmod 600 "$key"
	does_not_start "$name cut off" "$name"
	mv "$key.away" "$key"
done
open_child

# ---- the profile ----

SECRET=$REGION/profiles/provider/secret.json
chmod 644 "$SECRET"
exits "a secret that others can read is refused" 1 -- provider inbox
check "and the word says what to do" grep -q "chmod" <<<"$ERR"
chmod 600 "$SECRET"
mv "$SECRET" "$SECRET.away"
exits "a secret that is gone is refused" 1 -- provider inbox
check "and the word names it" grep -q "secret.json" <<<"$ERR"
mv "$SECRET.away" "$SECRET"
chmod 755 "$REGION/profiles/provider"
exits "a profile folder that others can look into is refused" 1 -- provider inbox
check "and the word says what to do" grep -q "chmod" <<<"$ERR"
chmod 700 "$REGION/profiles/provider"
exits "put right, it works again" 0 -- provider inbox

# ---- passphrase ----

echo "vier-losse-woorden-hier" >"$WORK/right"
echo "vier-andere-woorden-daar" >"$WORK/wrong"
sluis registrar registry invite --handle newcomer --organisation newcomer --out "$WORK/invite.json"
check "an invitation" test "$CODE" -eq 0
NEW=$REGION/profiles/newcomer
with() { # FILE WORD...
	CODE=0
	OUT=$("$SLUIS" --profile "$NEW" --lang en --passphrase-file "$1" "${@:2}" 2>"$WORK/err" </dev/null) || CODE=$?
	ERR=$(cat "$WORK/err")
}
with "$WORK/right" init --invite "$WORK/invite.json"
check "a profile under a passphrase" test "$CODE" -eq 0
with "$WORK/wrong" keys list
check "a wrong passphrase ends with 1" test "$CODE" -eq 1
check "and says so" grep -qi "passphrase" <<<"$ERR"
check "without repeating it" bash -c '! grep -q andere-woorden' <<<"$OUT$ERR"
: >"$WORK/empty"
with "$WORK/empty" keys list
check "an empty passphrase ends with 1" test "$CODE" -eq 1
chmod 644 "$WORK/wrong" && cp "$WORK/right" "$WORK/open" && chmod 644 "$WORK/open"
with "$WORK/open" keys list
check "a passphrase file open to others ends with 1" test "$CODE" -eq 1
check "and says what to do" grep -q "chmod" <<<"$ERR"
with "$WORK/right" keys list
check "the right passphrase opens it" test "$CODE" -eq 0

# ---- the broker is down ----

end_child TERM
# an answer gets lost: what was sent waits in the profile, byte for byte
make_files down inhoud
KEPT=$REGION/profiles/provider/outbox
start_faulty || bad "the broker starts" "$(tail -n 3 "$REGION/sluisd.log")"
plan kill 30
"$SLUIS" --profile "$REGION/profiles/provider" --lang en "${PUSH[@]}" "${FILES[@]}" >"$WORK/out" 2>"$WORK/err" </dev/null
CODE=$?
no_plan
check "a broker that dies in the midst of it: 4" test "$CODE" -eq 4
check "the message waits in the outbox" test "$(find "$KEPT" -type f | wc -l)" -eq 1
SUM=$(sha256sum "$KEPT"/* | cut -c1-64)
reap
exits "with the broker down the same push ends with 4 again" 4 -- provider "${PUSH[@]}" "${FILES[@]}"
check "and says that repeating is safe" grep -q "repeating is safe" <<<"$ERR"
check "the same bytes wait" test "$(sha256sum "$KEPT"/* | cut -c1-64)" = "$SUM"
open_child
exits "with the broker back the same push goes through" 0 -- provider "${PUSH[@]}" "${FILES[@]}"
SENT=$((SENT + 1))
check "as one message" inbox_has "$SENT"
check "nothing waits any more" test -z "$(ls -A "$KEPT")"
check "the log extends" log_extends
end_child TERM

# ---- YAML ----

# ${2} changes a copy of the file ${1}; --check ends with 1 and its first line is FILE:LINE: mistake; remedy.
mistake() { # WHAT FILE SED LINE-PATTERN WORDS
	local line
	cp "$REGION/$2" "$WORK/kept.yaml"
	sed -i "$3" "$REGION/$2"
	if cmp -s "$WORK/kept.yaml" "$REGION/$2"; then bad "$1" "the file was not changed"; fi
	CODE=0
	"$SLUISD" --config "$REGION/sluisd.yaml" --check >"$WORK/words" 2>&1 || CODE=$?
	cp "$WORK/kept.yaml" "$REGION/$2"
	line=$(head -n 1 "$WORK/words")
	check "$1: --check ends with 1" test "$CODE" -eq 1
	if [[ $line =~ /$2:$4:\ [^\;]+\;\ .+ ]]; then
		ok "$1: FILE:LINE: mistake; remedy"
	else
		bad "$1: FILE:LINE: mistake; remedy" "$line"
	fi
	check "$1: says what" grep -qi "$5" <<<"$line"
}
check "--check of what runs" "$SLUISD" --config "$REGION/sluisd.yaml" --check
mistake "an unknown setting" sluisd.yaml '3s/^/stor: store\n/' 3 stor
mistake "a setting twice" sluisd.yaml '$s/$/\nstore: store/' '[0-9]+' already
mistake "a number that is none" sluisd.yaml '$s/$/\nworkers: veel/' '[0-9]+' "workers"
mistake "a number too large" sluisd.yaml '$s/$/\nworkers: 6500/' '[0-9]+' "workers"
mistake "an endpoint that is none" sluisd.yaml 's/^listen: .*/listen: hier/' '[0-9]+' endpoint
mistake "no YAML" sluisd.yaml 's/^keys: .*/keys: [a/' '[0-9]+' ""
mistake "a tab" sluisd.yaml 's/^keys: /\tkeys: /' '[0-9]+' ""
mistake "policy: an unknown word" policy.yaml '0,/^limits:/s/^limits:/limitz:/' '[0-9]+' "limitz"
mistake "policy: a number that is none" policy.yaml 's/^  acts-per-day: [0-9]*/  acts-per-day: veel/' '[0-9]+' "whole number"
mistake "policy: no YAML" policy.yaml 's/^limits:/limits: [/' '[0-9]+' ""
check "put back, it is well" "$SLUISD" --config "$REGION/sluisd.yaml" --check
# ---- clock ----

CLOCK_LIB=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
FILE_OF_TIME=$WORK/time
start_at() { # OFFSET: the broker's clock is so far off; the file changes it while it runs
	echo "$1" >"$FILE_OF_TIME"
	BROKER_WITH=("LD_PRELOAD=$CLOCK_LIB" FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1 "FAKETIME_TIMESTAMP_FILE=$FILE_OF_TIME")
	open_child
	BROKER_WITH=()
}
one_push() { # NAME; CODE
	make_files "$1" inhoud
	sluis provider "${PUSH[@]}" "${FILES[@]}"
}
open_child
if [ -n "$CLOCK_LIB" ]; then
	one_push before-clock
	check "a push before the clock is touched" test "$CODE" -eq 0
	SENT=$((SENT + 1))
	end_child TERM
	# a broker that ran ahead leaves a log that is later than the true time
	start_at +5m
	one_push clock-ahead
	check "started with the clock five minutes ahead, a push goes through" test "$CODE" -eq 0
	SENT=$((SENT + 1))
	end_child TERM
	start_at +0
	one_push clock-back
	check "started with a clock that is behind the log: 4" test "$CODE" -eq 4
	check "and that repeating is safe" grep -q "repeating is safe" <<<"$ERR"
	check "nothing was taken in" inbox_has "$SENT"
	check "the log can be verified meanwhile" log_extends
	echo +5m >"$FILE_OF_TIME"
	sleep 1
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "the clock put right, the same push goes through" test "$CODE" -eq 0
	SENT=$((SENT + 1))
	echo -2h >"$FILE_OF_TIME"
	one_push clock-step-back
	check "a clock set back two hours while it runs: 4" test "$CODE" -eq 4
	check "and the log can be read meanwhile" log_extends
	echo +3h >"$FILE_OF_TIME"
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "set ahead three hours: 4" test "$CODE" -eq 4
	check "the broker says that the clock stepped" grep -q "clock-step sane=0" "$REGION/sluisd.log"
	echo +5m >"$FILE_OF_TIME"
	sleep 1
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "put right, the same push goes through" test "$CODE" -eq 0
	SENT=$((SENT + 1))
	check "each once" inbox_has "$SENT"
	sluis director --json log list
	check "times in the log never go back" python3 -c '
import json, sys
times = [e["time"] for e in json.load(sys.stdin)]
sys.exit(times != sorted(times) or not times)' <<<"$OUT"
	check "and the log extends" log_extends
	end_child TERM
	start_at -1d
	one_push clock-day
	check "started with the clock a day back: 4" test "$CODE" -eq 4
	check "nothing was taken in" inbox_has "$SENT"
	check "and the log can be read meanwhile" log_extends
	echo +5m >"$FILE_OF_TIME"
	sleep 1
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "the clock put right, the same push goes through" test "$CODE" -eq 0
else
	echo "skip    libfaketime is not here: no clock that is off"
fi
end_child TERM
finish
