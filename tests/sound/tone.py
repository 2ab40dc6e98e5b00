# SPDX-License-Identifier: GPL-3.0-or-later
"""tone - levels, purity, timings and colours of the line-up signals."""
import numpy as np
import scipy.signal

from lathe_sound import RATES, db, node, render


def play(fs, seconds, **params):
    return render(node("tone", **params), np.zeros((2, int(seconds * fs))), fs)


def purity(y, fs, hz):
    """(dBFS of the sine, dB of all else to it)"""
    n = np.arange(len(y))
    a = np.stack([np.cos(2 * np.pi * hz * n / fs), np.sin(2 * np.pi * hz * n / fs)], 1)
    fit = np.linalg.lstsq(a, y, rcond=None)[0]
    rest = np.sqrt(2 * np.mean((y - a @ fit) ** 2))
    size = np.hypot(*fit)
    return db(size), db(rest / size)


def bands(hz, power, low):
    """Third octaves' levels about their mean, the worst, dB."""
    levels = []
    for i in range(round(10 * np.log10(low / 1000)), 14):
        middle = 1000 * 10 ** (i / 10)
        inside = (hz >= middle * 10 ** -0.05) & (hz < middle * 10 ** 0.05)
        levels.append(10 * np.log10(np.mean(power[inside])))
    return np.max(np.abs(np.array(levels) - np.mean(levels)))


def pinkness(pink, white, fs):
    """Both are made of one noise, so no time is too short to see what lies between."""
    size = 2 ** int(np.log2(fs * 2))
    hz, cross = scipy.signal.csd(white, pink, fs, nperseg=size)
    own = scipy.signal.welch(white, fs, nperseg=size)[1]
    return bands(hz, np.abs(cross / own) ** 2 * hz, 20)


def ident(fs):
    """Milliseconds by which the breaks of EBU and GLITS miss 250 ms, and their cycle."""
    worst = 0.0
    wanted = {"ebu_ident": (3.0, [[0.0], []]), "glits": (4.0, [[0.0], [0.5, 1.0]])}
    for name, (cycle, channels) in wanted.items():
        y = play(fs, 3 * cycle, signal=name)
        size = np.abs(scipy.signal.hilbert(y, axis=1)) / 10 ** (-18 / 20) < 0.5
        first = np.argmax(size[0]) / fs
        for c, starts in enumerate(channels):
            edges = np.flatnonzero(np.diff(size[c].astype(int)) != 0) / fs
            edges = edges[(edges > 0.1) & (edges < 3 * cycle - 0.1)]
            expected = sorted(first + k * cycle + s + e for k in range(3) for s in starts
                              for e in (0, 0.25))
            expected = [e for e in expected if e < 3 * cycle - 0.1]
            if len(edges) != len(expected):
                return 1e3
            if expected:
                worst = max(worst, np.max(np.abs(edges - expected)) * 1e3)
    return worst


def run(table, short):
    table.chapter("Line-up tone")
    for fs in (48000,) if short else RATES:
        level, rest = purity(play(fs, 1, signal="sine")[0], fs, 1000)
        table.at_most(f"{fs} Hz: 1 kHz at -18 dBFS, off by", 0.001, "–", abs(level + 18), "dB")
        table.at_most(f"{fs} Hz: THD+N of it", -140, "–", rest, "dB")
        table.at_most(f"{fs} Hz: idents, timing off by", 1, "–", ident(fs), "ms")
        noise = {name: play(fs, 30, signal=name, reference="minus20")[0]
                 for name in ("pink", "white")}
        for name, y in noise.items():
            rms = 10 * np.log10(2 * np.mean(y ** 2))
            table.at_most(f"{fs} Hz: {name} noise at -20 dBFS, RMS of 30 s off by", 0.2, "–",
                          abs(rms + 20), "dB")
        table.at_most(f"{fs} Hz: pink noise, third octaves 20 Hz–20 kHz off by", 0.5, "–",
                      pinkness(noise["pink"], noise["white"], fs), "dB")
        hz, power = scipy.signal.welch(noise["white"], fs, nperseg=2 ** 14)
        table.at_most(f"{fs} Hz: white noise, third octaves 200 Hz–20 kHz off by", 0.5, "–",
                      bands(hz, power, 200), "dB")
