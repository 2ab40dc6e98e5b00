#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# soundseeds.py - writes small sound files of all kinds into a folder, for the fuzzer to start
# from: whole, joined, and with sizes left open.
import os
import sys

import numpy
import soundfile

folder = sys.argv[1]
sound = 0.3 * numpy.sin(numpy.arange(200))[:, None] * [1.0, -0.5]


def write(name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


for kind in soundfile.available_formats():
    for subtype in soundfile.available_subtypes(kind):
        for channels in 1, 2, 6:
            path = os.path.join(folder, f"{kind}.{subtype}.{channels}")
            data = numpy.resize(sound, (200, channels))
            rate = 48000 if subtype == "OPUS" else 44100
            try:
                soundfile.write(path, data, rate, subtype, format=kind)
            except (RuntimeError, TypeError, ValueError):
                if os.path.exists(path):
                    os.unlink(path)
                continue
            size = os.path.getsize(path)
            if size > 4000:  # too long for a seed
                os.unlink(path)
                continue
            if channels == 2 and size < 2000:
                with open(path, "rb") as file:
                    whole = file.read()
                write(f"{kind}.{subtype}.joined", whole + whole)
                at = whole.find(b"data")
                if at > 0:
                    write(f"{kind}.{subtype}.open", whole[:at + 4] + 4 * b"\xff" + whole[at + 8:])

# MPEG frames of silence: layers 1 to 3, with a tag before and behind.
for name, head, size in (("3", b"\xff\xfb\x90\x64", 417), ("2", b"\xff\xfd\x80\x04", 417),
                         ("1", b"\xff\xff\x40\x04", 136)):
    frame = head + bytes(size - 4)
    write(f"mpeg.{name}", 4 * frame)
    write(f"mpeg.{name}.tagged", b"ID3\x04\0\0\0\0\0\x05hello" + 4 * frame + b"TAG" + bytes(125))
