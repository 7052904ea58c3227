# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash disable=SC2034,SC2154
#
# standing - who is a member at this moment: certificates that end or are revoked, suspension, strangers, floods; and
# registrars that approve themselves.

FLEETING_SECONDS=${FLEETING_SECONDS:-25}

# A member whose organisation's certificate ends soon, with a message sent before that.
fleeting_starts() {
	FLEETING_END=$(($(date +%s) + FLEETING_SECONDS))
	"$TOP/deploy/practice-pki.sh" --quiet short "$REGION" "$FLEETING_SECONDS" "fleeting:00000099100000093000:Zorg Even:Team"
	enrol fleeting fleeting fleeting >/dev/null 2>&1 || broken "no member with a short certificate"
	as registrar registry approve fleeting >/dev/null || broken "no member with a short certificate"
	FLEETING_CASE=$(id_of as fleeting case open --member director)
	FLEETING_GRANT=$(id_of evil fleeting grant honest "$FLEETING_CASE")
	evil fleeting push "save:$WORK/fleeting.bin" "$FLEETING_CASE" "$FLEETING_GRANT" director referral question=Vraag \
		history=Verleden >/dev/null || broken "no message to send again"
	FLEETING_MESSAGE=$(id_of as fleeting push "$FLEETING_CASE" --purpose referral --ground consent --grant "$FLEETING_GRANT" \
		--to director question="$WORK/text.md")
	[ "$(date +%s)" -lt $((FLEETING_END - 2)) ] || broken "too slow for FLEETING_SECONDS=$FLEETING_SECONDS"
}

until_it_ended() {
	while [ "$(date +%s)" -le "$FLEETING_END" ]; do sleep 0.2; done
}

fleeting_push() {
	as fleeting push "$FLEETING_CASE" --purpose referral --ground consent --grant "$FLEETING_GRANT" --to director \
		question="$WORK/text.md"
}

fleeting_attacks() {
	fleeting_starts
	MEANWHILE=("$FLEETING_CASE" "$FLEETING_GRANT")
	noted "the organisation's certificate ends while its member is connected" 3 certificate-invalid fleeting push fleeting \
		meanwhile fleeting until_it_ended
	MEANWHILE=()
	attack "its honest client seals nothing any more" 3 certificate-invalid fleeting_push
	noted "nor is what was sealed before taken again" 3 certificate-invalid fleeting push fleeting \
		evil fleeting send "$WORK/fleeting.bin"
	noted "nor does it learn where its message stands" 3 certificate-invalid fleeting request fleeting \
		as fleeting status "$FLEETING_MESSAGE"
	attack "others go on" 0 "" push -
	attack "what it sent before is handed over, and its signature of then holds" 0 question \
		as director pull "$FLEETING_MESSAGE" --out "$WORK/mail"
}

revoke_referrer() {
	"$TOP/deploy/practice-pki.sh" --quiet revoke "$REGION" referrer
	reload
}

# Last: these members stay refused.
standing_attacks() {
	noted "a newer list revokes the certificate of a member that is connected: the next message" 3 certificate-invalid \
		referrer push referrer meanwhile referrer revoke_referrer
	noted "revoked: a new connection" 3 certificate-invalid referrer refused referrer as referrer case open --member director
	attack "others go on after that" 0 "" push -
	noted "suspended while connected: the next message" 3 member-inactive provider push provider \
		meanwhile provider as registrar registry suspend provider
	noted "suspended: a new connection, with what was sealed before" 3 member-inactive provider push provider \
		evil provider send "$WORK/push.bin"
	attack "suspended: its honest client seals nothing any more" 3 member-inactive \
		as provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director question="$WORK/text.md"
}

# Messages that are none cost as much as many questions; of a member's minute (here until the broker stops) the log holds one
# event, of strangers' none.
flood_attacks() {
	attack "a member beyond its rate" 4 "too much to do for you" evil municipality-a flood 700
	echo "0 999999999 busy note busy municipality-a a member beyond its rate, one event for the minute" >>"$WORK/expected"
	as registrar registry invite --handle crowd --organisation provider --out "$WORK/crowd.invite" >/dev/null || broken "no invite"
	as crowd init --invite "$WORK/crowd.invite" --no-passphrase >/dev/null 2>&1 || broken "no stranger"
	attack "a stranger beyond its rate" 4 "too much to do for you" evil crowd flood 60
	attack "strangers beyond their rate have no event but a line" 0 "busy strangers=1" tail -n 3 "$REGION/sluisd.log"
}

# ---- registrars ----

# A next record for a handle that is in use, handed in; it waits in ${2}.
renew() { # HANDLE FILE ROLE...
	local handle=$1 file=$2
	shift 2
	rm -f "$file.invite"
	as registrar registry invite --handle "$handle" --organisation expert-team --out "$file.invite" >/dev/null &&
		evil "$handle" renew "$(jq -r .code "$file.invite")" "$REGION/organisations/expert-team" "$file" "$@"
}

# With the broker down, an entry that the one registrar signed, as a k of n of others would be added.
name_registrars() { # K HANDLE,HANDLE
	local index entry root
	read -r index entry root < <(evil registrar registrars "$1" "$2")
	[ ${#root} -eq 64 ] || broken "no entry that names registrars: $index $entry $root"
	in_store "insert into keys_entry (idx, entry) values ($index, x'$entry');
		update head set size = $index + 1, root = x'$root' where log = 1;"
	"$TOP/deploy/region.sh" start-broker "$REGION"
}

registrar_attacks() {
	attack "a registrar's own renewal, handed in" 0 "handed in" renew registrar "$WORK/own.record" registrar
	seen "the only registrar approves its own renewal" 3 self-approval registrar approve evil registrar approve "$WORK/own.record"
	name_registrars 1 registrar,officer
	seen "one of two, of whom one is needed, approves its own renewal" 3 self-approval registrar approve \
		evil registrar approve "$WORK/own.record"
	attack "a registrar's own new role, handed in" 0 "handed in" renew registrar "$WORK/role.record" registrar director
	seen "one of two approves its own new role" 3 self-approval registrar approve evil registrar approve "$WORK/role.record"
	attack "the other's renewal, handed in" 0 "handed in" renew officer "$WORK/other.record" privacy-officer registrar
	attack "none: the one approves the other's" 0 approved evil registrar approve "$WORK/other.record"
	attack "none: the other approves the one's" 0 approved evil officer approve "$WORK/own.record"
	attack "none: every client follows that" 0 registrar as provider directory
}
