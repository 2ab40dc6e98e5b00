# SPDX-License-Identifier: GPL-3.0-or-later
"""filter - Butterworth against the analogue, the guard's two bands, changes without clicks."""
import numpy as np
import scipy.signal

from lathe_sound import RATES, db, impulse_response, node, render, response_db

ORDERS = {"db6": 1, "db12": 2, "db18": 3, "db24": 4, "db36": 6, "db48": 8}
GUARDS = {"15khz": 15000, "16khz": 16000, "20khz": 20000}


def curve_error(fs, kind, corners, short):
    """Worst dB where the filter is less than 60 dB down, weighed by how far it is."""
    worst, where = 0.0, ""
    hz = np.geomspace(20, min(20000, 0.455 * fs), 300)
    for slope, order in ORDERS.items():
        if short and slope not in ("db6", "db24", "db48"):
            continue
        for corner in corners:
            config = node("filter", **{kind: slope, f"{kind}_freq": corner})
            h = impulse_response(config, fs, fs if kind == "high_pass" else fs // 4)[0]
            s = corner / hz if kind == "high_pass" else hz / corner
            wanted = -10 * np.log10(1 + s ** (2 * order))
            error = np.abs(response_db(h, fs, hz) - wanted) * np.minimum(1, np.exp(wanted / 20 + 0.35))
            found = np.max(error[wanted > -60])
            if found > worst:
                worst, where = found, f"{slope} at {corner} Hz"
    return worst, where


def guard(fs, name, hz):
    """Ripple up to hz and highest level from 2 kHz above, dB."""
    x = np.zeros((2, fs // 4))
    x[:, fs // 8] = 1.0
    h = db(np.fft.rfft(render(node("filter", guard=name), x, fs)[0]))
    f = np.fft.rfftfreq(x.shape[1], 1 / fs)
    return np.max(np.abs(h[f <= hz])), np.max(h[f >= hz + 2000])


def click(fs, *changes, **params):
    """Peak above 2 kHz under 100 Hz, dBFS."""
    n = np.arange(3 * fs)
    x = 0.5 * np.sin(2 * np.pi * 100 * n / fs)
    moves = [(fs + i * fs // 100, f"it/{name}", value)
             for name, values in changes for i, value in enumerate(values)]
    y = render(node("filter", **params), np.stack([x, x]), fs, moves)[0]
    h = scipy.signal.firwin(int(1023 * fs / 48000) | 1, 1500, pass_zero=False, fs=fs,
                            window=("kaiser", 16))
    high = scipy.signal.fftconvolve(y, h, "same")
    return db(np.max(np.abs(high[int(0.9 * fs):int(2.6 * fs)])))


def run(table, short):
    table.chapter("Filter")
    for fs in (48000,) if short else RATES:
        lows = (200, 1000, 8000, 12000, 16000, 20000)
        for kind, corners in (("high_pass", (20, 120, 2000)), ("low_pass", lows)):
            found, where = curve_error(fs, kind, corners, short)
            table.at_most(f"{fs} Hz: {kind.replace('_', '-')}, 20 Hz–20 kHz, off the analogue "
                          f"(worst: {where}) by", 0.15, "–", found, "dB")
        for name, hz in GUARDS.items():
            ripple, stop = guard(fs, name, hz)
            table.at_most(f"{fs} Hz: guard {name}, ripple to {hz} Hz", 0.001, "–", ripple, "dB")
            if hz + 2000 < fs / 2:
                table.at_most(f"{fs} Hz: guard {name}, from {hz + 2000} Hz on", -90, "–", stop,
                              "dB")
        table.at_most(f"{fs} Hz: high-pass swept", -95, "–",
                      click(fs, ("high_pass_freq", np.geomspace(20, 1000, 21)),
                            high_pass="db24", high_pass_freq=20.0), "dBFS")
        table.at_most(f"{fs} Hz: low-pass swept", -95, "–",
                      click(fs, ("low_pass_freq", np.geomspace(16000, 500, 21)),
                            low_pass="db48", low_pass_freq=16000.0), "dBFS")
        table.at_most(f"{fs} Hz: slopes changed", -95, "–",
                      click(fs, ("high_pass", [6]), ("low_pass", [1]), high_pass_freq=200.0,
                            low_pass="db48", low_pass_freq=500.0), "dBFS")
        x = np.random.default_rng(1).uniform(-0.5, 0.5, (2, fs // 2)).astype(np.float32)
        same = np.array_equal(render(node("filter"), x, fs), x.astype(float))
        table.row(f"{fs} Hz: off is bit-exact", "–", "exact" if same else "differs", same)
