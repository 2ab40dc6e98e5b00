# SPDX-License-Identifier: GPL-3.0-or-later
"""emphasis - the ceiling behind a transmitter, the stylus' acceleration, and untouched lows."""
import numpy as np
import scipy.fft
import scipy.signal

import programmes as pg
from lathe_sound import RATES, db, node, render, response_db

CEILING = -1.0
SETTLE = 0.2  # seconds at both ends that are not judged


def analogue(x, fs, answer, top=17000.0, factor=4):
    """x through an analogue filter: answer(s) up to `top` Hz (a groove: all there is), at
    factor times the rate."""
    spectrum = scipy.fft.rfft(x, axis=-1)
    hz = scipy.fft.rfftfreq(x.shape[-1], 1 / fs)
    spectrum *= np.where(hz <= top, answer(2j * np.pi * hz), 0)
    return scipy.fft.irfft(spectrum, x.shape[-1] * factor, axis=-1) * factor


def peak_db(x, fs, factor=4):
    edge = int(SETTLE * fs) * factor
    return db(np.max(np.abs(x[..., edge:-edge])))


def emphasised(x, fs, tau):
    return peak_db(analogue(x, fs, lambda s: 1 + s * tau), fs)


def acceleration(x, fs, level):
    """Highest g, by the whole curve of IEC 98, `level` cm/s at 1 kHz."""
    def riaa(s):
        return (1 + s * 3180e-6) * (1 + s * 75e-6) / (1 + s * 318e-6)
    one = abs(riaa(2j * np.pi * 1000))
    a = analogue(x, fs, lambda s: s * riaa(s) / one * level / 100 / 9.80665, fs)
    edge = int(SETTLE * fs) * 4
    return np.max(np.abs(a[..., edge:-edge]))


def limited_band(x, fs, top=15000.0):
    taps = scipy.signal.firwin(int(fs / 100) | 1, top, fs=fs, window=("kaiser", 9))
    return scipy.signal.fftconvolve(np.atleast_2d(x), taps[None, :], "same", axes=-1)


