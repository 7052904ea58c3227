#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Kill at every n-th write, sync, rename and send of a push and a pull, in the client and in the broker: n = 1 until none
# is left. Then the command is repeated: nothing acknowledged is lost, nothing is there twice, the log extends.
#
# SOAK set: every n. Else every STRIDE-th (default 12), from an offset that differs from run to run.
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
broker stop
start_faulty || bad "the broker starts with the library" "$(tail -n 3 "$REGION/sluisd.log")"
open_referral
STRIDE=${STRIDE:-12}
if [ -n "$SOAK" ]; then STRIDE=1; fi
FROM=$((RANDOM % STRIDE + 1))
LIMIT=2000
ACKED=0 KILLED=0 SENT=0
echo "every $STRIDE. call, from call $FROM"

fault() { # WHAT N WHY
	bad "$1, killed before call $2" "$3"
}

# What a push must have come to: one message more, the log whole.
check_push() { # WHAT N
	local before=$FAILED
	SENT=$((SENT + 1))
	inbox_has "$SENT" || fault "$1" "$2" "inbox has $(wc -l <"$WORK/inbox") messages, not $SENT"
	log_extends || fault "$1" "$2" "log verify: $OUT $ERR"
	if [ "$FAILED" -ne "$before" ]; then SENT=$(wc -l <"$WORK/inbox"); else PASSED=$((PASSED + 1)); fi
}

# The first answer counts: whoever has it does not ask again.
push_again() { # WHAT N FIRST-ANSWER
	if [[ $3 =~ ^[0-9a-f]{32} ]]; then
		ACKED=$((ACKED + 1))
		MESSAGE=${3%%$'\n'*}
	else
		sluis provider "${PUSH[@]}" "${FILES[@]}"
		[ "$CODE" -eq 0 ] || fault "$1" "$2" "the repeated push ends with $CODE: $ERR"
		MESSAGE=${OUT%%$'\n'*}
	fi
}

push_client() {
	local n
	for ((n = FROM; n < LIMIT; n += STRIDE)); do
		make_files "push-client-$n" "inhoud $n"
		killed_at "$n" provider "${PUSH[@]}" "${FILES[@]}"
		local first=$OUT code=$CODE
		[[ $code -eq 137 || $code -eq 0 ]] || fault "push, client" "$n" "ended with $code: $ERR"
		push_again "push, client" "$n" "$first"
		check_push "push, client" "$n"
		if [ "$code" -eq 0 ]; then break; fi
		KILLED=$((KILLED + 1))
	done
	echo "push, client: the first $((n - 1)) calls; survived at $n"
	check "push, client: came to an end" test "$n" -lt "$LIMIT"
}

# One folder, whole, with what was sent; one receipt; nothing half-done beside it.
check_pull() { # WHAT N NAME OUT
	local before=$FAILED dir=$4/$MESSAGE
	cmp -s "$WORK/$3-question.txt" "$dir/1-question.txt" || cmp -s "$WORK/$3-question.txt" "$dir/1-question.bin" ||
		fault "$1" "$2" "the question is not what was sent: $(ls -A "$4" "$dir" 2>&1)"
	cmp -s "$WORK/$3-history.txt" "$dir/2-history.txt" || fault "$1" "$2" "the history is not what was sent"
	[ "$(find "$4" -mindepth 1 -maxdepth 1 | wc -l)" -eq 1 ] || fault "$1" "$2" "left beside it: $(ls -A "$4")"
	[ "$(find "$dir" -type f | wc -l)" -eq 3 ] || fault "$1" "$2" "in the folder: $(ls -A "$dir")"
	[ "$(receipts_of "$MESSAGE")" = 1 ] || fault "$1" "$2" "there are $(receipts_of "$MESSAGE") receipts"
	log_extends || fault "$1" "$2" "log verify: $OUT $ERR"
	[ -z "$(ls -A "$REGION/profiles/director/receipts" 2>/dev/null)" ] || fault "$1" "$2" "a receipt waits for ever"
	if [ "$FAILED" -eq "$before" ]; then PASSED=$((PASSED + 1)); fi
}

send_one() { # NAME
	make_files "$1" "te halen"
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	take_id
	MESSAGE=$ID
	SENT=$((SENT + 1))
}

