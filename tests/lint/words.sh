#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# words - the Dutch catalogue is whole: nothing untranslated, nothing fuzzy, nothing in the code that it lacks.
set -euo pipefail
cd "$(dirname "$0")/../.."
PO=po/nl.po
[ -r "$PO" ] || { echo "words: $PO is not there" && exit 1; }
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
STATISTICS=$(LC_ALL=C msgfmt --check --statistics -o "$WORK/nl.mo" "$PO" 2>&1) || {
	echo "$STATISTICS"
	exit 1
}
if grep -qE 'fuzzy|untranslated' <<<"$STATISTICS"; then
	echo "words: $PO: $STATISTICS"
	exit 1
fi
find client proto/err.h -name '*.[ch]' | sort | xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=X:4 --language=C \
	--files-from=- --omit-header -o "$WORK/now.pot"
msgmerge -q --no-fuzzy-matching -o "$WORK/merged.po" "$PO" "$WORK/now.pot"
MISSING=$(LC_ALL=C msgattrib --untranslated --no-obsolete "$WORK/merged.po" | grep '^msgid' || true)
if [ -n "$MISSING" ]; then
	echo "words: $PO lacks:"
	echo "$MISSING"
	exit 1
fi
