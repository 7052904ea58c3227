#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The power fails under load. The broker's store and keys stand on a disk of their own (ext4 in a file) whose power is cut:
# all that was not synced is gone. Then the disk is mounted again and the broker started. What a sender had been told is
# there, at the index in the log that it had been told; nothing is there twice; the log extends what its readers saw.
#
# ROUNDS cuts: 100 where SOAK is set, else 3. SENDERS senders. Last comes a disk that says it has synced and has not: there
# messages must be lost, or this test could not fail. Needs root and a kernel that mounts files; else it says "skipped".
if [ -z "${POWERLOSS_INSIDE:-}" ]; then
	if ! unshare -m true 2>/dev/null; then
		echo "skipped only root, with mount namespaces, can mount a disk and cut its power"
		exit 0
	fi
	POWERLOSS_INSIDE=1 exec unshare -m "$0"
fi
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"
SENDERS=${SENDERS:-4}
if [ -n "$SOAK" ]; then ROUNDS=${ROUNDS:-100}; else ROUNDS=${ROUNDS:-3}; fi
LARGE_BYTES=300000 # of each push of the first sender, so that the store's journal is copied now and then
CONTROL_PUSHES=5
DISK=$WORK/disk
SENDER=()

end_all() {
	kill "${SENDER[@]}" 2>/dev/null
	if [ -n "${BROKER:-}" ]; then end_child KILL; fi 2>/dev/null
	umount -l "$DISK" 2>/dev/null
	clean_up
}
trap end_all EXIT

skip() {
	echo "skipped $1"
	exit 0
}

# ---- the disk ----

disk_on() { mount -o loop "$WORK/image" "$DISK"; }

# What is not synced is gone, as when the power fails; a file that was and one that was not tell whether it is so.
disk_cut() {
	echo yes >"$DISK/synced" && sync "$DISK/synced"
	echo yes >"$DISK/unsynced"
	xfs_io -x -c shutdown "$DISK"
}

disk_back() {
	umount "$DISK" && disk_on && [ -s "$DISK/synced" ] && [ ! -s "$DISK/unsynced" ] && rm -f "$DISK/synced" "$DISK/unsynced"
}

mkdir "$DISK" "$WORK/senders"
truncate -s 8G "$WORK/image"
for program in mkfs.ext4 xfs_io; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done
mkfs.ext4 -q -F "$WORK/image" && disk_on 2>/dev/null || skip "this kernel mounts no file as a disk"
disk_cut 2>/dev/null && disk_back || skip "this kernel cannot cut the power of a disk"

region_up
broker stop
mv "$REGION/store" "$REGION/keys" "$DISK/"
sed -i "s|^store: .*|store: $DISK/store|; s|^keys: .*|keys: $DISK/keys|" "$REGION/sluisd.yaml"
sync
start_faulty || bad "the broker starts on a disk of its own" "$(tail -n 3 "$REGION/sluisd.log")"
open_referral

# ---- load ----

# A profile is used by one process at a time, so each sender has a copy of its own: one member at several devices.
for ((s = 0; s < SENDERS; s++)); do cp -a "$REGION/profiles/provider" "$WORK/senders/$s"; done

# "MESSAGE INDEX" from the answer to a push in ${1}; nothing where it is none.
told() { # FILE
	sed -nE 's/.*"message": "([0-9a-f]{32})".*/\1/p; s/.*"index": ([0-9]+).*/\1/p' "$1" | paste -sd' ' | grep -E '^[0-9a-f]{32} [0-9]+$'
}

# Until the mark `over`: push, note what was told, repeat what was not answered. A request that is open is marked.
sender() { # NUMBER
	local me=$1 i file=$WORK/senders/$1.question
	for ((i = 0; ; i++)); do
		if [ -e "$WORK/over" ]; then return; fi
		echo "Hulpvraag $me-$i" >"$file"
		if [ "$me" -eq 0 ]; then head -c "$LARGE_BYTES" /dev/urandom | base64 >>"$file"; fi
		while :; do
			"$SLUIS" --profile "$WORK/senders/$me" --lang en --json "${PUSH[@]}" "question=$file" \
				>"$WORK/senders/$me.out" 2>"$WORK/senders/$me.err" </dev/null &
			echo $! >"$WORK/senders/$me.open"
			wait $!
			rm -f "$WORK/senders/$me.open"
			if told "$WORK/senders/$me.out" >>"$WORK/senders/$me.acked"; then break; fi
			sleep 0.05
		done
	done
}

# ---- one round ----

JUDGE='
import json, sys
told = [line.split() for line in open(sys.argv[1])]
inbox = [row["message"] for row in json.load(open(sys.argv[2]))]
log = [(e["message"], e["index"]) for e in json.load(open(sys.argv[3])) if e["type"] == "push" and e["outcome"] == "permit"]
lost = [m for m, i in told if m not in set(inbox) or (m, int(i)) not in set(log)]
doubled = len(inbox) - len(set(inbox)) + len(log) - len({m for m, _ in log}) + len(told) - len({m for m, _ in told})
print(len(told), len(lost), doubled, len(set(inbox)))'

