# SPDX-License-Identifier: GPL-3.0-or-later
"""meters - chapter "Loudness and true-peak meters": all cases of EBU Tech 3341 and 3342.

Each signal is made here, at every rate, from what the two papers say of it. The authentic
programmes of 3341-7, -8 and 3342-5, -6 can't be; stand-ins of the same intent are made. What
is exact for a signal is worked out at 48 kHz with the coefficients that BS.1770 prints.
The chapter "Scales, thirds, stereo field" compares with the standards' tables and, on the programme of
`make run`, with x42's meters, which tests/sound/peer.c hosts.
"""
import os
import subprocess
import tempfile

import numpy as np
import scipy.signal
import soundfile

from lathe_sound import BUILD, db, node, render, trace
from limiter import true_peak_db

RATES = (44100, 48000, 88200, 96000, 192000)
BLOCKS = (64, 1024)
SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285],
         [1.0, -1.69065929318241, 0.73248077421585])
PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
PEER = "libebur128, ffmpeg, x42 fail 13"
SURROUND = 'inputs = ( { name = "in"; channels = %d; } );\n'


# ---- signals: functions of the rate --------------------------------------------------

def tone(parts, hz=1000.0):
    """Stereo; parts are (seconds, dB of the peak; None for silence)."""
    def make(fs):
        edges = np.round(np.cumsum([0] + [p[0] for p in parts]) * fs).astype(int)
        x = np.zeros(edges[-1])
        for (_, level), a, b in zip(parts, edges, edges[1:]):
            if level is not None:
                n = np.arange(a, b)
                x[a:b] = 10 ** (level / 20) * np.sin(2 * np.pi * hz / fs * n)
        return np.stack([x, x])
    return make


def channels(levels, seconds=20.0):
    def make(fs):
        wave = np.sin(2 * np.pi * 1000.0 / fs * np.arange(int(seconds * fs)))
        return np.stack([np.zeros_like(wave) if level is None else
                         10 ** (level / 20) * wave for level in levels])
    return make


def programme(levels, seconds, gain_db=0.0):
    """Chords under 3 kHz that come and go, so that every rate has the same; stereo."""
    def make(fs):
        count = int(round(seconds * fs))
        t = np.arange(count) / fs
        out = []
        for i, level in enumerate(levels):
            x = np.zeros((2, count))
            for k, hz in enumerate((110, 164.8, 220, 277.2, 440, 659.3, 1318.5, 2637)):
                swell = 0.6 + 0.4 * np.cos(2 * np.pi * (0.5 + 0.25 * k) * t + i + k)
                size = 0.1 / (1 + 0.3 * k)
                wave = np.sin(2 * np.pi * hz * t + 1.7 * i + k)
                x += size * swell * wave * np.array([[1.0], [0.7 + 0.05 * k]])
            out.append(x * 10 ** ((level + gain_db) / 20))
        return np.concatenate(out, 1)
    return make


def crest(divisor, degrees, amplitude):
    """Two seconds of a sine whose crests lie between the samples."""
    def make(fs):
        x = amplitude * np.sin(2 * np.pi * np.arange(2 * fs) / divisor
                               + np.radians(degrees))
        return np.stack([ends(x, fs)] * 2)
    return make


def burst(offset):
    """fs/6 at half, with one period of fs/4 at full scale; made at 4 fs, low-passed by its
    spectrum, and every fourth sample from `offset` on."""
    def make(fs):
        half = 24 * (fs // 12)
        low = 0.5 * np.sin(2 * np.pi * np.arange(half) / 24)
        x = np.concatenate([low, np.sin(2 * np.pi * np.arange(16) / 16), low])
        x = ends(x, 4 * fs)
        spectrum = np.fft.rfft(x, 2 * len(x))
        place = np.arange(len(spectrum)) / len(spectrum) * 2  # of fs
        fall = np.clip((0.5 - place) / 0.05, 0, 1)
        y = np.fft.irfft(spectrum * (0.5 - 0.5 * np.cos(np.pi * fall)))[:len(x)]
        return np.stack([y[offset::4]] * 2)
    return make


def ends(x, fs):
    count = int(0.01 * fs)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count)
    return np.concatenate([x[:count] * rise, x[count:-count], x[-count:] * rise[::-1]])


# ---- what is exact ---------------------------------------------------------------------

