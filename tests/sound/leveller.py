# SPDX-License-Identifier: GPL-3.0-or-later
"""leveller - loudness riding: what must not be raised is not, what must be found is found, and the
mean is exact. Every programme is one of rides.py.
"""
import numpy as np

import programmes as pg
import rides
from lathe_sound import node, render

TARGETS = {"radio": -23.0, "music": -14.0}


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
    """A programme and what the leveller makes of it."""

    def __init__(self, programme, fs, mode="radio", **params):
        x, self.segments = programme
        self.target = TARGETS[mode]
        config = node("leveller", mode=mode, target=self.target, max_boost=18.0, **params)
        y = render(config, x, fs)
        self.gain = gain_path(x, y, fs)
        self.power = pg.powers(y, fs)

    def raised(self, *kinds):
        """Most that the gain rises over what it is as a segment of these kinds begins."""
        rise = [np.max(path) - path[0] for path in
                (self.gain[int(s.start * 100) + 2:int(s.end * 100) - 2]
                 for s in self.segments if s.kind in kinds)]
        return max(rise, default=0.0)

    def fastest(self, start=6.0):
        """Most that the gain rises within a second, dB."""
        path = self.gain[int(start * 100):]
        return np.max(path[100:] - path[:-100])

    def off(self, start=60.0):
        return abs(pg.integrated(self.power[int(start * 100):]) - self.target)

    def range(self):
        return pg.loudness_range(self.power)

    def loud_for(self):
        """Seconds that the momentary loudness is more than 6 LU over the target, at one stretch."""
        over = pg.window(self.power, 0.4) - self.target > 6
        edges = np.flatnonzero(np.diff(np.concatenate([[0], over.astype(int), [0]])))
        return max(edges[1::2] - edges[::2], default=0) / 100

    def joins(self):
        """Of each piece but the first: seconds to the middle of the 3 s from which on the short-term
        loudness is within 2 LU for 2 s."""
        found = []
        for s in self.segments[1:]:
            if s.kind != "play":
                continue
            inside = self.power[int(s.start * 100):int(s.end * 100)]
            near = np.abs(pg.window(inside, 3.0) - self.target) <= 2
            run = np.convolve(near, np.ones(200), "valid") > 199.5
            found.append(np.argmax(run) / 100 + 1.5 if np.any(run) else len(inside) / 100)
        return found


