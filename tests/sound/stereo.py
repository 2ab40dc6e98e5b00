# SPDX-License-Identifier: GPL-3.0-or-later
"""stereo - the middle untouched, the side as asked, mono compatible."""
import numpy as np

from lathe_sound import RATES, db, impulse_response, node, render, response_db


def noise(fs, seconds=0.5):
    x = np.random.default_rng(1).uniform(-0.5, 0.5, (2, int(fs * seconds)))
    return x.astype(np.float32).astype(float)


SETTINGS = (dict(width=150.0), dict(width_low=20.0, width_high=160.0), dict(bass_mono=True),
            dict(bass_mono=True, bass_slope="db12", width=40.0))


def middle_moved(fs):
    x, worst = noise(fs), 0.0
    for setting in SETTINGS:
        y = render(node("stereo", **setting), x, fs)
        worst = max(worst, np.max(np.abs(y.sum(0) - x.sum(0))) / 2)
    return worst


def leak(fs):
    """Worst dB from side to middle."""
    worst = -300.0
    for setting in SETTINGS:
        h = impulse_response(node("stereo", **setting), fs, fs, 1.0, -1.0)
        m = np.abs(np.fft.rfft(h.sum(0) / 2))
        worst = max(worst, db(m.max()))
    return worst


def bass_mono(fs, hz, slope):
    """dB of the side: at hz, an octave below, and the worst from an octave above on."""
    text = node("stereo", bass_mono=True, bass_freq=hz, bass_slope=slope)
    h = impulse_response(text, fs, 2 * fs, 1.0, -1.0)[0]
    up = np.geomspace(2 * hz, 20000, 300)
    return (response_db(h, fs, hz), response_db(h, fs, hz / 2),
            np.max(np.abs(response_db(h, fs, up))))


def fold_down(fs):
    """dB that the mono sum of noise loses by full processing."""
    x = noise(fs)
    y = render(node("stereo", **SETTINGS[1]), x, fs)
    power = [np.mean(z.sum(0) ** 2) for z in (x, y)]
    return abs(10 * np.log10(power[1] / power[0]))


def correlation(fs):
    """Worst error of the two meters; sines 60 degrees apart, then mono."""
    n = np.arange(2 * fs)
    x = 0.25 * np.stack([np.sin(2 * np.pi * 997 / fs * n + p) for p in (0, np.pi / 3)])
    meters = render(node("stereo", width=0.0), x, fs, meters=True)[1]
    found = dict(find(meters))
    return max(abs(found["correlation_in"] - 0.5), abs(found["correlation_out"] - 1.0))


def find(tree, path=""):
    """(last name, number) of every number in a JSON tree."""
    for key, value in tree.items() if isinstance(tree, dict) else ():
        name = key.rsplit("/", 1)[-1]
        if isinstance(value, (int, float)):
            yield name, value
        else:
            yield from find(value, name)


def run(table, short):
    table.chapter("Stereo")
    for fs in (48000,) if short else RATES:
        table.at_most(f"{fs} Hz: width and bass mono move the middle by", 1e-7,
                      "5.2 dB of ripple (Calf)", middle_moved(fs))
        table.at_most(f"{fs} Hz: leak from side to middle", -140, "–", leak(fs), "dB")
        for hz in (120.0,) if short else (40.0, 120.0, 300.0):
            at, below, above = bass_mono(fs, hz, "db24")
            goal = f"{fs} Hz: bass mono {hz:g} Hz, 24 dB/octave"
            table.row(f"{goal}: at f -3 ± 0.1 dB", "–", at, abs(at + 3.01) <= 0.1, "dB")
            table.at_most(f"{goal}: an octave below", -24, "–", below, "dB")
            table.at_most(f"{goal}: from 2f on within", 0.1, "–", above, "dB")
            at, below, above = bass_mono(fs, hz, "db12")
            goal = f"{fs} Hz: bass mono {hz:g} Hz, 12 dB/octave"
            table.row(f"{goal}: at f -3 ± 0.1 dB", "–", at, abs(at + 3.01) <= 0.1, "dB")
            table.at_most(f"{goal}: an octave below", -12, "–", below, "dB")
            table.at_most(f"{goal}: from 2f on within", 0.1, "–", above, "dB")
        same = np.array_equal(render(node("stereo"), noise(fs), fs), noise(fs))
        table.row(f"{fs} Hz: width 1 is bit-exact", "–", "exact" if same else "differs", same)
        table.at_most(f"{fs} Hz: mono fold-down loss", 0.1, "–", fold_down(fs), "dB")
        table.at_most(f"{fs} Hz: correlation meters off by", 0.01, "–", correlation(fs))