def powers(make, seconds, weights=None):
    """Weighted mean power over each window, every 0.1 s."""
    x = make(48000)
    y = scipy.signal.lfilter(*PASS, scipy.signal.lfilter(*SHELF, x, axis=1), axis=1)
    power = np.sum((y * y).T * (np.ones(len(x)) if weights is None else weights), axis=1)
    tenths = np.add.reduceat(power[:len(power) // 4800 * 4800],
                             np.arange(0, len(power) - 4799, 4800)) / 4800
    return np.convolve(tenths, np.ones(int(seconds * 10)) / int(seconds * 10), "valid")


def lufs(power):
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-12))


def integrated(make, weights=None):
    block = powers(make, 0.4, weights)
    block = block[lufs(block) > -70]
    return float(lufs(np.mean(block[lufs(block) > lufs(np.mean(block)) - 10])))


def loudness_range(make):
    short = powers(make, 3.0)
    short = short[lufs(short) >= -70]
    short = np.sort(lufs(short[lufs(short) >= lufs(np.mean(short)) - 20]))
    at = lambda share: short[int((len(short) - 1) * share + 0.5)]
    return float(at(0.95) - at(0.10))


def steady(level):
    """Of a stereo tone of 1 kHz: its K-weighting is not quite that at 997 Hz."""
    z = scipy.signal.freqz(*SHELF, [1000.0], fs=48000)[1] * \
        scipy.signal.freqz(*PASS, [1000.0], fs=48000)[1]
    return level - 0.691 + float(db(z[0]))


# ---- readings --------------------------------------------------------------------------

def read(make, fs, ids, block, prefix=""):
    """Final readings of these meters, through lathe-render."""
    found = render(prefix + node("loudness"), make(fs), fs, meters=True,
                   options=("--block", str(block)))[1]["meters"]
    return [found[f"it/meter/{i}"] for i in ids]


def worst(make, fs, wanted, prefix=""):
    """Farthest from wanted {meter: exact} at any block size."""
    errors = [value - exact for block in BLOCKS for value, exact in
              zip(read(make, fs, wanted, block, prefix), wanted.values())]
    return max(errors, key=abs)


def live(make, fs, meter, every=0.01):
    """Readings as it plays, each 10 ms."""
    return np.array(trace(node("loudness"), make(fs), fs, f"it/{meter}",
                          int(round(every * fs))))


def live_steps(parts, fs, meter, seconds):
    """Highest reading in each stretch of so many seconds."""
    found = live(tone(parts), fs, meter)
    per = int(round(seconds / 0.01))
    return [np.max(found[k:k + per]) for k in range(0, len(found) - per + 1, per)]


# ---- the cases -------------------------------------------------------------------------

def cases_3341(short):
    """(name, signal, {meter: exact}, how the config begins)"""
    loud = ("momentary", "short_term", "integrated")
    for name, level in (("3341-1", -23), ("3341-2", -33)):
        yield name, tone([(20, level)]), dict.fromkeys(loud, steady(level)), ""
    for name, parts in (
            ("3341-3", [(10, -36), (60, -23), (10, -36)]),
            ("3341-4", [(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)]),
            ("3341-5", [(20, -26), (20.1, -20), (20, -26)])):
        make = tone(parts)
        yield name, make, {"integrated": integrated(make)}, ""
    for levels, weights in (((-28, -28, -24, None, -30, -30), (1, 1, 1, 0, 1.41, 1.41)),
                            ((-28, -28, -24, -30, -30), (1, 1, 1, 1.41, 1.41))):
        make = channels(levels)
        yield (f"3341-6, {len(levels)} channels", make,
               {"integrated": integrated(make, np.array(weights))},
               SURROUND % len(levels))
    if short:
        return
    for name, levels, seconds in (("3341-7 and 3342-5", NARROW, 4.0),
                                  ("3341-8 and 3342-6", WIDE, 10.0)):
        gain = -23 - integrated(programme(levels, seconds))
        make = programme(levels, seconds, gain)
        yield f"{name} (stand-in), I", make, {"integrated": integrated(make)}, ""
        yield f"{name} (stand-in), LRA", make, {"range": loudness_range(make)}, ""


NARROW = (-1, 0, 1, -3, 2, 0, -2, 1, 0, -3, 2, 1)
WIDE = (-10, 2, -14, 5, -8, 6, -12, 0)


def cases_peak():
    half = 10 ** (-6 / 20)
    for name, divisor, degrees, size in (
            ("3341-15", 4, 0, half), ("3341-16", 4, 45, half), ("3341-17", 6, 60, half),
            ("3341-18", 8, 67.5, half), ("3341-19", 4, 45, 2 ** 0.5)):
        yield name, crest(divisor, degrees, size), float(db(size))
    for offset in range(4):
        yield f"3341-{20 + offset}", burst(offset), None