def signals(fs, short):
    """Programmes that fill the band to 15 kHz, each at its peak at the ceiling."""
    n = np.arange(3 * fs)
    noise = np.random.default_rng(3).standard_normal((2, len(n)))
    chime = 0.9 * np.sin(2 * np.pi * 60 * n / fs) * (n % (fs // 2) < fs // 5)
    chime = chime + np.sin(2 * np.pi * 11000 * n / fs) * (n % (fs // 3) < fs // 40)
    found = {"speech": pg.speech(fs, 6, 4), "white noise": noise, "bass and bursts": chime}
    if not short:
        found["dense music"] = pg.dense(fs, 6, 5)
        found["applause"] = pg.applause(fs, 4, 6)
        found["sweep"] = scipy.signal.chirp(n / fs, 20, 3, 15000, "logarithmic")
    for name, x in found.items():
        x = limited_band(x, fs)
        x = np.concatenate([x, x]) if len(x) == 1 else x
        yield name, x / np.max(np.abs(analogue(x, fs, np.ones_like, 20000.0))) * 10 ** (CEILING / 20)


def fm(**params):
    return node("emphasis", ceiling=CEILING, **params)


def vinyl(**params):
    return node("emphasis", mode="vinyl", **params)


def worst_over(fs, tau, name, short):
    worst, where = -99.0, ""
    for what, x in signals(fs, short):
        over = emphasised(render(fm(time=name), x, fs), fs, tau) - CEILING
        if over > worst:
            worst, where = over, what
    return worst, where


def curve_error(fs, tau, name):
    x = np.zeros((2, fs // 4))
    x[:, fs // 8] = 0.02
    y = render(fm(time=name, output="pre_emphasised"), x, fs)[0] / 0.02
    hz = np.geomspace(20, 15000, 200)
    return np.max(np.abs(response_db(y, fs, hz) - db(1 + 2j * np.pi * hz * tau)))


def line(y, fs, hz):
    n = np.arange(y.shape[-1])
    w = scipy.signal.windows.blackmanharris(len(n))
    return db(np.sum(w * y * np.exp(-2j * np.pi * hz * n / fs)) / np.sum(w) * 2)


def lows_moved(fs, level):
    """A 100 Hz tone at `level` dB while 11 kHz at -18 dB comes and goes: its level and sides."""
    n = np.arange(4 * fs)
    on = (np.sin(2 * np.pi * 2 * n / fs) > 0).astype(float)
    on = np.convolve(on, np.hanning(fs // 100) / np.sum(np.hanning(fs // 100)), "same")
    x = 10 ** (level / 20) * np.sin(2 * np.pi * 100 * n / fs)
    x = x + 0.126 * on * np.sin(2 * np.pi * 11000 * n / fs)
    y = render(fm(), np.stack([x, x]), fs)[0]
    middle = slice(fs, 3 * fs)
    moved = abs(line(y[middle], fs, 100) - line(x[middle], fs, 100))
    side = max(line(y[middle], fs, 100 + d) for d in (2, -2, 4, -4))
    return moved, side - line(x[middle], fs, 100)


def thd_n(fs, hz):
    """Beside a steady tone that is turned down, dB."""
    n = np.arange(4 * fs)
    x = 0.7 * np.sin(2 * np.pi * hz * n / fs)
    y = render(fm(), np.stack([x, x]), fs)[0][2 * fs:3 * fs]
    m = np.arange(len(y))
    a = np.stack([np.cos(2 * np.pi * hz * m / fs), np.sin(2 * np.pi * hz * m / fs)], 1)
    rest = y - a @ np.linalg.lstsq(a, y, rcond=None)[0]
    return db(np.sqrt(np.mean(rest ** 2)) / np.sqrt(np.mean(y ** 2)))


def run_fm(table, fs, short):
    for name, tau in (("50us", 50e-6), ("75us", 75e-6)):
        over, where = worst_over(fs, tau, name, short)
        table.at_most(f"{fs} Hz: FM {name}, true peak behind the transmitter over the "
                      f"ceiling by (worst: {where})", 0.1, "–", over, "dB")
        table.at_most(f"{fs} Hz: pre-emphasis {name}, off to 15 kHz by", 0.1, "–",
                      curve_error(fs, tau, name), "dB")
    moved, side = lows_moved(fs, CEILING - 6)
    table.at_most(f"{fs} Hz: treble bursts move a 100 Hz tone 6 dB under the ceiling by", 0.01,
                  "–", moved, "dB")
    table.at_most(f"{fs} Hz: and pump it, sides of 2 and 4 Hz", -70, "–", side, "dB")
    table.at_most(f"{fs} Hz: one 1.5 dB under the ceiling by", 0.3, "–",
                  lows_moved(fs, CEILING - 1.5)[0], "dB")
    for hz in (3000, 7000, 12000):
        table.at_most(f"{fs} Hz: THD+N of {hz} Hz, turned down", -80, "–", thd_n(fs, hz), "dB")
    x = np.float32(0.03 * limited_band(np.random.default_rng(1).standard_normal((2, fs)), fs))
    same = np.array_equal(render(fm(), x, fs), x.astype(float))
    table.row(f"{fs} Hz: under the ceiling bit-exact", "–", "exact" if same else "differs", same)


def grooves(fs, short):
    """Programmes with all the treble that there is, full level."""
    n = np.arange(2 * fs)
    t = n / fs
    rng = np.random.default_rng(8)
    yield "white noise", rng.uniform(-1, 1, len(n))
    yield "clicks", 1.0 * (n % (fs // 7) == 5)
    for hz in (18500, 19500, 20000):
        on = (t % 0.5 < 0.05) * np.sin(2 * np.pi * hz * t)
        yield f"bursts at {hz} Hz", pg.pink(fs, 2, -20)[0] + 0.7 * on
    if not short:
        yield "square", np.sign(np.sin(2 * np.pi * 3000.3 * t))
        yield "sweep", 0.9 * scipy.signal.chirp(t, 20, 2, fs / 2, "linear")
        on = (t % 0.1 < 0.001) * np.sin(2 * np.pi * 21000 * t)
        yield "short bursts at 21 kHz", 0.9 * on
        noise = (t % 0.3 < 0.1) * rng.uniform(-0.5, 0.5, len(n))
        yield "noise over bass", 0.5 * np.sin(2 * np.pi * 60 * t) + noise


def run_groove(table, fs, short):
    """Behind the 20 kHz guard, as the rack has it."""
    before = '{ module = "filter"; name = "band"; guard = "20khz"; }, '
    config = vinyl(acceleration=800.0, level=25.0, sibilance=0.0)
    config = config.replace("( {", "( " + before + "{")
    worst, where, told = 0.0, "", 0.0
    for what, x in grooves(fs, short):
        y = render(config, np.stack([x, x]), fs)
        found = acceleration(y, fs, 25.0)
        if found > worst:
            worst, where = found, what
    table.at_most(f"{fs} Hz: vinyl, any treble, acceleration over 800 g by (worst: {where})", 0.3,
                  "–", db(worst / 800), "dB")
    for hz in (10000, 17500, 18500, 20000):
        x = np.sin(2 * np.pi * hz * np.arange(fs) / fs)
        x = pg.fade(np.atleast_2d(x), fs, 0.1)[0]
        x *= 300 / acceleration(np.atleast_2d(x), fs, 25.0)
        y, meters = render(config, np.stack([x, x]), fs, meters=True)
        meter = meters["meters"]["it/meter/acceleration"]
        found = db(meter / acceleration(y, fs, 25.0))
        told = found if abs(found) > abs(told) else told
    table.row(f"{fs} Hz: vinyl, acceleration meter off to 20 kHz by at most 0.1 dB", "–", told,
              abs(told) <= 0.1, "dB")


def run_vinyl(table, fs, short):
    worst, where = 0.0, ""
    for what, x in signals(fs, short):
        y = render(vinyl(acceleration=800.0, level=30.0, sibilance=0.0), x, fs)
        found = acceleration(y, fs, 30.0)
        if found > worst:
            worst, where = found, what
    table.at_most(f"{fs} Hz: vinyl, acceleration over 800 g by (worst: {where})", 0.2, "–",
                  db(worst / 800), "dB")
    n = np.arange(2 * fs)
    x = 0.25 * np.sin(2 * np.pi * 9000 * n / fs)
    y = render(vinyl(acceleration=10000.0, sibilance=-18.0), np.stack([x, x]), fs)[0]
    found = db(np.max(np.abs(y[fs:-fs // 4])))
    table.row(f"{fs} Hz: vinyl, sibilant at 9 kHz held to -18 dB within 1.5 dB", "–", found,
              -19.5 <= found <= -17.5, "dB")


def run(table, short):
    table.chapter("Emphasis")
    for fs in (48000,) if short else RATES:
        run_fm(table, fs, short)
        run_vinyl(table, fs, short)
        run_groove(table, fs, short)
