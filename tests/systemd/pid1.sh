#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: the units do what they say, under a real systemd as process 1, with the daemon that was built.
#
# Socket activation, READY, the sandbox, kill -9 while clients are at work, a committing thread that hangs, reload, stop,
# and that the one system call which libzmq needs is needed. A region is made first; its broker then moves into a Debian
# tree of its own (debootstrap, once: SLUIS_PID1_ROOT), which boots in fresh namespaces.
# Needs root, cgroup2, debootstrap and Debian's packages; without one of them it says so and checks nothing.
# shellcheck source=SCRIPTDIR/../promise/lib.sh
. "$(dirname "$0")/../promise/lib.sh"

PACKAGES=systemd,systemd-sysv,dbus,procps,libzmq5,libsodium23,libsqlite3-0,libprotobuf-c1,libyaml-0-2,libjansson4,libssl3
BOOT_SECONDS=240
TREE=${SLUIS_PID1_ROOT:-/var/tmp/sluis-pid1-$(cksum <<<"$PACKAGES" | cut -d' ' -f1)}

skip() {
	echo "skip    $1"
	exit 0
}

# ---- what it needs ----

[ "$(id -u)" -eq 0 ] || skip "only root can boot a systemd of its own"
CGROUP=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$CGROUP" ] || skip "no cgroup2 is mounted"
[ -z "${ASAN_BUILD:-}" ] || skip "a sanitized daemon does not fit the sandbox"

make_tree() {
	[ -x "$TREE/lib/systemd/systemd" ] && return
	command -v debootstrap >/dev/null || skip "debootstrap is not installed"
	rm -rf "$TREE.new"
	debootstrap --variant=minbase --include="$PACKAGES" bookworm "$TREE.new" >"$WORK/debootstrap" 2>&1 || {
		rm -rf "$TREE.new"
		skip "debootstrap failed, is there a package registry? $(tail -n 1 "$WORK/debootstrap")"
	}
	mv "$TREE.new" "$TREE"
}

exec 9>"$(dirname "$TREE")/.$(basename "$TREE").lock"
flock 9
make_tree

# ---- the region's broker moves into the tree ----

region_up
broker stop
PORT=$(sed -nE 's|^tcp://127\.0\.0\.1:([0-9]+)$|\1|p' "$REGION/endpoint")
[ -n "$PORT" ] || { bad "the region has an endpoint" "$(cat "$REGION/endpoint")"; finish; }

in_tree() { chroot "$TREE" "$@"; }

rm -rf "$TREE"/etc/sluis "$TREE"/var/lib/sluisd "$TREE"/root/profiles "$TREE"/var/log/journal "$TREE"/probe.out \
	"$TREE"/etc/systemd/system/sluisd.* "$TREE"/etc/systemd/system/probe.service
mkdir -p "$TREE"/etc/sluis "$TREE"/var/lib/sluisd "$TREE"/etc/systemd/system/{sockets,multi-user}.target.wants \
	"$TREE"/etc/systemd/system/sluisd.{service,socket}.d "$TREE"/usr/lib/sysusers.d