def run_3341(table, fs, short):
    for name, make, wanted, prefix in cases_3341(short):
        limit = 0.1 if "range" in wanted else 0.01
        table.at_most(f"{fs} Hz, {name}: off by", limit, "–",
                      abs(worst(make, fs, wanted, prefix)), "LU")
    places = range(0, 20, 7 if short else 1)
    for name, step, length, meter in (("3341-10", 0.15, 3.0, "short_term_max"),
                                      ("3341-13", 0.02, 0.4, "momentary_max")):
        errors = [worst(tone([(i * step, None), (length, -23), (1, None)]), fs,
                        {meter: steady(-23)}) for i in places]
        table.at_most(f"{fs} Hz, {name}, {len(errors)} files: off by", 0.01,
                      PEER if name == "3341-13" else "–", max(map(abs, errors)), "LU")
    for name, parts, meter, after in (
            ("3341-9", [(1.34, -20), (1.66, -30)] * 5, "short_term", 3.0),
            ("3341-12", [(0.18, -20), (0.22, -30)] * 25, "momentary", 1.0)):
        found = live(tone(parts), fs, meter)[int(after / 0.01):]
        exact = lufs(np.mean(powers(tone(parts), 3.0 if after > 1 else 0.4)))
        table.at_most(f"{fs} Hz, {name}, live: never off by more than", 0.01, "–",
                      float(np.max(np.abs(found - exact))), "LU")
    if short:
        return
    for name, length, step, meter in (("3341-11", 3.0, 0.15, "short_term"),
                                      ("3341-14", 0.4, 0.02, "momentary")):
        parts = []
        for i in range(20):
            parts += [(i * step, None), (length, -38 + i), (length - i * step, None)]
        found = live_steps(parts, fs, meter, 2 * length)
        errors = [f - steady(-38 + i) for i, f in enumerate(found)]
        table.at_most(f"{fs} Hz, {name}, live, 20 steps: off by", 0.01, "–",
                      max(map(abs, errors)), "LU")


def run_peaks(table, fs, short):
    for name, make, exact in list(cases_peak())[::4 if short else 1]:
        if exact is None:
            exact = true_peak_db(make(fs)[0])
        error = worst(make, fs, {"true_peak_max": exact})
        table.at_most(f"{fs} Hz, {name}: true peak off by", 0.02,
                      "0.39 (libebur128, 96 kHz)" if fs >= 88200 else "–", abs(error), "dB")


