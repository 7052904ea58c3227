#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# size - no source above 450 lines: split what grows.
set -euo pipefail
cd "$(dirname "$0")/../.."
BAD=0
while read -r lines file; do
	[ "$file" != total ] || continue
	if [ "$lines" -gt 450 ]; then
		echo "size: $file has $lines lines, more than 450"
		BAD=1
	fi
done < <(find proto daemon client -name '*.c' -print0 | xargs -0 wc -l)
exit "$BAD"
