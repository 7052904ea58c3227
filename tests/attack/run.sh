#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# run - attacks on a practice region of its own, each really done by a client or a broker that lies.
#
#   B=build tests/attack/run.sh [DIR]        DIR: where the region comes (a new folder; default: a temporary one)
#
# One line each: attack -> what caught it -> exit code; an attack that succeeds, or is refused for another reason, is a failure.
# What the broker saw must also stand in the log. Last line "N passed, N failed".
# shellcheck disable=SC2034
set -euo pipefail
umask 077

TOP=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
B=${B:-build}
SLUIS_BIN=${SLUIS_BIN:-$(cd "$TOP" && mkdir -p "$B" && cd "$B" && pwd)}
export SLUIS_BIN
export SLUIS_LANG=en
SLUIS=$SLUIS_BIN/sluis
EVIL=$SLUIS_BIN/attack/evil_client
PROXY=$SLUIS_BIN/attack/lying_proxy
PASSED=0
FAILED=0
PROXY_PID=
PROXY_BY=
MEANWHILE=()

for part in lib standing colluding; do
	# shellcheck source=/dev/null
	. "$TOP/tests/attack/$part.sh"
done

# ---- clients that lie ----

sections_attacks() {
	local message
	seen "a category that its receiver may not have" 3 category-not-allowed provider push \
		evil provider push - "$CASE" "$GRANT" director referral address=Dorpsstraat
	seen "a role that may not have the category" 3 category-not-allowed director push \
		evil director push - "$CASE_OF_PLAN" "$PLAN_GRANT" school plan plan=Plan
	seen "a hidden extra age recipient" 3 stanza-count provider push push hidden-recipient
	seen "no context stanza" 3 section-context provider push push no-context
	seen "a wrong context stanza" 3 section-context provider push push wrong-context
	seen "sections swapped by their sender" 3 section-context provider push push swapped
	seen "sections' bytes swapped under the signature" 3 section-hash provider push push swapped-bytes
	seen "sections reordered under the signature" 3 malformed provider push push reordered
	seen "a section truncated" 3 malformed provider push push truncated
	seen "a section left out" 3 malformed provider push push dropped
	seen "a receiver who is not on the case" 3 receiver-not-on-case provider push push - "$CASE" "$GRANT" gi
	# What no broker can see, the receiver finds, and its receipt tells the sender.
	message=$(push another-recipient)
	attack "a section sealed to somebody else than it says" 1 "not sealed to your key" as director pull "$message" --out "$WORK/mail"
	attack "and its sender is told" 0 rejected as provider status "$message"
	message=$(push cut-payload)
	attack "a section cut before it was signed" 1 "not sealed to your key" as director pull "$message" --out "$WORK/mail"
}

# The receiver's own look at what it opened: written, told, and signed in its receipt for the sender.
mismatch() { # NAME SAYS FILE ATTACK SECTION...
	local name=$1 says=$2 file=$3 attack=$4 message
	shift 4
	message=$(evil provider push "$attack" "$CASE" "$GRANT" director referral "$@") || broken "no push: $message"
	attack "$name" 3 "$says" as director pull "$message" --out "$WORK/mail"
	attack "and its file is there to look at" 0 "" test -s "$WORK/mail/$message/$file"
	attack "and its sender is told, by a signed receipt" 0 "not what it came as" as provider status "$message"
	attack "and it is not received twice" 0 "$file" as director pull "$message" --out "$WORK/mail"
}

content_attacks() {
	local message plan='{"goals": ["slapen"], "tasks": [{"who": "a", "what": "b"}]}'
	mismatch "a plan that goes as a question" 'content-mismatch' 1-question.json media:4 "question=$plan"
	mismatch "what is no JSON under that name" 'section question is not what it came as' 1-question.json media:4 question=Vraag
	mismatch "free text with a BSN in it" 'what may be a BSN stands there at byte 2, line 1' 1-question.txt - \
		"question=X 999990019"
	# Flagged as released it is the sender's word, in the log for the officers.
	message=$(evil provider push released "$CASE" "$GRANT" director referral "question=X 999990019") || broken "$message"
	attack "a number that its sender released is taken" 0 "1-question.txt" as director pull "$message" --out "$WORK/mail"
}

