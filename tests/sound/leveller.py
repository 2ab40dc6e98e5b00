"""leveller - loudness riding: exactness, joins, calm, and noise that stays where it is."""
import numpy as np

import programmes as pg
from lathe_sound import node, render

TARGET = -16.0


def config(**params):
    return node("leveller", **{"target": TARGET, **params})


def gain_path(x, y, fs):
    """dB in bins of 10 ms; where nothing plays, the last that was known."""
    width = fs // 100
    count = x.shape[1] // width
    a, b = (np.sum(z[:, :count * width].reshape(2, count, width) ** 2, (0, 2)) for z in (x, y))
    known = a > 1e-12
    found = np.where(known, 10 * np.log10(np.maximum(b, 1e-20) / np.maximum(a, 1e-20)), 0.0)
    last = np.maximum.accumulate(np.where(known, np.arange(count), 0))
    return found[last]


class Ride:
    """What a rendered programme shows, after the first minute."""

    def __init__(self, x, fs, segments, **params):
        self.y = render(config(**params), x, fs)
        self.gain = gain_path(x, self.y, fs)
        self.segments = segments
        power = pg.powers(self.y, fs)
        after = power[6000:]
        self.integrated = pg.integrated(after) - TARGET
        self.range = pg.loudness_range(after)
        short = pg.window(after, 3.0) - TARGET
        self.short = short
        self.over = short.max()
        heard = self.heard(short, segments)
        self.low, self.high = np.percentile(heard, 5), np.percentile(heard, 95)
        played = [s for s in segments if s.kind == "play"]
        self.joins = [self.join(s) for s in played]
        out = [pg.integrated(power[int((s.start + 9) * 100):int(s.end * 100)])
               for s in played if s.start >= 60]
        self.spread = np.std(out)
        self.moves = [np.ptp(self.gain[at:at + 1000]) for s in played
                      for at in range(int((s.start + 9) * 100), int(s.end * 100) - 1002, 100)]

    @staticmethod
    def heard(short, segments):
        """The windows of 3 s that hold no pause, from the first minute on."""
        end = np.arange(len(short)) / 100 + 63.0
        free = np.ones(len(short), bool)
        for s in segments:
            if s.kind != "play":
                free &= (end < s.start) | (end > s.end + 3.0)
        return short[free]

    def join(self, segment):
        """Seconds until the gain is within 2 dB of what the piece needs."""
        path = self.gain[int(segment.start * 100):int(segment.end * 100)]
        off = np.abs(np.clip(TARGET - segment.loudness, -24, 12) - path)
        return np.argmax(off <= 2) / 100 if np.any(off <= 2) else len(path) / 100

    def raised(self, *kinds):
        """Most that the gain rises within segments of these kinds."""
        worst = 0.0
        for s in self.segments:
            if s.kind in kinds:
                path = self.gain[int(s.start * 100) + 2:int(s.end * 100) - 2]
                worst = max(worst, np.max(path - np.minimum.accumulate(path)))
        return worst



def programme_rows(table, fs, name, programme, lookahead):
    x, segments = programme
    ride = Ride(x, fs, segments, lookahead=lookahead)
    what = f"{fs} Hz, radio{', 400 ms look-ahead' if lookahead else ''}, {name}:"
    table.at_most(f"{what} integrated loudness off by", 0.5, ".3 (loudnorm)",
                  abs(ride.integrated), "LU")
    table.at_most(f"{what} LRA (in: {pg.loudness_range(pg.powers(x, fs)):.1f})",
                  5 if lookahead else 6, "8.0", ride.range, "LU")
    table.at_most(f"{what} pieces' spread", 0.8, "–", ride.spread, "LU")
    table.at_most(f"{what} short-term over the target", 3 if lookahead else 4.5, "+4.4",
                  ride.over, "LU")
    low = -3.5 if lookahead else -4.0
    table.row(f"{what} 5th percentile of short-term ≥ {low:g} LU", "–", ride.low,
              ride.low >= low, "LU")
    table.at_most(f"{what} 95th percentile of short-term", 2.5, "–", ride.high, "LU")
    table.at_most(f"{what} joins to ±2 LU, mean", 3, "11", np.mean(ride.joins), "s")
    table.at_most(f"{what} joins to ±2 LU, worst", 9, "60", np.max(ride.joins), "s")
    table.at_most(f"{what} gain movement in 10 s of a piece, median", 2, "0.5 (dynaudnorm)",
                  np.median(ride.moves), "dB")
    table.at_most(f"{what} gain movement in 10 s of a piece, 95 %", 4, "4.4",
                  np.percentile(ride.moves, 95), "dB")
    table.at_most(f"{what} room tone and applause's end raised by", 1, "13",
                  ride.raised("room", "tail"), "dB")


