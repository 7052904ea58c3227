#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
#
# notify - say that a message waits, and nothing more: on the desktop where there is one, else to whoever started this (the journal).
#
# For `sluis inbox --watch --exec`; installed as lib/sluis/notify.
TEXT="er staat een bericht klaar"
if [ -n "${DBUS_SESSION_BUS_ADDRESS:-}" ] && command -v notify-send >/dev/null; then
	notify-send --app-name Sluis --icon mail-unread "$TEXT" && exit 0
fi
echo "$TEXT"
