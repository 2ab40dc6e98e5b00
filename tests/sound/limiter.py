# SPDX-License-Identifier: GPL-3.0-or-later
"""limiter - chapter "True-peak limiter": overshoot between the samples, distortion, recovery.

The reference reconstructs the whole file: zero-stuffing of its spectrum to 16 times the
rate, then a parabola through the top point.
"""
import numpy as np
import scipy.fft
import scipy.signal

import programmes as pg
from lathe_sound import RATES, db, node, render

CEILING = -1.0
LOUD = 10 ** (12 / 20)
MODES = ("live", "default", "strict")


def true_peak_db(x, factor=16):
    n = scipy.fft.next_fast_len(len(x) + 8192, real=True) // 2 * 2 + 2
    padded = np.zeros(n)
    padded[4096:4096 + len(x)] = x
    spectrum = scipy.fft.rfft(padded)
    spectrum[-1] /= 2
    y = np.abs(scipy.fft.irfft(spectrum, n * factor)) * factor
    i = int(np.argmax(y[1:-1])) + 1
    left, top, right = y[i - 1:i + 2]
    bend = left - 2 * top + right
    return float(db(top - ((right - left) ** 2 / (8 * bend) if bend < 0 else 0)))


def ends(x, fs, seconds=0.02):
    """Raised-cosine ends and silence around them."""
    n = int(seconds * fs)
    fade = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    x = np.array(x, float)
    x[:n] *= fade
    x[-n:] *= fade[::-1]
    return np.pad(x, int(0.1 * fs))


def noise(count, seed, pink=False):
    x = np.random.Generator(np.random.PCG64(seed)).standard_normal(count)
    if pink:
        spectrum = scipy.fft.rfft(x)
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 8))
        x = scipy.fft.irfft(spectrum, count)
    return x / np.max(np.abs(x)) * LOUD


def band_limited(x, fs):
    taps = scipy.signal.firwin(1023, 20000, fs=fs, window=("kaiser", 12))
    y = scipy.signal.fftconvolve(x, taps, "same")
    return y / np.max(np.abs(y)) * LOUD


def band(fs, seconds=2.0):
    """A drum, a bass and chords, 12 dB over, some of it clipped at the source."""
    n = int(seconds * fs)
    t = np.arange(n) / fs
    beat = t % 0.5
    x = np.sin(2 * np.pi * (50 * beat + 3 * (1 - np.exp(-beat / 0.03)))) * np.exp(-beat / 0.1)
    for k in range(1, 12):
        x += 0.3 / k * np.sin(2 * np.pi * 55 * k * t) * np.exp(-beat / 0.3)
    for k, hz in enumerate((220, 277.18, 329.63, 415.3)):
        for h in range(1, 40):
            if hz * h < 19000:
                x += 0.07 / h ** 1.3 * np.sin(2 * np.pi * hz * h * t + k * h)
    hat = band_limited(noise(n, 5), fs) / LOUD
    x += 0.5 * hat * np.exp(-(t % 0.125) / 0.02)
    return x / np.max(np.abs(x)) * LOUD


