#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# marks - every file that we write names its licence at the top, and none puts work off without an issue number.
set -euo pipefail
cd "$(dirname "$0")/../.."

sources() {
	find . -path ./.git -prune -o -path './build*' -prune -o -type f -size +0 \
		\( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.mk' -o -name Makefile -o -name '*.proto' \
		-o -name '*.sql' -o -name '*.yaml' -o -name '*.map' -o -name '*.service' -o -name '*.socket' \
		-o -path './.ci/run' \) -print0
}

FOUND=$(
	sources | xargs -0 awk '
	FNR == 1 { if (NR > 1 && !seen) print "marks: " last " has no SPDX line"; seen = 0; last = FILENAME }
	FNR <= 3 && /SPDX-License-Identifier: EUPL-1\.2/ { seen = 1 }
	FILENAME !~ /lint\/marks\.sh$/ && /(^|[^A-Za-z])(TODO|FIXME|HACK)([^A-Za-z]|$)/ && !/(TODO|FIXME|HACK) ?#[0-9]+/ {
		printf "marks: %s:%d puts work off without an issue number\n", FILENAME, FNR
	}
	END { if (!seen) print "marks: " last " has no SPDX line" }'
)
if [ -n "$FOUND" ]; then
	echo "$FOUND"
	exit 1
fi
