# SPDX-License-Identifier: GPL-3.0-or-later
"""idle - bypass, idle, changes, silence: what every module promises.

Residues of all parameters are measured by tests/conform; what it says of them is repeated.
"""
import os
import re
import subprocess

import numpy as np
import scipy.signal as signal

from lathe_sound import BUILD, RATES, db, node, render

# A setting at which the module does nothing, and one at which it works.
IDLE = {
    "clipper": dict(ceiling=0.0), "comp": dict(threshold=0.0, knee=0.0), "eq": {},
    "emphasis": dict(mode="vinyl", acceleration=10000.0, level=5.0, sibilance=0.0),
    "filter": {}, "limiter": {}, "loudness": {},
    "multiband": dict(extra="band = ( " + ", ".join(4 * ["{ threshold = 0.0; }"]) + " );"),
    "saturator": {}, "stereo": {}, "trim": {},
}
BUSY = {
    "clipper": dict(gain=9.0, ceiling=-3.0, knee=30.0),
    "comp": dict(threshold=-30.0, ratio=4.0, highpass="24"),
    "eq": dict(extra="band = ( { freq = 30.0; gain = 6.0; q = 8.0; type = \"bell\"; },"
                     " { freq = 5000.0; gain = -9.0; type = \"bell\"; } );"),
    "emphasis": dict(ceiling=-12.0),
    "filter": dict(high_pass="db48", high_pass_freq=40.0, low_pass="db24", guard="15khz"),
    "limiter": dict(gain=12.0), "loudness": {},
    "multiband": dict(mode="lr4", extra="band = ( { threshold = -30.0; ratio = 3.0; } );"),
    "saturator": dict(drive=12.0, curve="tube", tone=40.0),
    "stereo": dict(width=150.0, bass_mono=True), "trim": dict(gain=3.0, dc_block=True),
}
# What is stepped under 100 Hz while the module works.
STEPS = {
    "clipper": [("gain", 3), ("ceiling", -9)], "comp": [("makeup", 12), ("highpass_freq", 300)],
    "eq": [("band/1/gain", -6), ("band/2/freq", 400)],
    "emphasis": [("ceiling", -20), ("output", 1)],
    "filter": [("high_pass_freq", 200), ("low_pass", 1), ("guard", 3)],
    "limiter": [("gain", 2), ("mode", 0)],
    "multiband": [("band/1/makeup", 12), ("crossover/1/freq", 240)],
    "saturator": [("level", -12), ("high", 2000)],
    "stereo": [("width", 20), ("bass_freq", 300)], "trim": [("gain", -9)],
}


def noise(fs, seconds, gain=0.25):
    x = np.random.default_rng(1).uniform(-gain, gain, (2, int(seconds * fs)))
    return x.astype(np.float32).astype(float)


def click_db(text, fs, changes):
    """Peak above 2 kHz under 100 Hz that comes out at -12 dBFS, around and after the changes,
    less what is there before and after: harmonics of a module that bends are no clicks."""
    x = 0.25 * np.sin(2 * np.pi * 100 / fs * np.arange(int(2.4 * fs)))
    y = render(text, [x, 0.5 * np.roll(x, fs // 400)], fs, changes)[0]
    y /= max(1.0, np.max(np.abs(y[fs // 2:])) / 0.25)
    taps = int(1023 * fs / 48000) | 1
    h = signal.firwin(taps, 1500, pass_zero=False, fs=fs, window=("kaiser", 16))
    high = np.abs(signal.fftconvolve(y, h, "same"))
    steady = max(np.max(high[fs // 2:int(0.95 * fs)]), np.max(high[int(1.7 * fs):2 * fs]))
    return db(max(np.max(high[int(0.95 * fs):int(1.7 * fs)]) - steady, 1e-12))


def tail_seconds(text, fs):
    x = np.zeros((2, 6 * fs))
    x[:, :fs // 2] = noise(fs, 0.5, 0.5)
    y = render(text, x, fs)
    loud = np.flatnonzero(np.any(y != 0, axis=0))
    return max(0.0, (loud[-1] + 1 if len(loud) else 0) / fs - 0.5)


def config(module, setting, more=""):
    setting = dict(setting)
    return node(module, setting.pop("extra", "") + more, **setting)


def residues(table):
    """conform's residues: the worst that passes, and those that are known to be short."""
    result = subprocess.run([os.path.join(BUILD, "tests/conform")], capture_output=True,
                            text=True)
    short = re.findall(r"^short (\S+) it/(\S+) residue: (\S+) dBFS.*?: (.*)$", result.stdout,
                       re.M)
    counts = re.findall(r"^(\d+) passed, (\d+) failed$", result.stdout, re.M)
    failed = counts[-1][1] if counts else "?"
    table.row("residue of every other jump of 12 dB, 48000 Hz ≤ -72 dBFS", "-71.5 (best)",
              "as asked" if failed == "0" else f"{failed} failed", failed == "0")
    for module, param, found, why in short:
        table.row(f"residue of {module} {param} ≤ -72 dBFS ({why})", "-71.5 (best)",
                  float(found), False, "dBFS")


def run(table, short):
    table.chapter("Bypass, idle, silence")
    for fs in (48000,) if short else RATES:
        x = noise(fs, 0.5)
        for module, setting in IDLE.items():
            same = np.array_equal(render(config(module, setting), x, fs), x)
            table.row(f"{fs} Hz: {module} idle is bit-exact after its delay", "–",
                      "exact" if same else "differs", same)
        for module, setting in BUSY.items():
            y = render(config(module, setting, "bypass = true; "), x, fs)
            same = np.array_equal(y, x)
            table.row(f"{fs} Hz: {module} bypassed is bit-exact after its delay", "–",
                      "exact" if same else "differs", same)
        for module, setting in BUSY.items():
            bypass = [(fs, "it/bypass", 1), (fs + fs // 4, "it/bypass", 0)]
            table.at_most(f"{fs} Hz: click of bypass, {module}", -95, "-155 (dpl), -67 (Calf)",
                          click_db(config(module, setting), fs, bypass), "dBFS")
            for param, value in STEPS.get(module, ()):
                step = [(fs, f"it/{param}", value)]
                table.at_most(f"{fs} Hz: click of {module} {param}", -95, "-32 (LSP)",
                              click_db(config(module, setting), fs, step), "dBFS")
        if short and fs == 48000:
            continue
        for module, setting in BUSY.items():
            table.at_most(f"{fs} Hz: {module} is exactly silent after", 5.01, "–",
                          tail_seconds(config(module, setting), fs), "s")
    if not short:
        residues(table)