chmod 755 "$TREE"/etc/sluis "$TREE"/etc/systemd/system "$TREE"/etc/systemd/system/*.d "$TREE"/etc/systemd/system/*.wants
install -m 755 "$SLUIS_BIN/sluisd" "$TREE/usr/sbin/sluisd"
install -m 755 "$SLUIS_BIN/sluis" "$TREE/usr/bin/sluis"
"${CC:-gcc}" -D_GNU_SOURCE -O1 -Wall -Werror -o "$TREE/usr/bin/hold" tests/systemd/hold.c
install -m 644 deploy/systemd/sluisd.service deploy/systemd/sluisd.socket "$TREE/etc/systemd/system/"
install -m 644 deploy/systemd/sluisd.sysusers "$TREE/usr/lib/sysusers.d/sluisd.conf"
in_tree systemd-sysusers
install -m 644 "$REGION/genesis.bin" "$REGION/policy.yaml" "$TREE/etc/sluis/"
install -m 644 config/sluisd.yaml "$TREE/etc/sluis/"
cp -a "$REGION/store" "$REGION/keys" "$TREE/var/lib/sluisd/"
in_tree chown -R sluisd:sluisd /var/lib/sluisd
cp -a "$REGION/profiles" "$TREE/root/"
ln -sf ../sluisd.socket "$TREE/etc/systemd/system/sockets.target.wants/sluisd.socket"
ln -sf ../probe.service "$TREE/etc/systemd/system/multi-user.target.wants/probe.service"
printf '[Socket]\nListenStream=\nListenStream=127.0.0.1:%s\n' "$PORT" >"$TREE/etc/systemd/system/sluisd.socket.d/port.conf"
# The test kills more often than a crash loop may; the watchdog is the same one, only shorter.
printf '[Unit]\nStartLimitBurst=50\n[Service]\nWatchdogSec=3\n' >"$TREE/etc/systemd/system/sluisd.service.d/test.conf"
cat >"$TREE/etc/systemd/system/probe.service" <<'UNIT'
[Unit]
After=sockets.target
[Service]
Type=oneshot
ExecStart=/probe
ExecStopPost=/bin/systemctl poweroff --no-block
UNIT
chmod 644 "$TREE"/etc/systemd/system/*.d/* "$TREE"/etc/systemd/system/probe.service

# ---- what is checked, from inside ----

cat >"$TREE/probe" <<'PROBE'
#!/bin/bash
exec >/probe.out 2>&1
trap '{ systemctl --failed --no-pager; systemctl status --no-pager sluisd.service systemd-journald.service; journalctl -q -u sluisd.service --no-pager; } >/probe.journal 2>&1' EXIT
PORT=@PORT@
say() { if [ "$2" -eq 0 ]; then echo "ok $1"; else echo "FAILED $1: ${3:-}"; fi }
prop() { systemctl show -p "$1" --value sluisd.service; }
client() { timeout 60 sluis --profile "/root/profiles/$1" --lang en "${@:2}" </dev/null; }
logged() { journalctl -q -u sluisd.service -o cat --no-pager | grep -q -- "$1"; }
until_true() { local end=$((SECONDS + $1)); shift; until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done; }

systemctl is-active -q sluisd.socket; say "the socket is there" $?
[ "$(prop ActiveState)" = inactive ]; say "and no daemon yet" $? "$(prop ActiveState)"
client provider inbox; say "a first request starts it and is answered" $?
[ "$(prop MainPID)" -gt 0 ] || { journalctl -q -u sluisd.service -o cat --no-pager | tail -n 12; exit; }
[ "$(prop ActiveState)/$(prop SubState)" = active/running ]; say "it said READY" $? "$(prop ActiveState)/$(prop SubState)"
logged "^ready endpoint=tcp://127.0.0.1:$PORT"; say "on the socket that was handed over" $?

PID=$(prop MainPID)
[ "$(readlink /proc/$PID/ns/net)" != "$(readlink /proc/1/ns/net)" ]; say "it has no network of its own" $?
grep -q '^CapEff:[[:space:]]*0*$' /proc/$PID/status; say "no capability" $?
grep -q '^NoNewPrivs:[[:space:]]*1' /proc/$PID/status; say "nor ever one more" $?
grep -q '^Seccomp:[[:space:]]*2' /proc/$PID/status; say "a filter of system calls" $?
[ "$(awk '/^Uid:/ { print $2 }' /proc/$PID/status)" = "$(id -u sluisd)" ]; say "its own user" $?
[ "$(stat -c %a:%U /var/lib/sluisd)" = 700:sluisd ]; say "state is for that user only" $? "$(stat -c %a:%U /var/lib/sluisd)"
grep -q 'Max core file size *0 *0' /proc/$PID/limits; say "no core file" $?

CASE=$(client provider case open --member director); say "a case is opened: the store is written inside the sandbox" $?

# kill -9 again and again while clients work: systemd keeps the socket, so nobody is refused.
(for i in $(seq 10); do client director inbox >/dev/null 2>&1 || echo "refused $i"; done) >/killed.out 2>&1 &
CLIENTS=$!
REFUSED=0
for i in 1 2 3; do
	sleep 2.5
	PID=$(prop MainPID)
	[ "$PID" -gt 0 ] && kill -9 "$PID"
	(exec 3<>/dev/tcp/127.0.0.1/$PORT) || REFUSED=$((REFUSED + 1))
done
wait $CLIENTS
[ ! -s /killed.out ]; say "kill -9 three times: every client was answered" $? "$(head -c 300 /killed.out)"
[ $REFUSED -eq 0 ]; say "and no connection was refused" $?
client provider case list | grep -q "^$CASE"; say "what was acknowledged is still there" $?

# The committing thread is held; all other threads go on. Only the watchdog can know.
until_true 20 [ "$(prop ActiveState)" = active ]
BEFORE=$(prop NRestarts) PID=$(prop MainPID)
TID=$(grep -lx committer /proc/$PID/task/*/comm | cut -d/ -f5)
hold "$TID" &
HOLD=$!
hung_is_restarted() { [ "$(prop NRestarts)" -gt "$BEFORE" ]; }
until_true 30 hung_is_restarted; say "a committing thread that hangs is restarted" $? "tid $TID, $(prop NRestarts) restarts, before $BEFORE"
kill $HOLD 2>/dev/null
journalctl -q --no-pager -o cat | grep -q 'sluisd.service: Watchdog timeout'; say "by the watchdog" $?
client provider case list | grep -q "^$CASE"; say "and answers again" $?
sleep 7
[ "$(prop NRestarts)" -eq $((BEFORE + 1)) ]; say "a healthy one is left alone for longer than the watchdog waits" $? "$(prop NRestarts)"

