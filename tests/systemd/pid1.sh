#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: the units do what they say, under a real systemd as process 1, with the daemon that was built.
#
# Socket activation, READY and what goes before it, the sandbox, kill -9 while clients are at work, a committing thread
# that hangs, reload, stop, and that the one system call which libzmq needs is needed. The broker of a region moves into a
# tree of its own, which has this machine's /usr (read-only, our programs laid over it) and an /etc and /var of its own,
# and boots in fresh namespaces. Needs root, cgroup2, overlayfs and Debian's systemd; without one of them it says
# "skipped" and why.
# shellcheck source=SCRIPTDIR/../promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"

BOOT_SECONDS=240
TREE=$WORK/tree
OURS=$TREE/usr.ours # laid over /usr

skip() {
	echo "skipped $1"
	exit 0
}

# ---- what it needs ----

[ "$(id -u)" -eq 0 ] || skip "only root can boot a systemd of its own"
CGROUP=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$CGROUP" ] || skip "no cgroup2 is mounted"
[ -x /usr/lib/systemd/systemd ] || skip "Debian's systemd is not installed"
[[ -L /bin && -L /lib ]] || skip "/bin and /lib are not in /usr"
! nm -D "$SLUIS_BIN/sluisd" 2>/dev/null | grep -q ' __\(a\|t\|ub\)san_' || skip "a sanitized daemon does not fit the sandbox"
GROUP=$CGROUP/sluis-pid1.$$
mkdir "$GROUP" 2>/dev/null || skip "no group can be made in $CGROUP"
trap 'find "$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null; clean_up' EXIT
mkdir -p "$OURS"/{sbin,bin,lib/sysusers.d,lib/sluis-test} "$TREE"/usr
unshare -m mount -t overlay overlay -o "ro,lowerdir=$OURS:/usr" "$TREE/usr" 2>/dev/null ||
	skip "no namespace with a file system laid over another can be made"

# ---- the tree ----

UNITS=$TREE/etc/systemd/system
mkdir -p "$TREE"/{etc/sluis,proc,sys,run,dev,tmp,root,var/{lib/sluisd,log,tmp,cache}} \
	"$UNITS"/{sockets,multi-user}.target.wants "$UNITS"/sluisd.{service,socket}.d
for link in /bin /sbin /lib /lib32 /lib64 /libx32; do
	if [ -L "$link" ]; then cp -a "$link" "$TREE$link"; fi
done
ln -s /run "$TREE/var/run"
cp -aL /etc/ld.so.cache /etc/ld.so.conf /etc/nsswitch.conf "$TREE/etc/"
cp -a /etc/ld.so.conf.d /etc/alternatives "$TREE/etc/"
cp /usr/share/base-passwd/passwd.master "$TREE/etc/passwd"
cp /usr/share/base-passwd/group.master "$TREE/etc/group"
tr -d - </proc/sys/kernel/random/uuid >"$TREE/etc/machine-id"
ln -s /usr/lib/systemd/system/multi-user.target "$UNITS/default.target"
ln -s /dev/null "$UNITS/systemd-logind.service"
chmod -R go+rX "$TREE"
chmod go+x "$WORK"
chmod 1777 "$TREE"/tmp "$TREE"/var/tmp
chmod 700 "$TREE/root"

install -m 755 "$SLUIS_BIN/sluisd" "$OURS/sbin/sluisd"
install -m 755 "$SLUIS_BIN/sluis" "$OURS/bin/sluis"
install -m 644 deploy/systemd/sluisd.sysusers "$OURS/lib/sysusers.d/sluisd.conf"
CC=${CC:-gcc}
"$CC" -D_GNU_SOURCE -O1 -Wall -Werror -o "$OURS/bin/hold" tests/systemd/hold.c
"$CC" -D_GNU_SOURCE -O1 -Wall -Werror -shared -fPIC -o "$OURS/lib/sluis-test/no_zap.so" tests/systemd/no_zap.c
chmod 755 "$OURS/bin/hold" "$OURS/lib/sluis-test/no_zap.so"
install -m 644 deploy/systemd/sluisd.service deploy/systemd/sluisd.socket "$UNITS/"
ln -s ../sluisd.socket "$UNITS/sockets.target.wants/sluisd.socket"
ln -s ../probe.service "$UNITS/multi-user.target.wants/probe.service"

# ---- the region's broker moves in ----

region_up
broker stop
PORT=$(sed -nE 's|^tcp://127\.0\.0\.1:([0-9]+)$|\1|p' "$REGION/endpoint")
[ -n "$PORT" ] || { bad "the region has an endpoint" "$(cat "$REGION/endpoint")"; finish; }
install -m 644 "$REGION/genesis.bin" "$REGION/policy.yaml" config/sluisd.yaml "$TREE/etc/sluis/"
cp -a "$REGION/store" "$REGION/keys" "$TREE/var/lib/sluisd/"
cp -a "$REGION/profiles" "$TREE/root/"
printf '[Socket]\nListenStream=\nListenStream=127.0.0.1:%s\n' "$PORT" >"$UNITS/sluisd.socket.d/port.conf"
# The test kills more often than a crash loop may; the watchdog is the same one, only shorter.
printf '[Unit]\nStartLimitBurst=50\n[Service]\nWatchdogSec=3\nRestartSec=500ms\n' >"$UNITS/sluisd.service.d/test.conf"
cat >"$UNITS/probe.service" <<'UNIT'
[Unit]
After=sockets.target
[Service]
Type=oneshot
Environment=PORT=@PORT@
ExecStart=/probe
ExecStopPost=/bin/systemctl poweroff --no-block
UNIT
sed -i "s/@PORT@/$PORT/" "$UNITS/probe.service"
chmod 644 "$UNITS"/*.d/* "$UNITS/probe.service"
install -m 755 tests/systemd/probe "$TREE/probe"

# ---- boot ----

(
	echo $BASHPID >"$GROUP/cgroup.procs"
	exec timeout -k 5 "$BOOT_SECONDS" unshare -m -p -f -C -u -i -n --kill-child sh tests/systemd/boot "$TREE"
) >"$WORK/console" 2>&1

while read -r word rest; do
	case $word in
	ok) ok "$rest" ;;
	FAILED) bad "${rest%: *}" "${rest##*: }" ;;
	esac
done <"$TREE/probe.out"
if [ "$(tail -n 1 "$TREE/probe.out")" = end ]; then
	ok "all of it was run"
else
	bad "all of it was run" "$(tail -n 20 "$TREE/probe.out") $(tail -n 5 "$WORK/console")"
fi
if [ "$FAILED" -gt 0 ]; then tail -n 40 "$TREE/probe.journal"; fi
check "exposure of the unit is at most 0.3" systemd-analyze security --offline=true --threshold=3 deploy/systemd/sluisd.service
finish
