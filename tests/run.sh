#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# run - every test, or some kinds of them; last line "N passed, N failed", exit 1 where one failed.
#
#   B=build tests/run.sh [KIND...]
#
# unit      cmocka programs of B/tests                     policy   the decision table, branches taken, some mutants
# replay    the fuzzers' corpus                            vectors  outside vectors, where ../shared/vectors is
# interop   outside readers of our bytes                   lint     tests/lint/*.sh
# promise, attack, fault   scripts of that folder against a real daemon; each ends with "N passed, N failed"
# people    the same, what a provider, director or officer does with it from beginning to end
# systemd   the same, the daemon as a unit of a systemd of its own
#
# A script that cannot run here says "skipped" and why, and nothing else; that is shown and is no failure.
#
# One line for each; all that it said only where it failed. JOBS at the same time (number of processors).
set -euo pipefail
cd "$(dirname "$0")/.."
export B=${B:-build}
KINDS="lint unit replay policy vectors interop promise people attack fault systemd"
UNIT_SECONDS=${UNIT_SECONDS:-300}
SCRIPT_SECONDS=${SCRIPT_SECONDS:-900}
MUTANTS=60 # one in so many is tried; make mutate tries them all
# What is shown of an item that passed.
FIGURES='^(branches: |[0-9]+ mutants |rounds [0-9]|[0-9]+ kills |skip  |control: syncs)'

list() { # KIND: its items, one a line
	local f
	case $1 in
	unit)
		for f in tests/unit/*_test.c; do echo "$B/tests/$(basename "$f" .c)"; done
		;;
	replay)
		for f in tests/fuzz/*_fuzz.c; do basename "$f" _fuzz.c; done
		;;
	policy) printf '%s\n' derived decided grounds-derived grounds-decided coverage mutants ;;
	vectors) printf '%s\n' age note tlog wycheproof ;;
	interop)
		for f in tests/interop/*.py; do echo "$f"; done
		;;
	lint | promise | people | attack | fault | systemd)
		for f in tests/"$1"/*.sh; do
			if [ -x "$f" ]; then echo "$f"; fi
		done
		;;
	*)
		echo "run.sh: error: no kind of tests \"$1\"; there are: $KINDS" >&2
		exit 2
		;;
	esac
}

folder_of_vectors() { # KIND
	local d
	for d in "../shared/vectors/$1" "../../shared/vectors/$1"; do
		if [ -d "$d" ]; then
			echo "$d"
			return
		fi
	done
	if [ "$1" = note ]; then folder_of_vectors tlog; fi
}

# Exit code of one item, its words on stdout.
execute() { # KIND ITEM
	case $1 in
	unit) timeout -k 5 "$UNIT_SECONDS" "$2" ;;
	replay) timeout -k 5 "$UNIT_SECONDS" "$B/fuzz/$2_replay" "tests/fuzz/corpus/$2" ;;
	policy)
		case $2 in
		derived) python3 tests/policy/derive.py --check tests/policy/expected.tsv ;;
		decided) timeout -k 5 "$UNIT_SECONDS" "$B/sluis-testkit" policy tests/policy/expected.tsv ;;
		grounds-derived) python3 tests/policy/derive_grounds.py --check tests/policy/grounds.tsv ;;
		grounds-decided) timeout -k 5 "$UNIT_SECONDS" "$B/sluis-testkit" policy tests/policy/grounds.tsv ;;
		coverage) timeout -k 5 "$SCRIPT_SECONDS" make --no-print-directory policy-coverage ;;
		mutants) timeout -k 5 "$SCRIPT_SECONDS" python3 tests/policy/mutate.py build-mutate-some --every "$MUTANTS" ;;
		esac
		;;
	vectors) timeout -k 5 "$UNIT_SECONDS" "$B/sluis-testkit" "$2" "$(folder_of_vectors "$2")" ;;
	interop) python3 "$2" ;;
	*) timeout -k 5 "$SCRIPT_SECONDS" "$2" ;;
	esac
}

# Sets PASSED and FAILED from what an item said and how it ended.
count() { # CODE LOG
	local last
	PASSED=0 FAILED=0
	last=$(grep -aE '^[0-9]+ passed, [0-9]+ failed$' "$2" | tail -n 1 || true)
	if [ -n "$last" ]; then
		PASSED=${last%% *}
		last=${last#* passed, }
		FAILED=${last%% *}
	elif grep -aqE '^\[  (PASSED|FAILED)  \]' "$2"; then
		PASSED=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$2" | awk '{ n += $1 } END { print n + 0 }')
		FAILED=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$2" | awk '{ n += $1 } END { print n + 0 }')
	elif [ "$1" -eq 0 ]; then
		PASSED=1
	fi
	# What dies, hangs or counts nothing is a failure, whatever it said before.
	if [ "$1" -ne 0 ] && [ "$FAILED" -eq 0 ]; then FAILED=1; fi
	if [ "$1" -eq 0 ] && [ $((PASSED + FAILED)) -eq 0 ] && ! grep -aqE '^(\[  SKIPPED \]|skipped )' "$2"; then FAILED=1; fi
}

one() { # KIND ITEM
	local kind=$1 item=$2 log code=0 name=${2##*/} from
	log=$RUN_WORK/$kind-$name.log
	if [ "$kind" = vectors ] && [ -z "$(folder_of_vectors "$item")" ]; then
		echo "skip  vectors $item: ../shared/vectors is not here"
		return
	fi
	from=$(date +%s)
	execute "$kind" "$item" >"$log" 2>&1 || code=$?
	count "$code" "$log"
	echo "$PASSED $FAILED" >>"$RUN_WORK/counts"
	if [ $((PASSED + FAILED)) -eq 0 ]; then
		echo "skip  $kind $name: skipped: $(sed -n 's/^skipped //p' "$log" | grep . || echo "it skips itself in this build")"
	elif [ "$FAILED" -eq 0 ]; then
		echo "ok    $kind $name: $PASSED passed ($(($(date +%s) - from)) s)"
		grep -aE "$FIGURES" "$log" | sed 's/^/      /' || true
	else
		{
			echo "FAIL  $kind $name: $PASSED passed, $FAILED failed, ended with $code ($(($(date +%s) - from)) s)"
			grep -avE '^(\[ +(OK|RUN) +\]|ok  )' "$log" | tail -n 60 | sed 's/^/      /'
		} | cat # in one piece, between the lines of others
	fi
}

if [ "${1:-}" = --one ]; then
	one "$2" "$3"
	exit 0
fi
RUN_WORK=$(mktemp -d)
export RUN_WORK
trap 'rm -rf "$RUN_WORK"' EXIT
: >"$RUN_WORK/counts"
shopt -s nullglob
if [ $# -eq 0 ]; then read -ra ALL <<<"$KINDS"; set -- "${ALL[@]}"; fi
for kind in "$@"; do
	for item in $(list "$kind"); do echo "$kind $item"; done
done >"$RUN_WORK/items"
xargs -a "$RUN_WORK/items" -P "${JOBS:-$(nproc)}" -L 1 "$0" --one
awk '{ p += $1; f += $2 } END { printf "%d passed, %d failed\n", p, f; exit f > 0 || p == 0 }' "$RUN_WORK/counts"
