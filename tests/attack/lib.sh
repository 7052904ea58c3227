# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash disable=SC2034,SC2154
#
# lib - what the attack scripts share: commands as a member, attacks that are counted, and what must stand in the log after them.

broken() {
	echo "run.sh: error: $1" >&2
	exit 1
}

as() { # HANDLE WORD...
	local handle=$1
	shift
	"$SLUIS" --profile "$REGION/profiles/$handle" "$@" </dev/null
}

evil() { # HANDLE WORD...
	local handle=$1
	shift
	"$EVIL" "$REGION/profiles/$handle" "$@"
}

ok() { # NAME CAUGHT CODE
	PASSED=$((PASSED + 1))
	printf '%s -> %s -> %s\n' "$1" "$2" "$3"
}

bad() { # NAME WORDS
	FAILED=$((FAILED + 1))
	printf 'FAIL %s: %s\n' "$1" "$2"
}

# An attack: what it runs must end with ${2} and say ${3}.
attack() { # NAME EXIT SAYS COMMAND...
	local name=$1 want=$2 says=$3 code=0 words
	shift 3
	words=$("$@" 2>&1) || code=$?
	if [ "$code" -ne "$want" ] || ! grep -qF -- "$says" <<<"$words"; then
		bad "$name" "ended with $code (wanted $want, \"$says\"): $(tail -n 4 <<<"$words")"
		return
	fi
	ok "$name" "$says" "$code"
}

# The same, by a member whose own log must show the refusal as its newest event: rule ${3}, of type ${5}.
seen() { # NAME EXIT RULE HANDLE TYPE COMMAND...
	local name=$1 want=$2 rule=$3 handle=$4 type=$5 before=$FAILED event
	shift 5
	attack "$name" "$want" "$rule" "$@"
	if [ "$FAILED" -ne "$before" ]; then return; fi
	event=$(as "$handle" --json log list | jq -r '.[-1] | "\(.type) \(.outcome) \(.rule)"')
	if [ "$event" != "$type refuse $rule" ]; then
		PASSED=$((PASSED - 1))
		bad "$name" "the log's last event is \"$event\", not \"$type refuse $rule\""
	fi
}

id_of() { # COMMAND...: the id that it prints first
	local words
	words=$("$@" 2>"$WORK/words") || broken "$* ended with $?: $words $(cat "$WORK/words")"
	words=$(head -n1 <<<"$words")
	[[ $words =~ ^[0-9a-f]{32}$ ]] || broken "$*: no id: $words"
	echo "$words"
}

push() { # ATTACK [CASE [GRANT [TO]]]: the provider's message, with that wrong in it
	evil provider push "$1" "${2:-$CASE}" "${3:-$GRANT}" "${4:-director}" referral "question=$LONG" history=Verleden
}

# Opens a session that is sealed and signed, does ${2}... behind its back, and only then lets it send. MEANWHILE: case and grant.
meanwhile() { # HANDLE COMMAND...
	local handle=$1 line code=0
	shift
	mkfifo "$WORK/in" "$WORK/out"
	evil "$handle" push waiting "${MEANWHILE[0]:-$CASE}" "${MEANWHILE[1]:-$GRANT}" director referral question=Vraag <"$WORK/in" >"$WORK/out" 2>&1 &
	local pid=$!
	exec 7>"$WORK/in" 8<"$WORK/out"
	rm "$WORK/in" "$WORK/out"
	read -r line <&8
	[ "$line" = ready ] || broken "the waiting client says \"$line\""
	"$@" >"$WORK/words" 2>&1 || broken "$*: $(cat "$WORK/words")"
	echo >&7
	cat <&8
	wait "$pid" || code=$?
	exec 7>&- 8<&-
	return "$code"
}

reload() {
	local before i
	before=$(grep -c reload "$REGION/sluisd.log" || true)
	kill -HUP "$(cat "$REGION/sluisd.pid")"
	for ((i = 0; i < 60; i++)); do
		if [ "$(grep -c reload "$REGION/sluisd.log" || true)" -gt "$before" ]; then return; fi
		sleep 0.05
	done
	broken "the broker did not reload"
}

# A stranger's profile for ${1}, with a record that ${3} signed, handed in.
enrol() { # HANDLE PROFILE ORGANISATION
	as registrar registry invite --handle "$1" --organisation "$3" --out "$WORK/$2.invite" &&
		as "$2" init --invite "$WORK/$2.invite" --no-passphrase &&
		as "$2" org issue "$REGION/profiles/$2/request.json" --role provider --until "$(date -u -d '+6 months' +%F)" \
			--organisation "$REGION/organisations/$3" --name "Jeugdzorg De Nieuwe" --regime jeugdwet \
			--out "$WORK/$2.record" &&
		as "$2" enrol "$WORK/$2.record"
}

# With the broker down, one statement in its store.
in_store() { # SQL
	"$TOP/deploy/region.sh" stop-broker "$REGION"
	sqlite3 "$REGION/store/sluis.db" "$1"
}

