# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash disable=SC2034,SC2154
#
# colluding - a broker that lies with its own keys, or with a member's help: what it signs is signed, and still does not hold.

# Evidence of the last refusal lies where the victim's client says.
keeps_evidence() { # COMMAND...
	local code=0 words
	words=$("$@" 2>&1) || code=$?
	echo "$words"
	if [ "$code" -eq 5 ] && ! compgen -G "$WORK/victim/evidence/*" >/dev/null; then
		echo "but no evidence is kept"
		return 99
	fi
	return "$code"
}

colluding_attacks() {
	lie "none: a chain whose acts were made under a policy of before" 0 school director/fresh none \
		by_victim case show "$CASE_OF_PLAN"
	lie "none: a keys log of the broker's making that holds what the registrar signed" 0 suspended registrar/fresh \
		"resign expertise-centre" by_victim directory
	lie "a swapped age key, the log signed again" 5 "the keys log does not hold" provider/fresh "resign-swap school" \
		keeps_evidence by_victim directory
	lie "an entry swapped for one that no registrar signed, the log signed again" 5 "not of a registrar in force" \
		provider/fresh "resign-unsigned director" keeps_evidence by_victim directory
	PROXY_BY=registrar
	lie "a registrar that approved itself, one of two of whom one is needed" 5 "one of its own approvers" \
		provider/fresh "self-approved $REGION/organisations/expert-team" keeps_evidence by_victim directory
	PROXY_BY=provider
	lie "a join signed by a member without the right to" 5 "the case chain does not hold: act join: act-condition" \
		director "collude gi" keeps_evidence by_victim case show "$CASE_OF_PLAN"
	lie "the same, at a push" 5 "the case chain does not hold" director "collude gi" \
		keeps_evidence by_victim push "$CASE_OF_PLAN" --purpose plan --ground consent --grant "$PLAN_GRANT" --to provider \
		plan="$WORK/text.md"
	lie "a join by a policy that nobody signed" 5 "by a policy that was not in force then" director "collude-policy gi" \
		keeps_evidence by_victim case show "$CASE_OF_PLAN"
	PROXY_BY=
	withheld_section
}

# One section of two is held back; the receiver signs for what it got, and the broker serves that as if it were all.
withheld_section() {
	local message
	message=$(id_of as provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
		question="$WORK/text.md" history="$WORK/text.md")
	attack "none: nothing is received yet" 0 "no receipt" as provider status "$message"
	lie "a section held back: the receiver gets the rest" 4 "cannot write now" director "hold-section $WORK/receipt" \
		by_victim pull "$message" --out "$WORK/held"
	in_store "insert into receipt (idx, entry, signed) select idx, 0, readfile('$WORK/receipt') from message
		where id = x'$message'; update recipient set state = 3 where idx = (select idx from message where id = x'$message');"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	rm -rf "$WORK/victim"
	cp -a "$REGION/profiles/provider" "$WORK/victim"
	attack "a section held back: its sender finds it in the receipt" 5 "something was held back from: director" \
		keeps_evidence by_victim status "$message"
	in_store "delete from receipt where idx = (select idx from message where id = x'$message');"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	attack "a message said to be received, without a receipt" 5 "no receipt of this receiver says: director" \
		keeps_evidence by_victim status "$message"
	in_store "update recipient set state = 1 where idx = (select idx from message where id = x'$message');"
	"$TOP/deploy/region.sh" start-broker "$REGION"
	lie "a receiver that was never sent to" 5 "never sent to: school" provider "other-receiver school" \
		keeps_evidence by_victim status "$message"
	lie "a receiver that the broker keeps silent about" 5 "keeps silent about a receiver: director" provider silence \
		keeps_evidence by_victim status "$message"
	message=$(id_of as provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
		question="$WORK/text.md" history="$WORK/text.md")
	as director pull "$message" --out "$WORK/mail" >/dev/null
	attack "none: all received, and held against what was sent" 0 "for all that was sent" as provider status "$message"
}
