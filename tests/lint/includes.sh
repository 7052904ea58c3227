#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# includes - who may include whom: proto only proto; daemon and client proto and themselves, never each other; each
# outside library in its one place only.
set -euo pipefail
cd "$(dirname "$0")/../.."

# FILE:#include "NAME" lines; NAME is looked for beside FILE and in the folders that the compiler searches.
FOUND=$(
	grep -rHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' --include='*.[ch]' proto daemon client |
		awk -v headers="$(find proto daemon client -name '*.h' | tr '\n' ' ')" '
	function room(path) { sub(/\/.*/, "", path); return path }
	function plain(path, before) {
		do { before = path; sub(/[^\/]+\/\.\.\//, "", path) } while (path != before)
		return path
	}
	BEGIN {
		n = split(headers, list, " ")
		for (i = 1; i <= n; i++) is_there[list[i]] = 1
		is_there["proto/sluis.pb-c.h"] = is_there["daemon/store/store_schema.h"] = 1
		split("proto proto/policy daemon daemon/store client/lib client/cli client/include", folders, " ")
	}
	{
		file = $0; sub(/:.*/, "", file)
		name = $0; sub(/^[^"]*"/, "", name); sub(/".*/, "", name)
		folder = file; sub(/\/[^\/]*$/, "", folder)
		where = ""
		if (plain(folder "/" name) in is_there) where = plain(folder "/" name)
		for (i = 1; where == "" && i in folders; i++)
			if (folders[i] "/" name in is_there) where = folders[i] "/" name
		if (where == "")
			printf "includes: %s includes \"%s\", which is nowhere\n", file, name
		else if (room(where) != "proto" && room(where) != room(file))
			printf "includes: %s includes %s\n", file, where
	}'
)

# The header that matches ${1} stands only in files that match ${2}.
only_in() { # HEADER-PATTERN FILE-PATTERN
	grep -rlE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($1)>" --include='*.[ch]' proto daemon client |
		grep -vxE "$2" | sed "s#.*#includes: & includes <$1>#" || true
}

FOUND+=$'\n'$(
	only_in 'zmq\.h' 'daemon/front/socket\.h|client/lib/connection\.c'
	only_in 'sqlite3\.h' 'daemon/store/sqlite_[a-z_]*\.[ch]'
	only_in 'libpq-fe\.h' 'daemon/store/[a-z_]*\.[ch]'
	only_in 'systemd/.*' 'daemon/notify\.c'
	only_in 'yaml\.h' 'proto/policy/policy_tree\.c'
	only_in 'openssl/(x509|pem|asn1|cms|ts|bio|objects|rsa|ec).*' 'proto/certificate[a-z_0-9]*\.[ch]'
	only_in 'openssl/.*' 'proto/.*'
	only_in 'microhttpd\.h' 'client/console/.*'
	only_in 'libxml/.*' 'client/.*'
)
if [ -n "${FOUND//$'\n'/}" ]; then
	echo "$FOUND" | grep .
	exit 1
fi