class Chapter:
    """Rows for one way of listening."""

    def __init__(self, table, fs, short, lookahead=0.0):
        self.table, self.fs, self.short = table, fs, short
        self.more = {"lookahead": lookahead} if lookahead else {}
        self.what = f"{fs} Hz{', 400 ms look-ahead' if lookahead else ''}"

    def most(self, goal, limit, peer, found, unit="dB"):
        self.table.at_most(f"{self.what}, {goal}", limit, peer, found, unit)

    def ride(self, programme, mode="radio"):
        return Ride(programme, self.fs, mode, **self.more)

    def both(self, programmes, kind):
        """Per mode, the most that segments of a kind are raised by in each programme."""
        found = {mode: [] for mode in TARGETS}
        for programme in programmes:
            for mode, raised in found.items():
                raised.append(self.ride(programme, mode).raised(kind))
        return found

    def pauses(self, kinds, levels, seconds):
        for kind in kinds:
            near = (-40,) if kind in ("talkers", "crowd") and not self.short else ()
            spreads = (0.5, 1, 2, 3) if kind == "breathing" and not self.short else (1,)
            found = self.both((rides.pause(self.fs, kind, level, length, spread=spread)
                               for level in levels + near for length in seconds
                               for spread in spreads), "room")
            bed = kind == "music bed"
            at = "…".join(f"{x}" for x in sorted({min(levels), max(levels + near)}))
            what = f"{kind} of {at} LUFS alone in pauses of speech raised by"
            self.most(f"radio: {what}", 3 if bed else 1, "–" if bed else "+6.5 (loudnorm)",
                      max(found["radio"]))
            self.most(f"music: {what}", 2, "–", max(found["music"]))

    def fades(self, styles, fades, seeds):
        for style in styles:
            found = self.both((rides.fade(self.fs, style, *fade, seed)
                               for seed in seeds for fade in fades), "fade")
            plucks = style == "plucks"
            what = f"fades of 4 to 15 s of {style} raised by"
            self.most(f"radio: {what}", 6 if plucks else 2, "7.6 (loudnorm)",
                      max(found["radio"]))
            if plucks:
                self.most(f"radio: {what}, median", 1.5, "7.3 (loudnorm)",
                          np.median(found["radio"]))
            self.most(f"music: {what}", 2, "–", max(found["music"]))

    def dynamics(self, styles, passages):
        found = {how: ([], []) for how in passages}
        for style in styles:
            for how, (fastest, raised) in found.items():
                made = rides.dynamics(self.fs, style, how)
                fastest.append(self.ride(made).fastest())
                path = self.ride(made, "music").gain[4500:]
                path = path[:5500] if how == "quiet passage" else path
                raised.append(np.max(path - np.minimum.accumulate(path)))
        for how, (fastest, raised) in found.items():
            # sparse notes that far down have rests of their own
            rest = "rest" in how or (how == "quiet passage" and "plucks" in styles)
            self.most(f"radio: {how}: most that the gain rises in a second", 9.2 if rest else 3.2,
                      "–", max(fastest))
            self.most(f"music: {how} raised by", 1, "–", max(raised))

    def albums(self, seeds):
        for gap, name, wide, mean in ((0.0, "butt-joined", 7, 5), (1.5, "after gaps", 5.5, 3)):
            made = [self.ride(rides.album(self.fs, gap, seed)) for seed in seeds]
            what = f"radio: album of pieces 20 LU apart, {name}:"
            self.most(f"{what} LRA", wide, "8.8 (loudnorm)", max(r.range() for r in made), "LU")
            self.most(f"{what} joins to ±2 LU, mean", mean, "19 (loudnorm)",
                      np.mean(sum((r.joins() for r in made), [])), "s")

    def mixes(self, seeds):
        made = [self.ride(rides.mixed(self.fs, seed)) for seed in seeds]
        joins = sum((r.joins() for r in made), [])
        what = "radio: mixed programme:"
        self.most(f"{what} integrated loudness off by", 0.5, "1.5 (loudnorm)",
                  max(r.off() for r in made), "LU")
        self.most(f"{what} LRA", 8.5, "22 (loudnorm)", max(r.range() for r in made), "LU")
        self.most(f"{what} joins to ±2 LU, mean", 5, "19 (loudnorm)", np.mean(joins), "s")
        self.most(f"{what} joins to ±2 LU, worst", 10, "28 (loudnorm)", max(joins), "s")
        self.most(f"{what} room raised by", 1, "–", max(r.raised("room") for r in made))
        self.most(f"{what} longest that the momentary loudness is over +6 LU", 0.9,
                  "0.8 (loudnorm)", max(r.loud_for() for r in made), "s")

    def swells(self):
        for seconds in (1, 4):
            found = self.ride(rides.swell(self.fs, seconds)).loud_for()
            self.most(f"radio: a swell of 20 dB in {seconds} s: momentary loudness over +6 LU",
                      0.9, "0.86", found, "s")

    def pieces(self):
        """Music mode: pieces on the target stay, new ones are found after a pause and by hand."""
        fs = self.fs
        kinds = ((pg.dense, 31, {}), (pg.sparse, 32, {}), (pg.wide, 33, {"swing": 3.0}),
                 (pg.dense, 34, {"sections": (-5.0, 0.0, -4.0, 0.0), "bpm": 96}))
        moves = [np.ptp(self.ride((pg.at(make(fs, 60, seed, **more), fs, -14.0), ()),
                                  "music").gain[:-2]) for make, seed, more in kinds]
        self.most("music: a piece on the target is moved in 60 s by, median", 2, "1.0",
                  np.median(moves))
        self.most("music: a piece on the target is moved in 60 s by, most", 3.5, "4.4",
                  np.max(moves))
        x, segments = pg.join(fs, [("dense", "play", pg.dense(fs, 30, 36), -10.0),
                                   ("pause", "silence", pg.quiet(fs, 1.5), None),
                                   ("sparse", "play", pg.sparse(fs, 30, 37), -24.0)])
        path = self.ride((x, segments), "music").gain
        self.most("music: a piece 14 LU quieter, after a pause, after 30 s off by", 4, "–",
                  abs(np.median(path[-200:]) - (-14.0 - segments[-1].loudness)))


def after_silence(table, fs):
    """A piece after another and 2 s of silence, against the same from frame 0."""
    first = pg.at(pg.dense(fs, 30, 71), fs, -9.0)
    then = pg.at(pg.speech(fs, 60, 72), fs, -26.0)
    for mode, after_s in (("radio", 10), ("music", 20)):
        alone = Ride((then, ()), fs, mode).gain
        both = Ride((np.concatenate([first, pg.quiet(fs, 2), then], 1), ()), fs, mode).gain
        apart = np.abs(both[3200:3200 + len(alone)] - alone)
        table.at_most(f"{fs} Hz, {mode}: a piece after another and 2 s of silence, against the same "
                      f"alone: after {after_s} s the gain differs by", 1.5, "–",
                      np.max(apart[after_s * 100:-2]), "dB")


def run(table, short):
    table.chapter("Loudness leveller")
    if short:
        c = Chapter(table, 48000, short)
        c.pauses(("breathing", "talkers"), (-48,), (8,))
        c.fades(("strings", "plucks"), rides.FADES[1:2], (62,))
        c.dynamics(("band",), ("diminuendo of 12 dB",))
        c.mixes((65,))
        return
    c = Chapter(table, 48000, short)
    c.pauses(pg.ROOMS, (-50, -45), (8, 60))
    c.fades(("strings", "band"), rides.FADES, (62, 63))
    c.fades(("plucks",), rides.FADES, range(62, 68))
    c.dynamics(rides.MUSIC, rides.DYNAMICS)
    c.albums((64, 65, 66))
    c.mixes((65, 66, 67))
    c.swells()
    c.pieces()
    c = Chapter(table, 48000, True, lookahead=400.0)
    c.pauses(("breathing", "crowd"), (-50,), (8,))
    c.fades(rides.MUSIC, rides.FADES[:2], (62,))
    c.albums((64,))
    c.mixes((65, 66, 67))
    c.swells()
    after_silence(table, 48000)
    for fs in (8000, 44100, 96000, 384000):
        c = Chapter(table, fs, True)
        c.pauses(("breathing",), (-48,), (8,))
        c.fades(("strings",), rides.FADES[1:2], (62,))
        if fs < 100000:
            c.mixes((65,))
