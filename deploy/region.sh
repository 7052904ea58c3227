#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# region - a complete practice region on this machine: test PKI, genesis, broker, eight organisations, ten members.
#
# Loopback only, keys without passphrase, invented organisations: for trying out and for tests, never for real data.
# What `up` leaves in DIR stands in the usage below. Programs are taken from $SLUIS_BIN, else from ../build beside
# this script, else from PATH.
set -euo pipefail
umask 077

READY_SECONDS=15
STOP_SECONDS=30
UNTIL=2027-12-31
if [ "$(date +%Y)" -ge 2027 ]; then UNTIL=$(date -u -d '+13 months' +%Y-%m-%d); fi

# HANDLE ORGANISATION ROLES; the registrar is made with genesis
MEMBERS="
provider          provider          provider
referrer          referrer          referrer
gi                gi                certified-institution
municipality-a    municipality-a    municipality-access,municipality-funding
municipality-b    municipality-b    municipality-access,municipality-funding
director          expert-team       director
officer           expert-team       privacy-officer
expertise-centre  expertise-centre  expertise-centre
school            school            school
"

# HANDLE|OIN|REGIME|FULL NAME|UNIT; the expert team is the federation body
ORGANISATIONS="
provider|00000099100000001000|jeugdwet|Jeugdzorg De Rietkraag|Begeleiding en behandeling
referrer|00000099100000002000|jeugdwet|Wijkteam Beekdal|Jeugd en gezin
gi|00000099100000003000|jeugdwet|Jeugdbescherming Oefenland|Jeugdbescherming
municipality-a|00000099100000004000|jeugdwet|Gemeente Beekdal|Toegang
municipality-b|00000099100000005000|jeugdwet|Gemeente Oeverland|Toegang
expert-team|00000099100000006000|jeugdwet|Expertteam Jeugd Oefenregio|Procesregie
expertise-centre|00000099100000007000|wgbo|Expertisecentrum Het Klaverblad|Consultatie
school|00000099100000008000|education|Basisschool De Vlieger|Zorgteam
"

usage() {
	cat >&2 <<'TEXT'
usage: region.sh up DIR [--policy FILE]   make the region, or start it again, or check that it runs
       region.sh down DIR                 stop it; all of it is kept, and up goes on with it
       region.sh status DIR               says what runs; 0 where the broker does, else 1
       region.sh start-broker DIR         waits for the old process; 0 once it is ready
       region.sh stop-broker DIR          0 once it is gone

In DIR: profiles/HANDLE for each member, organisations/HANDLE (certificate, chain, key), pki/, sluisd.yaml, policy.yaml,
endpoint, sluisd.pid, sluisd.log, store/, keys/.
TEXT
	exit 2
}