replay_attacks() {
	local saved=$WORK/push.bin message
	attack "the same push again: the first answer again" 0 "same answer" push twice
	message=$(push "save:$saved") || broken "no push to replay: $message"
	attack "a push of before, sent again" 0 "" evil provider send "$saved"
	seen "another's push, sent as it is" 3 signature director push evil director send "$saved"
	seen "another's manifest, signed again as one's own" 3 signature director push evil director resign "$saved"
	seen "a push moved to another case under its signature" 3 malformed provider push \
		evil provider recase "$saved" "$OTHER_CASE"
	seen "a sealed section lifted into another case" 3 section-context provider push \
		evil provider lift "$saved" "$OTHER_CASE" "$OTHER_GRANT" director referral "question=$LONG"
	seen "the same id with other bytes" 3 id-reused provider push push "id:$message"
	seen "a used pair number" 3 sequence-reused provider push push sequence
	seen "an act of six days ago" 3 stale provider push push old
	seen "an act of ten minutes ahead" 3 stale provider push push ahead
	seen "a signature with one bit changed" 3 signature provider push push signature
	seen "a manifest for another federation" 3 malformed provider push push federation
	seen "a frame for another federation" 3 malformed provider push push frame-federation
	seen "a grant for another federation" 3 malformed provider grant evil provider grant federation "$CASE"
	seen "a keys log that never was" 3 keys-unknown provider push push keys
}

grant_attacks() {
	local short
	short=$(evil provider grant short "$CASE") || broken "no grant: $short"
	seen "a grant by a youth alone, under 12" 3 grant-giver provider grant evil provider grant youth "$CASE"
	seen "a grant by one of two parents" 3 grant-giver provider grant evil provider grant one-parent "$CASE"
	seen "a grant of another case" 3 grant-case provider push push - "$CASE" "$OTHER_GRANT@$OTHER_CASE"
	seen "a grant with another hash" 3 not-found provider push push grant-hash
	seen "consent without a grant" 3 ground-evidence provider push push - "$CASE" -
	sleep 1.5
	seen "a grant that has ended" 3 grant-expired provider push push - "$CASE" "$short"
}

case_attacks() {
	local head
	head=$(evil provider head "$CASE")
	as director case join "$CASE" referrer >/dev/null
	seen "a case-chain head of before" 3 case-changed provider push push "head:$head"
	attack "somebody joins while a message is made" 3 case-changed \
		meanwhile provider as director case join "$CASE" expertise-centre
	attack "a policy that is not in force" 3 policy-changed push policy
	sed '$a# practice' "$REGION/policy.yaml" >"$WORK/policy.yaml"
	attack "a new policy while a message is made" 3 policy-changed \
		meanwhile provider as registrar registry policy "$WORK/policy.yaml"
	cp "$WORK/policy.yaml" "$REGION/policy.yaml"
	cp "$WORK/policy.yaml" "$REGION/.policy-signed"
}

equal_answers() { # WHAT ID: not-yours and unknown
	local yours unknown code=0
	yours=$(evil school ask "$1" "$2") || code=$?
	unknown=$(evil school ask "$1" 11111111111111111111111111111111) || true
	echo "$yours / $unknown"
	[ "$yours" = "$unknown" ] || return 1
	return "$code"
}

not_found_attacks() {
	local message
	message=$(push -)
	attack "status: unknown and not-yours look alike" 3 not-found equal_answers status "$message"
	attack "fetch: unknown and not-yours look alike" 3 not-found equal_answers fetch "$message"
	attack "case: unknown and not-yours look alike" 3 not-found equal_answers case "$OTHER_CASE"
	attack "grants: unknown and not-yours look alike" 3 not-found equal_answers grants "$OTHER_CASE"
}

# ---- identities ----

# A word that is no handle, however near it looks, is nobody: candidates, and nothing sealed or asked.
look_alikes() {
	local word
	for word in directer Director DIRECTOR director- -director 'director ' "d$(printf '\u0456')rector" "director$(printf '\u200b')" \
		"$(printf '\uff44')irector" "dire$(printf '\u0441')tor"; do
		attack "a handle that looks like another's: $(printf %q "$word")" 2 "did you mean: director" \
			as provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to "$word" question="$WORK/text.md"
	done
	attack "a look-alike is not put on a case either" 2 "did you mean: director" as provider case open --member Director
}

