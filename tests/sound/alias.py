"""alias - saturator and clipper: what folds back, the wet path, nothing without drive."""
import numpy as np

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
