# SPDX-License-Identifier: GPL-3.0-or-later
"""comp - the compressor: curve, labels, clean low notes, side-chain high-pass, rest."""
import numpy as np

from lathe_sound import RATES, db, node, render

HARD = dict(threshold=-20.0, ratio=4.0, knee=0.0, attack=10.0, release=100.0)


def config(**params):
    return node("comp", **{**HARD, **params})


def tone(fs, hz, seconds, level):
    x = 10 ** (level / 20) * np.sin(2 * np.pi * hz / fs * np.arange(int(fs * seconds)))
    return np.stack([x, x])


def gain_db(x, y):
    return 10 * np.log10(np.mean(y ** 2) / np.mean(x ** 2))


def curve(level, knee, threshold=-20.0, ratio=4.0):
    over = level - threshold
    if knee and abs(over) <= knee / 2:
        return (1 / ratio - 1) * (over + knee / 2) ** 2 / (2 * knee)
    return (1 / ratio - 1) * max(over, 0.0)


def curve_error(fs, **params):
    """Worst dB beside the law, a 997 Hz staircase."""
    levels, hold = np.arange(-30, 0.1, 2.5), 0.7
    x = np.concatenate([tone(fs, 997, hold, level) for level in levels], 1)
    y = render(config(**params), x, fs)
    worst = 0.0
    for i, level in enumerate(levels):
        part = slice(int((i + 0.7) * hold * fs), int((i + 0.95) * hold * fs))
        found = gain_db(x[0, part], y[0, part])
        worst = max(worst, abs(found - curve(level, params.get("knee", 0.0))))
    return worst


def times_63(fs, low, high, **params):
    """ms to 63 % of the change in dB, up and down, of a 2 kHz tone that steps."""
    x = tone(fs, 2000, 4, 0)
    n = np.arange(x.shape[1])
    x *= 10 ** (np.where((n >= fs) & (n < 2 * fs), high, low) / 20)
    y = render(config(**params), x, fs)
    width = int(round(fs / 2000)) * 2
    box = np.ones(width)
    power = [np.convolve(z[0] ** 2, box, "same") for z in (x, y)]
    gain = 10 * np.log10(power[1] / power[0])
    found = []
    for start, end in ((fs, 2 * fs), (2 * fs, 4 * fs)):
        before, after = gain[start - fs // 10], gain[end - fs // 10]
        way = (gain[start + width:end - fs // 10] - before) / (after - before)
        found.append((np.argmax(way >= 1 - np.exp(-1)) + width) / fs * 1000)
    return found


def label_error(fs, short):
    """Worst share by which a time misses its label."""
    worst = 0.0
    steps = ((-40, -6), (-15, -3)) if short else ((-40, -6), (-40, -14), (-15, -3), (-24, -12))
    for detector in ("peak", "rms"):
        for low, high in steps:
            up, down = times_63(fs, low, high, detector=detector)
            worst = max(worst, abs(up / 10 - 1), abs(down / 100 - 1))
    return worst * 100


def harmonics_db(fs, hz, **params):
    """THD at 6 dB of reduction, less what a least-squares fit of 20 harmonics leaves."""
    x = tone(fs, hz, 4, -12)
    y = render(config(**params), x, fs)[0][2 * fs:]
    n = np.arange(len(y))
    orders = [k for k in range(1, 21) if k * hz < 0.499 * fs]
    waves = [w(2 * np.pi * hz * k / fs * n) for k in orders for w in (np.cos, np.sin)]
    fit = np.linalg.lstsq(np.stack([np.ones(len(y))] + waves, 1), y, rcond=None)[0][1:]
    size = np.hypot(fit[0::2], fit[1::2])
    return db(np.sqrt(np.sum(size[1:] ** 2)) / size[0])


def highpass_error(fs, corner, slope):
    """Worst dB of the side chain's response against Butterworth's, read off the curve."""
    worst, order = 0.0, int(slope) // 6
    for ratio in (0.7, 1.0, 1.5, 3.0):
        x = tone(fs, corner * ratio, 2, 0)
        y = render(config(threshold=-40.0, highpass=slope, highpass_freq=corner), x, fs)
        found = gain_db(x[0][fs:], y[0][fs:]) / 0.75
        ideal = 10 * np.log10(1 + ratio ** (-2 * order)) - 40
        worst = max(worst, abs(found - ideal))
    return worst


def rests(fs):
    x = np.random.default_rng(1).uniform(-0.02, 0.02, (2, fs)).astype(np.float32)
    return all(np.array_equal(render(config(**more), x, fs), x.astype(float))
               for more in ({}, {"lookahead": 5.0}, {"topology": "feedback"}))


def run(table, short):
    table.chapter("Compressor")
    for fs in (48000,) if short else RATES:
        for name, params in (("hard knee", {}), ("knee 12 dB", {"knee": 12.0}),
                             ("rms", {"detector": "rms"}),
                             ("feedback", {"topology": "feedback", "knee": 12.0})):
            table.at_most(f"{fs} Hz: curve, {name}, off by", 0.05, "–",
                          curve_error(fs, **params), "dB")
        table.at_most(f"{fs} Hz: attack and release, any step, off by", 15,
                      "82 % (Calf)", label_error(fs, short), "%")
        for hz in (41.0,) if short else (41.0, 83.0, 997.0):
            table.at_most(f"{fs} Hz: THD at {hz:g} Hz, 6 dB, 10/100 ms", -90,
                          "-56 (LSP RMS)", harmonics_db(fs, hz), "dB")
        for corner in (100.0,) if short else (20.0, 100.0, 500.0):
            for slope in ("12", "24"):
                table.at_most(f"{fs} Hz: high-pass {corner:g} Hz, {slope} dB, off by", 0.1,
                              "–", highpass_error(fs, corner, slope), "dB")
        same = rests(fs)
        table.row(f"{fs} Hz: below the threshold bit-exact", "–",
                  "exact" if same else "differs", same)
