# SPDX-License-Identifier: GPL-3.0-or-later
"""lineq - the linear-phase equaliser against the analogue, its delay, its changes."""
import numpy as np

from eq import analogue_db
from lathe_sound import RATES, db, group, node, render

AT = 4096
BAND = "it/band/1/"


def config(length="normal", **band):
    return node("lineq", group("band", [{"type": "bell", "q": 1.0, **band}]), length=length)


def error(fs, length, kind, centre, gain, q):
    """dB from the analogue, and the largest turn of phase in radians."""
    frames = 1 << (16 if fs < 50000 else 18)
    x = np.zeros((2, frames))
    x[:, frames // 2] = 0.25
    text = config(length, type=kind, freq=float(centre), gain=float(gain), q=float(q))
    h = render(text, x, fs)[0] / 0.25
    spectrum = np.fft.rfft(np.roll(h, -(frames // 2)))
    hz = np.fft.rfftfreq(frames, 1 / fs)
    keep = (hz >= 20) & (hz <= 20000)
    off = db(spectrum[keep]) - analogue_db(kind, hz[keep], centre, gain, q)
    return np.max(np.abs(off)), np.max(np.abs(np.angle(spectrum[keep])))


def worst_error(fs, length, gains, lowest, short):
    worst, where, turn = 0.0, "", 0.0
    centres = (lowest, 1000, 16000) if short else (lowest, 250, 1000, 4000, 10000, 16000)
    for kind in ("bell", "low_shelf", "high_shelf"):
        for centre in centres:
            for q in (0.71, 4.0) if kind == "bell" else (0.71,):
                for gain in gains:
                    found, turned = error(fs, length, kind, centre, gain, q)
                    turn = max(turn, turned)
                    if found > worst:
                        worst, where = found, f"{kind} {centre} Hz {gain:+} dB Q {q}"
    return worst, where, turn


def tone(fs, hz, amplitude):
    x = amplitude * np.sin(2 * np.pi * hz / fs * np.arange(3 * fs))
    return np.stack([x, x])


def residue(fs, changes, **band):
    """dBFS of what is not the old tone fading into the new along 50 ms."""
    y = render(config(**band), tone(fs, 1000, 0.25), fs, changes)[0]
    period, fade = fs // 1000 if fs % 1000 == 0 else fs // 100, fs // 20
    old = y[fs // 2:fs // 2 + period]
    new = y[-4 * fs // 10 // period * period:][:period]
    n = np.arange(len(y))
    before = old[(n - fs // 2) % period]
    after = new[(n - (len(y) - 4 * fs // 10 // period * period)) % period]
    best = 1.0
    for start in range(fs // 64 * 64, fs + fs // 4, 64):
        w = 0.5 - 0.5 * np.cos(np.pi * np.clip((n - start) / fade, 0, 1))
        span = slice(fs - fade, fs + fs // 2)
        rest = y[span] - ((1 - w) * before + w * after)[span]
        best = min(best, np.max(np.abs(rest)))
    return db(best)


def run(table, short):
    table.chapter("Linear-phase equaliser")
    for fs in (48000,) if short else RATES:
        found, where, turn = worst_error(fs, "long", (-12, 12), 100, short)
        table.at_most(f"{fs} Hz, long: error, Q ≤ 4, from 100 Hz, ±12 dB (worst: {where})",
                      0.05, "–", found, "dB")
        found, where, turn = worst_error(fs, "normal", (-12, 12), 200, short)
        table.at_most(f"{fs} Hz: error, Q ≤ 4, from 200 Hz, ±12 dB (worst: {where})", 0.05,
                      "–", found, "dB")
        found, where, _ = worst_error(fs, "normal", (-4, 4), 100, short)
        table.at_most(f"{fs} Hz: error, Q ≤ 4, from 100 Hz, ±4 dB (worst: {where})", 0.05,
                      "–", found, "dB")
        table.at_most(f"{fs} Hz: turn of phase, 20 Hz–20 kHz", 1e-4, "–", turn, "rad")
        late = render(config(gain=6.0), np.zeros((2, fs)), fs, meters=True)[1]["latency"]
        table.at_most(f"{fs} Hz: delay", 64, "128 (LSP)", late / fs * 1000, "ms")
        table.at_most(f"{fs} Hz: residue of a gain step", -72, "–",
                      residue(fs, [(fs, BAND + "gain", 12.0)], freq=1000.0, gain=0.0),
                      "dBFS")
        noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, fs // 2))
        noise = noise.astype(np.float32).astype(float)
        same = np.array_equal(render(config(gain=0.0), noise, fs), noise)
        table.row(f"{fs} Hz: flat is bit-exact", "–", "exact" if same else "differs", same)
