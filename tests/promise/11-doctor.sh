#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: whatever is wrong, doctor names it, says why, and gives the command that mends it: each cause is produced for real.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
region_up
P=$REGION/profiles
D=$P/director
FAKE=(faketime -f)

# As the director, with doctor's answer as JSON: state, why and mend of the row with code ${1}.
doctor() { # WORD...
	sluis director --json doctor "$@"
}
row() { # CODE KEY
	python3 -c '
import json, sys
rows = {r["code"]: r for r in json.loads(sys.argv[1])}
print(rows[sys.argv[2]][sys.argv[3]] if sys.argv[2] in rows else "absent")' "$OUT" "$1" "$2" 2>&1
}
# doctor says of ${2} that it is ${3}, the remedy matches ${4}, and it ends with ${5}.
says() { # NAME CODE STATE MEND EXIT
	local state mend
	state=$(row "$2" state) mend=$(row "$2" mend)
	if [ "$state" != "$3" ]; then
		bad "$1" "$2 is $state, not $3: $OUT $ERR"
	elif ! grep -qE -- "$4" <<<"$mend"; then
		bad "$1" "the remedy of $2 is: $mend"
	elif [ "$CODE" -ne "$5" ]; then
		bad "$1" "ended with $CODE, not $5"
	else
		ok "$1"
	fi
}

doctor
check "all is well, or only warned of" test "$CODE" -eq 0
check "each row has all keys" python3 -c '
import json, sys
rows = json.loads(sys.argv[1])
codes = [r["code"] for r in rows]
assert len(codes) == len(set(codes)) >= 12, codes
for r in rows:
    assert set(r) == {"code", "check", "state", "ok", "why", "mend"}, r
    assert r["state"] in ("ok", "warning", "wrong") and r["ok"] == (r["state"] != "wrong")
    assert (r["why"] == "") == (r["state"] == "ok"), r
    assert r["state"] == "ok" or r["mend"], r' "$OUT"
exits "in words" 0 -- director doctor
check "a line each" test "$(grep -cE '^(ok|warning) ' <<<"$OUT")" -ge 12
exits "a word too many" 2 -- director doctor now
exits "in Dutch" 0 -- director --lang nl doctor
check "Dutch it is" grep -q "schijfruimte" <<<"$OUT"

# ---- clock ----
for by in +6m -6m -400d; do
	CODE=0
	OUT=$("${FAKE[@]}" "$by" "$SLUIS" --profile "$D" --lang en --json doctor 2>"$WORK/err" </dev/null) || CODE=$?
	ERR=$(cat "$WORK/err")
	says "clock $by" clock wrong "timedatectl set-ntp true" 1
done
OUT=$("${FAKE[@]}" +2m "$SLUIS" --profile "$D" --lang en --json doctor 2>/dev/null </dev/null) && CODE=0
says "clock +2m: a warning" clock warning timedatectl 0

# ---- file modes ----
chmod 644 "$D/secret.json"
doctor
says "key file open to others" file-modes wrong "chmod -R go-rwx $D" 1
eval "$(row file-modes mend)"
doctor
says "its remedy mends it" file-modes ok "" 0
chmod 640 "$D/keys.log"
doctor
says "another file open to others" file-modes wrong chmod 1
chmod 600 "$D/keys.log"
chmod 755 "$D"
doctor
says "the folder open to others" file-modes wrong chmod 1
chmod 700 "$D"
mv "$D/secret.json" "$WORK/secret"
doctor
says "no keys" file-modes wrong "profile restore" 1
mv "$WORK/secret" "$D/secret.json"
sluis nobody --json doctor
check "no profile" test "$(row file-modes state)" = wrong -a "$CODE" -eq 1

# ---- the way to the broker ----
cp "$D/profile.json" "$WORK/profile.json"
endpoint() { # ENDPOINT
	sed "s|\"tcp://[^\"]*\"|\"$1\"|" "$WORK/profile.json" >"$D/profile.json"
}
endpoint tcp://nergens.invalid:443
doctor
check "a name that is not found" test "$(row broker-name state)" = wrong
check "and the remedy asks for it" grep -q "getent ahosts nergens.invalid" <<<"$(row broker-name mend)"
check "the rest cannot be reached" test "$CODE" -eq 4
endpoint tcp://127.0.0.1:1
doctor
says "a closed port" broker-port wrong "systemctl start sluisd.socket" 4
cp "$WORK/profile.json" "$D/profile.json"
CURVE=$(sed -nE 's/.*"curve": "([0-9a-f]{64})".*/\1/p' "$WORK/profile.json")
OTHER=$(sed -nE 's/.*"exchange": *"([0-9a-f]{64})".*/\1/p' "$REGION/broker.json")
OTHER=${OTHER:-$(printf '%064d' 9)}
sed "s/$CURVE/$OTHER/" "$WORK/profile.json" >"$D/profile.json"
doctor
says "another fingerprint than the pinned one" broker-key wrong "init --invite" 4
check "it shows which it pins" grep -q "${OTHER:0:16}" <<<"$(row broker-key why)"
cp "$WORK/profile.json" "$D/profile.json"
python3 -c '
import socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(8)
print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept(); c.sendall(b"SSH-2.0-other\r\n"); c.close()' >"$WORK/port" &
SERVER=$!
until [ -s "$WORK/port" ]; do sleep 0.1; done
endpoint "tcp://127.0.0.1:$(cat "$WORK/port")"
doctor
says "another program at that port" broker-key wrong "init --invite" 4
kill "$SERVER"
cp "$WORK/profile.json" "$D/profile.json"
broker stop
doctor
says "no broker" broker-port wrong "sluisd.socket" 4
broker start