pull_client() {
	local n code
	for ((n = FROM; n < LIMIT; n += STRIDE)); do
		send_one "pull-client-$n"
		killed_at "$n" director pull "$MESSAGE" --out "$WORK/pull-client-$n"
		code=$CODE
		[[ $code -eq 137 || $code -eq 0 ]] || fault "pull, client" "$n" "ended with $code: $ERR"
		sluis director pull "$MESSAGE" --out "$WORK/pull-client-$n"
		[ "$CODE" -eq 0 ] || fault "pull, client" "$n" "the repeated pull ends with $CODE: $ERR"
		check_pull "pull, client" "$n" "pull-client-$n" "$WORK/pull-client-$n"
		if [ "$code" -eq 0 ]; then break; fi
		KILLED=$((KILLED + 1))
	done
	echo "pull, client: the first $((n - 1)) calls; survived at $n"
	check "pull, client: came to an end" test "$n" -lt "$LIMIT"
}

# A command while the broker dies at call ${1}; OUT is what had been answered by then. A client that waits for what will not
# come is ended with the broker, but for the first, which must end with 4 and say that repeating is safe.
WAITED=
while_broker_dies() { # N HANDLE WORD...
	local n=$1 handle=$2 client
	shift 2
	plan kill "$n"
	"$SLUIS" --profile "$REGION/profiles/$handle" --lang en "$@" >"$WORK/out" 2>"$WORK/err" </dev/null &
	client=$!
	{
		while alive && kill -0 "$client"; do sleep 0.01; done
		sleep 0.05 # an answer that left may still be on its way to the client
	} 2>/dev/null
	if ! alive && [ -z "$WAITED" ] && kill -0 "$client" 2>/dev/null; then
		WAITED=yes
	elif ! alive; then
		kill -KILL "$client" 2>/dev/null
	fi
	CODE=0
	{ wait "$client" || CODE=$?; } 2>/dev/null
	OUT=$(cat "$WORK/out")
	ERR=$(cat "$WORK/err")
	DIED=
	if [ "$WAITED" = yes ]; then
		WAITED=checked
		check "a client whose broker died ends with 4" test "$CODE" -eq 4
		check "and hears that repeating is safe" grep -q "repeating is safe" "$WORK/err"
	fi
	if ! alive; then
		DIED=yes
		KILLED=$((KILLED + 1))
		reap
		[ "$ENDED" -eq 137 ] || fault "the broker" "$n" "ended with $ENDED"
		no_plan
		start_faulty || fault "the broker" "$n" "does not start again: $(tail -n 3 "$REGION/sluisd.log")"
	fi
	no_plan
}

push_broker() {
	local n
	for ((n = FROM; n < LIMIT; n += STRIDE)); do
		make_files "push-broker-$n" "inhoud $n"
		while_broker_dies "$n" provider "${PUSH[@]}" "${FILES[@]}"
		local died=$DIED
		push_again "push, broker" "$n" "$OUT"
		check_push "push, broker" "$n"
		if [ -z "$died" ]; then break; fi
	done
	echo "push, broker: the first $((n - 1)) calls; survived at $n"
	check "push, broker: came to an end" test "$n" -lt "$LIMIT"
}

pull_broker() {
	local n
	for ((n = FROM; n < LIMIT; n += STRIDE)); do
		send_one "pull-broker-$n"
		while_broker_dies "$n" director pull "$MESSAGE" --out "$WORK/pull-broker-$n"
		local died=$DIED
		sluis director pull "$MESSAGE" --out "$WORK/pull-broker-$n"
		[ "$CODE" -eq 0 ] || fault "pull, broker" "$n" "the repeated pull ends with $CODE: $ERR"
		check_pull "pull, broker" "$n" "pull-broker-$n" "$WORK/pull-broker-$n"
		if [ -z "$died" ]; then break; fi
	done
	echo "pull, broker: the first $((n - 1)) calls; survived at $n"
	check "pull, broker: came to an end" test "$n" -lt "$LIMIT"
}

push_client
pull_client
push_broker
pull_broker
check "the inbox has all that was sent, once" inbox_has "$SENT"
end_child TERM
check "the broker drains and ends with 0" test "$ENDED" -eq 0
check "the store is whole" "$SLUISD" --config "$REGION/sluisd.yaml" --check
echo "$KILLED kills, $SENT messages, $ACKED acknowledged in spite of it; lost 0, doubled 0 unless told above"
finish
