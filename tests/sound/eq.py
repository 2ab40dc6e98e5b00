# SPDX-License-Identifier: GPL-3.0-or-later
"""eq - the equaliser against the analogue: error, noise, zipper, exactness."""
import numpy as np
import scipy.signal as signal

from lathe_sound import RATES, db, group, impulse_response, node, render, response_db

BAND = "it/band/1/"
CHOICE = {"bell": 0, "low_shelf": 1, "high_shelf": 2, "notch": 5}


def config(**band):
    return node("eq", group("band", [{"type": "bell", "q": 1.0, **band}]))


def analogue_db(kind, hz, centre, gain, q):
    a, s = 10 ** (gain / 40), 1j * hz / centre
    if kind == "bell":
        h = (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
    else:
        if kind == "low_shelf":
            s = 1 / s
        h = a * (a * s * s + s * np.sqrt(a) / q + 1) / (s * s + s * np.sqrt(a) / q + a)
    return db(h)


def worst_error(fs, short):
    worst, where = 0.0, ""
    hz = np.geomspace(20, 20000, 500)
    centres = (1000, 10000, 16000) if short else (40, 1000, 5000, 8000, 10000, 12000, 16000)
    for kind in ("bell", "high_shelf", "low_shelf"):
        for centre in centres:
            for q in (0.71, 4) if short else (0.5, 0.71, 1, 2, 8):
                for gain in (12,) if short else (-12, 6, 12):
                    frames = int(fs * (1.5 if centre < 500 else 0.25))
                    h = impulse_response(config(type=kind, freq=centre, gain=gain, q=q),
                                         fs, frames)[0]
                    error = np.max(np.abs(response_db(h, fs, hz) -
                                          analogue_db(kind, hz, centre, gain, q)))
                    if error > worst:
                        worst, where = error, f"{kind} {centre} Hz {gain:+} dB Q {q}"
    return worst, where


def low_noise(fs):
    """rms dBFS beside two tones under 20 and 40 Hz bells."""
    n = np.arange(3 * fs)
    x = 0.5 * np.cos(2 * np.pi * 997 / fs * n) + 0.25 * np.cos(2 * np.pi * 31 / fs * n)
    bells = [{"type": "bell", "freq": f, "gain": 6.0, "q": 4.0} for f in (20.0, 40.0)]
    y = render(node("eq", group("band", bells)), [x, x], fs)[0][2 * fs:]
    m = np.arange(fs)
    waves = [np.ones(fs)] + [w(2 * np.pi * f / fs * m) for f in (997, 31)
                             for w in (np.cos, np.sin)]
    a = np.stack(waves, 1)
    rest = y - a @ np.linalg.lstsq(a, y, rcond=None)[0]
    return db(np.sqrt(np.mean(rest ** 2)))


def tone(fs, hz, seconds=3.0, amplitude=0.5):
    x = amplitude * np.sin(2 * np.pi * hz / fs * np.arange(int(fs * seconds)))
    return np.stack([x, x])


def moved(param, values, fs):
    """From 1 s on, one value each 10 ms."""
    return [(fs + i * fs // 100, BAND + param, v) for i, v in enumerate(values)]


def zipper(fs, changes, **band):
    """Peak above 2 kHz under 100 Hz, dBFS."""
    y = render(config(**band), tone(fs, 100), fs, changes)[0]
    taps = int(1023 * fs / 48000) | 1
    h = signal.firwin(taps, 1500, pass_zero=False, fs=fs, window=("kaiser", 16))
    high = signal.fftconvolve(y, h, "same")
    return db(np.max(np.abs(high[int(0.9 * fs):int(2.6 * fs)])))


def unsettled(fs, hz, changes, **band):
    """dBFS from the final tone, 60 ms after the change and later."""
    y = render(config(**band), tone(fs, hz, 2.0, 0.25), fs, changes)[0]
    period = fs // 100
    last = y[-4 * period:-3 * period]
    late = y[fs + fs * 6 // 100:fs + fs]
    k = np.arange(len(late)) + fs + fs * 6 // 100
    start = len(y) - 4 * period
    return db(np.max(np.abs(late - last[(k - start) % period])))


def run(table, short):
    table.chapter("Equaliser")
    rates = (48000,) if short else RATES
    for fs in rates:
        error, where = worst_error(fs, short)
        table.at_most(f"{fs} Hz: bell and shelf error, 20 Hz–20 kHz (worst: {where})", 0.10,
                      "0.8 (eq10q), 2.1 (LSP)", error, "dB")
    for fs in rates:
        table.at_most(f"{fs} Hz: low-frequency noise", -150, "-157 (eq10q), -64 (LSP)",
                      low_noise(fs), "dBFS")
        sweep = np.linspace(-12, 12, 21)
        table.at_most(f"{fs} Hz: gain swept", -95, "-32 (LSP, stepped)",
                      zipper(fs, moved("gain", sweep, fs), freq=100.0, gain=-12.0), "dBFS")
        table.at_most(f"{fs} Hz: gain stepped", -95, "-32 (LSP)",
                      zipper(fs, moved("gain", [12], fs), freq=100.0, gain=-12.0), "dBFS")
        table.at_most(f"{fs} Hz: frequency swept", -95, "-10 (LSP, stepped)",
                      zipper(fs, moved("freq", np.geomspace(60, 2000, 21), fs), freq=60.0,
                             gain=12.0), "dBFS")
        table.at_most(f"{fs} Hz: frequency stepped", -95, "-10 (LSP)",
                      zipper(fs, moved("freq", [2000], fs), freq=60.0, gain=12.0), "dBFS")
        table.at_most(f"{fs} Hz: type changed", -95, "–",
                      zipper(fs, moved("type", [CHOICE["notch"]], fs), freq=100.0,
                             gain=12.0), "dBFS")
        # The poles at 100 Hz remember 6 ms, so no filter is nearer by then.
        for hz, limit in ((100, -72), (1000, -95)):
            table.at_most(f"{fs} Hz: 60 ms after a gain step at {hz} Hz, off by", limit, "–",
                          unsettled(fs, hz, moved("gain", [12], fs), freq=float(hz), gain=0.0),
                          "dBFS")
        noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, fs // 2))
        noise = noise.astype(np.float32).astype(float)
        for name, text in (("flat", config(gain=0.0)),
                           ("bypassed", config(gain=9.0)[:-6] + " bypass = true; } );\n")):
            same = np.array_equal(render(text, noise, fs), noise)
            table.row(f"{fs} Hz: {name} is bit-exact", "–", "exact" if same else "differs",
                      same)
