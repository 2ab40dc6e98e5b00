#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""pings.py PORT COUNT - sends /rack/ping to lathed on this machine, one after the other, from a
socket of its own. Prints the median and the longest wait; fails when one is not answered."""
import socket
import sys
import time

port, count = int(sys.argv[1]), int(sys.argv[2])
ping = b"/rack/ping\0\0,\0\0\0"
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect(("127.0.0.1", port))
sock.settimeout(5)
waits = []
for _ in range(count):
    began = time.monotonic()
    sock.send(ping)
    if not sock.recv(4096).startswith(b"/rack/pong"):
        sys.exit("not a pong")
    waits.append(time.monotonic() - began)
    time.sleep(0.005)
waits.sort()
print(f"{count} pings: median {waits[count // 2] * 1e3:.2f} ms, longest {waits[-1] * 1e3:.2f} ms")
