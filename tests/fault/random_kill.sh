#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Random kill -9 of the broker under load: senders push without pause and note each answer they got; the broker dies at a
# random moment, at least half of the times while a request is open. In the end every acknowledged message is there,
# nothing is there twice, and the log extends.
#
# KILLS of them: 200 where SOAK is set, else 20. SENDERS senders.
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"
SENDERS=${SENDERS:-4}
if [ -n "$SOAK" ]; then KILLS=${KILLS:-200}; else KILLS=${KILLS:-20}; fi
GIVE_UP=0.2 # s that a sender waits after the broker died; what it had not got by then is repeated
region_up
broker stop
start_faulty || bad "the broker starts" "$(tail -n 3 "$REGION/sluisd.log")"
open_referral
mkdir "$WORK/senders"

# A profile is used by one process at a time, so each sender has a copy of its own: one member at several devices.
for ((s = 0; s < SENDERS; s++)); do cp -a "$REGION/profiles/provider" "$WORK/senders/$s"; done

# Until the mark `over`: push, note "ID ROUND" when it was answered; repeat what was not. A request that is open is marked.
sender() { # NUMBER
	local me=$1 i id= file=$WORK/senders/$1.question
	for ((i = 0; ; i++)); do
		if [ -e "$WORK/over" ]; then return; fi
		echo "Hulpvraag $me-$i" >"$file"
		while :; do
			"$SLUIS" --profile "$WORK/senders/$me" --lang en "${PUSH[@]}" "question=$file" \
				>"$WORK/senders/$me.out" 2>"$WORK/senders/$me.err" </dev/null &
			echo $! >"$WORK/senders/$me.open"
			wait $!
			rm -f "$WORK/senders/$me.open"
			read -r id <"$WORK/senders/$me.out" || id=
			if [[ $id =~ ^[0-9a-f]{32}$ ]]; then break; fi
			sleep 0.05
		done
		echo "$id" >>"$WORK/senders/$me.acked"
		sync -d "$WORK/senders/$me.acked"
	done
}

# Half of the times by the clock, whenever that is; half of them before a random call of the broker's own, which it makes
# only while it works on a request.
die() { # NUMBER
	local i
	if (($1 % 2 == 0)); then
		sleep "$((RANDOM % 2)).$((RANDOM % 9 + 1))"
		if compgen -G "$WORK/senders/*.open" >/dev/null; then OPEN=$((OPEN + 1)); fi
		end_child KILL
		return
	fi
	sleep "0.$((RANDOM % 9 + 1))"
	plan kill $((RANDOM % 120 + 1))
	for ((i = 0; i < 500; i++)); do
		if ! alive; then break; fi
		sleep 0.01
	done
	if alive; then
		end_child KILL
	else
		OPEN=$((OPEN + 1))
		AT_WORK=$((AT_WORK + 1))
		reap
	fi
	no_plan
}

SENDER=()
for ((s = 0; s < SENDERS; s++)); do
	sender "$s" 2>/dev/null &
	SENDER+=($!)
done
OPEN=0 AT_WORK=0
{
	for ((k = 1; k <= KILLS; k++)); do
		die "$k"
		[ "$ENDED" -eq 137 ] || bad "kill $k" "the broker had ended with $ENDED before: $(tail -n 3 "$REGION/sluisd.log")"
		sleep "$GIVE_UP"
		# clients that wait for an answer that died with the broker
		for f in "$WORK"/senders/*.open; do kill -KILL "$(cat "$f")"; done
		if ! start_faulty; then
			bad "kill $k" "the broker does not start again: $(tail -n 3 "$REGION/sluisd.log")"
			break
		fi
	done
	: >"$WORK/over"
	for s in "${SENDER[@]}"; do wait "$s"; done
} 2>/dev/null
ACKED=$(cat "$WORK"/senders/*.acked | wc -l)
cat "$WORK"/senders/*.acked | sort >"$WORK/acked"
inbox_ids | sort >"$WORK/inbox"
LOST=$(sort -u "$WORK/acked" | comm -23 - <(sort -u "$WORK/inbox") | wc -l)
DOUBLED=$(($(wc -l <"$WORK/inbox") - ACKED))
echo "$KILLS kills at random, $OPEN of them while a request was open ($AT_WORK amid the broker's work on it); $ACKED acknowledged; lost $LOST, doubled $DOUBLED"
check "at least half of the kills hit an open request" test $((2 * OPEN)) -ge "$KILLS"
check "messages were acknowledged between kills" test "$ACKED" -ge "$KILLS"
check "no acknowledged message is lost" test "$LOST" -eq 0
check "none is there twice, and none that nobody sent" test "$DOUBLED" -eq 0
check "no answer was given twice" test -z "$(uniq -d "$WORK/acked")"
check "the log extends" log_extends
for ((s = 0; s < SENDERS; s++)); do
	check "for sender $s too" "$SLUIS" --profile "$WORK/senders/$s" log verify
done
end_child TERM
check "the broker drains and ends with 0" test "$ENDED" -eq 0
check "the store is whole" "$SLUISD" --config "$REGION/sluisd.yaml" --check
finish