def programme(fs):
    n = np.arange(int(fs))
    t = np.arange(2 * int(fs)) / fs
    rise = np.log(0.49 * fs / 20)
    lows = [np.sin(2 * np.pi * hz * n[:fs // 4] / fs + phase) * LOUD
            for hz, phase in ((40, 0), (40, np.pi / 2), (80, np.pi / 2), (20, np.pi / 2))]
    music = band(fs)
    return {
        "music": music, "clipped music": np.clip(2 * music, -LOUD / 2, LOUD / 2),
        "pink noise to 20 kHz": band_limited(noise(2 * fs, 1, True), fs),
        "white noise to 20 kHz": band_limited(noise(2 * fs, 2), fs),
        "fs/4": LOUD * np.cos(np.pi / 2 * n + np.pi / 4),
        "fs/3": LOUD * np.cos(2 * np.pi / 3 * n + np.pi / 6),
        "0.47 fs": LOUD * np.cos(2 * np.pi * 0.47 * n + 0.1),
        "two tones": LOUD / 2 * (np.cos(2 * np.pi * 0.2301 * n)
                                 + np.cos(2 * np.pi * 0.2703 * n + 1)),
        "low bursts": np.concatenate([np.pad(x, (0, fs // 10)) for x in lows]),
        "sweep": LOUD * np.sin(2 * np.pi * 40 / rise * (np.exp(t / 2 * rise) - 1)),
    }


def anything(fs):
    runs = np.zeros(fs)
    for i, half in enumerate((2, 4, 8, 16, 32, 64)):
        k = np.arange(-half, half)
        runs[fs // 20 + i * fs // 8:][:2 * half] = np.where(k < 0, (-1.0) ** (-k - 1),
                                                            (-1.0) ** k) * 2
    impulses = np.zeros(fs)
    impulses[fs // 10::fs // 10] = LOUD
    square = 2 * np.sign(np.sin(2 * np.pi * 997.3 / fs * np.arange(fs) + 0.2))
    return {"runs at fs/2": runs, "impulses": impulses, "square": square,
            "white noise": noise(2 * fs, 3), "pink noise": noise(2 * fs, 4, True)}


def overshoot(signals, fs, **params):
    """Worst true peak and sample over the ceiling, with the names of the signals."""
    text = node("limiter", ceiling=CEILING, **params)
    peak, sample = (-200.0, ""), (-200.0, "")
    for name, x in signals.items():
        x = ends(x, fs)
        y = render(text, np.stack([x, x]), fs)[0]
        peak = max(peak, (true_peak_db(y) - CEILING, name))
        sample = max(sample, (float(db(np.max(np.abs(y)))) - CEILING, name))
    return peak, sample


def residue_db(y, fs, hz):
    """What is not the tone, dB re the tone; whole periods."""
    count = int(round(int(hz) * fs / hz))
    y = y[2 * fs:2 * fs + count]
    w = 2 * np.pi * hz / fs * np.arange(count)
    a = np.stack([np.ones(count), np.cos(w), np.sin(w)], 1)
    fit = a @ np.linalg.lstsq(a, y, rcond=None)[0]
    return float(db(np.std(y - fit) / np.std(fit)))


def thd_n(hz, fs, mode):
    """Of a tone 6 dB over the ceiling, two seconds after it sets in."""
    x = 10 ** ((CEILING + 6) / 20) * np.cos(2 * np.pi * hz / fs * np.arange(4 * fs) + 0.3)
    return residue_db(render(node("limiter", mode=mode), np.stack([x, x]), fs)[0], fs, hz)


def smpte(fs, mode):
    """Sidebands of 60 Hz on 7 kHz, 4:1, 6 dB over the ceiling; re 7 kHz."""
    t = np.arange(4 * fs) / fs
    x = 0.8 * np.cos(2 * np.pi * 60 * t) + 0.2 * np.cos(2 * np.pi * 7000 * t + 0.7)
    x *= 10 ** ((CEILING + 6) / 20)
    y = render(node("limiter", mode=mode), np.stack([x, x]), fs)[0][2 * fs:3 * fs]
    spectrum = np.abs(np.fft.rfft(y))
    sides = [spectrum[7000 + s * 60 * k] for k in range(1, 6) for s in (-1, 1)]
    return float(db(np.sqrt(np.sum(np.square(sides))) / spectrum[7000]))


def recovery(fs, mode, burst, over_db):
    """ms after a burst until 63 % of the dB, and all but 1 dB, are back."""
    n = np.arange(3 * fs)
    size = np.full(len(n), 10 ** ((CEILING - 20) / 20))
    size[fs:fs + int(burst * fs)] = 10 ** ((CEILING + over_db) / 20)
    x = size * np.sin(2 * np.pi * 3000 / fs * n)
    y = render(node("limiter", mode=mode), np.stack([x, x]), fs)[0]
    window = np.ones(fs // 1000)
    level = [np.maximum(np.convolve(z * z, window, "same"), 1e-20) for z in (x, y)]
    gain = 10 * np.log10(level[1] / level[0])
    after = gain[fs + int(burst * fs) + fs // 1000:]
    back = lambda lack: (np.flatnonzero(after < -lack)[-1] + 1) / fs * 1e3 + 1
    return back(0.368 * over_db), back(1.0)


def hits(fs, seconds, every, pad_lufs):
    """Drums over a soft pad: the farther apart, the higher the peaks over the loudness."""
    rng = np.random.default_rng(2)
    n = int(seconds * fs)
    t = np.arange(n) / fs
    x = np.stack([sum(np.sin(2 * np.pi * hz * h * t + k * h + side) / h ** 1.8
                      for k, hz in enumerate((196.0, 247.1, 293.9)) for h in range(1, 9))
                  * (0.7 + 0.3 * np.sin(2 * np.pi * t / 7)) for side in (0, 0.7)])
    x *= 10 ** ((pad_lufs - integrated(x, fs)) / 20)
    t = np.arange(fs // 4) / fs
    for i, at in enumerate(range(0, n - len(t), int(every * fs))):
        size = rng.uniform(0.5, 1)
        if i % 2:
            hit = 0.6 * size * rng.standard_normal(len(t)) * np.exp(-t / 0.02)
        else:
            hit = size * np.exp(-t / 0.06) * np.sin(
                2 * np.pi * (60 * t - 1.5 * np.exp(-t / 0.02)))
        x[:, at:at + len(t)] += hit
    return x


def integrated(x, fs):
    return pg.integrated(pg.powers(x, fs))


def loudness_held(table, fs, seconds):
    """From frame 0, of pieces that lie at the target but for what the limiter takes."""
    target = -14.0
    for every, pad, within in ((0.125, -24, 0.7), (0.25, -24, 0.7), (0.5, -27, None)):
        x = hits(fs, seconds, every, pad)
        x *= 10 ** ((target - integrated(x, fs)) / 20)
        plr = true_peak_db(x[0][:30 * fs]) - target
        plain = integrated(render(node("limiter", ceiling=CEILING), x, fs), fs) - target
        y, meters = render(node("limiter", ceiling=CEILING, target=target), x, fs,
                           meters=True)
        off = integrated(y, fs) - target
        missing = reading(meters, "missing")
        what = f"{fs} Hz, target, PLR {plr:.0f} dB (without: {plain:+.2f} LU):"
        if within:
            table.row(f"{what} off by ≤ {within} LU", "–", off, abs(off) <= within, "LU")
        else:
            table.row(f"{what} what is missing is told within 0.5 LU", "–",
                      f"{off:+.2f} LU, told {missing:.2f}", abs(off + missing) <= 0.5)


def reading(meters, name):
    """The value of the meter with this name, wherever it stands."""
    if isinstance(meters, dict):
        for key, value in meters.items():
            found = value if key.split("/")[-1] == name else reading(value, name)
            if found is not None:
                return found
    return None


# What x42 dpl (Debian's 20221119; true peak, release as it comes) leaves of driven_programme()
# by the same arithmetic: how dense it is, loudness in LUFS, residue in dB.
DPL_RESIDUE = ((0.3, -11, -20.1), (0.3, -10, -14.43), (0.3, -9, -11.09), (0.3, -8, -8.7),
               (0.6, -8, -16.98), (0.6, -7, -12.05))


def driven_programme(fs, density):
    """Music mixed loud, at -16 LUFS; no louder than -7 without its peaks cut."""
    x = np.tanh(density * band(fs, 12.0))
    x = np.stack([x, np.roll(x, fs // 50)])
    return x * 10 ** ((-16 - integrated(x, fs)) / 20)


def residue_curve(limited, x, fs):
    """What is not the input at any gain, dB re the output, over the output's loudness."""
    found = []
    for gain in (3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 18.0, 24.0):
        y = limited(x, gain)
        a, b = x[:, fs:-fs], y[:, fs:-fs]
        rest = b - np.sum(a * b) / np.sum(a * a) * a
        found.append((integrated(y, fs), 10 * np.log10(np.sum(rest ** 2) / np.sum(b ** 2))))
    return np.array(found).T


def residue_at(curve, loudness):
    """200 where the limiter does not get so loud."""
    return float(np.interp(loudness, *curve, right=200.0))


def punchy(table, fs, short):
    x = 10 ** ((CEILING + 6) / 20) * np.cos(2 * np.pi * 41 / fs * np.arange(4 * fs) + 0.3)
    for mode in ("live",) if short else MODES:
        y = render(node("limiter", mode=mode, style="punchy"), np.stack([x, x]), fs)[0]
        table.at_most(f"{fs} Hz, {mode}, punchy: THD+N of 41 Hz at 6 dB", -70, "-63 (dpl)",
                      residue_db(y, fs, 41), "dB")
    if fs != 48000:
        return
    curves = {density: residue_curve(
        lambda x, gain: render(node("limiter", ceiling=CEILING, style="punchy", gain=gain),
                               x, fs), driven_programme(fs, density), fs)
        for density in {density for density, _, _ in DPL_RESIDUE}}
    for density, loudness, peer in DPL_RESIDUE:
        table.at_most(f"punchy, density {density}: residue at {loudness} LUFS", peer,
                      f"{peer} (dpl)", residue_at(curves[density], loudness), "dB")


def run(table, short):
    table.chapter("True-peak limiter")
    for fs in (48000,) if short else (44100, 48000, 96000):
        loudness_held(table, fs, 60 if short else 200)
    for fs in (48000,) if short else RATES:
        punchy(table, fs, short)
    for fs in (48000,) if short else RATES:
        normal = programme(fs)
        for mode in ("live",) if short else MODES:
            peak, sample = overshoot(normal, fs, mode=mode)
            table.at_most(f"{fs} Hz, {mode}: programme over the ceiling ({peak[1]})", 0.05,
                          "0.21 (dpl)", peak[0], "dB")
            table.at_most(f"{fs} Hz, {mode}: samples over the ceiling", 0, "+0.01 (dpl)",
                          sample[0], "dB")
        peak, _ = overshoot(anything(fs), fs, mode="strict")
        table.at_most(f"{fs} Hz, strict: anything over the ceiling ({peak[1]})", 0.05,
                      "0.87 (dpl)", peak[0], "dB")
        quiet = normal["music"] * 0.05
        x = np.stack([quiet, quiet]).astype(np.float32)
        for mode in ("live", "default"):
            same = np.array_equal(render(node("limiter", mode=mode), x, fs), x)
            table.row(f"{fs} Hz, {mode}: bit-exact below the ceiling, delay as reported",
                      "–", "exact" if same else "differs", same)
        for mode in ("live",) if short else ("live", "default"):
            for hz, limit in ((30, -60), (41, -110), (997, -110), (5003, -110)):
                table.at_most(f"{fs} Hz, {mode}: THD+N of {hz} Hz at 6 dB", limit,
                              "-74 at 41, -131 at 997 Hz (dpl)", thd_n(hz, fs, mode), "dB")
            table.at_most(f"{fs} Hz, {mode}: SMPTE 60 + 7000 Hz", -90, "-44 (dpl)",
                          smpte(fs, mode), "dB")
            most, all_but = recovery(fs, mode, 0.01, 12)
            table.at_most(f"{fs} Hz, {mode}: 63 % back after 10 ms at +12 dB", 40, "–",
                          most, "ms")
            table.at_most(f"{fs} Hz, {mode}: within 1 dB", 70, "–", all_but, "ms")
            most, _ = recovery(fs, mode, 1.0, 6)
            table.row(f"{fs} Hz, {mode}: 63 % back after 1 s at +6 dB, 250–450 ms", "–", most,
                      250 <= most <= 450, "ms")
