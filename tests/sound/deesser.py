# SPDX-License-Identifier: GPL-3.0-or-later
"""deesser - the same at any level, exact reach, rest, and what it does to speech."""
import numpy as np
from scipy import signal

import programmes as pg
from lathe_sound import node, render


def sibilant(fs, level, hz=6500.0):
    t = np.arange(4 * fs) / fs
    x = 0.25 * np.sin(2 * np.pi * 400 * t)
    x += np.where((t >= 2) & (t < 3), 0.25, 0) * np.sin(2 * np.pi * hz * t)
    return np.stack([x, x]) * 10 ** (level / 20)


def size(x, fs, hz, start, end):
    n = np.arange(int(start * fs), int(end * fs))
    return abs(np.sum(x[0, n] * np.exp(-2j * np.pi * hz * n / fs)))


def change_db(x, y, fs, hz):
    return 20 * np.log10(size(y, fs, hz, 2.4, 2.9) / size(x, fs, hz, 2.4, 2.9))


def hiss_excess(x, fs):
    """dB of the loudest 1 % of 5 ms of the band from 4 to 9 kHz over the speech."""
    band = signal.sosfilt(signal.butter(4, (4000, 9000), "bandpass", fs=fs, output="sos"), x[0])
    width = fs // 200
    count = len(band) // width
    power = np.mean(band[:count * width].reshape(count, width) ** 2, 1)
    return 10 * np.log10(np.percentile(power, 99) / np.mean(x[0] ** 2))


def run(table, short):
    table.chapter("De-esser")
    for fs in (48000,) if short else (44100, 48000, 96000, 192000):
        levels = (0.0, -20.0, -40.0)
        found = []
        for level in levels:
            x = sibilant(fs, level)
            y = render(node("deesser", range=24.0), x, fs)
            found.append(change_db(x, y, fs, 6500))
        table.at_most(f"{fs} Hz: reduction at 0, -20 and -40 dB differs by", 0.05, "–",
                      np.ptp(found), "dB")
        table.at_most(f"{fs} Hz: split, the voice at 400 Hz moves by", 0.1, "–",
                      abs(change_db(x, y, fs, 400)), "dB")
        y = render(node("deesser", range=6.0, threshold=-30.0), x, fs)
        table.at_most(f"{fs} Hz: range of 6 dB missed by", 0.1, "–",
                      abs(change_db(x, y, fs, 6500) + 6), "dB")
        x = np.float32(sibilant(fs, -10.0, 800.0))
        same = np.array_equal(render(node("deesser"), x, fs), x.astype(float))
        table.row(f"{fs} Hz: without sibilants bit-exact", "–",
                  "exact" if same else "differs", same)
    fs = 48000
    x = pg.at(pg.speech(fs, 20, 41), fs, -23)
    y = render(node("deesser", threshold=-20.0), x, fs)
    less = hiss_excess(x, fs) - hiss_excess(y, fs)
    table.row("speech, threshold -20 dB: the loudest sibilants are lowered by ≥ 3 dB", "–", less, less >= 3, "dB")
    move = abs(pg.integrated(pg.powers(y, fs)) - pg.integrated(pg.powers(x, fs)))
    table.at_most("speech: its loudness moves by", 0.5, "–", move, "LU")