identity_attacks() {
	attack "a handle that is somebody else's" 3 handle-in-use enrol director director-two provider
	look_alikes
	enrol newcomer newcomer provider >/dev/null 2>&1 || broken "no newcomer"
	noted "a record approved by itself, a stranger" 3 member-inactive newcomer approve - evil newcomer approve "$WORK/newcomer.record"
	seen "a record approved by a member who is no registrar" 3 act-role provider approve evil provider approve "$WORK/newcomer.record"
	"$TOP/deploy/practice-pki.sh" --quiet expired "$REGION" "ended:00000099100000091000:Zorg Geweest:Team"
	attack "an organisation with a certificate that has ended" 3 "by rule certificate" enrol ended ended ended
	"$TOP/deploy/practice-pki.sh" --quiet "$REGION" "revoked:00000099100000092000:Zorg Ingetrokken:Team"
	"$TOP/deploy/practice-pki.sh" --quiet revoke "$REGION" revoked
	reload
	attack "an organisation with a revoked certificate" 3 certificate-invalid enrol revoked revoked revoked
}

# ---- a broker that lies ----

pull_every_byte() { # MESSAGE
	mkdir -p "$WORK/bytes"
	"$EVIL" "$WORK/victim" pull-bytes "$1" "$WORK/bytes"
}

push_twice_by_victim() {
	local words=(push "$CASE_OF_PLAN" --purpose plan --ground consent --grant "$PLAN_GRANT" --to provider)
	by_victim "${words[@]}" plan="$WORK/text.md" >/dev/null &&
		by_victim "${words[@]}" plan="$WORK/text.md" agreement="$WORK/text.md"
}

pull_two_by_victim() { # MESSAGE MESSAGE
	by_victim pull "$1" --out "$WORK/first" >/dev/null && pull_by_victim "$2"
}

broker_attacks() {
	local small one two
	small=$(evil provider push - "$CASE" "$GRANT" director referral question=Vraag history=Verleden)
	one=$(push -) two=$(push -)
	lie "none: an honest proxy" 0 director provider none by_victim directory
	lie "every byte of an answer with a message, one at a time" 0 " 0 wrong" director bytes pull_every_byte "$small"
	lie "a swapped age key in the keys log" 5 "the keys log does not hold" provider/fresh "swap-key director" by_victim directory
	lie "a forged suspension in the keys log" 5 "the keys log does not hold" provider/fresh "forge-entry director" by_victim directory
	lie "an entry of the keys log withheld" 5 "the keys log does not hold" provider/fresh withhold by_victim directory
	lie "an added case member" 5 "the case chain does not hold" provider "add-act gi" by_victim case show "$CASE"
	lie "an added case member, at a push" 5 "the case chain does not hold" provider "add-act gi" \
		by_victim push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question="$WORK/text.md"
	lie "a policy that nobody signed" 5 "not the one that the registrars signed" provider/fresh policy by_victim directory
	lie "a checkpoint with another signature" 5 "the log's key did not sign" provider forge-log by_victim inbox
	lie "a refusal that was not decided" 5 "not signed as it should be" provider refusal by_victim status 11111111111111111111111111111111
	lie "a refusal that was not decided, of what the client refused itself" 5 "not signed as it should be" provider refusal \
		by_victim push "$CASE" --purpose referral --ground consent --to director question="$WORK/text.md"
	lie "a push said to be written, with the proof of another" 5 "proof that it wrote this down" director old-push push_twice_by_victim
	lie "a release said to be written, with the proof of another" 5 "proof that it wrote this down" director old-release \
		pull_two_by_victim "$one" "$two"
}

held_logs() {
	local message
	victim director
	cp -a "$WORK/victim" "$WORK/unaware"
	proxy_starts director hold-keys
	as registrar registry suspend municipality-b >/dev/null
	by_victim directory >/dev/null
	meets_proxy
	attack "a suspension dropped that this client has seen" 5 "smaller than" by_victim inbox
	message=$(push -)
	rm -rf "$WORK/victim"
	mv "$WORK/unaware" "$WORK/victim"
	meets_proxy
	attack "a suspension dropped that only the sender has seen" 5 "the keys log that the sender used" pull_by_victim "$message"
	proxy_stops
	victim director
	proxy_starts director hold-exchange
	push - >/dev/null
	by_victim inbox >/dev/null
	meets_proxy
	attack "an exchange log of before" 5 "smaller than" by_victim inbox
	proxy_stops
}