# ---- a broker that lies ----

# A copy of ${1}'s profile that meets the proxy; `fresh`: without what it has verified so far.
victim() { # HANDLE [fresh]
	rm -rf "$WORK/victim"
	cp -a "$REGION/profiles/$1" "$WORK/victim"
	[ "${2:-}" = fresh ] || return 0
	rm -rf "$WORK"/victim/{keys.log,policy}
	jq '{exchange: .exchange, keys: .keys, sequences: {}}' "$WORK/victim/profile.json" >"$WORK/victim/state.json"
}

meets_proxy() {
	sed -i "s|$(cat "$REGION/endpoint")|$PROXY_AT|" "$WORK/victim/profile.json"
}

by_victim() { # WORD...
	"$SLUIS" --profile "$WORK/victim" "$@" </dev/null
}

# Refused, with evidence, and nothing in the folder.
pull_by_victim() { # MESSAGE
	local code=0
	mkdir -p "$WORK/pulled"
	by_victim pull "$1" --out "$WORK/pulled" || code=$?
	if [ "$code" -ne 0 ] && [ -n "$(ls -A "$WORK/pulled")" ]; then echo "but it wrote: $(ls "$WORK/pulled")"; return 99; fi
	rm -rf "$WORK/pulled"
	return "$code"
}

proxy_starts() { # HANDLE LIE [PARAMETER]
	local line
	mkfifo "$WORK/proxy"
	"$PROXY" "$PROXY_AT" "$REGION/keys" "$REGION/profiles/$1" "${@:2}" >"$WORK/proxy" 2>"$WORK/proxy.log" &
	PROXY_PID=$!
	read -r line <"$WORK/proxy" || line=$(cat "$WORK/proxy.log")
	rm "$WORK/proxy"
	[ "$line" = ready ] || broken "the proxy says \"$line\""
}

proxy_stops() {
	kill "$PROXY_PID" 2>/dev/null || true
	wait "$PROXY_PID" 2>/dev/null || true
	PROXY_PID=
}

# HANDLE's copied profile does ${6}... through a proxy with that lie, which asks as PROXY_BY, or as HANDLE where that is empty.
lie() { # NAME EXIT SAYS HANDLE[/fresh] "LIE [PARAMETER]" COMMAND...
	local handle=${4%/*} fresh=
	if [[ $4 == */fresh ]]; then fresh=fresh; fi
	victim "$handle" $fresh
	meets_proxy
	# shellcheck disable=SC2086
	proxy_starts "${PROXY_BY:-$handle}" $5
	attack "$1" "$2" "$3" "${@:6}"
	proxy_stops
}

# ---- what the broker saw ----

# What ${1}'s client has seen of the exchange log.
seen_by() { # HANDLE
	jq .exchange.size "$REGION/profiles/$1/state.json"
}

# An attack by whoever cannot read the log any more: the event is looked for in the store, at the end (events_are_there).
noted() { # NAME EXIT RULE HANDLE TYPE ACTOR COMMAND...: actor - for a stranger
	local name=$1 want=$2 rule=$3 handle=$4 type=$5 actor=$6 before=$FAILED from
	shift 6
	from=$(seen_by "$handle")
	attack "$name" "$want" "$rule" "$@"
	if [ "$FAILED" -ne "$before" ]; then return; fi
	echo "$from $(seen_by "$handle") $type refuse $rule $actor $name" >>"$WORK/expected"
}

# Every event of the store with its index; then each expected one is among those of its time.
events_are_there() {
	in_store "select e.idx, coalesce(cast(n.word as text), '-'), hex(e.event) from event e
		left join name n on n.number = e.actor order by e.idx;" >"$WORK/events"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	while IFS='|' read -r found name; do
		if [ "$found" = yes ]; then ok "$name" "in the log" 0; else bad "$name" "the log does not hold it"; fi
	done < <(python3 - "$WORK/events" "$WORK/expected" <<'PY'
import sys

def codes(event):
    """The fields type_code, outcome_code and rule_code (5, 7, 8) of a packed Event."""
    found, at = {}, 0
    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = event[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(event):
        tag = number()
        if tag & 7 == 0:
            number()
            continue
        length = number()
        found[tag >> 3] = event[at:at + length]
        at += length
    return " ".join(found[n].decode() for n in (5, 7, 8))

events = []
for line in open(sys.argv[1]):
    index, actor, event = line.rstrip("\n").split("|")
    events.append((int(index), codes(bytes.fromhex(event)) + " " + actor))
for line in open(sys.argv[2]):
    first, last, kind, outcome, rule, actor, name = line.rstrip("\n").split(" ", 6)
    want = f"{kind} {outcome} {rule} {actor}"
    there = any(int(first) <= i < int(last) and words == want for i, words in events)
    print("yes" if there else "no", f"{name}: {want}", sep="|")
PY
	)
}
