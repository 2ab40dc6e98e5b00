#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""values.py PORT SECONDS - prints the values and meters of a rack: lines of "address value" for draw.py."""

import sys
import time

import osc

tablet, heard = osc.Socket(int(sys.argv[1])), {}
for pattern in ("/*", "/*/text", "/*/norm", "/rack/*", "/rack/*/text", "/rack/alarms", "/*/meter/third"):
    tablet.send("/rack/subscribe", pattern, 20)
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for path, arguments in tablet.receive(0.2):
        if len(arguments) == 1:
            heard[path] = arguments[0]
for path in sorted(heard):
    print(path, heard[path])
