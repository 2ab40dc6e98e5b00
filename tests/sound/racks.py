# SPDX-License-Identifier: GPL-3.0-or-later
"""racks - every rack of config/ keeps what docs/racks.md promises of it, by meters of our own.

The variable IN names a sound file to be measured instead of the programmes that are made here,
RACKS the racks to be measured (default: all).
"""
import functools
import os
import subprocess
import tempfile

import numpy as np
import scipy.fft
import soundfile
from scipy import signal

import emphasis
import programmes as pg
from lathe_sound import BUILD, db

FS = 48000
OVERSAMPLED = 8
COLUMNS = ("rack", "programme", "in LUFS", "LRA", "out LUFS", "off LU", "LRA",
           "true peak dBTP", "latency", "pass")


class Promise:
    """A row of docs/racks.md."""

    def __init__(self, cells):
        self.rack, self.output = cells[0], cells[1]
        target, within, ceiling, latency = (
            None if c == "–" else float(c.replace("−", "-")) for c in cells[3:7])
        self.target, self.within = target, within
        self.ceiling, self.latency = ceiling, latency


def promises():
    with open("docs/racks.md") as page:
        rows = [[c.strip() for c in line.strip().strip("|").split("|")]
                for line in page if line.startswith("| ")]
    return [Promise(cells) for cells in rows[1:]]


def mixed(seconds):
    """Seven kinds and levels in turn, some after a pause."""
    part = seconds / 7
    return pg.join(FS, [
        ("dense", "play", pg.dense(FS, part, 41), -12.0),
        ("speech", "play", pg.speech(FS, part, 42), -24.0),
        ("pause", "silence", pg.quiet(FS, 1.5), None),
        ("dense", "play", pg.dense(FS, part, 43, bpm=96), -9.0),
        ("sparse", "play", pg.sparse(FS, part, 44), -26.0),
        ("pause", "silence", pg.quiet(FS, 2), None),
        ("wide", "play", pg.wide(FS, part, 45, 4.0), -18.0),
        ("applause", "play", pg.applause(FS, part, 46, tail=6.0), -17.0),
        ("speech", "play", pg.speech(FS, part, 47, 190.0), -20.0),
    ])[0]


# Quiet speech, a few notes, loud and dense, swelling over 20 dB, and all of them in turn.
MAKERS = {
    "speech": lambda s: pg.at(pg.speech(FS, s, 51), FS, -30.0),
    "sparse": lambda s: pg.at(pg.sparse(FS, s, 52), FS, -24.0),
    "dense": lambda s: pg.at(pg.dense(FS, s, 53), FS, -8.0),
    "wide": lambda s: pg.at(pg.wide(FS, s, 54, 7.0), FS, -20.0),
    "mixed": mixed,
}


def true_peak_dbtp(x, factor=OVERSAMPLED, step=1 << 16, margin=1 << 11):
    """By the spectrum of pieces that overlap; those far below the peak are left out."""
    fade = np.sin(np.pi / 2 * np.arange(margin) / margin) ** 2
    shape = np.concatenate([fade, np.ones(step + 2 * margin), fade[::-1]])
    top = np.max(np.abs(x))
    worst = top
    for channel in np.pad(x, ((0, 0), (2 * margin, step + 2 * margin))):
        for at in range(0, x.shape[1], step):
            piece = channel[at:at + len(shape)]
            if np.max(np.abs(piece)) < 0.5 * top:
                continue
            spectrum = scipy.fft.rfft(piece * shape)
            spectrum[-1] /= 2
            y = scipy.fft.irfft(spectrum, len(shape) * factor) * factor
            worst = max(worst, np.max(np.abs(y[2 * margin * factor:-2 * margin * factor])))
    return float(db(worst))


class Programme:
    """A file, and what it measures."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        x, self.rate = soundfile.read(path, always_2d=True)
        self.frames = len(x)
        # A minute until it counts, unless there is no more.
        self.from_s = 60 if len(x) > 80 * self.rate else 0
        self.integrated, self.range = self.loudness(x.T)
        self.peak = db(np.max(np.abs(x)))

    def loudness(self, x):
        power = pg.powers(x, self.rate)[100 * self.from_s:]
        return pg.integrated(power), pg.loudness_range(power)


@functools.lru_cache(None)
def programmes(folder, short):
    if os.environ.get("IN"):
        return [Programme(os.path.basename(os.environ["IN"]), os.environ["IN"])]
    found = []
    for name, make in MAKERS.items():
        path = os.path.join(folder, f"{name}.wav")
        soundfile.write(path, make(90.0 if short else 210.0).T, FS, subtype="FLOAT")
        found.append(Programme(name, path))
    return found


def render(rack, output, programme, folder, options=()):
    """(channels, frames), as the rack's port gives it, its delay included."""
    path = os.path.join(folder, f"{rack}.{output}.{programme.name}.wav")
    command = [os.path.join(BUILD, "lathe-render"), "--config", f"config/{rack}.conf",
               "--output", output, "--keep-latency", *options, programme.path, path]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}: {result.stdout}{result.stderr}")
    y = soundfile.read(path, dtype="float32", always_2d=True)[0].T
    os.remove(path)
    return y


