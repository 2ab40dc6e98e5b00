# SPDX-License-Identifier: GPL-3.0-or-later
"""alias - saturator and clipper: what folds back, the wet path, nothing without drive."""
import numpy as np

import programmes as pg
from lathe_sound import RATES, db, node, render

TONES = (9973, 14983)


def level_db(x, hz, fs):
    """dB of one frequency, or of several, under a Blackman-Harris window."""
    n = np.arange(len(x))
    u = 2 * np.pi * n / len(x)
    window = (0.35875 - 0.48829 * np.cos(u) + 0.14128 * np.cos(2 * u)
              - 0.01168 * np.cos(3 * u))
    turns = np.exp(-2j * np.pi / fs * np.outer(np.atleast_1d(hz), n))
    return db(2 * (turns @ (x * window)) / window.sum())


def folded(hz, fs, harmonics=60):
    """Where the harmonics land, those apart that land on a true one."""
    for k in range(2, harmonics + 1):
        f = k * hz % fs
        f = min(f, fs - f)
        if k * hz >= fs / 2 and 25 <= f <= 20000 and abs(f - round(f / hz) * hz) >= 12:
            yield f


def worst_alias(text, fs, hz):
    """dB of the strongest folded harmonic under a full-scale tone."""
    x = np.sin(2 * np.pi * hz / fs * np.arange(int(1.2 * fs)))
    y = render(text, [x, x], fs)[0][fs // 5:]
    lines = list(folded(hz, fs))
    if not lines:
        return -200.0
    return np.max(level_db(y, lines, fs)) - level_db(y, hz, fs)[0]


def flat_to(fs):
    """Worst dB that a quiet tone, where the curve is straight, gains or loses."""
    worst = 0.0
    for hz in (20, 1000, 10000, 18000, 20000):
        x = 1e-3 * np.sin(2 * np.pi * hz / fs * np.arange(fs // 2))
        y = render(node("saturator", drive=12.0), [x, x], fs)[0]
        k = slice(fs // 10, 2 * fs // 5)
        worst = max(worst, abs(level_db(y[k], hz, fs)[0] - level_db(x[k], hz, fs)[0]))
    return worst


def unchanged(text, fs):
    x = np.random.default_rng(1).uniform(-0.5, 0.5, (2, fs // 4))
    x = x.astype(np.float32).astype(float)
    return np.array_equal(render(text, x, fs), x)


def hits(fs, gap, seconds=60):
    """Drums over a soft chord that breathes: a peak to loudness of 20 dB and more."""
    random = np.random.default_rng(2)
    t = np.arange(seconds * fs) / fs
    x = np.zeros((2, len(t)))
    for i, hz in enumerate((196, 247, 294, 392, 494, 588)):  # each swells in its own time
        note = np.sin(2 * np.pi * hz * t) / hz * np.sin(np.pi * t / (2.1 + 0.4 * i)) ** 2
        x += pg.pan(note, -0.5 + 0.2 * i)
    x = pg.at(x, fs, -30)
    t = t[:fs // 4]
    for i in range(int(seconds / gap)):
        kick = np.sin(2 * np.pi * (60 * t - 1.5 * np.exp(-t / 0.02))) * np.exp(-t / 0.06)
        snare = 0.6 * random.standard_normal(len(t)) * np.exp(-t / 0.02)
        start = int(i * gap * fs)
        x[:, start:start + len(t)] += random.uniform(0.5, 1) * (snare if i % 2 else kick)
    return 0.9 * x / np.max(np.abs(x))


def unmatched(curve, fs, short):
    """LU that match leaves at most, and of what."""
    worst, where = 0.0, ""
    found = {f"a hit each {gap} s": hits(fs, gap) for gap in (0.25, 0.5, 1.0)}
    if not short:
        found["swelling strings"] = pg.wide(fs, 60)
        found["speech"] = pg.speech(fs, 60)
        found["dense music"] = pg.dense(fs, 60)
    for what, x in found.items():
        x = 0.9 * x / np.max(np.abs(x))
        for drive in (12.0, 18.0, 24.0):
            y = render(node("saturator", drive=drive, curve=curve, match=True), x, fs)
            off = pg.integrated(pg.powers(y, fs)) - pg.integrated(pg.powers(x, fs))
            if abs(off) > abs(worst):
                worst, where = off, f"{what}, {drive:g} dB"
    return worst, where


def run_match(table, fs, short):
    for curve in ("tape", "tube"):
        worst, where = unmatched(curve, fs, short)
        table.row(f"{fs} Hz: {curve} matched, off the input's loudness by at most 0.3 LU "
                  f"(worst: {where})", "–", worst, abs(worst) <= 0.3, "LU")


def run(table, short):
    table.chapter("Saturator and clipper")
    soft = {"tape": dict(drive=12.0), "tube": dict(drive=12.0, curve="tube")}
    hard = {"hard": dict(gain=12.0, ceiling=0.0),
            "soft knee": dict(gain=12.0, ceiling=0.0, knee=20.0)}
    for fs in (48000,) if short else RATES:
        for hz, goal, peer in zip(TONES, (-90, -80), ("-60 (ZamTube)", "-26 (ZamTube)")):
            for name, params in soft.items():
                table.at_most(f"{fs} Hz: {name}, {hz} Hz driven 12 dB, worst alias", goal,
                              peer, worst_alias(node("saturator", **params), fs, hz), "dB")
        for hz, peer in zip(TONES, ("-25 (Calf)", "-13 (Calf)")):
            for name, params in hard.items():
                table.at_most(f"{fs} Hz: clipper, {name}, {hz} Hz driven 12 dB, worst alias",
                              -80, peer, worst_alias(node("clipper", **params), fs, hz), "dB")
        table.at_most(f"{fs} Hz: wet path, 20 Hz–20 kHz flat within", 0.1, "–", flat_to(fs),
                      "dB")
        same = unchanged(node("saturator", tone=50.0, curve="tube"), fs)
        table.row(f"{fs} Hz: drive 0 is bit-exact", "–", "exact" if same else "differs", same)
        same = unchanged(node("clipper", ceiling=0.0), fs)
        table.row(f"{fs} Hz: under the clipper's knee it is bit-exact", "–",
                  "exact" if same else "differs", same)
        if fs < 96000:
            run_match(table, fs, short)