def noise_raised(fs, mode, kind, level):
    """dB that steady noise between speech is raised by."""
    noise = getattr(pg, kind)(fs, 20, level, 3)
    x, segments = pg.join(fs, [("speech", "play", pg.speech(fs, 12, 21), -24.0),
                               ("room", "room", noise, None),
                               ("speech", "play", pg.speech(fs, 6, 22), -24.0)])
    ride = Ride.__new__(Ride)
    ride.segments = segments
    ride.gain = gain_path(x, render(config(mode=mode), x, fs), fs)
    return ride.raised("room")


def music_rows(table, fs):
    """Pieces on the target stay; a fade stays a fade; a new piece is found."""
    seconds = 60
    moves = []
    kinds = ((pg.dense, 31, {}), (pg.sparse, 32, {}), (pg.wide, 33, {"swing": 3.0}),
             (pg.dense, 34, {"sections": (-5.0, 0.0, -4.0, 0.0), "bpm": 96}))
    for make, seed, more in kinds:
        x = pg.at(make(fs, seconds, seed, **more), fs, TARGET)
        moves.append(np.ptp(gain_path(x, render(config(mode="music"), x, fs), fs)[:-2]))
    what = f"{fs} Hz, music:"
    table.at_most(f"{what} a piece on the target is moved in 60 s by, median", 2, "1.0",
                  np.median(moves), "dB")
    table.at_most(f"{what} a piece on the target is moved in 60 s by, most", 3.5, "4.4",
                  np.max(moves), "dB")
    x = pg.at(pg.dense(fs, 50, 35), fs, TARGET)
    n = int(20 * fs)
    x[:, -n:] *= 10 ** (-2 * np.arange(n) / n)
    gain = gain_path(x, render(config(mode="music"), x, fs), fs)[3000:4900]
    table.at_most(f"{what} a fade of 20 s is raised by", 1, "–",
                  np.max(gain - np.minimum.accumulate(gain)), "dB")
    parts = [("dense", "play", pg.dense(fs, 30, 36), -10.0),
             ("sparse", "play", pg.sparse(fs, 30, 37), -24.0)]
    for name, pause in (("after a pause", 1.5), ("by its level", 0.0)):
        gap = [("pause", "silence", pg.quiet(fs, pause), None)] if pause else []
        x, segments = pg.join(fs, parts[:1] + gap + parts[1:])
        gain = gain_path(x, render(config(mode="music"), x, fs), fs)
        off = abs(np.median(gain[-200:]) - (TARGET - segments[-1].loudness))
        table.at_most(f"{what} a piece 14 LU quieter found {name}, after 30 s off by", 4,
                      "–", off, "dB")


def run(table, short):
    table.chapter("Loudness leveller")
    for fs in (48000,) if short else (44100, 48000, 96000):
        if not short:
            for name, programme in (("eight pieces", pg.pieces(fs)), ("talk", pg.talk(fs))):
                for lookahead in (0.0, 400.0):
                    programme_rows(table, fs, name, programme, lookahead)
        levels = (-45,) if short else (-65, -55, -45)
        for mode in ("radio", "music"):
            for kind in ("white", "pink"):
                worst = max(noise_raised(fs, mode, kind, level) for level in levels)
                table.at_most(f"{fs} Hz, {mode}: {kind} noise of -65…-45 dBFS between speech "
                              "raised by", 1, "10 (autogain)", worst, "dB")
        music_rows(table, fs)