fail() {
	echo "region.sh: error: $1" >&2
	if [ $# -gt 1 ]; then echo "region.sh: hint: $2" >&2; fi
	exit 1
}

say() {
	echo "region.sh: $1" >&2
}

# ---- programs and files of the project ----

find_programs() {
	local bin=${SLUIS_BIN:-}
	if [ -z "$bin" ] && [ -x "$HERE/../build/sluisd" ]; then bin=$(cd "$HERE/../build" && pwd); fi
	if [ -n "$bin" ]; then
		SLUIS=$bin/sluis SLUISD=$bin/sluisd
	else
		SLUIS=$(command -v sluis || true) SLUISD=$(command -v sluisd || true)
	fi
	[[ -x $SLUIS && -x $SLUISD ]] ||
		fail "sluis and sluisd are not built" "run make first, or name their folder in SLUIS_BIN"
}

default_policy() {
	local file
	for file in "$HERE/../config/policy.yaml" "$HERE/policy.yaml"; do
		if [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
	fail "policy.yaml is not where it was installed" "name one with --policy FILE"
}

# As the registrar; what the program says is shown only when it fails.
as() { # HANDLE WORD...
	local handle=$1 words
	shift
	words=$("$SLUIS" --profile "$DIR/profiles/$handle" --json "$@" 2>&1 </dev/null) ||
		fail "sluis ${*:1:2} as $handle: $words"
}

# Durable under its final name, or not there.
put() { # FILE
	cat >"$1.new"
	mv -f "$1.new" "$1"
}

# ---- the broker's process ----

# A process number may have been given to another since.
runs_our_config() { # PID
	local word cwd
	cwd=$(readlink "/proc/$1/cwd") || return 1
	while IFS= read -r -d '' word; do
		if [ "$(cd "$cwd" && readlink -f "$word")" = "$DIR/sluisd.yaml" ]; then return 0; fi
	done 2>/dev/null <"/proc/$1/cmdline"
	return 1
}

# The process in sluisd.pid, only where it is alive and is the broker of this folder.
broker_pid() {
	local pid line state
	[ -r "$DIR/sluisd.pid" ] && read -r pid <"$DIR/sluisd.pid" || return 1
	[[ $pid =~ ^[0-9]+$ && -r /proc/$pid/stat ]] || return 1
	line=$(cat "/proc/$pid/stat" 2>/dev/null) || return 1
	state=${line##*) }
	[ "${state%% *}" != Z ] || return 1
	runs_our_config "$pid" || return 1
	echo "$pid"
}

# Lines of the log since the last start that begin with ${1}.
log_has() {
	tail -c "+$((LOG_FROM + 1))" "$DIR/sluisd.log" 2>/dev/null | grep -q -- "^\(<[0-9]>\)\?$1\b"
}

pause() { sleep 0.05; }

wait_until_gone() { # SECONDS
	local until=$((SECONDS + $1))
	while broker_pid >/dev/null; do
		if [ "$SECONDS" -ge "$until" ]; then return 1; fi
		pause
	done
}

start_broker() {
	local pid until i
	# One that was told to stop is still at it for a moment; one that runs was not told.
	LOG_FROM=$(cat "$DIR/.log-from" 2>/dev/null || echo 0)
	for ((i = 0; i < 20; i++)); do
		if ! broker_pid >/dev/null || log_has stopping; then break; fi
		pause
	done
	if broker_pid >/dev/null; then
		if ! log_has stopping; then return; fi
		wait_until_gone "$STOP_SECONDS" || fail "the old broker does not end" "its log: $DIR/sluisd.log"
	fi
	LOG_FROM=$(stat -c %s "$DIR/sluisd.log" 2>/dev/null || echo 0)
	echo "$LOG_FROM" >"$DIR/.log-from"
	setsid "$SLUISD" --config "$DIR/sluisd.yaml" >>"$DIR/sluisd.log" 2>&1 </dev/null 9>&- &
	pid=$!
	echo "$pid" | put "$DIR/sluisd.pid"
	until=$((SECONDS + READY_SECONDS))
	while ! log_has ready; do
		if ! kill -0 "$pid" 2>/dev/null; then
			tail -c "+$((LOG_FROM + 1))" "$DIR/sluisd.log" >&2
			fail "the broker did not start" "its own words stand above and in $DIR/sluisd.log"
		fi
		if [ "$SECONDS" -ge "$until" ]; then
			kill -KILL "$pid" 2>/dev/null || true
			fail "the broker was not ready within $READY_SECONDS s" "its log: $DIR/sluisd.log"
		fi
		pause
	done
	disown "$pid" 2>/dev/null || true
}

stop_broker() {
	local pid
	pid=$(broker_pid) || return 0
	kill -TERM "$pid" 2>/dev/null || true
	wait_until_gone "$STOP_SECONDS" ||
		fail "the broker (process $pid) does not end" "its log: $DIR/sluisd.log"
	rm -f "$DIR/sluisd.pid"
}

# ---- making a region ----

free_port() {
	local port i
	for i in $(seq 200); do
		port=$((15000 + (RANDOM * 32768 + RANDOM) % 15000))
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	fail "no free port from 15000 to 29999 after $i tries"
}

make_pki() {
	local handle oin name unit list=()
	while IFS='|' read -r handle oin _ name unit; do
		if [ -n "$handle" ]; then list+=("$handle:$oin:$name:$unit"); fi
	done <<<"$ORGANISATIONS"
	"$HERE/practice-pki.sh" --quiet "$DIR" "${list[@]}"
	mkdir -p "$DIR/crl"
	for name in root domain tsp; do ln -sfn "../pki/$name.crl.der" "$DIR/crl/$name.crl"; done
}

make_config() {
	put "$DIR/sluisd.yaml" <<TEXT
# Practice region; paths are taken from the folder of this file.
store: store
keys: keys
genesis: genesis.bin
policy: policy.yaml
crl: crl
listen: $(cat "$DIR/endpoint")
TEXT
	put "$DIR/agreement.txt" <<'TEXT'
Overeenkomst van de oefenregio. Alles hierin is verzonnen; er staan geen echte gegevens in deze regio.
TEXT
	"$SLUISD" --config "$DIR/sluisd.yaml" --make-keys 2>"$DIR/sluisd.log" | put "$DIR/broker.json" ||
		fail "no keys for the broker: $(cat "$DIR/sluisd.log")"
}

make_genesis() {
	as registrar registry genesis --name Oefenregio --organisation "$DIR/organisations/expert-team" \
		--org-handle expert-team --regime jeugdwet --handle registrar --broker "$DIR/broker.json" \
		--endpoint "$(cat "$DIR/endpoint")" --policy "$DIR/policy.yaml" --agreement "$DIR/agreement.txt" \
		--origin sluis.example/oefenregio --out "$DIR/genesis.bin" --no-passphrase
}

organisation_field() { # HANDLE FIELD
	local line
	line=$(grep "^$1|" <<<"$ORGANISATIONS")
	cut -d'|' -f"$2" <<<"$line"
}

make_member() { # HANDLE ORGANISATION ROLES
	local work=$DIR/.work roles=() role
	for role in ${3//,/ }; do roles+=(--role "$role"); done
	as registrar registry invite --handle "$1" --organisation "$2" --out "$work/$1.invite.json"
	as "$1" init --invite "$work/$1.invite.json" --no-passphrase
	as "$1" org issue "$DIR/profiles/$1/request.json" "${roles[@]}" --until "$UNTIL" \
		--organisation "$DIR/organisations/$2" --name "$(organisation_field "$2" 4)" \
		--regime "$(organisation_field "$2" 3)" --out "$work/$1.record"
	as "$1" enrol "$work/$1.record"
	as registrar registry approve "$1"
}

# Up to the mark `complete` nothing here is worth keeping but certificates and the port: a run that was cut off starts over.
make_region() { # POLICY
	local handle organisation roles
	echo making | put "$DIR/.region"
	stop_broker
	rm -rf "$DIR"/{profiles,store,keys,genesis.bin,broker.json,sluisd.yaml,sluisd.pid,sluisd.log,.log-from,.work}
	mkdir -p "$DIR/profiles" "$DIR/.work"
	[ -s "$DIR/endpoint" ] || echo "tcp://127.0.0.1:$(free_port)" | put "$DIR/endpoint"
	put "$DIR/policy.yaml" <"$1"
	cp "$DIR/policy.yaml" "$DIR/.policy-signed"
	make_pki
	make_config
	make_genesis
	start_broker
	while read -r handle organisation roles; do
		if [ -n "$handle" ]; then make_member "$handle" "$organisation" "$roles"; fi
	done <<<"$MEMBERS"
	rm -rf "$DIR/.work"
	echo complete | put "$DIR/.region"
}

# The registrar signs it, then the broker takes it.
sign_policy() { # POLICY
	if cmp -s "$1" "$DIR/.policy-signed" && cmp -s "$1" "$DIR/policy.yaml"; then return; fi
	if ! broker_pid >/dev/null; then
		put "$DIR/policy.yaml" <"$DIR/.policy-signed"
		start_broker
	fi
	if ! cmp -s "$1" "$DIR/.policy-signed"; then
		as registrar registry policy "$1"
		put "$DIR/.policy-signed" <"$1"
	fi
	put "$DIR/policy.yaml" <"$1"
	stop_broker
	start_broker
}

check_region() {
	local handle rest have
	have=$("$SLUIS" --profile "$DIR/profiles/registrar" --json directory 2>&1 </dev/null) ||
		fail "the broker does not answer the registrar: $have"
	while read -r handle rest; do
		[ -n "$handle" ] || continue
		[ -d "$DIR/profiles/$handle" ] || fail "profiles/$handle is gone" "down, remove $DIR, and up makes a new region"
		grep -q "\"$handle\"" <<<"$have" || fail "$handle is not in the directory (${rest%% *})"
	done <<<"$MEMBERS"
}

# ---- commands ----

up() { # POLICY (may be empty)
	local state=
	state=$(cat "$DIR/.region" 2>/dev/null || true)
	if [ -z "$state" ] && [ -n "$(find "$DIR" -mindepth 1 -maxdepth 1 ! -name .lock -print -quit)" ]; then
		fail "$DIR is not empty and no practice region" "name a new folder"
	fi
	if [ "$state" != complete ]; then
		make_region "${1:-$(default_policy)}"
	else
		if [ -n "$1" ]; then sign_policy "$1"; fi
		start_broker
	fi
	check_region
	say "the region runs at $(cat "$DIR/endpoint"); profiles are in $DIR/profiles"
}

status() {
	local pid
	[ -r "$DIR/.region" ] || fail "no practice region in $DIR" "region.sh up $DIR makes one"
	echo "region    $(cat "$DIR/.region")"
	echo "endpoint  $(cat "$DIR/endpoint" 2>/dev/null || echo none)"
	if pid=$(broker_pid); then
		echo "broker    runs, process $pid"
	else
		echo "broker    stopped"
		return 1
	fi
}

# Sets COMMAND, DIR and POLICY; options may stand before or after DIR.
parse() {
	COMMAND=${1:-} DIR='' POLICY=''
	[[ $COMMAND =~ ^(up|down|status|start-broker|stop-broker)$ ]] || usage
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--policy)
			[[ $COMMAND = up && $# -ge 2 ]] || usage
			POLICY=$2
			shift
			;;
		-*) usage ;;
		*)
			[ -z "$DIR" ] || usage
			DIR=$1
			;;
		esac
		shift
	done
	[ -n "$DIR" ] || usage
}

HERE=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
LOG_FROM=0
parse "$@"
if [ -n "$POLICY" ]; then
	[ -r "$POLICY" ] || fail "\"$POLICY\" cannot be read"
	POLICY=$(readlink -f "$POLICY")
fi
if [ "$COMMAND" = up ]; then
	mkdir -p "$DIR"
else
	[ -d "$DIR" ] || fail "no practice region in $DIR" "region.sh up $DIR makes one"
fi
DIR=$(cd "$DIR" && pwd -P)
if [ "$COMMAND" = status ]; then
	status
	exit
fi
find_programs
exec 9>"$DIR/.lock"
flock 9
case $COMMAND in
up) up "$POLICY" ;;
down | stop-broker) stop_broker ;;
start-broker)
	[ "$(cat "$DIR/.region" 2>/dev/null)" = complete ] || fail "no whole practice region in $DIR" "region.sh up $DIR"
	start_broker
	;;
esac
