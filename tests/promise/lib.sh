# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash disable=SC2034
#
# lib - what the promise scripts share: a region of their own, commands as a member, checks that are counted.
#
# A script sources this, calls region_up, and ends with finish. A check that fails is told and counted; the script goes on.
set -uo pipefail
umask 077
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
TOP=$PWD # a script may go elsewhere; its broker must end all the same
REGION_SH=$PWD/deploy/region.sh
export SLUIS_BIN=${SLUIS_BIN:-$PWD/${B:-build}}
# The sanitizers' own tables do not fit under a limit on locked or mapped memory, and leaks at exit are for unit tests.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:verify_asan_link_order=0} # libfaketime comes first
SLUIS=$SLUIS_BIN/sluis
WORK=$(mktemp -d)
REGION=$WORK/region
PASSED=0 FAILED=0
UNTIL=$(date -u -d '+5 months' +%Y-%m-%d)
BORN=$(date -u -d '9 years ago' +%Y-%m-%d)

clean_up() {
	local r
	for r in "$WORK"/*/.region; do
		if [ -e "$r" ]; then "$TOP/deploy/region.sh" stop-broker "$(dirname "$r")" >/dev/null 2>&1; fi
	done
	rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

region_up() {
	"$TOP/deploy/region.sh" up "$REGION" "$@" >"$WORK/up" 2>&1 || {
		cat "$WORK/up"
		echo "0 passed, 1 failed"
		exit 1
	}
}

broker() { # start|stop
	"$TOP/deploy/region.sh" "$1-broker" "$REGION" >"$WORK/broker" 2>&1
}

# As ${1}: leaves CODE, OUT and ERR.
sluis() { # HANDLE WORD...
	local handle=$1
	shift
	CODE=0
	OUT=$("$SLUIS" --profile "$REGION/profiles/$handle" --lang en "$@" 2>"$WORK/err" </dev/null) || CODE=$?
	ERR=$(cat "$WORK/err")
}

# From here on programs run at the time that faketime would take from AT, exported; empty: now.
at_other_times() {
	local lib
	lib=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
	[ -n "$lib" ] || {
		echo "FAILED  faketime is not installed: deploy/dependencies.sh test"
		echo "0 passed, 1 failed"
		exit 1
	}
	mkdir "$WORK/bin"
	cat >"$WORK/bin/sluis" <<TEXT
#!/bin/bash
if [ -n "\${AT:-}" ]; then export FAKETIME=\$AT LD_PRELOAD=$lib; fi
exec "$SLUIS_BIN/\${0##*/}" "\$@"
TEXT
	chmod +x "$WORK/bin/sluis"
	ln -s sluis "$WORK/bin/sluisd"
	export SLUIS_BIN=$WORK/bin AT=
	SLUIS=$SLUIS_BIN/sluis
}

ok() { # NAME
	PASSED=$((PASSED + 1))
	echo "ok      $1"
}

bad() { # NAME WHY
	FAILED=$((FAILED + 1))
	echo "FAILED  $1: $2"
}

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$WORK/check" 2>&1; then ok "$name"; else bad "$name" "$(head -c 2000 "$WORK/check")"; fi
}

# The command ends with ${2}; with a third word before --, its answer names that rule.
exits() { # NAME EXIT [RULE] -- HANDLE WORD...
	local name=$1 want=$2 rule=
	shift 2
	if [ "$1" != -- ]; then
		rule=$1
		shift
	fi
	shift
	sluis "$@"
	if [ "$CODE" -ne "$want" ]; then
		bad "$name" "ended with $CODE, not $want: $OUT $ERR"
	elif [ -n "$rule" ] && ! grep -qF "$rule" <<<"$OUT $ERR"; then
		bad "$name" "does not name $rule: $OUT $ERR"
	else
		ok "$name"
	fi
}

# Value at a path of keys and numbers in the JSON of OUT, as text; JSON for anything nested.
field() { # KEY...
	python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]:
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value if isinstance(value, str) else json.dumps(value))' "$@" <<<"$OUT"
}

# The first line of the last answer, which is an id; ends the script where it is none: nothing after it could mean much.
take_id() {
	ID=$(head -n1 <<<"$OUT")
	[[ $ID =~ ^[0-9a-f]{32}$ ]] || {
		bad "an id is printed" "$OUT $ERR"
		finish
	}
}

open_case() { # sets CASE: provider and director, in intake
	sluis provider case open --member director
	take_id
	CASE=$ID
}

add_grant() { # HANDLE PURPOSE TO CATEGORY...; sets GRANT
	local handle=$1 purpose=$2 to=$3 words=() c
	shift 3
	for c in "$@"; do words+=(--category "$c"); done
	for c in ${to//,/ }; do words+=(--to "$c"); done
	sluis "$handle" grant add "$CASE" --band under-12 --born "$BORN" --giver authority --giver authority \
		--purpose "$purpose" --until "$UNTIL" "${words[@]}"
	take_id
	GRANT=$ID
}

# HANDLE PURPOSE TO SECTION...; with the grant in GRANT; sets MESSAGE
push() {
	local handle=$1 purpose=$2 to=$3 words=() c
	shift 3
	for c in ${to//,/ }; do words+=(--to "$c"); done
	sluis "$handle" push "$CASE" --purpose "$purpose" --ground consent --grant "$GRANT" "${words[@]}" "$@"
	take_id
	MESSAGE=$ID
}

finish() {
	echo "$PASSED passed, $FAILED failed"
	[ "$FAILED" -eq 0 ] && [ "$PASSED" -gt 0 ]
	exit
}
