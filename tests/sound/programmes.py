# SPDX-License-Identifier: GPL-3.0-or-later
"""programmes - what a leveller meets, made here: speech, music of four densities, applause, rooms
that breathe and chatter. Stereo float arrays (2, frames); the same on every run.
"""
import numpy as np
from scipy import ndimage, signal


def k_filters(fs):
    """K-weighting, BS.1770, its analogue values warped to the rate."""
    k, q, high = np.tan(np.pi * 1681.974450955533 / fs), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    mid, a0 = high ** 0.4996667741545416, 1 + k / q + k * k
    shelf = ([(high + mid * k / q + k * k) / a0, 2 * (k * k - high) / a0,
              (high - mid * k / q + k * k) / a0], [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])
    k, q = np.tan(np.pi * 38.13547087602444 / fs), 0.5003270373238773
    a0 = 1 + k / q + k * k
    return shelf, ([1, -2, 1], [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])


def powers(x, fs, bin_s=0.01):
    """K-weighted power of all channels in bins of 10 ms."""
    shelf, high = k_filters(fs)
    width = int(round(fs * bin_s))
    count = x.shape[1] // width
    total = np.zeros(count)
    for channel in x:
        y = signal.lfilter(*high, signal.lfilter(*shelf, channel))
        total += np.mean(y[:count * width].reshape(count, width) ** 2, 1)
    return total


def lufs(power):
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-10))


def window(power, seconds, bin_s=0.01):
    """Loudness of the window that ends with each bin."""
    n = int(round(seconds / bin_s))
    total = np.concatenate([[0], np.cumsum(power)])
    return lufs(np.maximum((total[n:] - total[:-n]) / n, 0))


def integrated(power):
    blocks = window(power, 0.4)[::10]
    blocks = 10 ** (blocks[blocks > -70] / 10)
    if not len(blocks):
        return -100.0
    kept = blocks[blocks > 0.1 * blocks.mean()]
    return 10 * np.log10(kept.mean())


def loudness_range(power):
    short = window(power, 3.0)[::10]
    short = short[short > -70]
    short = short[short > 10 * np.log10(np.mean(10 ** (short / 10))) - 20]
    return np.percentile(short, 95) - np.percentile(short, 10)


def at(x, fs, loudness):
    """x at this integrated loudness."""
    return x * 10 ** ((loudness - integrated(powers(x, fs))) / 20)


def pan(x, place):
    angle = (place + 1) * np.pi / 4
    return np.stack([np.cos(angle) * x, np.sin(angle) * x])


def fade(x, fs, seconds=0.02):
    n = int(fs * seconds)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    x[:, :n] *= ramp
    x[:, -n:] *= ramp[::-1]
    return x


def white(fs, seconds, level, seed=1):
    """Noise of this RMS in dBFS in both channels."""
    random = np.random.default_rng(seed)
    return 10 ** (level / 20) * random.standard_normal((2, int(fs * seconds)))


def pink(fs, seconds, level, seed=1):
    x = white(fs, seconds, 0, seed)
    spectrum = np.fft.rfft(x)
    hz = np.maximum(np.fft.rfftfreq(x.shape[1], 1 / fs), 20.0)
    x = np.fft.irfft(spectrum / np.sqrt(hz), x.shape[1])
    return x * 10 ** (level / 20) / np.sqrt(np.mean(x ** 2))


def resonator(hz, width, fs):
    r = np.exp(-np.pi * width / fs)
    a = [1, -2 * r * np.cos(2 * np.pi * hz / fs), r * r]
    return [sum(a)], a


def speech(fs, seconds, seed=1, pitch=120.0):
    """Syllables of pulses through formants and of hiss, in phrases with pauses between."""
    random = np.random.default_rng(seed)
    frames = int(fs * seconds)
    x, at_s = np.zeros(frames), 0.05
    phrase_end = at_s + random.uniform(1.5, 4.0)
    stress = 0.0
    while at_s < seconds - 0.5:
        length = random.uniform(0.09, 0.26)
        n, start = int(length * fs), int(at_s * fs)
        t = np.arange(n) / fs
        shape = np.sin(np.pi * np.clip(t / length, 0, 1)) ** 0.7
        stress = 0.5 * stress + random.normal(0, 2.2)
        if random.random() < 0.18:
            hiss = signal.lfilter(*resonator(random.uniform(3500, 7000), 1800, fs),
                                  random.standard_normal(n))
            part = 0.05 * hiss / (np.sqrt(np.mean(hiss ** 2)) + 1e-9)
        else:
            hz = pitch * 2 ** (random.uniform(-4, 4) / 12) * (1 - 0.1 * t / length)
            phase = np.cumsum(hz) / fs
            part = np.diff(np.floor(phase), prepend=0.0) + 0.01 * random.standard_normal(n)
            for low, high, width in ((280, 800, 80), (900, 2200, 110), (2300, 3000, 160)):
                part = signal.lfilter(*resonator(random.uniform(low, high), width, fs), part)
            part *= 0.2 / (np.sqrt(np.mean(part ** 2)) + 1e-9)
        x[start:start + n] += part * shape * 10 ** (stress / 20)
        at_s += length * random.uniform(0.85, 1.15)
        if at_s > phrase_end:
            at_s += random.uniform(0.25, 0.9)
            phrase_end = at_s + random.uniform(1.5, 4.5)
    return np.stack([x, x])


