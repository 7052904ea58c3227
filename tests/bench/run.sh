#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# run - pushes a second of small case files (4 KiB, 3 sections, 2 receivers, a signature each) through sluisd, beside the smallest
# honest broker, bare fdatasync and bare Ed25519, all in one run on one machine. Prints a table; writes $B/bench.json.
set -euo pipefail
cd "$(dirname "$0")/../.."
B=${B:-build} SECONDS_EACH=${BENCH_SECONDS:-5}
export SLUIS_BIN=$PWD/$B
DIR=$(mktemp -d)
trap 'deploy/region.sh down "$DIR/region" >/dev/null 2>&1; rm -rf "$DIR"' EXIT
PROFILES=$DIR/region/profiles

sed -E 's/^( *acts-per-(day|hour):).*/\1 900000000/; s/^( *stranger-acts-per-hour:).*/\1 100000/' config/policy.yaml > "$DIR/policy.yaml"
deploy/region.sh up --policy "$DIR/policy.yaml" "$DIR/region" >/dev/null
sluis() { "$B/sluis" --profile "$PROFILES/$1" --json --lang en "${@:2}"; }
enrol() { # HANDLE ORGANISATION ROLE
	sluis registrar registry invite --handle "$1" --organisation "$2" --out "$DIR/invite.json" >/dev/null
	sluis "$1" init --invite "$DIR/invite.json" --no-passphrase >/dev/null 2>&1
	sluis "$1" org issue "$PROFILES/$1/request.json" --role "$3" --until 2027-12-31 \
		--organisation "$DIR/region/organisations/$2" --out "$DIR/record.bin" >/dev/null
	sluis "$1" enrol "$DIR/record.bin" >/dev/null
	sluis registrar registry approve "$1" >/dev/null
	rm -f "$DIR/invite.json"
}
value() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

enrol director-2 expert-team director
members=()
for i in $(seq 16); do
	enrol "bench-$i" provider provider
	members+=(--member "bench-$i")
done
CASE=$(sluis provider case open --member director --member director-2 "${members[@]}" | value case)
GRANT=$(sluis provider grant add "$CASE" --band 16-plus --giver youth --purpose referral --category question \
	--category history --category family --to director --to director-2 --until 2027-06-30 --born 2010-01-01 | value grant)

PID=$(cat "$DIR/region/sluisd.pid")
DEVICE=$(lsblk -no kname "$(df --output=source "$DIR" | tail -n 1)" 2>/dev/null | head -n 1 || true)
flushes() { awk -v d="$DEVICE" '$3 == d { print $19 }' /proc/diskstats; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$PID/status"; }

ROWS=()
row() { # NAME VALUE UNIT REFERENCE RATIO
	printf '%-34s %12s %-8s %-22s %s\n' "$1" "$2" "$3" "$4" "$5"
	ROWS+=("{\"name\": \"$1\", \"value\": $2, \"unit\": \"$3\", \"reference\": \"$4\", \"ratio\": ${5:-null}}")
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
field() { awk -v f="$1" '$1 == f { print $2 }'; }

printf '%-34s %12s %-8s %-22s %s\n' name value unit reference ratio
row rss_idle "$(rss)" kB none ""
"$B/bench/limits" "$DIR" 2 > "$DIR/limits"
FSYNC=$(field fdatasync_per_s < "$DIR/limits") VERIFY=$(field ed25519_verify_per_s < "$DIR/limits")
row fdatasync "$FSYNC" "1/s" none ""
row ed25519_verify "$VERIFY" "1/s" none ""
for shape in "1 1" "1 64" "16 1" "16 64"; do
	read -r clients window <<< "$shape"
	name=push_each_${clients}x${window}
	"$B/bench/floor" "$DIR" "$clients" "$window" "$SECONDS_EACH" 6700 > "$DIR/floor"
	floor=$(field pushes_per_s < "$DIR/floor")
	ready=$((clients == 1 && window == 1 ? 6000 : 24000 / clients))
	before=$(flushes)
	"$B/bench/push_bench" "$PROFILES" "$CASE" "$GRANT" "$ready" "$clients" "$window" "$SECONDS_EACH" 0 > "$DIR/push"
	after=$(flushes)
	pushes=$(field pushes_per_s < "$DIR/push") accepted=$(field accepted < "$DIR/push")
	[ "$(field refused < "$DIR/push")" = 0 ] || { echo "bench: error: $(field refused < "$DIR/push") pushes were refused" >&2; exit 1; }
	row "$name" "$pushes" "1/s" floor "$(ratio "$pushes" "$floor")"
	row "$name" "$pushes" "1/s" fdatasync "$(ratio "$pushes" "$FSYNC")"
	row "$name" "$pushes" "1/s" ed25519_verify "$(ratio "$pushes" "$VERIFY")"
	row "floor_${clients}x${window}" "$floor" "1/s" none ""
	row "${name}_p50" "$(field p50_us < "$DIR/push")" us none ""
	row "${name}_p99" "$(field p99_us < "$DIR/push")" us none ""
	[ -z "$before" ] || row "${name}_flushes_per_1000" "$(awk -v a="$after" -v b="$before" -v n="$accepted" 'BEGIN { printf "%.1f", 1000 * (a - b) / n }')" n none ""
done
"$B/bench/push_bench" "$PROFILES" "$CASE" "$GRANT" 0 1 1 "$SECONDS_EACH" 1 > "$DIR/push"
row push_each_1x1_sealing "$(field pushes_per_s < "$DIR/push")" "1/s" none ""
"$B/bench/push_bench" "$PROFILES" "$CASE" "$GRANT" 0 16 64 "$SECONDS_EACH" 1 > "$DIR/push"
row push_each_16x64_sealing "$(field pushes_per_s < "$DIR/push")" "1/s" none ""
row rss_loaded "$(rss)" kB none ""
machine="$(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores, $(uname -r)"
{ echo "["; (IFS=$'\n'; printf '  %s' "${ROWS[0]}"; printf ',\n  %s' "${ROWS[@]:1}"); printf ',\n  {"name": "machine", "value": "%s"}\n]\n' "$machine"; } > "$B/bench.json"
echo "machine: $machine; client and server share it. Written: $B/bench.json"
