#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# dependencies - install the Debian packages that Sluis needs: says what and why, asks nothing.
#
#   deploy/dependencies.sh [build|test|demo|bench]      default: build
#
# Works as root, or through sudo where that asks no password. Where all is there it changes nothing and
# takes no network. Where it can do nothing it says which packages are missing, and ends with 1.
set -euo pipefail

# GROUP PACKAGE WHY; test, demo and bench each include build.
PACKAGES="
build gcc                  compiler
build libc6-dev            headers of the C library
build make                 runs the build
build pkg-config           finds libraries
build libzmq3-dev          transport with CURVE
build libsodium-dev        signatures, sealing, secret memory
build libprotobuf-c-dev    decoding of messages
build protobuf-c-compiler  turns the schema into C
build protobuf-compiler    reads the schema
build libssl-dev           certificates, time stamps, hashing
build libyaml-dev          policy and configuration
build libsqlite3-dev       the store
build libsystemd-dev       readiness, sockets, journal
build libjansson-dev       JSON
build libqrencode-dev      the code on a letter to a family
build gettext              Dutch and English words
build zlib1g-dev           text inside documents
build libxml2-dev          XML inside documents, iJw messages
build libzip-dev           DOCX documents
build libseccomp-dev       walls around the reader of documents
build poppler-utils        the text of PDF documents
build openssl              the test PKI of the practice region
test  libcmocka-dev        runs the unit tests
test  age                  the other side of every sealed section
test  clang                second compiler, fuzzers
test  libclang-rt-14-dev   sanitizers and fuzzing for clang
test  strace               disk faults at a chosen call
test  python3              outside checks of proofs and of the wire
test  libxml2-utils        checks iJw messages against their schema
test  faketime             runs the daemon at another time
test  e2fsprogs            a disk of its own for faults
test  xfsprogs             cuts the power of that disk
test  systemd              runs the unit, as process 1 of a tree of its own
test  debootstrap          a clean system for the install test
test  gcovr                coverage
test  gdb                  looks into a core file for content
test  iproute2             a network of its own for outages
test  mandoc               checks the man pages
test  zsh                  completes commands, as bash does
test  zbar-tools           reads the code on a letter
test  librsvg2-bin         draws it
demo  age                  opens a delivered section with a program that is not ours
bench age                  compares sealing
"

fail() {
	echo "dependencies: error: $1" >&2
	echo "dependencies: hint: $2" >&2
	exit 1
}

# Lines "PACKAGE WHY" of what ${1} needs and dpkg does not know as installed.
missing() {
	local group name why have
	have=" $(dpkg-query -W -f '${db:Status-Status}/${Package} ' 2>/dev/null) "
	while read -r group name why; do
		[[ -n $group && ($group = build || $group = "$1") ]] || continue
		[[ $have == *" installed/$name "* ]] || echo "$name $why"
	done <<<"$PACKAGES"
}

# How to become who may install: nothing as root, else sudo that never asks.
choose_rights() {
	if [ "$(id -u)" -eq 0 ]; then
		RIGHTS=()
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		RIGHTS=(sudo -n)
	else
		fail "missing: $NAMES; only root may install them, and sudo is not there or asks a password" \
			"have an administrator run: apt-get install $NAMES"
	fi
}

apt() {
	"${RIGHTS[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 \
		-o Dpkg::Use-Pty=0 "$@" >&2
}

GROUP=${1:-build}
[[ $# -le 1 && $GROUP =~ ^(build|test|demo|bench)$ ]] || {
	echo "usage: dependencies.sh [build|test|demo|bench]" >&2
	exit 2
}
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	fail "this is not a Debian system: no dpkg-query or apt-get" \
		"install by hand what $0 lists: the same libraries have other package names elsewhere"
fi

WANTED=$(missing "$GROUP")
[ -n "$WANTED" ] || exit 0
NAMES=$(cut -d' ' -f1 <<<"$WANTED" | sort -u | tr '\n' ' ')
NAMES=${NAMES% }
choose_rights

echo "dependencies: installing for $GROUP:" >&2
while read -r name why; do
	printf '  %-20s %s\n' "$name" "$why" >&2
done <<<"$WANTED"
read -ra LIST <<<"$NAMES"
apt update || fail "the lists of packages cannot be fetched" "is there a network, and a mirror in /etc/apt?"
apt install -y --no-install-recommends "${LIST[@]}" ||
	fail "apt-get could not install: $NAMES" "its own words stand above"
[ -z "$(missing "$GROUP")" ] || fail "still missing: $(missing "$GROUP")" "is a package held back?"
