#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lathe-render writes, as libsndfile's other readers find it: every frame at its place,
words of the length asked for, the rack's dither untouched, its own where there is none."""
import os
import subprocess
import sys

import numpy as np
import soundfile

render, scratch = sys.argv[1:]
failed = passed = 0
rng = np.random.default_rng(1)


def check(what, good):
    global failed, passed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what)


def play(nodes, channels, sound, name, *options):
    """(file, as 32-bit words) of what the rack makes of the sound."""
    config, source, out = (os.path.join(scratch, n) for n in ("f.conf", "f.in.wav", name))
    with open(config, "w") as file:
        file.write(f'inputs = ({{ name = "in"; channels = {channels}; }}); nodes = ({nodes});')
    soundfile.write(source, sound, 44100, "FLOAT")
    done = subprocess.run([render, "-y", "--config", config, *options, source, out])
    check(f"{name} {options}: exit status", done.returncode == 0)
    return soundfile.info(out), soundfile.read(out, dtype="int32", always_2d=True)[0].astype(np.int64)


def noise(frames, channels):
    return rng.uniform(-0.1, 0.1, (frames, channels)).astype(np.float32)


late = '{ module = "insert"; name = "late"; latency = 777; }'
trim = '{ module = "trim"; name = "pass"; }'
for frames, channels in ((1, 1), (44099, 2), (12345, 6), (100001, 2)):
    sound = noise(frames, channels)
    for suffix in "wav", "flac":
        for bits in 16, 24:
            what = f"{frames} x {channels}, {bits} bits, {suffix}"
            unit, name, form = 2 ** (32 - bits), "f." + suffix, ("--format", str(bits))
            info, words = play(late, channels, sound, name, *form)
            check(what + ": size", words.shape == sound.shape
                  and info.subtype == f"PCM_{bits}" and info.samplerate == 44100)
            check(what + ": whole words", np.all(words % unit == 0))
            error = words / unit - sound * 2.0 ** (bits - 1)
            check(what + ": at its place", np.abs(error).max() <= 1.5001)
            if frames > 40000:  # TPDF and rounding: no mean, a quarter of a step squared
                check(f"{what}: mean {error.mean():.4f}", abs(error.mean()) < 0.01)
                check(f"{what}: variance {error.var():.4f}", abs(error.var() - 0.25) < 0.01)
            dither = f'{late}, {{ module = "dither"; name = "end"; bits = {bits}; }}'
            _, words = play(dither, channels, sound, name, *form)
            _, floats = play(dither, channels, sound, "g.wav", "--format", "float")
            exact = soundfile.read(os.path.join(scratch, "g.wav"), dtype="float64", always_2d=True)[0]
            check(what + ": the rack's words", np.array_equal(words, exact * 2.0 ** 31))
            whole = (np.rint(sound * 2.0 ** (bits - 1)) / 2.0 ** (bits - 1)).astype(np.float32)
            _, words = play(trim, channels, whole, name, *form)
            check(what + ": a programme at rest", np.array_equal(words, whole.astype(float) * 2.0 ** 31))

impulse = np.zeros((5001, 2), np.float32)
impulse[1234] = 0.25
_, words = play(late, 2, impulse, "f.flac", "--format", "16")
check("impulse", np.flatnonzero(words[:, 0]).tolist() == [1234])
sound = noise(20001, 2)
blocks = [play(late, 2, sound, "f.wav", "--format", "16", "--block", str(b))[1] for b in (64, 1, 257)]
check("blocks", all(np.array_equal(b, blocks[0]) for b in blocks))
_, words = play(trim, 1, np.array([[1.5], [-1.5]], np.float32), "f.wav", "--format", "16")
check("full scale", (words[:, 0] >> 16).tolist() == [32767, -32768])
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
