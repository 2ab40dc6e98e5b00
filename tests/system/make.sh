#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# make.sh - what make does with a user's flags, help, uninstall, and Ctrl-C of `make run`.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
finish() { rm -rf "$scratch"; }
trap finish EXIT
make=${MAKE:-make}
# As from a terminal, not as a part of `make check`.
unset MAKEFLAGS MAKELEVEL MFLAGS

# What the command line adds replaces nothing.
$make -n -B V=1 "BUILD=$scratch/b" CFLAGS=-O1 CPPFLAGS=-DX=1 LDFLAGS=-Wl,-O1 \
	"$scratch/b/daemon/base/log.o" "$scratch/b/daemon/audio/rt.o" "$scratch/b/lathectl" \
	>"$scratch/said" 2>&1
is "CFLAGS are added" "$(grep -c -- '-DX=1.*-O1.*-std=c11.*-pthread.* daemon/base/log.c' "$scratch/said")" 1
is "to those of the audio thread, too" "$(grep -c -- '-I\. .*-O1.*-fno-math-errno.* daemon/audio/rt.c' "$scratch/said")" 1
is "LDFLAGS are added" "$(grep -c -- '-Wl,-O1 -pthread.*/lathectl ' "$scratch/said")" 1

is "help" "$($make help | grep -c '^make \(run\|check\|install\|uninstall\|help\) ')" 5

# Everything that install puts somewhere, uninstall removes; all else stays.
for target in install uninstall; do
	$make -n V=1 "BUILD=$scratch/b" "DESTDIR=/nowhere" PREFIX=/p $target >"$scratch/$target" 2>&1
done
is "uninstall: programs" "$(grep -o '/nowhere/p/bin/[a-z-]*' "$scratch/uninstall" | sort | xargs -n 1 basename | xargs)" \
	"lathe-render lathe-touchosc lathectl lathed"
is "uninstall: units" "$(grep -o '/systemd/system/[^ ]*' "$scratch/uninstall" | sort | xargs -n 1 basename | xargs)" \
	"$(cd systemd && echo *.service *.socket *.timer | xargs -n 1 | sort | xargs)"
is "uninstall: the generator" "$(grep -c '/systemd/system-generators/lathe-generator' "$scratch/uninstall")" 1
is "uninstall: nothing of /etc or /var" "$(grep -c ' /etc\| /var' "$scratch/uninstall")" 0

version=$(sed -n 's/^VERSION := //p' Makefile)
is "one version in CHANGELOG.md" "$(sed -n 's/^## \([0-9.]*\) .*/\1/p' CHANGELOG.md | head -n 1)" "$version"
is "and in debian/changelog" "$(sed -n '1s/^lathe (\(.*\)) .*/\1/p' debian/changelog)" "$version"

# Ctrl-C, in a terminal of its own: run.sh is replaced by one that waits for it.
# shellcheck disable=SC2016 # a name of make
sed 's,run/run.sh,'"$scratch"'/run.sh,g; s,\./install-deps build,true,; s,\$(MAKE).*lathe-play$,true,' \
	Makefile >"$scratch/Makefile"
cat >"$scratch/run.sh" <<'END'
#!/bin/sh
trap 'echo ended; exit 0' INT
[ "$1" != --check ] || exit 0
echo READY
while :; do sleep 0.1; done
END
chmod +x "$scratch/run.sh"
cat >"$scratch/terminal.py" <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said, sent = b"", False
while True:
    try:
        more = os.read(fd, 4096)
    except OSError:
        break
    if not more:
        break
    said += more
    if not sent and b"READY" in said:
        os.write(fd, b"\x03")
        sent = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(status, "ended" in said.decode(), "***" in said.decode())
END
is "Ctrl-C of make run" \
	"$(/usr/bin/python3 "$scratch/terminal.py" "$make" -f "$scratch/Makefile" "BUILD=$scratch/b" run)" \
	"0 True False"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
