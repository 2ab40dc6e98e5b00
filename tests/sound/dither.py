# SPDX-License-Identifier: GPL-3.0-or-later
"""dither - the error's mean and variance, its weight, small tones, channels, black.

The module delays nothing and its gain is one, so that the error is what comes out less what
went in. Words are counted in steps: 2^(1 - bits).
"""
import numpy as np
import scipy.signal

from lathe_sound import RATES, db, node, render

SHAPES = ("none", "gentle", "strong")
STRONG = {44100: (13.0, "12.4 (sox)"), 48000: (16.5, "16.3 (sox)")}  # others: 20
CHANNELS = 8

# ISO 226:2003, threshold of hearing, dB SPL; as commonly extended beyond 12.5 kHz
HEARING = ((20, 78.5), (25, 68.7), (31.5, 59.5), (40, 51.1), (50, 44.0), (63, 37.5),
           (80, 31.5), (100, 26.5), (125, 22.1), (160, 17.9), (200, 14.4), (250, 11.4),
           (315, 8.6), (400, 6.2), (500, 4.4), (630, 3.0), (800, 2.2), (1000, 2.4),
           (1250, 3.5), (1600, 1.7), (2000, -1.3), (2500, -4.2), (3150, -6.0), (4000, -5.4),
           (5000, -1.5), (6300, 6.0), (8000, 12.6), (10000, 13.9), (12500, 12.3),
           (16000, 18.4), (18000, 40.0), (20000, 70.0), (24000, 120.0))


def step(bits):
    return 2.0 ** (1 - bits)


def words(x, fs, bits, options=(), **params):
    """What comes out, and what went in as the module reads it, in steps."""
    x = np.asarray(x, np.float32)
    inputs = f'inputs = ( {{ name = "in"; channels = {len(x)}; }} );\n'
    y = render(inputs + node("dither", bits=bits, **params), x, fs, options=options)
    return y / step(bits), x.astype(float) / step(bits)


def everywhere(x, channels=CHANNELS):
    return np.tile(np.asarray(x, np.float32), (channels, 1))


def tone(fs, hz, seconds, level):
    return 10 ** (level / 20) * np.sin(2 * np.pi * hz / fs * np.arange(int(fs * seconds)))


def powers(error, fs):
    """Of an error (channels, frames), dB: in total, weighted by the threshold of hearing."""
    f, p = scipy.signal.welch(error, fs, nperseg=8192)
    p, (hz, threshold) = p.mean(0)[f >= 20], np.array(HEARING).T
    f = f[f >= 20]
    weight = 10 ** (-np.interp(np.log(f), np.log(hz), threshold) / 10)
    return 10 * np.log10(np.array([np.sum(p), np.sum(p * weight)]))


def moments(fs, depths, parts, frames):
    """Worst mean and worst miss of variance 1/4 of the plain error, DC between two steps."""
    mean = miss = 0.0
    for bits in depths:
        dc = np.repeat(np.arange(-5, -4, 1 / parts), frames) * step(bits)
        y, x = words(everywhere(dc, 2), fs, bits, black=False)
        error = (y - x).reshape(2, parts, frames)
        mean = max(mean, np.max(np.abs(error.mean((0, 2)))))
        miss = max(miss, np.max(np.abs(error.var((0, 2)) - 0.25)))
    return mean, miss


def strays(fs, depths):
    """Samples that are not whole words within the range, of noise 6 dB over full scale and of a soft tone."""
    found = 0
    x = np.concatenate([np.random.default_rng(2).uniform(-2, 2, 8192), tone(fs, 997, 0.5, -60)])
    for bits in depths:
        for shape in SHAPES:
            y = words(everywhere(x, 2), fs, bits, shape=shape)[0]
            top = 2 ** (bits - 1)
            found += np.count_nonzero((y != np.rint(y)) | (y < -top) | (y > top - 1))
    return found


def shaped(fs, bits, seconds):
    """dB that each shape gains weighted and loses in total, against none."""
    found = {}
    for shape in SHAPES:
        y, x = words(everywhere(tone(fs, 997.13, seconds, -12), 4), fs, bits, shape=shape)
        found[shape] = powers(y - x, fs)
    return [(found["none"][1] - found[s][1], found[s][0] - found["none"][0])
            for s in SHAPES[1:]]