# TOLD, LOST, DOUBLED and THERE, from what senders were told up to now and what a reader finds.
judge() { # HANDLE FILE...
	local handle=$1
	shift
	cat "$@" >"$WORK/told"
	sluis "$handle" --json inbox "$CASE"
	echo "$OUT" >"$WORK/inbox"
	sluis "$handle" --json log list --case "$CASE"
	echo "$OUT" >"$WORK/log"
	read -r TOLD LOST DOUBLED THERE < <(python3 -c "$JUDGE" "$WORK/told" "$WORK/inbox" "$WORK/log") || {
		bad "inbox and log can be read" "$ERR"
		TOLD=$(wc -l <"$WORK/told") LOST=$TOLD DOUBLED=0 THERE=0
	}
}

end_waiting() {
	for f in "$WORK"/senders/*.open; do kill -KILL "$(cat "$f")"; done
} 2>/dev/null

# All that runs at a cut ends there: the broker, and those who wait for an answer that will not come.
cut() {
	disk_cut
	kill -KILL "$BROKER"
	reap
	end_waiting
} 2>/dev/null

round() { # NUMBER
	sleep "$((RANDOM % 2)).$((RANDOM % 9 + 1))"
	sluis director log verify
	[ "$CODE" -eq 0 ] || bad "cut $1: the log before it" "$OUT $ERR"
	sleep "0.$((RANDOM % 9 + 1))"
	if compgen -G "$WORK/senders/*.open" >/dev/null; then OPEN=$((OPEN + 1)); fi
	cut
	disk_back || bad "cut $1" "the disk did not lose what was not synced, or does not mount again"
	"$SLUISD" --config "$REGION/sluisd.yaml" --check --full >"$WORK/words" 2>&1 || bad "cut $1: sluisd --check" "$(cat "$WORK/words")"
	end_waiting
	start_faulty || {
		bad "cut $1: the broker starts again" "$(tail -n 3 "$REGION/sluisd.log")"
		return 1
	}
	judge director "$WORK"/senders/*.acked
	if [ "$LOST" -ne 0 ]; then bad "cut $1" "of $TOLD acknowledged $LOST are not there, or not at their index"; fi
	log_extends || bad "cut $1: the log extends what its readers saw" "$OUT $ERR"
	[ "$LOST" -eq 0 ]
}

for ((s = 0; s < SENDERS; s++)); do
	: >"$WORK/senders/$s.acked"
	sender "$s" 2>/dev/null &
	SENDER+=($!)
done
OPEN=0
for ((r = 1; r <= ROUNDS; r++)); do round "$r" || break; done
: >"$WORK/over"
for ((i = 0; i < 600; i++)); do
	kill -0 "${SENDER[@]}" 2>/dev/null || break
	sleep 0.1
done
for s in "${!SENDER[@]}"; do
	if kill -0 "${SENDER[s]}" 2>/dev/null; then bad "sender $s gets its answer" "$(cat "$WORK/senders/$s.err")"; fi
done
judge director "$WORK"/senders/*.acked
echo "rounds $((r - 1)), acknowledged $TOLD, lost $LOST; doubled $DOUBLED; a request was open in $OPEN"
check "all cuts were made" test "$r" -gt "$ROUNDS"
check "messages were acknowledged between cuts" test "$TOLD" -ge "$ROUNDS"
check "no acknowledged message is lost, each at its index" test "$LOST" -eq 0
check "none is there twice" test "$DOUBLED" -eq 0
check "and none that nobody was told of" test "$THERE" -eq "$TOLD"
check "the log extends" log_extends
for ((s = 0; s < SENDERS; s++)); do
	check "for sender $s too" "$SLUIS" --profile "$WORK/senders/$s" log verify
done
end_child TERM
check "the broker drains and ends with 0" test "$ENDED" -eq 0
check "the store is whole" "$SLUISD" --config "$REGION/sluisd.yaml" --check --full

# ---- control ----

cp -a "$REGION/profiles/director" "$REGION/profiles/reader"
plan lies 1
: >"$WORK/control"
start_faulty || bad "control: the broker starts" "$(tail -n 3 "$REGION/sluisd.log")"
for ((i = 0; i < 4 * CONTROL_PUSHES; i++)); do # numbers that other senders used are refused first
	if [ "$(wc -l <"$WORK/control")" -eq "$CONTROL_PUSHES" ]; then break; fi
	echo "Hulpvraag $i" >"$WORK/question"
	"$SLUIS" --profile "$WORK/senders/1" --json "${PUSH[@]}" "question=$WORK/question" </dev/null 2>/dev/null >"$WORK/out"
	told "$WORK/out" >>"$WORK/control"
done
sluis director log verify
cut
no_plan
disk_back || bad "control" "the disk did not lose what was not synced, or does not mount again"
LOST=all
if start_faulty; then judge reader "$WORK/control"; fi
echo "control: syncs that were not done: acknowledged $(wc -l <"$WORK/control"), lost $LOST"
check "control: they were acknowledged" test "$(wc -l <"$WORK/control")" -eq "$CONTROL_PUSHES"
check "control: without syncs, messages are lost" test "$LOST" != 0
sluis director log verify
check "control: and a reader sees that the log went back" test "$CODE" -ne 0
finish
