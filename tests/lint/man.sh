#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# man - every command that `sluis --help` names stands in sluis(1), every setting of `sluisd --dump-defaults` in sluisd(8).
#
# A new command takes a line `.It Cm NAME` in deploy/man/sluis.1.
set -euo pipefail
cd "$(dirname "$0")/../.."
B=${1:-${B:-build}}
BAD=0

lacks() { # PAGE WHAT
	echo "man: deploy/man/$1 lacks $2"
	BAD=1
}

COMMANDS=$("$B/sluis" --lang en --help | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p')
[ "$(wc -w <<<"$COMMANDS")" -gt 10 ] || { echo "man: sluis --help names no commands" && exit 1; }
for command in $COMMANDS; do
	grep -qE "^\.It Cm $command( |$)" deploy/man/sluis.1 || lacks sluis.1 "the command \"$command\""
done
SETTINGS=$("$B/sluisd" --dump-defaults | sed -nE 's/^#?([a-z]+): .*/\1/p')
[ "$(wc -w <<<"$SETTINGS")" -gt 5 ] || { echo "man: sluisd --dump-defaults names no settings" && exit 1; }
for setting in $SETTINGS; do
	grep -qE "^\.It Ic $setting$" deploy/man/sluisd.8 || lacks sluisd.8 "the setting \"$setting\""
done
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning deploy/man/sluis.1 deploy/man/sluisd.8 || BAD=1
fi
exit "$BAD"