def modulation(fs, bits, shape, seconds):
    """dB by which the error's power moves with the level, the larger of total and weighted."""
    level = db(step(bits))
    signals = [tone(fs, 997.13, seconds, at) for at in (level - 30, level - 10, level, -40, -3)]
    signals += [np.full(int(fs * seconds), d * step(bits)) for d in (0.0, 0.25, 0.5)]
    y, x = words(everywhere(np.concatenate(signals)), fs, bits, shape=shape, black=False)
    found = [powers(e, fs) for e in np.split(y - x, len(signals), axis=1)]
    return np.max(np.ptp(found, axis=0))


def small_tone(fs, bits, shape, level, seconds):
    """A tone about as small as a step: dB off its level, the worst harmonic in dBFS.

    The mean of all channels, whose noise differs. Shaped noise is loud in the treble, so
    there the harmonics from 2 to 5 kHz tell.
    """
    y, _ = words(everywhere(tone(fs, 997, seconds + 0.5, level)), fs, bits, shape=shape)
    y = y.mean(0)[-int(fs * seconds):] * step(bits)
    lines = np.abs(np.fft.rfft(y)) * 2 / len(y)
    orders = np.arange(2, 16 if shape == "none" else 6)
    return abs(db(lines[997 * seconds]) - level), np.max(db(lines[997 * seconds * orders]))


def likeness(fs, frames):
    """Largest correlation of two channels' errors, and of one with itself, within 64 frames."""
    y, x = words(everywhere(tone(fs, 997, frames / fs, -12)), fs, 16)
    error = (y - x - (y - x).mean(1, keepdims=True)) / 0.5
    spectra = np.fft.rfft(error, 2 * frames)
    worst = [0.0, 0.0]
    for a in range(CHANNELS):
        for b in range(a, CHANNELS):
            r = np.fft.irfft(spectra[a] * np.conj(spectra[b]))
            r = np.abs(np.concatenate([r[1 if a == b else 0:65], r[-64:]])) / frames
            worst[a == b] = max(worst[a == b], np.max(r))
    return worst


def apart(fs):
    """Whether left's words are the same whatever right plays."""
    left = tone(fs, 997, 0.5, -20)
    rights = (left, 0 * left, np.random.default_rng(3).uniform(-2, 2, len(left)))
    return all(len({words([left, r], fs, 16, shape=s)[0][0].tobytes() for r in rights}) == 1
               for s in SHAPES)


def overload(fs, shape, seconds):
    """dB by which a second of +6 dBFS changes the weighted error after it."""
    quiet = tone(fs, 997.13, seconds, -20)
    found = []
    for level in (-20, 6):
        x = np.concatenate([tone(fs, 997.13, 1, level), quiet])
        y, x = words(everywhere(x, 4), fs, 16, shape=shape)
        found.append(powers((y - x)[:, fs + 64:], fs)[1])
    return abs(found[1] - found[0])


