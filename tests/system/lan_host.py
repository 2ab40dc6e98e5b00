#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""lan_host.py - another host of lathed's network, for absent.sh.

lan_host.py meters HOST PORT SECONDS    subscribes as a tablet does, answers the challenge, and
                                        prints how many datagrams with meters came in a second
lan_host.py forge HOST PORT RATE SECONDS [confirm VICTIM]
                                        sends from addresses that nobody has; or wrong confirms
                                        in the name of VICTIM
lan_host.py join HOST PORT              prints the seconds until its address is confirmed"""
import os
import socket
import struct
import sys
import time


def text(word):
    raw = word.encode() + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def message(path, types="", *values):
    out = text(path) + text("," + types)
    for kind, value in zip(types, values):
        out += text(value) if kind == "s" else struct.pack(">" + kind, value)
    return out


def opened(host, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((host, port))
    sock.settimeout(0.2)
    return sock


def receive(sock):
    """A datagram, or nothing; a challenge is answered."""
    try:
        data = sock.recv(4096)
    except (TimeoutError, ConnectionError):
        return b""
    if data.startswith(b"/rack/challenge"):
        sock.send(message("/rack/confirm", "i", struct.unpack(">i", data[20:24])[0]))
    return data


def join(host, port):
    sock = opened(host, port)
    began = time.monotonic()
    while time.monotonic() - began < 20:
        sock.send(message("/rack/ping", "i", 7))
        for _ in range(20):
            data = receive(sock)
            if data.startswith(b"/rack/pong"):
                return sock, time.monotonic() - began
            if not data or data.startswith(b"/rack/challenge"):
                break
    sys.exit("its address was not confirmed within 20 s")


def meters(host, port, seconds):
    sock, _ = join(host, port)
    sock.send(message("/rack/subscribe", "sf", "/gen/meter/*", 20.0))
    began = time.monotonic()
    while b"/gen/meter/" not in receive(sock):
        if time.monotonic() - began > 20:
            sys.exit("no meters came within 20 s")
        sock.send(message("/rack/subscribe", "sf", "/gen/meter/*", 20.0))
    began, count = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        count += b"/gen/meter/" in receive(sock)
    print(f"{count / seconds:.1f}")


def forge(host, port, rate, seconds, victim=None):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    to = socket.inet_aton(host)
    began, sent = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        if sent >= rate * (time.monotonic() - began):
            time.sleep(0.0005)
            continue
        body = message("/rack/subscribe", "s", "/*")
        source = socket.inet_aton(f"10.9.{4 + sent // 250 % 200}.{1 + sent % 250}")
        if victim:
            body = message("/rack/confirm", "i", 1 + int.from_bytes(os.urandom(3), "big"))
            source = socket.inet_aton(victim)
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(body), 0, 0, 64, 17, 0, source, to)
        raw.sendto(head + struct.pack(">HHHH", 5000, port, 8 + len(body), 0) + body, (host, 0))
        sent += 1
    print(f"{sent} datagrams")


what, target, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
if what == "meters":
    meters(target, number, float(sys.argv[4]))
elif what == "join":
    print(f"{join(target, number)[1]:.2f}")
else:
    forge(target, number, int(sys.argv[4]), float(sys.argv[5]), *sys.argv[7:])
