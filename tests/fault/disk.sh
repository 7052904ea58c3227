#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# The disk of the broker fails. A sync that fails ends the broker, which never tries it again; a disk that is full stops
# pushes with a clear word, not reading; neither loses what was acknowledged.
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"
region_up
broker stop
start_faulty || bad "the broker starts with the library" "$(tail -n 3 "$REGION/sluisd.log")"
open_referral
SENT=0

# A push that must be answered; it stays the last that was acknowledged.
push_ok() { # NAME WHAT
	make_files "$1" "inhoud"
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	if [ "$CODE" -ne 0 ]; then
		bad "$2" "ended with $CODE: $ERR"
		return
	fi
	ok "$2"
	SENT=$((SENT + 1))
}

# The broker must end by itself while a push is open; the client is not waited for unless ${1} is wait.
push_until_broker_ends() { # wait|- WHAT
	local client i
	"$SLUIS" --profile "$REGION/profiles/provider" --lang en "${PUSH[@]}" "${FILES[@]}" \
		>"$WORK/out" 2>"$WORK/err" </dev/null &
	client=$!
	for ((i = 0; i < 500; i++)); do
		if ! alive; then break; fi
		sleep 0.02
	done
	if [ "$1" != wait ]; then kill -KILL "$client" 2>/dev/null; fi
	CODE=0
	{ wait "$client" || CODE=$?; } 2>/dev/null
	if alive; then
		bad "$2: the broker stops" "it goes on; the client ended with $CODE"
		end_child KILL
		return
	fi
	reap
	check "$2: the broker stops, and not as if all were well" test "$ENDED" -ne 0
	check "$2: nothing was acknowledged" test ! -s "$WORK/out"
}

back_again() { # WHAT
	no_plan
	start_faulty || bad "$1: the broker starts again" "$(tail -n 3 "$REGION/sluisd.log")"
	# the same push: whether it was written before the sync failed or not, there is one of it now
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "$1: the same push goes through" test "$CODE" -eq 0
	SENT=$((SENT + 1))
	check "$1: nothing acknowledged is lost, nothing doubled" inbox_has "$SENT"
	check "$1: the log extends" log_extends
}

push_ok before "a push before any fault"
# A round has one sync: the first fails, or the one after a push that was answered.
for n in 1 2; do
	plan sync "$n"
	if [ "$n" -eq 2 ]; then push_ok between "sync 2 fails: a push before it is answered"; fi
	make_files "sync-$n" "inhoud"
	push_until_broker_ends "$([ "$n" -eq 1 ] && echo wait || echo -)" "sync $n fails"
	if [ "$n" -eq 1 ]; then
		check "the client ends with 4" test "$CODE" -eq 4
		check "and says that repeating is safe" grep -q "repeating is safe" "$WORK/err"
	fi
	check "sync $n fails: it is not tried again" test "$(tr -cd 0-9 <"$COUNT")" -eq "$n"
	check "sync $n fails: the log of the broker says so" grep -q '^\(<[0-9]>\)\?stop ' "$REGION/sluisd.log"
	back_again "sync $n fails"
done

# The same by the kernel's own hand, where this machine lets us.
if strace -o /dev/null true 2>/dev/null; then
	make_files strace "inhoud"
	strace -f -qq -o "$WORK/strace" -p "$BROKER" -e trace=fsync,fdatasync -e inject=fsync,fdatasync:error=EIO:when=1+ &
	TRACER=$!
	for ((i = 0; i < 100; i++)); do
		if grep -q "^TracerPid:[[:space:]]*$TRACER" "/proc/$BROKER/task"/*/status 2>/dev/null; then break; fi
		sleep 0.05
	done
	sleep 0.3
	push_until_broker_ends - "every sync fails in the kernel"
	check "every sync fails in the kernel: it was tried once" \
		test "$(grep -cE 'f(data)?sync\(' "$WORK/strace")" -eq 1
	wait "$TRACER" 2>/dev/null
	back_again "every sync fails in the kernel"
else
	echo "skip    strace may not trace here: no sync error by the kernel"
fi

# ${1}: what stands for a full disk; the clear word, reading, and going on.
while_full() { # WHAT
	make_files "full-$1" "inhoud"
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "$1: a push ends with 4" test "$CODE" -eq 4
	check "$1: and says what is the matter" grep -q "cannot write" <<<"$ERR"
	check "$1: and that repeating is safe" grep -q "repeating is safe" <<<"$ERR"
	check "$1: the broker stands" alive
	sluis provider log list --case "$CASE"
	check "$1: the log can be read" test "$CODE" -eq 0
	sluis director log verify
	check "$1: and verified" test "$CODE" -eq 0
	check "$1: nothing half-written is shown" inbox_has "$SENT"
}

space_again() { # WHAT
	sluis provider "${PUSH[@]}" "${FILES[@]}"
	check "$1: with space again the same push goes through" test "$CODE" -eq 0
	SENT=$((SENT + 1))
	check "$1: once" inbox_has "$SENT"
	check "$1: the log extends" log_extends
}

plan full 1
while_full "writes refused"
no_plan
space_again "writes refused"

# A disk of a few MiB that is really full.
end_child TERM
check "the broker drains and ends with 0" test "$ENDED" -eq 0
mv "$REGION/store" "$WORK/store"
mkdir "$REGION/store"
if mount -t tmpfs -o "size=$(($(du -sm "$WORK/store" | cut -f1) + 40))m,mode=0700" tmpfs "$REGION/store" 2>/dev/null; then
	cp -a "$WORK/store/." "$REGION/store/"
	start_child || bad "the broker starts on a small disk" "$(tail -n 3 "$REGION/sluisd.log")"
	push_ok small "a push on a small disk"
	cat /dev/zero >"$REGION/store/filler" 2>/dev/null
	# what the disk still holds in files that stand already is used up first
	make_files using-up "$(head -c 300000 /dev/urandom | base64)"
	for ((i = 0; i < 20; i++)); do
		echo "$i" >>"$WORK/using-up-question.txt"
		sluis provider "${PUSH[@]}" "${FILES[@]}"
		if [ "$CODE" -ne 0 ]; then break; fi
		SENT=$((SENT + 1))
	done
	check "disk full: it comes to that" test "$CODE" -eq 4
	while_full "disk full"
	# the reserve is for what must go on: a refusal is still decided, signed and written down
	sluis provider status 00000000000000000000000000000001
	check "disk full: a refusal is still one" test "$CODE" -eq 3
	rm -f "$REGION/store/filler"
	space_again "disk full"
	end_child KILL
	cat /dev/zero >"$REGION/store/filler" 2>/dev/null
	start_child
	check "started on a full disk: it stands, or says why and ends" \
		bash -c 'kill -0 "$1" 2>/dev/null || tail -n 2 "$2" | grep -qi "space\|full"' - "$BROKER" "$REGION/sluisd.log"
	if alive; then end_child KILL; else reap; fi
	rm -f "$REGION/store/filler"
	start_child || bad "the broker starts when there is space" "$(tail -n 3 "$REGION/sluisd.log")"
	check "after all of it: nothing lost, nothing doubled" inbox_has "$SENT"
	check "after all of it: the log extends" log_extends
	end_child TERM
	umount "$REGION/store"
else
	echo "skip    no small disk can be mounted here"
fi
finish
