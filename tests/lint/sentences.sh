#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# sentences - in client/ a literal that people read goes through _() or N_(), so that it can be read in Dutch.
#
# An approximation: a literal of two or more lower-case words on a line that has no _( or N_( before it, outside comments,
# includes, synopses (static const char NAME[] = and cli_usage), formats of logs and of JSON. What is meant to stay
# untranslated carries the comment "not for people" on its line.
set -euo pipefail
cd "$(dirname "$0")/../.."
FOUND=$(find client -name '*.c' -print0 | xargs -0 awk '
	FNR == 1 { inside = 0; synopsis = 0; marked = 0 }
	{
		line = $0
		if (inside) { if (line ~ /\*\//) { sub(/.*\*\//, "", line); inside = 0 } else next }
		gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
		if (line ~ /\/\*/) { sub(/\/\*.*/, "", line); inside = 1 }
		if ($0 ~ /not for people/ || line ~ /^[ \t]*#/) next
		if (line ~ /static const char \*?(const )?[A-Z_]+\[?\]? *=/ || line ~ /cli_usage\(/ || line ~ /_SYNOPSIS/) synopsis = 1
		if (synopsis) { if (line ~ /;[ \t]*$/) synopsis = 0; next }
		if (line ~ /_Static_assert|json_pack\(|json_unpack|sodium_|strcmp|snprintf\([^;]*"%/) next
		# a literal that goes on from a marked one on the line before is marked too
		if (line ~ /^[ \t]*"/ && marked) { marked = (line !~ /;[ \t]*$/); next }
		marked = (line ~ /(^|[^A-Za-z0-9])N?_\($/ || line ~ /N?_\("[^"]*("[ \t]*|)$/)
		rest = line
		gsub(/(^|[^A-Za-z0-9_])N?_\("([^"\\]|\\.)*"/, " ", rest)
		while (match(rest, /"([^"\\]|\\.)*"/)) {
			text = substr(rest, RSTART, RLENGTH)
			rest = substr(rest, RSTART + RLENGTH)
			if (text !~ /^"sluis / && text ~ /[a-z][a-z]+ [a-z]+ [a-z][a-z]+/)
				printf "sentences: %s:%d: %s\n", FILENAME, FNR, text
		}
	}')
if [ -n "$FOUND" ]; then
	echo "$FOUND"
	exit 1
fi
