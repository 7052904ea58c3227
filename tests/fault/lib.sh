# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash disable=SC2034
#
# lib - what the fault scripts share beyond tests/promise/lib.sh: programs that break at a chosen call, a broker that can
# be killed and started again, and the check that what was acknowledged is there, once.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../promise/lib.sh"
SLUISD=$SLUIS_BIN/sluisd
KILL_AT_SO=$SLUIS_BIN/fault/kill_at.so
PLAN=$WORK/plan
COUNT=$WORK/count
SOAK=${SOAK:-}
READY_TRIES=300 # of 0.05 s

[ -r "$KILL_AT_SO" ] || {
	echo "$KILL_AT_SO is not built; run make fault-build"
	echo "0 passed, 1 failed"
	exit 1
}

# kill N, sync N or full N; counting begins now.
plan() { # WORD N
	echo "$1 $2" >"$PLAN.new"
	mv "$PLAN.new" "$PLAN"
}

no_plan() { rm -f "$PLAN"; }

# A command as ${2} that is killed before its call number ${1}: leaves CODE (137 then) and OUT.
killed_at() { # N HANDLE WORD...
	local n=$1 handle=$2
	shift 2
	CODE=0
	{ # the shell's own word on it is not wanted
		KILL_AT=$n LD_PRELOAD=$KILL_AT_SO "$SLUIS" --profile "$REGION/profiles/$handle" --lang en "$@" \
			>"$WORK/out" 2>"$WORK/err" </dev/null || CODE=$?
	} 2>/dev/null
	OUT=$(cat "$WORK/out")
	ERR=$(cat "$WORK/err")
}

# The broker as our child, so that how it ends is seen; words before it in BROKER_UNDER (strace, faketime), variables in
# BROKER_WITH. 0 once it is ready.
BROKER_UNDER=()
BROKER_WITH=()
start_child() {
	local i from
	from=$(stat -c %s "$REGION/sluisd.log" 2>/dev/null || echo 0)
	env "${BROKER_WITH[@]}" "${BROKER_UNDER[@]}" "$SLUISD" --config "$REGION/sluisd.yaml" \
		>>"$REGION/sluisd.log" 2>&1 </dev/null &
	BROKER=$!
	echo "$BROKER" >"$REGION/sluisd.pid"
	for ((i = 0; i < READY_TRIES; i++)); do
		if tail -c "+$((from + 1))" "$REGION/sluisd.log" | grep -q '^\(<[0-9]>\)\?ready\b'; then return 0; fi
		alive || return 1
		sleep 0.02
	done
	return 1
}

start_faulty() {
	BROKER_WITH=("LD_PRELOAD=$KILL_AT_SO" "KILL_PLAN=$PLAN" "KILL_COUNT=$COUNT")
	start_child
	local code=$?
	BROKER_WITH=()
	return "$code"
}

alive() {
	local line
	line=$(cat "/proc/$BROKER/stat" 2>/dev/null) || return 1
	[[ ${line##*) } != Z* ]]
}

# How the broker ended, in ENDED.
reap() {
	ENDED=0
	wait "$BROKER" 2>/dev/null || ENDED=$?
}

end_child() { # SIGNAL
	kill "-$1" "$BROKER" 2>/dev/null
	reap
}

# A case of provider and director with a grant that lets question and history go.
open_referral() {
	open_case
	add_grant provider referral director question history
	PUSH=(push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director)
}

make_files() { # NAME TEXT: question and history, in FILES
	echo "Hulpvraag $1: $2" >"$WORK/$1-question.txt"
	echo "Voorgeschiedenis $1: $2" >"$WORK/$1-history.txt"
	FILES=("question=$WORK/$1-question.txt" "history=$WORK/$1-history.txt")
}

# Messages of the director's inbox in this case, one id a line.
inbox_ids() {
	sluis director --json inbox "$CASE"
	[ "$CODE" -eq 0 ] && python3 -c 'import json, sys
for row in json.load(sys.stdin): print(row["message"])' <<<"$OUT"
}

# Exactly ${1} messages, each once.
inbox_has() { # COUNT
	inbox_ids >"$WORK/inbox" && [ "$(wc -l <"$WORK/inbox")" -eq "$1" ] &&
		[ -z "$(sort "$WORK/inbox" | uniq -d)" ]
}

# The log extends what either party saw before, and all of it is there.
log_extends() {
	sluis provider log verify
	[ "$CODE" -eq 0 ] || return 1
	sluis director log verify
	[ "$CODE" -eq 0 ]
}

# Receipts for message ${1} in the log, as the director sees it.
receipts_of() { # MESSAGE
	sluis director --json log list --case "$CASE"
	python3 -c 'import json, sys
print(sum(1 for e in json.load(sys.stdin) if e["type"] == "receipt" and e["message"] == sys.argv[1]))' "$1" <<<"$OUT"
}
