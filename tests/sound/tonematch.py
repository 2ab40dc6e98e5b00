# SPDX-License-Identifier: GPL-3.0-or-later
"""tonematch - comes to a curve within tens of seconds and its range, and rests otherwise."""
import os
import subprocess
import tempfile

import numpy as np
import soundfile

import programmes as pg
from lathe_sound import BUILD, node, render


def tilted(fs, seconds, db_per_octave, level=-24.0, seed=1):
    """Pink noise, tilted around 1 kHz within 40 Hz to 16 kHz."""
    x = pg.pink(fs, seconds, level, seed)
    hz = np.fft.rfftfreq(x.shape[1], 1 / fs)
    tilt = db_per_octave * np.log2(np.clip(hz, 40, 16000) / 1000)
    return np.fft.irfft(np.fft.rfft(x) * 10 ** (tilt / 20), x.shape[1])


def octaves(x, fs):
    """dB in octave bands from 63 Hz to 8 kHz, their mean taken away."""
    power = np.mean(np.abs(np.fft.rfft(x)) ** 2, 0)
    hz = np.fft.rfftfreq(x.shape[1], 1 / fs)
    found = [np.sum(power[(hz >= c / 2 ** .5) & (hz < c * 2 ** .5)]) for c in
             (63, 125, 250, 500, 1000, 2000, 4000, 8000)]
    found = 10 * np.log10(np.array(found))
    return found - found.mean()


def off(y, fs):
    """Worst octave of the last 10 s of pink noise that should have come out flat."""
    return np.max(np.abs(octaves(y[:, -10 * fs:], fs)))


def learnt(fs, folder):
    """A curve from a file that is 0.6 dB an octave brighter than pink."""
    wav, curve = os.path.join(folder, "reference.wav"), os.path.join(folder, "bright.tone")
    soundfile.write(wav, tilted(fs, 30, 0.6, seed=5).T, fs, subtype="FLOAT")
    subprocess.run([os.path.join(BUILD, "lathe-render"), "--learn", curve, wav], check=True)
    return 'rack = { files = "%s"; };\n' % folder


def run(table, short):
    table.chapter("Tone match")
    for fs in (48000,) if short else (44100, 48000, 96000, 192000):
        seconds = 60
        x = tilted(fs, seconds, 0.6)
        y = render(node("tonematch", curve="pink", amount=100.0, time=10.0), x, fs)
        before = off(x, fs)
        table.at_most(f"{fs} Hz: a tilt of 0.6 dB an octave (off by {before:.1f} dB), after "
                      "60 s off by", 0.5, "–", off(y, fs), "dB")
        x = tilted(fs, seconds, 3.0)
        y = render(node("tonematch", curve="pink", amount=100.0, time=10.0), x, fs)
        moved = octaves(y[:, -10 * fs:], fs) - octaves(x[:, -10 * fs:], fs)
        table.at_most(f"{fs} Hz: a tilt of 3 dB an octave is moved by at most", 3.6, "–",
                      np.max(np.abs(moved)), "dB")
        with tempfile.TemporaryDirectory() as folder:
            rack = learnt(fs, folder)
            x = tilted(fs, seconds, -0.2)
            y = render(rack + node("tonematch", curve="file", file="bright.tone",
                                   amount=100.0, time=10.0), x, fs)
            wanted = octaves(tilted(fs, 30, 0.6, seed=5), fs)
            found = np.max(np.abs(octaves(y[:, -10 * fs:], fs) - wanted))
            table.at_most(f"{fs} Hz: a learnt reference, after 60 s off by", 0.5, "–", found,
                          "dB")
    fs = 48000
    x = np.concatenate([tilted(fs, 40, 0.6), 1e-4 * tilted(fs, 20, 0.6)], 1)
    y = render(node("tonematch", curve="pink", amount=100.0, time=10.0), x, fs)
    late, early = slice(-3 * fs, None), slice(37 * fs, 40 * fs)
    moved = octaves(y[:, late], fs) - octaves(x[:, late], fs)
    moved -= octaves(y[:, early], fs) - octaves(x[:, early], fs)
    table.at_most("in silence the correction moves by", 0.2, "–", np.max(np.abs(moved)), "dB")
    x = np.float32(x[:, :5 * fs] * 1e-4)
    same = np.array_equal(render(node("tonematch"), x, fs), x.astype(float))
    table.row("silence from the start: bit-exact", "–", "exact" if same else "differs", same)