# ---- a filtered port, a disk that is full, swap, core files: each in a namespace of its own ----
if [ "$(id -u)" -eq 0 ] && unshare -mn true 2>/dev/null; then
	endpoint tcp://192.0.2.1:443
	OUT=$(unshare -n bash -c 'ip link add v0 type veth peer name v1 && ip link set v1 up && ip addr add 192.0.2.2/24 dev v0 && ip link set v0 up &&
		exec "$@"' - "$SLUIS" --profile "$D" --lang en --json doctor 2>/dev/null </dev/null)
	CODE=$?
	says "a port that nothing answers at" broker-port wrong "nft insert rule .* 443 accept" 4
	OUT=$(unshare -n "$SLUIS" --profile "$D" --lang en --json doctor 2>/dev/null </dev/null)
	CODE=$?
	says "no network at all" broker-port wrong "ip route get 192.0.2.1" 4
	cp "$WORK/profile.json" "$D/profile.json"

	OUT=$(unshare -m bash -c 'mount -t tmpfs -o size=1m,mode=0700 full "$1/evidence.disk" 2>/dev/null ||
		{ mkdir -p "$1.full" && mount -t tmpfs -o size=1m,mode=0700 full "$1.full"; }
		cp -a "$1/." "$1.full/" 2>/dev/null; head -c 2m /dev/zero >"$1.full/stuff" 2>/dev/null; chmod 600 "$1.full/stuff"
		exec "$2" --profile "$1.full" --lang en --json doctor' - "$D" "$SLUIS" 2>/dev/null </dev/null)
	CODE=$?
	check "a full disk" test "$(row disk-space state)" = wrong
	check "and its remedy finds what is large" grep -q "du -x" <<<"$(row disk-space mend)"
	check "it ends with 1 or what the disk brought about" test "$CODE" -eq 1
	rmdir "$D.full" 2>/dev/null
	printf 'Filename\tType\tSize\tUsed\tPriority\n/dev/sda9 partition 1048572 0 -2\n' >"$WORK/swaps"
	OUT=$(unshare -m bash -c 'mount --bind "$1" /proc/swaps && shift && exec "$@"' - "$WORK/swaps" "$SLUIS" \
		--profile "$D" --lang en --json doctor 2>/dev/null </dev/null)
	CODE=$?
	says "swap on a plain disk" swap warning "swapoff /dev/sda9" 0
	printf 'Filename\tType\tSize\tUsed\tPriority\n/dev/zram0 partition 1048572 0 -2\n' >"$WORK/swaps"
	OUT=$(unshare -m bash -c 'mount --bind "$1" /proc/swaps && shift && exec "$@"' - "$WORK/swaps" "$SLUIS" \
		--profile "$D" --lang en --json doctor 2>/dev/null </dev/null)
	CODE=$?
	says "swap in memory" swap ok "" 0
else
	echo "skip    filtered port, full disk, swap: only root can make a namespace for them"
fi
OUT=$(bash -c 'ulimit -c 1000; "$@"; exit $?' - "$SLUIS" --profile "$D" --lang en --json doctor 2>/dev/null </dev/null)
CODE=$?
says "core files on" core-dumps warning "ulimit -c 0" 0
OUT=$(bash -c 'ulimit -c 0; "$@"; exit $?' - "$SLUIS" --profile "$D" --lang en --json doctor 2>/dev/null </dev/null)
CODE=$?
says "core files off" core-dumps ok "" 0

# ---- revocation lists ----
mkdir "$WORK/lists"
cp "$REGION"/pki/*.crl.der "$WORK/lists/"
doctor --crl "$WORK/lists"
says "lists that hold" revocation-lists ok "" 0
cp -a "$REGION" "$WORK/pki"
deploy/practice-pki.sh --quiet crl "$WORK/pki" 1
cp "$WORK"/pki/pki/*.crl.der "$WORK/lists/"
OUT=$("${FAKE[@]}" +2d "$SLUIS" --profile "$D" --lang en --json doctor --crl "$WORK/lists" 2>/dev/null </dev/null)
CODE=$?
says "lists past their date" revocation-lists wrong "curl -fo .*\.crl\.der" 1
deploy/practice-pki.sh --quiet revoke "$WORK/pki" expert-team
cp "$WORK"/pki/pki/*.crl.der "$WORK/lists/"
doctor --crl "$WORK/lists"
says "one's own certificate on a list" revocation-lists wrong "order a new one" 1
doctor --crl "$WORK/nowhere"
says "no lists there" revocation-lists wrong "ls -l" 1
sed -i "s|^crl: .*|crl: $WORK/old|" "$REGION/sluisd.yaml"
deploy/practice-pki.sh --quiet crl "$WORK/pki" 1
mkdir "$WORK/old"
for name in root domain tsp; do cp "$WORK/pki/pki/$name.crl.der" "$WORK/old/$name.crl"; done
CODE=0
OUT=$("${FAKE[@]}" +2d "$SLUIS_BIN/sluisd" --config "$REGION/sluisd.yaml" --check 2>&1) || CODE=$?
check "the broker's own look says it too" test "$CODE" -eq 1
check "with file and remedy" grep -qE "revocation list .*fetch" <<<"$OUT"
sed -i "s|^crl: .*|crl: crl|" "$REGION/sluisd.yaml"

# ---- what ends soon: the record of the practice region, at a clock that is put forward with the broker's ----
check "nothing said of a person" test -z "$(grep -iE 'jeugdzorg|rietkraag|expertteam' <<<"$OUT$ERR")"
finish
