#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# seeds.py - writes a few well-formed datagrams into a folder, for the fuzzer to start from.
import os
import struct
import sys


def string(text):
    raw = text.encode() + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def message(path, types="", *values):
    raw = string(path) + string("," + types)
    for kind, value in zip([t for t in types if t not in "TF"], values):
        raw += string(value) if kind == "s" else struct.pack(
            {"f": ">f", "i": ">i", "d": ">d", "h": ">q"}[kind], value)
    return raw


def bundle(tag, *elements):
    raw = b"#bundle\0" + struct.pack(">Q", tag)
    for element in elements:
        raw += struct.pack(">I", len(element)) + element
    return raw


seeds = [message("/eq/gain", "f", 3.0), message("/eq/gain"), message("/eq/freq/text"),
         message("/eq/freq", "s", "1.2 kHz"), message("/eq/type/text", "s", "low shelf"),
         message("/eq/swap/toggle", "T"), message("/eq/gain/norm", "d", 0.5),
         message("/eq/gain/ramp", "ff", 3.0, 1.0), message("/eq/gain/adjust", "i", 1),
         message("/eq/band/[1-3]/g*", "h", 2), message("/{eq,comp}/b?pass/reset", "i", 1),
         message("/rack/mute", "i", 1), message("/rack/output/main/dim", "F"),
         message("/rack/subscribe", "sfi", "/*", 50.0, 40001),
         message("/rack/subscribe", "ss", "/**", "30"), message("/rack/unsubscribe"),
         message("/rack/ping", "ifs", 1, 2.0, "x"), message("/rack/sync", "s", "y"),
         message("/rack/subscribe", "sf", "/eq/vector/*", 25.0),
         message("/eq/vector/third_level"), message("/eq/meter/third/31/level"),
         message("/rack/spectrum", "sf", "eq", 25.0), message("/rack/spectrum", "ss", "eq", "0"),
         message("/rack/describe", "s", "/eq"), message("/rack/status"),
         message("/rack/hash"), message("/rack/config"), message("/rack/check", "s", "a"),
         message("/rack/reload", "ss", "", "fresh"), message("/eq/band/9/gain", "f", 1.0)]
seeds.append(bundle(1, *seeds[:12]))
seeds.append(bundle(1, seeds[0], bundle(1, seeds[2], bundle(1, seeds[5]))))
seeds.append(bundle(0xffffffff00000000, seeds[0]))
for index, seed in enumerate(seeds):
    with open(os.path.join(sys.argv[1], f"seed{index}"), "wb") as file:
        file.write(seed)
