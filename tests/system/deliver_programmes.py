#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twelve programmes of every kind at a static loudness, as ffmpeg's meter finds them."""
import os
import subprocess
import sys

import numpy as np
import soundfile

render, scratch = sys.argv[1:]
rng = np.random.default_rng(16)
failed = passed = 0


def check(what, good):
    global failed, passed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what)


def noise(seconds, rate, channels=2):
    return rng.standard_normal((int(seconds * rate), channels)) * 0.1


def pink(seconds, rate, channels=2):
    spectrum = np.fft.rfft(noise(seconds, rate, channels), axis=0)
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20))[:, None] / 20
    return np.fft.irfft(spectrum, int(seconds * rate), axis=0)


def drums(seconds, rate):
    time = np.arange(int(seconds * rate)) / rate
    beat = time % 0.5
    return (np.sin(2 * np.pi * 60 * beat) * np.exp(-beat * 18))[:, None] * [1, 0.9] \
        + noise(seconds, rate) * np.exp(-(time % 0.25) * 60)[:, None]


def speech(seconds, rate):
    time = np.arange(int(seconds * rate)) / rate
    words = (np.sin(2 * np.pi * 3.1 * time) > -0.3) * (np.sin(2 * np.pi * 0.2 * time) > -0.8)
    return pink(seconds, rate, 1) * (words * (0.6 + 0.4 * np.sin(2 * np.pi * 1.3 * time)))[:, None]


def tone(seconds, rate, hz):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)[:, None] * [1, 1]


def swell(seconds, rate):
    return pink(seconds, rate) * (10 ** (np.linspace(-35, 0, int(seconds * rate)) / 20))[:, None]


programmes = {
    "pink": (48000, pink(8, 48000)),
    "drums": (44100, drums(10, 44100)),
    "speech, one channel": (48000, speech(10, 48000)),
    "swell": (48000, swell(12, 48000)),
    "dense": (44100, np.clip(pink(8, 44100) * 8, -0.9, 0.9)),
    "low tone": (48000, tone(10, 48000, 50)),
    "high tone": (96000, tone(5, 96000, 11025)),
    "loud, then quiet": (48000, np.concatenate([pink(6, 48000), pink(10, 48000) * 0.03])),
    "silence around": (48000, np.concatenate([np.zeros((240000, 2)), drums(10, 48000), np.zeros((240000, 2))])),
    "very quiet": (88200, pink(6, 88200) * 0.05),
    "clicks": (48000, pink(12, 48000) * 0.2 + (rng.random((576000, 1)) > 0.9999) * 0.8),
    "two seconds": (48000, drums(2, 48000)),
}

paths = []
for name, (rate, sound) in programmes.items():
    paths.append(os.path.join(scratch, name + ".wav"))
    soundfile.write(paths[-1], sound.astype(np.float32), rate, "FLOAT")


def outside(path):
    """Integrated loudness and true peak by ffmpeg."""
    text = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af",
         "ebur128=metadata=1:peak=true,ametadata=mode=print:file=-", "-f", "null", "-"],
        capture_output=True, text=True, check=True).stdout
    last = dict(line.split("=", 1) for line in text.splitlines() if line.startswith("lavfi"))
    peaks = [float(line.split("=")[1]) for line in text.splitlines() if "true_peaks_ch" in line]
    return float(last["lavfi.r128.I"]), 20 * np.log10(max(peaks))


for loudness, peak, config in (-14, -1, "streaming"), (-23, -2, "broadcast"):
    out = os.path.join(scratch, config)
    done = subprocess.run([render, "--config", f"config/{config}.conf", f"--loudness={loudness}",
                           f"--peak={peak}", "--out", out, *paths], capture_output=True, text=True)
    check(f"{config}: exit status {done.returncode}: {done.stderr}", done.returncode == 0)
    check(f"{config}: a line each", len(done.stdout.splitlines()) == len(paths))
    for path in paths:
        found, top = outside(os.path.join(out, os.path.basename(path)))
        what = f"{config}: {os.path.basename(path)}: {found:.3f} LUFS, {top:.2f} dBTP"
        check(what, abs(found - loudness) <= 0.1)
        check(what + ": ceiling", top <= peak + 0.05)
        print(what)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