def pluck(fs, hz, seconds, bright=1.0):
    t = np.arange(int(fs * seconds)) / fs
    x = sum(np.sin(2 * np.pi * hz * k * t) * np.exp(-t * (1.2 + 0.9 * k)) / k ** (2 - bright)
            for k in range(1, 9) if hz * k < 0.45 * fs)
    return x * np.minimum(t / 0.004, 1)


def sparse(fs, seconds, seed=1):
    """A few plucked notes, each heard out."""
    random = np.random.default_rng(seed)
    x, at_s = np.zeros((2, int(fs * seconds))), 0.05
    while at_s < seconds - 0.2:
        for _ in range(random.integers(1, 4)):
            hz = 110 * 2 ** (random.choice([0, 3, 5, 7, 10, 12, 15, 17, 19, 22, 24]) / 12)
            note = pluck(fs, hz, 3.0, random.uniform(0.2, 0.9)) * 10 ** (random.uniform(-8, 0) / 20)
            start = int(at_s * fs)
            note = note[:x.shape[1] - start]
            x[:, start:start + len(note)] += pan(note, random.uniform(-0.6, 0.6))
        at_s += random.choice([0.3, 0.6, 0.9, 1.2])
    return x


def dense(fs, seconds, seed=1, sections=(0.0, -3.0, 0.0, -4.0), bpm=124):
    """Drums, bass, chords and a bed of noise; sections of slightly different level."""
    random = np.random.default_rng(seed)
    frames = int(fs * seconds)
    t, beat_s = np.arange(frames) / fs, 60.0 / bpm
    beat = np.mod(t, beat_s)
    half = np.mod(t + beat_s, 2 * beat_s)
    root = 55 * 2 ** (np.choose((t // (4 * beat_s)).astype(int) % 4, [0, 5, 3, 7]) / 12)
    turn = 2 * np.pi * np.cumsum(root) / fs
    mono = 0.9 * np.sin(2 * np.pi * 9 * (1 - np.exp(-beat * 30)) + 2 * np.pi * 48 * beat) * np.exp(-beat * 9)
    mono += 0.35 * np.tanh(2 * np.sin(turn)) * (0.6 + 0.4 * np.exp(-beat * 5))
    hiss = random.standard_normal((2, frames))
    x = np.stack([mono, mono]) + 0.35 * hiss * np.exp(-half * 16)
    x += 0.12 * hiss * np.exp(-np.mod(t, beat_s / 2) * 45)
    for c, detune in enumerate((1.0, 1.003)):
        x[c] += sum(0.09 * np.tanh(1.5 * np.sin(turn * k * detune)) for k in (4, 5, 6))
    level = np.repeat(np.asarray(sections), int(np.ceil(frames / len(sections))))[:frames]
    level = signal.filtfilt(*signal.butter(1, 2.0, fs=fs), level)
    return np.tanh(x * 10 ** (level / 20))


def wide(fs, seconds, seed=1, swing=9.0):
    """Swelling strings: dynamics over many dB within seconds."""
    random = np.random.default_rng(seed)
    frames = int(fs * seconds)
    t = np.arange(frames) / fs
    x = np.zeros((2, frames))
    for voice in range(6):
        steps = random.choice([0, 2, 4, 5, 7, 9, 11, 12], int(seconds / 0.8) + 2)
        hz = 110 * 2 ** ((steps[(t / 0.8).astype(int)] + 7 * (voice % 3)) / 12)
        phase = 2 * np.pi * np.cumsum(hz * (1 + 0.004 * np.sin(2 * np.pi * 5.3 * t + voice))) / fs
        note = sum(np.sin(k * phase) / k for k in range(1, 6))
        bow = 0.55 + 0.45 * np.sin(np.pi * np.mod(t + 0.1 * voice, 0.8) / 0.8)
        x += pan(note * bow, -0.8 + 0.32 * voice)
    db = swing * np.sin(2 * np.pi * t / 19.0) + 0.3 * swing * np.sin(2 * np.pi * t / 7.3 + seed)
    return x * 10 ** (db / 20)


def applause(fs, seconds, seed=1, rate=700, tail=0.0):
    """Many hands; with tail, they stop over its seconds."""
    random = np.random.default_rng(seed)
    frames = int(fs * seconds)
    density = np.full(frames, rate / fs)
    if tail:
        n = int(tail * fs)
        density[-n:] *= np.exp(-4.5 * np.arange(n) / n)
    x = np.zeros((2, frames))
    for _ in range(6):
        hits = (random.random(frames) < density / 6) * random.uniform(0.3, 1.0, frames)
        clap = signal.lfilter(*resonator(random.uniform(800, 2600), 700, fs), hits)
        noise = random.standard_normal(frames)
        body = signal.lfilter([1], [1, -np.exp(-1 / (0.006 * fs))], hits) * noise
        x += pan(0.4 * clap * 20 + body, random.uniform(-0.8, 0.8))
    return x


def strings(fs, seconds, seed=1):
    """Held chords of a few players that melt into one another: the hardest to tell from ambience."""
    random = np.random.default_rng(seed)
    frames, hop = int(fs * seconds), int(1.7 * fs)
    t = np.arange(2 * hop) / fs
    bow = np.sin(np.pi * np.arange(2 * hop) / (2 * hop))
    x = np.zeros((2, frames + 2 * hop))
    for start in range(0, frames, hop):
        for voice, steps in enumerate(((0, 2, 5), (7, 9, 12), (15, 16, 19), (24, 26, 28))):
            hz = 130.8 * 2 ** (random.choice(steps) / 12)
            for player in range(2):
                detuned = hz * (1 + 0.004 * random.standard_normal())
                vibrato = np.sin(2 * np.pi * random.uniform(5, 6.5) * t + random.uniform(0, 6))
                turn = np.exp(2j * np.pi * detuned * t - 0.004j * detuned * vibrato)
                note, harmonic = 0, np.exp(1j * random.uniform(0, 6))
                for k in range(1, 8 if hz * 8 < 0.45 * fs else 4):
                    harmonic = harmonic * turn
                    note = note + harmonic.imag / k ** 1.4
                x[:, start:start + 2 * hop] += pan(bow * note * (1 + 0.08 * vibrato),
                                                   -0.7 + 0.4 * voice + 0.2 * player)
    return x[:, :frames]


def wandering(frames, fs, hz, spread, seed):
    """A gain whose level in dB wanders: no faster than hz, with this standard deviation."""
    random = np.random.default_rng(seed)
    level = ndimage.gaussian_filter1d(random.standard_normal(frames * 100 // fs + 300),
                                      100 / (2 * np.pi * hz))
    level *= spread / np.std(level)
    return 10 ** (np.interp(np.arange(frames) * 100 / fs, np.arange(len(level)), level) / 20)


def chatter(fs, seconds, talkers, seed=1):
    """Many who talk at once, each from 10 s of their own."""
    random = np.random.default_rng(seed)
    frames = int(fs * seconds)
    voices = [speech(fs, 10, seed * 100 + i, 95 * 1.09 ** i)[0] for i in range(8)]
    x = np.zeros((2, frames))
    for i in range(talkers):
        voice = np.roll(voices[i % 8], random.integers(len(voices[0])))
        x += pan(np.resize(voice, frames), random.uniform(-0.8, 0.8))
    return x + 0.02 * np.std(x) * random.standard_normal(x.shape)


# What stands beside a programme and alone in its pauses.
ROOMS = ("still", "breathing", "wind", "traffic", "talkers", "crowd", "clapping", "music bed")


def room(kind, fs, seconds, seed=1, spread=1.0):
    """One of ROOMS; breathing by `spread` dB."""
    frames = int(fs * seconds)
    if kind == "music bed":
        return strings(fs, seconds, seed)
    if kind == "clapping":
        return applause(fs, seconds, seed, rate=600)
    if kind in ("talkers", "crowd"):
        return chatter(fs, seconds, 8 if kind == "talkers" else 24, seed)
    x = pink(fs, seconds, -30, seed)
    if kind == "wind":
        x = signal.lfilter(*signal.butter(1, 500, fs=fs), x)
    swing = {"breathing": (0.6, spread), "wind": (0.6, 3.0), "traffic": (0.08, 4.0)}.get(kind)
    return x * wandering(frames, fs, *swing, seed + 1) if swing else x


def shaped(x, fs, seconds, levels):
    """Levels in dB at these times, straight between."""
    return x * 10 ** (np.interp(np.arange(x.shape[1]) / fs, seconds, levels) / 20)


def faded(x, fs, seconds, form="straight"):
    """The last seconds faded out: the gain straight, its dB straight, or a cosine."""
    u = np.arange(int(seconds * fs)) / int(seconds * fs)
    gain = {"straight": 1 - u, "in dB": 10 ** (-3 * u) * (1 - u ** 9),
            "cosine": 0.5 + 0.5 * np.cos(np.pi * u)}[form]
    return np.concatenate([x[:, :-len(u)], x[:, -len(u):] * gain], 1)


class Segment:
    def __init__(self, name, start, end, kind, loudness):
        self.name, self.start, self.end = name, start, end
        self.kind, self.loudness = kind, loudness


def join(fs, parts):
    """parts: (name, kind, audio, LUFS or None for as it is) -> audio, segments."""
    out, segments, at_s = [], [], 0.0
    for name, kind, x, loudness in parts:
        x = fade(x if loudness is None else at(x, fs, loudness), fs)
        seconds = x.shape[1] / fs
        segments.append(Segment(name, at_s, at_s + seconds, kind,
                                integrated(powers(x, fs)) if kind == "play" else None))
        out.append(x)
        at_s += seconds
    return np.concatenate(out, 1), segments


def quiet(fs, seconds):
    return np.zeros((2, int(fs * seconds)))
