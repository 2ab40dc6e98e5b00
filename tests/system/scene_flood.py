#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""scene_flood.py PORT PINGS - one port asks for saves and loads of scenes as fast as it can, while
another client pings. Prints what the ping waits: median, 99th percentile, longest (ms), and how
many requests were answered."""
import socket
import sys
import threading
import time


def text(word):
    raw = word.encode() + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


port, count = int(sys.argv[1]), int(sys.argv[2])
ended = threading.Event()
answered = 0


def flood():
    global answered
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    number = 0
    while not ended.is_set():
        for _ in range(20):
            number += 1
            name = f"flood {number // 2 % 8}"
            path = "/rack/scene/save" if number % 2 else "/rack/scene/load"
            try:
                sock.send(text(path) + text(",s") + text(name))
            except BlockingIOError:
                pass
        time.sleep(0.001)
        try:
            while True:
                answered += b"/rack/result" in sock.recv(4096)
        except BlockingIOError:
            pass


def ping(pings):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", port))
    sock.settimeout(10)
    waits = []
    for _ in range(pings):
        began = time.monotonic()
        sock.send(b"/rack/mute\0\0,\0\0\0")
        sock.recv(4096)
        waits.append((time.monotonic() - began) * 1e3)
        time.sleep(0.004)
    return sorted(waits)


ping(10)
flooder = threading.Thread(target=flood, daemon=True)
flooder.start()
time.sleep(0.5)
waits = ping(count)
ended.set()
flooder.join()
print(f"{waits[count // 2]:.2f} {waits[count * 99 // 100]:.2f} {waits[-1]:.2f} {answered}")