restart() {
	"$TOP/deploy/region.sh" stop-broker "$REGION" && "$TOP/deploy/region.sh" start-broker "$REGION"
}

policy_attacks() {
	echo "# and whatever suits us" >>"$REGION/policy.yaml"
	reload
	attack "an unsigned policy at a reload" 0 reload-refused tail -n 3 "$REGION/sluisd.log"
	attack "an unsigned policy at a start" 1 "did not start" restart
	cp "$REGION/.policy-signed" "$REGION/policy.yaml"
	restart 2>/dev/null
}

stored_attacks() {
	local message
	message="x'$(push -)'"
	in_store "insert into recipient select (select number from name where kind = 1 and word = cast('school' as blob)), idx,
		entry, organisation, record_hash, pair_sequence, 1, changed_ms, 0, categories from recipient
		where idx = (select idx from message where id = $message);"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	victim school
	attack "a receiver added in the store" 5 "the manifest" pull_by_victim "${message:2:32}"
	in_store "update event set blind = randomblob(32) where idx = (select idx from message where id = $message);"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	attack "an event changed in the store" 5 "not the one in the exchange log" as director log verify --full
	in_store "create table kept as select * from keys_entry where idx = 5; update keys_entry set entry = randomblob(300) where idx = 5;"
	attack "an entry of the keys log changed in the store" 1 "did not start" "$TOP/deploy/region.sh" start-broker "$REGION"
	in_store "update keys_entry set entry = (select entry from kept) where idx = 5; drop table kept;"
	"$TOP/deploy/region.sh" start-broker "$REGION"
}

# The last of all: whoever was here before trusts this broker no more.
store_attacks() {
	"$TOP/deploy/region.sh" stop-broker "$REGION"
	cp -a "$REGION/store" "$WORK/store"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	for _ in 1 2 3 4; do as director case open >/dev/null; done
	"$TOP/deploy/region.sh" stop-broker "$REGION"
	rm -rf "$REGION/store"
	mv "$WORK/store" "$REGION/store"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	attack "a store put back: a log shorter than a client has seen" 5 "smaller than" as director inbox
}

# ---- setting up ----

finish() {
	if [ -n "$PROXY_PID" ]; then kill "$PROXY_PID" 2>/dev/null || true; fi
	"$TOP/deploy/region.sh" down "$REGION" 2>/dev/null || true
	rm -rf "$WORK"
}

set_up() {
	"$TOP/deploy/region.sh" up "$REGION" 2>"$WORK/region.log" || broken "no region: $(cat "$WORK/region.log")"
	PROXY_AT=tcp://127.0.0.1:$(($(sed 's/.*://' "$REGION/endpoint") - 1000))
	LONG=$(printf 'Wat is er nodig? %.0s' {1..60})
	echo "$LONG" >"$WORK/text.md"
	CASE=$(id_of as provider case open --member director)
	OTHER_CASE=$(id_of as provider case open --member director)
	GRANT=$(id_of evil provider grant honest "$CASE")
	OTHER_GRANT=$(id_of evil provider grant honest "$OTHER_CASE")
	as director case step "$CASE" consultation >/dev/null
	as director case join "$CASE" school >/dev/null
	PLAN_GRANT=$(id_of as director grant add "$CASE" --band under-12 --born "$(date -u -d '-9 years' +%F)" --giver authority \
		--giver authority --purpose plan --category plan --category agreement --to provider --to school \
		--until "$(date -u -d '+3 months' +%F)")
	CASE_OF_PLAN=$CASE
	CASE=$(id_of as provider case open --member director)
	GRANT=$(id_of evil provider grant honest "$CASE")
}

for program in "$SLUIS" "$SLUIS_BIN/sluisd" "$EVIL" "$PROXY"; do
	[ -x "$program" ] || broken "$program is not built; run make attack-build"
done
WORK=$(mktemp -d)
REGION=${1:-$WORK/region}
trap finish EXIT
set_up
attack "none: an honest message is taken" 0 "" push -
fleeting_attacks
flood_attacks
sections_attacks
content_attacks
replay_attacks
grant_attacks
case_attacks
not_found_attacks
identity_attacks
registrar_attacks
broker_attacks
colluding_attacks
held_logs
policy_attacks
stored_attacks
standing_attacks
events_are_there
store_attacks
echo "$PASSED passed, $FAILED failed"
[ "$FAILED" -eq 0 ]
