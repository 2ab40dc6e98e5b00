#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""late_clock.py - a rack of which there is only a clock, five seconds ahead of ours: answers
pings, and prints by how much of its time the first bundle is ahead."""
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../touchosc"))
from osc import string, unpack  # noqa: E402

AHEAD, SINCE_1900 = 5.0, 2208988800

ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ear.bind(("127.0.0.1", 0))
ear.settimeout(20)
print(ear.getsockname()[1], flush=True)
told = False
while True:
    try:
        data, sender = ear.recvfrom(65536)
    except TimeoutError:
        break
    clock = time.time() + AHEAD
    if data.startswith(b"#bundle\0") and not told:
        seconds, parts = struct.unpack_from(">II", data, 8)
        print(f"{seconds - SINCE_1900 + parts / 2 ** 32 - clock:.3f}", flush=True)
        told = True
    for path, arguments in unpack(data):
        if path == "/rack/ping":
            pong = string("/rack/pong") + string(",isdhd") + struct.pack(">i", arguments[0])
            pong += string("0") + struct.pack(">dqd", 0.0, -1, clock)
            ear.sendto(pong, sender)