systemctl reload sluisd.service; say "reload" $?
until_true 10 logged '^reloaded'; say "the policy was read again" $?
[ "$(prop ActiveState)" = active ]; say "and it goes on" $?

systemctl stop sluisd.service; say "stop" $?
[ "$(prop Result)/$(prop ExecMainStatus)" = success/0 ]; say "ends with 0" $? "$(prop Result)/$(prop ExecMainStatus)"
logged '^stopped'; say "after its last answer" $?
client provider inbox >/dev/null; say "the socket starts it again" $?

# Control: the usual hardening recipe without the one exception kills libzmq.
mkdir -p /run/systemd/system/sluisd.service.d
printf '[Service]\nSystemCallFilter=~sched_setscheduler\nRestart=no\n' >/run/systemd/system/sluisd.service.d/zz-control.conf
systemctl daemon-reload
timeout 20 systemctl restart sluisd.service
sleep 1
[ "$(prop ActiveState)" = failed ]; say "without sched_setscheduler it cannot run: the exception is needed" $? "$(prop ActiveState)"
echo end
PROBE
sed -i "s/@PORT@/$PORT/" "$TREE/probe"
chmod 755 "$TREE/probe"

# ---- boot ----

# PrivateDevices= fails where the devices are bind mounts: they are made.
cat >"$WORK/boot.sh" <<'BOOT'
R=$1
mount --make-rprivate /
mount --bind "$R" "$R"
cd "$R" || exit 1
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs run
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t bpf bpf sys/fs/bpf 2>/dev/null
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mknod -m666 dev/null c 1 3
mknod -m666 dev/zero c 1 5
mknod -m666 dev/full c 1 7
mknod -m666 dev/random c 1 8
mknod -m666 dev/urandom c 1 9
mknod -m666 dev/tty c 5 0
mkdir -p dev/pts dev/shm dev/mqueue dev/hugepages
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
ln -s /proc/self/fd dev/fd
mkdir -p .old
pivot_root . .old
cd /
umount -l /.old
mount --make-rshared /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 container=test \
	/lib/systemd/systemd --system --log-target=journal --log-level=info </dev/null
BOOT
GROUP=$CGROUP/sluis-pid1.$$
mkdir "$GROUP"
(
	echo $BASHPID >"$GROUP/cgroup.procs"
	exec timeout -k 5 "$BOOT_SECONDS" unshare -m -p -f -C -u -i -n --kill-child sh "$WORK/boot.sh" "$TREE"
) >"$WORK/console" 2>&1
cp "$WORK/console" "$TREE/console"
find "$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null

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
check "exposure of the unit is at most 0.3" systemd-analyze security --offline=true --threshold=3 deploy/systemd/sluisd.service
rm -rf "$TREE"/var/lib/sluisd "$TREE"/root/profiles
finish
