#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# core - what decides has no way to the outside: its objects need memory, text and other core modules, nothing else.
#
#   core.sh [BUILD]        default: build
set -euo pipefail
cd "$(dirname "$0")/../.."
B=${1:-${B:-build}}
BAD=0
COUNT=0
BASE='_GLOBAL_OFFSET_TABLE_|__tls_get_addr|__assert_fail|__stack_chk_fail|__(asan|ubsan|gcov|llvm|sanitizer)_[a-z0-9_]*|(__)?(mem|str)[a-z]*(_chk)?'

# ${2}: what the object may need besides BASE and names of our own.
object() { # FILE PATTERN
	local bad
	COUNT=$((COUNT + 1))
	bad=$(nm -u "$1" | awk '{print $2}' | grep -vxE "$BASE|_?_?sluis_[a-z0-9_]*|$2" || true)
	if [ -n "$bad" ]; then
		echo "core: ${1#"$B"/obj/} needs ${bad//$'\n'/ }"
		BAD=1
	fi
}

# Objects whose source is there: a build folder may hold older ones.
objects() { # FOLDER
	local o
	for o in "$B/obj/$1"/*.o; do
		if [ -e "$1/$(basename "$o" .o).c" ]; then echo "$o"; fi
	done
}

for o in $(objects proto/policy); do
	case ${o##*/} in
	policy_tree.o) object "$o" 'yaml_[a-z_]*' ;;
	parse*.o | read.o) object "$o" 'calloc|free|__vsnprintf_chk|vsnprintf|__snprintf_chk|snprintf' ;;
	*) object "$o" 'none' ;;
	esac
done
# All of proto: no files, sockets, clock, environment, printing. Randomness comes from random.c alone.
for o in $(objects proto); do
	COUNT=$((COUNT + 1))
	bad=$(nm -u "$o" | awk '{print $2}' | grep -xE \
		'(f?open|creat|read|write|p?writev?|close|f(d|re)?open|fclose|fwrite|fread|fputs?|fputc|puts|putchar|printf|fprintf|perror|syslog|(__)?(v?f?printf)_chk|socket|connect|bind|listen|accept|send|recv|sendto|recvfrom|poll|select|epoll_.*|zmq_.*|sqlite3_.*|sd_.*|time|clock_gettime|gettimeofday|ftime|getenv|secure_getenv|system|fork|execv.*|rand|random|getrandom|getentropy|arc4random.*)(64)?' || true)
	if [ "${o##*/}" != random.o ]; then bad+=$(nm -u "$o" | awk '{print $2}' | grep -xE 'randombytes_.*' || true); fi
	if [ -n "$bad" ]; then
		echo "core: ${o#"$B"/obj/} reaches outside: ${bad//$'\n'/ }"
		BAD=1
	fi
done
[ "$COUNT" -gt 20 ] || { echo "core: only $COUNT objects in $B/obj; build first" && exit 1; }
exit "$BAD"