def measure(table, promise, programme, folder, short):
    """One line of the table. Of the short programmes half a minute counts: twice as far off
    passes."""
    y = render(promise.rack, promise.output, programme, folder)
    latency = y.shape[1] - programme.frames
    y = y[:, latency:]
    integrated, wide = programme.loudness(y)
    target = programme.integrated if promise.target is None else promise.target
    within = promise.within
    if within is None:  # what changes nothing is told by what exceeds its ceiling
        within = 0.01 if programme.peak < promise.ceiling - 2 else 6.0
    peak = true_peak_dbtp(y)
    off = integrated - target
    within *= 2 if short else 1
    good = (abs(off) <= within and peak <= promise.ceiling + 0.05
            and (programme.rate != FS or latency == promise.latency))
    name = promise.rack if promise.output == "main" else f"{promise.rack}: {promise.output}"
    table.line((name, programme.name, f"{programme.integrated:.1f}", f"{programme.range:.1f}",
                f"{integrated:.2f}", f"{off:+.2f}", f"{wide:.1f}", f"{peak:.2f}", latency), good)
    return y


def minute(y, rate):
    """What is judged of a long programme: a minute, the second if there is one."""
    at = 60 * rate if y.shape[1] > 80 * rate else 0
    return y[:, at:at + 60 * rate].astype(float)


def groove(table, promise, programme, y):
    """What a cutter head has to follow, of a vinyl rack."""
    y = minute(y, programme.rate)
    mid, side = 0.5 * (y[0] + y[1]), 0.5 * (y[0] - y[1])
    bass = signal.butter(8, 90, fs=programme.rate, output="sos")
    low = db(np.max(np.abs(signal.sosfilt(bass, side))))
    what = f"{promise.rack}, {programme.name}:"
    table.at_most(f"{what} peak of the side under 90 Hz", -40, "–", low, "dBFS")
    table.at_most(f"{what} side over mid", 0, "–", db(np.std(side) / np.std(mid)), "dB")
    table.at_most(f"{what} acceleration at 25 cm/s", 1000 * 1.03, "–",
                  emphasis.acceleration(y, programme.rate, 25.0), "g")


def transmitter(table, promise, programme, y):
    """What an FM transmitter makes of it, 50 us."""
    y = minute(y, programme.rate)
    what = f"{promise.rack}, {programme.name}:"
    table.at_most(f"{what} true peak behind the pre-emphasis over the ceiling by", 0.1, "–",
                  emphasis.emphasised(y, programme.rate, 50e-6) - promise.ceiling, "dB")
    pilot = signal.butter(12, 17000, "high", fs=programme.rate, output="sos")
    high = np.std(signal.sosfilt(pilot, y)[:, programme.rate:])
    table.at_most(f"{what} above 17 kHz", -65, "–", db(high), "dBFS")


def as_alone(table, promise, programme, y, folder):
    """A chain of multi.conf against the rack that it comes from."""
    if not os.path.exists(f"config/{promise.output}.conf"):
        return
    alone = render(promise.output, "main", programme, folder)
    alone = alone[:, alone.shape[1] - programme.frames:]
    worst = np.max(np.abs(alone - y))
    table.row(f"multi, {programme.name}: {promise.output} is what {promise.output}.conf makes",
              "–", "bit for bit" if worst == 0 else f"{db(worst):.1f} dBFS off", worst == 0)


MEDIA = {"vinyl": groove, "radio-fm": transmitter}


def chosen(rows, found, short):
    """Rows and programmes; the short form takes one for each row, in turn."""
    wanted = os.environ.get("RACKS", "").split()
    for i, promise in enumerate(rows):
        for k, programme in enumerate(found):
            if (not short or k == i % 4) and (not wanted or promise.rack in wanted):
                yield promise, programme


def run(table, short):
    table.columns("Racks", COLUMNS)
    rows, later = promises(), []
    with tempfile.TemporaryDirectory() as folder:
        for promise, programme in chosen(rows, programmes(folder, short), short):
            y = measure(table, promise, programme, folder, short)
            if promise.rack in MEDIA:
                later.append((MEDIA[promise.rack], promise, programme, y))
            elif promise.rack == "multi" and (
                    short or programme.name in ("dense", "mixed")):
                later.append((as_alone, promise, programme, y, folder))
        table.chapter("Racks: transmitter, groove, and five masters as each alone")
        for check, *arguments in later:
            check(table, *arguments)
