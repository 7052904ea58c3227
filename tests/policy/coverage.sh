#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# coverage.sh FOLDER WRAP-FLAGS: build proto/policy with gcov in FOLDER, run its unit tests there, and print
# the branch coverage of each file. Exit 1 where a branch was never taken.
set -eu
folder=$1
wraps=$2
cc=${CC:-gcc}
flags="-std=c17 -D_GNU_SOURCE -O0 -g -iquote proto -iquote proto/policy -iquote tests/lib"

rm -rf "$folder"
mkdir -p "$folder"
for c in proto/policy/*.c; do
	$cc $flags --coverage -c -o "$folder/$(basename "$c" .c).o" "$c"
done
for c in proto/base.c proto/arena.c proto/err.c tests/lib/policy_scene.c; do
	$cc $flags -c -o "$folder/other-$(basename "$c" .c).o" "$c"
done
for t in tests/unit/policy*_test.c; do
	name=$(basename "$t" .c)
	more=
	[ "$name" = policy_memory_test ] && more=$wraps
	$cc $flags $more --coverage -o "$folder/$name" "$t" "$folder"/*.o -lcmocka -lyaml -lsodium
	"$folder/$name" >"$folder/$name.out" 2>&1 || { cat "$folder/$name.out"; exit 1; }
done
gcovr --root . --object-directory "$folder" --filter 'proto/policy/' --branches \
	--exclude-throw-branches --print-summary --fail-under-branch 100 "$folder"