def run_3342(table, fs, short):
    for k, (levels, exact) in enumerate(
            (((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20),
             ((-50, -35, -20, -35, -50), 15))[:2 if short else 4]):
        error = worst(tone([(20, level) for level in levels]), fs, {"range": exact})
        table.at_most(f"{fs} Hz, 3342-{k + 1}: off by", 0.1, "–", abs(error), "LU")


# ---- scales, thirds, stereo field ------------------------------------------------------

# What the bursts of 5 kHz read under a steady tone: (ms, dB) by this algorithm.
BURSTS = {"nordic": ((10, -0.84), (5, -2.08), (3, -3.55), (0.4, -14.5)),
          "iib": ((100, -0.02), (10, -2.03), (5, -3.95), (1.5, -9.4), (0.5, -16.6))}
SCALE_RATES = (44100, 48000, 96000, 192000)


def readings(module, x, fs, **params):
    found = render(node(module, **params), x, fs, meters=True)[1]["meters"]
    return {key[len("it/meter/"):]: value for key, value in found.items()}


def sine(hz, seconds, fs, tail=0.0, amplitude=1.0):
    n = np.arange(int(round(seconds * fs)))
    x = amplitude * np.sin(2 * np.pi * hz / fs * n)
    return np.stack([np.concatenate([x, np.zeros(int(tail * fs))])] * 2)


def run_scales(table, fs):
    for scale, bursts in BURSTS.items():
        errors = [readings("ppm", sine(5000, ms / 1000, fs, 0.05), fs,
                           scale=scale)["level/1"] - exact for ms, exact in bursts]
        table.at_most(f"{fs} Hz, {scale}, {len(bursts)} bursts: off by", 0.1, "–",
                      max(map(abs, errors)), "dB")
    every = fs // 1000
    found = 10 ** (np.array(trace(node("ppm", scale="vu"), sine(1000, 1.0, fs), fs,
                                  "it/level/1", every)) / 20)
    reached = float(np.argmax(found >= 0.99) + 1)
    table.row(f"{fs} Hz, VU: 99 % in 300 ms ± 10", "–", reached,
              290 <= reached <= 310, "ms")
    over = 100 * (float(np.max(found)) - 1)
    table.row(f"{fs} Hz, VU: over by 1 to 1.5 %", "–", over, 1 <= over <= 1.5, "%")


def pink(seconds, fs):
    count = int(seconds * fs)
    spectrum = np.random.default_rng(1).standard_normal((2, count // 2 + 1)) \
        * np.exp(2j * np.pi * np.random.default_rng(2).random((2, count // 2 + 1)))
    hz = np.fft.rfftfreq(count, 1 / fs)
    x = np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 1.0)), count)
    return 0.1 * x / np.std(x)


def run_thirds(table, fs, short):
    first, last = 11 if short else 1, 30 if fs == 44100 else 31
    found = readings("spectrum", pink(60 if short else 600 if fs <= 48000 else 200, fs), fs, time="infinite")
    levels = np.array([found[f"third/{k}/level"] for k in range(first, last + 1)])
    table.at_most(f"{fs} Hz, thirds of pink noise: off their mean by", 0.5, "–",
                  float(np.max(np.abs(levels - np.mean(levels)))), "dB")
    noise = 0.2 * np.random.default_rng(3).standard_normal((2, 20 * fs))
    for name, x, exact in (("mono", noise[[0, 0]], 0), ("unrelated", noise, -3.01),
                           ("inverted", noise[[0, 0]] * [[1], [-1]], -100)):
        found = readings("field", x, fs, time="infinite")
        errors = [found[f"third/{k}/mono_loss"] - exact for k in range(15, last + 1)]
        table.at_most(f"{fs} Hz, loss in mono of {name} noise is {exact} dB: off by", 0.3,
                      "–", max(map(abs, errors)), "dB")


def peer(plugin, x, fs):
    """{symbol: (last, highest)} of one of x42's meters, or None where it is missing."""
    program = os.path.join(BUILD, "tests/sound/peer")
    if not os.path.exists(program):
        return None
    result = subprocess.run([program, f"http://gareus.org/oss/lv2/meters#{plugin}", "", str(fs)],
                            input=np.asarray(x, np.float32).T.tobytes(), capture_output=True)
    lines = result.stdout.decode().split("\n")
    return {l.split()[0]: tuple(map(float, l.split()[1:])) for l in lines if l} or None


def demo():
    """The programme of `make run`."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "demo.wav")
        subprocess.run([os.path.join(BUILD, "lathe-demo"), path], check=True,
                       capture_output=True)
        x, fs = soundfile.read(path, always_2d=True)
    return x.T, fs


def run_peers(table):
    """The highest readings of both on a programme. x42's own zero is taken from a tone."""
    x, fs = demo()
    for plugin, scale in (("EBUstereo", "iib"), ("BBCstereo", "iia"), ("DINstereo", "din"),
                          ("NORstereo", "nordic"), ("VUstereo", "vu"), ("K20stereo", "k-20")):
        tone, theirs = peer(plugin, sine(1000, 5, fs, amplitude=0.1), fs), peer(plugin, x, fs)
        if not theirs:
            print(f"<!-- {plugin} is not installed, or tests/sound/peer is not built -->")
            continue
        ours = readings("ppm", x, fs, scale=scale)
        error = [float(db(theirs[f"level{c}"][1]) - db(tone[f"level{c}"][0])) - 20
                 - ours[f"level/{n}"] for c, n in (("L", 1), ("R", 2))]
        table.at_most(f"programme, {scale}: off x42's {plugin} by", 0.1, "–",
                      max(map(abs, error)), "dB")
    theirs = peer("dr14stereo", x, fs)
    if theirs:
        ours = readings("loudness", x, fs)["dr"]
        table.at_most("programme, DR: off x42's dr14stereo by", 1, "–",
                      abs(ours - theirs["dr"][0]), "dB")


def run(table, short):
    table.chapter("Scales, thirds, stereo field")
    for fs in (48000,) if short else SCALE_RATES:
        run_scales(table, fs)
        run_thirds(table, fs, short)
    if not short:
        run_peers(table)
    table.chapter("Loudness and true-peak meters")
    for fs in (48000,) if short else RATES:
        run_3341(table, fs, short)
        run_peaks(table, fs, short)
        run_3342(table, fs, short)
