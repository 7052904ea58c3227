#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: a refusal is no acceptance, however true its proof: a broker that writes one down and says "done" is found out.
# shellcheck source=tests/promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"
FLATTER=$SLUIS_BIN/attack/flatter
HONEST=$SLUIS_BIN
[ -x "$FLATTER/sluisd" ] || {
	echo "FAILED  $FLATTER is not built: make attack-build"
	echo "0 passed, 1 failed"
	exit 1
}
region_up
echo "Wat is nodig?" >"$WORK/question.txt"
open_case
add_grant provider referral director question
exits "an honest broker" 0 -- provider push "$CASE" --purpose referral --ground consent --grant "$GRANT" --to director \
	question="$WORK/question.txt"
broker stop
SLUIS_BIN=$FLATTER deploy/region.sh start-broker "$REGION" >"$WORK/broker" 2>&1
check "a broker that flatters" grep -q "/attack/flatter/" <(tr '\0' ' ' <"/proc/$(cat "$REGION/sluisd.pid")/cmdline")
exits "what a client refuses itself stays refused, whatever is said of it" 3 ground-evidence -- provider push "$CASE" \
	--purpose referral --ground consent --to director \
	question="$WORK/question.txt"
SLUIS=$HONEST/attack/blind/sluis
exits "says of a push that it refused: done; sent by a client that decides nothing" 5 "proof that it wrote this down" -- \
	provider push "$CASE" --purpose referral --ground direct-involvement --fact involvement=both-deliver-help --fact necessity=as-far-as-needed --to director \
	question="$WORK/question.txt"
SLUIS=$HONEST/sluis
exits "of a step that the sender may not take" 5 "proof that it wrote this down" -- provider case step "$CASE" consultation
check "the evidence is kept" grep -q "evidence kept" <<<"$ERR"
finish