def after_sound(fs, shape):
    """ms of noise after the last sound, and non-zero words before the first."""
    sound = tone(fs, 997, 0.3, -20)
    nothing = np.zeros(fs // 2)
    y, _ = words(everywhere(np.concatenate([nothing, sound, nothing]), 2), fs, 16, shape=shape)
    last = np.max(np.nonzero(y.any(0))[0])
    return (last + 1 - fs // 2 - len(sound)) / fs * 1000, np.count_nonzero(y[:, :fs // 2])


def kept(fs):
    """Whether a 16-bit and a 24-bit file hold the module's words, as they are."""
    x = everywhere(tone(fs, 997, 0.5, -12), 2)
    return all(np.array_equal(words(x, fs, bits, shape=s)[0],
                              words(x, fs, bits, ("--format", str(bits)), shape=s)[0])
               for bits in (16, 24) for s in SHAPES)


def blocks_differ(fs):
    x = np.random.default_rng(4).uniform(-0.5, 0.5, (2, fs // 4))
    x[:, fs // 16:fs // 5] = 0  # to black and back
    return sum(len({words(x, fs, 16, ("--block", b), shape=s)[0].tobytes()
                    for b in ("1", "64", "257", "8192")}) - 1 for s in SHAPES)


def noise_rows(table, fs, short):
    depths = (8, 16, 24) if short else range(8, 25)
    of = "8, 16, 24 bits" if short else "8 to 24 bits"
    mean, miss = moments(fs, depths, 8 if short else 16, 1 << 16 if short else 1 << 17)
    table.at_most(f"{fs} Hz: {of}, any DC: mean of the error", 0.01, "–", mean, "steps")
    table.at_most(f"{fs} Hz: {of}, any DC: variance off 0.25 by", 0.005, "–", miss, "steps²")
    found = strays(fs, depths)
    table.row(f"{fs} Hz: {of}, any shape, overdriven: words off the grid", "–", found,
              found == 0)
    for bits in (16,) if short else (8, 16, 20, 24):
        (gentle, rise), (strong, total) = shaped(fs, bits, 2 if short else 8)
        least, peer = STRONG.get(fs, (20.0, "–"))
        table.row(f"{fs} Hz: {bits} bits, gentle, weighted ≥ 10 dB", "–", gentle, gentle >= 10,
                  "dB")
        table.at_most(f"{fs} Hz: {bits} bits, gentle, in total", 7, "–", rise, "dB")
        table.row(f"{fs} Hz: {bits} bits, strong, weighted ≥ {least:g} dB", peer,
                  f"{strong:.4g} dB for {total:+.3g} in total", strong >= least)
    for shape in SHAPES:
        table.at_most(f"{fs} Hz: {shape}: noise moves with the level by", 0.2 if short else 0.1,
                      "–", modulation(fs, 16, shape, 0.5 if short else 4), "dB")


def tone_rows(table, fs, short):
    for level in (-90, -100):
        for shape in SHAPES:
            off, worst = small_tone(fs, 16, shape, level, 2 if short else 20)
            table.at_most(f"{fs} Hz: 16 bits, {shape}: sine of {level} dBFS, level off by",
                          0.1, "–", off, "dB")
            table.at_most(f"{fs} Hz: 16 bits, {shape}: sine of {level} dBFS, harmonics",
                          -140 if short else -150, "–", worst, "dBFS")
    for bits in () if short else (8, 20, 24):
        level = db(step(bits)) - 10
        worst = small_tone(fs, bits, "none", level, 20)[1] - db(step(bits))
        table.at_most(f"{fs} Hz: {bits} bits: sine of a third of a step, harmonics", -60, "–",
                      worst, "dB re a step")


def channel_rows(table, fs, short):
    between, within = likeness(fs, 1 << 18 if short else 1 << 20)
    table.at_most(f"{fs} Hz: errors of two of {CHANNELS} channels, correlation", 0.01, "–",
                  between)
    table.at_most(f"{fs} Hz: TPDF error with itself, 1–64 frames on, correlation", 0.01, "–",
                  within)
    for goal, same in (("left's words, whatever right plays", apart(fs)),
                       ("words for blocks of 1, 64, 257, 8192", not blocks_differ(fs)),
                       ("a 16- or 24-bit file's words", kept(fs))):
        table.row(f"{fs} Hz: {goal}: the same", "–", "same" if same else "differ", same)


def rest_rows(table, fs, short):
    for shape in SHAPES:
        ms, early = after_sound(fs, shape)
        table.at_most(f"{fs} Hz: {shape}: noise after the last sound", 100, "–", ms, "ms")
        table.row(f"{fs} Hz: {shape}: noise before the first sound", "–", early, early == 0,
                  "words")
        if shape != "none":
            table.at_most(f"{fs} Hz: {shape}: a second of +6 dBFS moves the noise after it by",
                          0.3, "–", overload(fs, shape, 1 if short else 4), "dB")
    x = np.random.default_rng(5).uniform(-0.5, 0.5, (2, fs // 2)).astype(np.float32)
    same = np.array_equal(render(node("trim"), x, fs), x.astype(float))
    table.row(f"{fs} Hz: a float file without the module gets no dither", "–",
              "exact" if same else "differs", same)


def run(table, short):
    table.chapter("Dither")
    for fs in (48000,) if short else RATES:
        for rows in (noise_rows, tone_rows, channel_rows, rest_rows):
            rows(table, fs, short)
