#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# Goal: what is installed is enough for a small organisation: at most 20 lines of settings, one port that may be 443 without rights for
# the daemon, man pages, units, and a shell that completes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
region_up
ROOT=$WORK/root
check "make install" make --no-print-directory install B="${B:-build}" DESTDIR="$ROOT" PREFIX=/usr
for file in bin/sluis sbin/sluisd lib/sluis/notify share/man/man1/sluis.1 share/man/man8/sluisd.8 share/sluis/sluisd.yaml \
	share/sluis/port-443.conf lib/systemd/user/sluis-inbox.service lib/systemd/user/sluis-inbox.timer \
	lib/systemd/system/sluisd.socket share/bash-completion/completions/sluis share/zsh/site-functions/_sluis; do
	check "$file is installed" test -s "$ROOT/usr/$file"
done
check "with a prefix of its own the unit follows" bash -c 'make --no-print-directory install B="$1" DESTDIR="$2" PREFIX=/opt/sluis >/dev/null &&
	grep -q "^ExecStart=/opt/sluis/bin/sluis inbox .* /opt/sluis/lib/sluis/notify$" "$2/opt/sluis/lib/systemd/user/sluis-inbox.service"' - \
	"${B:-build}" "$WORK/opt"

# ---- settings ----
EXAMPLE=$ROOT/usr/share/sluis/sluisd.yaml
check "the example has at most 20 lines, comments counted" test "$(wc -l <"$EXAMPLE")" -le 20
sed "s|/var/lib/sluisd/|$REGION/|" "$EXAMPLE" >"$REGION/example.yaml"
check "and is right: sluisd --check" "$SLUIS_BIN/sluisd" --config "$REGION/example.yaml" --check
sed -i '$a kleur: rood' "$REGION/example.yaml"
CODE=0
"$SLUIS_BIN/sluisd" --config "$REGION/example.yaml" --check >"$WORK/words" 2>&1 || CODE=$?
check "a mistake in it is told by its line" grep -q "example.yaml:$(wc -l <"$REGION/example.yaml"): unknown key" "$WORK/words"

# ---- port 443, handed over, to a daemon of an ordinary user ----
check "the port's file fits the socket" bash -c 'mkdir -p "$1/sluisd.socket.d" && cp deploy/systemd/sluisd.socket "$1/" &&
	cp deploy/systemd/port-443.conf "$1/sluisd.socket.d/" && sed "s|/usr/sbin/sluisd|$2|" deploy/systemd/sluisd.service >"$1/sluisd.service" &&
	systemd-analyze verify --man=no "$1/sluisd.socket"' - "$WORK/units" "$SLUIS_BIN/sluisd"
if [ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null && command -v systemd-socket-activate setpriv >/dev/null; then
	broker stop
	cp -a "$REGION" "$WORK/handed"
	sed -i 's|tcp://127.0.0.1:[0-9]*|tcp://127.0.0.1:443|' "$WORK/handed/profiles/director/profile.json"
	install -m 755 "$SLUIS_BIN/sluisd" "$WORK/sluisd"
	chmod 711 "$WORK"
	chown -R nobody "$WORK/handed"
	chown -R root "$WORK/handed/profiles"
	cat >"$WORK/serve" <<TEXT
ip link set lo up
systemd-socket-activate -l 127.0.0.1:443 --fdname=sluis setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
	--bounding-set=-all "$WORK/sluisd" --config "$WORK/handed/sluisd.yaml" >"$WORK/handed.log" 2>&1 &
PID=\$!
for i in \$(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/443) 2>/dev/null && break; sleep 0.1; done
"$SLUIS" --profile "$WORK/handed/profiles/director" --json whoami
CODE=\$?
grep CapEff "/proc/\$PID/status" >"$WORK/rights"
kill "\$PID"
exit \$CODE
TEXT
	CODE=0
	OUT=$(unshare -n bash "$WORK/serve" 2>"$WORK/err") || CODE=$?
	check "a member is served on port 443" test "$CODE" -eq 0
	check "by a daemon without any right" grep -q "CapEff:	0000000000000000" "$WORK/rights"
	broker start
else
	echo "skip    port 443: only root can open it in a network of its own"
fi

# ---- completion ----
open_case
COMPLETE=$ROOT/usr/share/bash-completion/completions/sluis
candidates() { # SHELL WORD...: as on the line, after sluis
	local shell=$1
	shift
	PATH=$SLUIS_BIN:$PATH SLUIS_HOME=$REGION/profiles/provider "$shell" -c '. "$1"; shift; __sluis_candidates "$@"' - "$COMPLETE" "$@" 2>/dev/null
}
for shell in bash zsh; do
	command -v "$shell" >/dev/null || continue
	check "$shell: all commands" test "$(candidates $shell "" | sort | tr '\n' ' ')" = \
		"$("$SLUIS" --lang en --help | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p' | sort | tr '\n' ' ')"
	check "$shell: options before the command" grep -qx -- "--profile" <(candidates $shell --)
	check "$shell: options of a command" grep -qx -- "--dry-run" <(candidates $shell push "$CASE" --)
	check "$shell: a second word" grep -qx backup <(candidates $shell profile "")
	check "$shell: handles" grep -qx director <(candidates $shell push "$CASE" --to "")
	check "$shell: cases" grep -qx "$CASE" <(candidates $shell case show "")
	check "$shell: of the profile on the line" test -z "$(candidates $shell --profile "$REGION/profiles/school" case show "")"
	check "$shell: quiet where nothing can be asked" test -z "$(candidates $shell --profile /nowhere case show "" 2>&1)"
done
reply() { # WORD...: what bash itself would offer for the last
	PATH=$SLUIS_BIN:$PATH SLUIS_HOME=$REGION/profiles/provider bash -c '. "$1"; shift; COMP_WORDS=(sluis "$@") COMP_CWORD=$#
		_sluis; printf "%s\n" "${COMPREPLY[@]}"' - "$COMPLETE" "$@"
}
check "bash: what fits the beginning" test "$(reply pu | sort | tr '\n' ' ')" = "pull push "
check "bash: an id from its first digits" test "$(reply case show "${CASE:0:6}")" = "$CASE"
check "bash knows it as completion of sluis" bash -c '. "$1"; complete -p sluis | grep -q "_sluis sluis"' - "$COMPLETE"
if command -v zsh >/dev/null; then
	check "zsh knows it as completion of sluis" zsh -fc 'fpath=("$1" $fpath); autoload -Uz compinit; compinit -D -u; [[ ${_comps[sluis]} = _sluis ]]' - \
		"$ROOT/usr/share/zsh/site-functions"
fi
finish
