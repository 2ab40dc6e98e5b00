#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# package.sh DEB - the package in a clean Debian 12: `apt install`, the first steps of docs/install.md,
# debian/tests/plays, an upgrade while a rack plays, removal, purge. Needs root, mmdebstrap and a mirror
# of Debian: a part of `make deb-check`, not of `make check`.
# shellcheck disable=SC2016 # for the inner shells
set -u
cd "$(dirname "$0")/.." || exit 1
[ -n "${INSIDE-}" ] || INSIDE=1 exec unshare --mount --pid --fork --kill-child "$0" "$@"
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
root=$scratch/root
finish() {
	umount -R "$root" 2>/dev/null
	rm -rf --one-file-system "$scratch"
}
trap finish EXIT
mount --make-rprivate /
mkdir "$root"
mount -t tmpfs tmpfs "$root"

mmdebstrap --variant=minbase bookworm "$root" >"$scratch/said" 2>&1 || {
	cat "$scratch/said"
	exit 1
}
cp /etc/resolv.conf "$root/etc/" 2>/dev/null
cp "$1" "$root/root/lathe.deb"
cp debian/tests/plays "$root/root/"
# No service is started in a chroot.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
mkdir -p "$root/dev/pts" && mount -t devpts devpts "$root/dev/pts"
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
# does WHAT COMMAND...: shows what it said when it fails
does() {
	what=$1
	shift
	"$@" >"$scratch/said" 2>&1
	status=$?
	is "$what" "$status" 0
	[ "$status" = 0 ] || tail -n 20 "$scratch/said"
}

does "apt update" inside apt-get update
does "apt install" inside apt-get install -y --no-install-recommends /root/lathe.deb jackd2
is "its user" "$(inside id -un lathe)" lathe
is "its group" "$(inside id -Gn lathe | grep -cw audio)" 1
is "its version" "$(inside lathed --version)" "lathed $(sed -n 's/^VERSION := //p' Makefile)"
does "every rack is good" inside sh -c 'for rack in /usr/share/lathe/*.conf; do lathed --config $rack --check || exit 1; done'
does "the units are taken" inside systemd-analyze verify --man=no lathed@radio.service
does "plays, reports, raises alarms" inside sh /root/plays

# docs/install.md
inside install -D -m 644 /usr/share/lathe/streaming.conf /etc/lathe/radio.conf
mkdir -p "$root/tmp/units"
does "the generator" inside /lib/systemd/system-generators/lathe-generator /tmp/units
is "its socket" "$(tail -n 1 "$root/tmp/units/lathed@radio.socket.d/osc.conf")" "ListenDatagram=127.0.0.1:3345"

# An upgrade leaves what runs alone, and lathectl says so.
mkdir -p "$root/var/lib/lathe/radio" && echo kept >"$root/var/lib/lathe/radio/radio.state"
inside sh -c 'JACK_DEFAULT_SERVER=none lathed --config /etc/lathe/radio.conf --no-state 2>/tmp/log & echo $! >/tmp/pid'
sleep 1
inside sh -c 'dpkg-deb -R /root/lathe.deb /tmp/newer &&
	sed -i "s/^Version: .*/Version: 99.0/" /tmp/newer/DEBIAN/control && dpkg-deb -b /tmp/newer /root/newer.deb' >/dev/null
does "upgrade" inside apt-get install -y /root/newer.deb
does "it still runs" inside sh -c 'kill -0 $(cat /tmp/pid) && lathectl status'
inside sh -c 'kill $(cat /tmp/pid)'

does "remove" inside apt-get remove -y lathe
is "configs are kept" "$(ls "$root/etc/lathe")" radio.conf
is "state is kept" "$(cat "$root/var/lib/lathe/radio/radio.state")" kept
does "no program is left" test ! -e "$root/usr/bin/lathed"
does "purge without an answer" inside apt-get purge -y lathe
is "keeps state" "$(cat "$root/var/lib/lathe/radio/radio.state")" kept

does "install again" inside apt-get install -y /root/lathe.deb
inside sh -c 'echo lathe lathe/purge-state boolean true | debconf-set-selections'
does "purge with a yes" inside apt-get purge -y lathe
does "takes state" test ! -e "$root/var/lib/lathe"
does "and configs" test ! -e "$root/etc/lathe"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
