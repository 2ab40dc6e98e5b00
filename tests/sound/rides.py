# SPDX-License-Identifier: GPL-3.0-or-later
"""rides - programmes that a leveller is judged on: they breathe, fade, swell, pause, chatter, applaud
and change piece. Each is (audio, segments) as programmes.join() gives them.
"""
import functools

import numpy as np

import programmes as pg

MUSIC = {"strings": pg.strings, "band": pg.dense, "plucks": pg.sparse}
FADES = ((4, "straight"), (8, "straight"), (15, "straight"), (10, "in dB"), (10, "cosine"))

# A piece of 150 s: seconds, dB.
DYNAMICS = {
    "diminuendo of 12 dB": ([0, 52, 68], [0, 0, -12]),
    "diminuendo of 16 dB": ([0, 52, 68], [0, 0, -16]),
    "fall of 12 dB": ([0, 60, 60.06], [0, 0, -12]),
    "fall of 18 dB": ([0, 60, 60.06], [0, 0, -18]),
    "quiet passage": ([0, 44, 66, 102, 105], [0, 0, -20, -20, 0]),
    "fall after a rest": ([0, 60, 60.3, 61.6, 61.9], [0, 0, -50, -50, -12]),
}


def pause(fs, kind, loudness, seconds, seed=61, spread=1.0, lead=40.0):
    """Speech at -23 LUFS over a room that never stops, the room alone, and speech again."""
    x = pg.at(pg.room(kind, fs, lead + seconds + 10, seed, spread), fs, loudness)
    for start, length, n in ((0.0, lead, 0), (lead + seconds, 10.0, 1)):
        voice = pg.at(pg.speech(fs, length, seed + n, 120.0 + 60 * n), fs, -23.0)
        x[:, int(start * fs):int(start * fs) + voice.shape[1]] += voice
    return x, [pg.Segment("speech", 0, lead, "play", -23.0),
               pg.Segment(kind, lead, lead + seconds, "room", None),
               pg.Segment("speech", lead + seconds, lead + seconds + 10, "play", -23.0)]


@functools.lru_cache(2)
def piece(fs, style, length, seed):
    """At -20 LUFS."""
    return pg.at(MUSIC[style](fs, length, seed), fs, -20.0)


def fade(fs, style, seconds, form, seed=62, length=40.0):
    """A piece that is faded out, and 3 s of silence."""
    x = pg.faded(piece(fs, style, length, seed), fs, seconds, form)
    return (np.concatenate([x, pg.quiet(fs, 3)], 1),
            [pg.Segment(style, 0, length - seconds, "play", -20.0),
             pg.Segment("fade", length - seconds, length, "fade", None)])


def dynamics(fs, style, how, seed=63):
    """A piece with a passage of DYNAMICS."""
    x = pg.shaped(piece(fs, style, 150.0, seed), fs, *DYNAMICS[how])
    return x, [pg.Segment(how, 0, 150, "play", -20.0)]


def album(fs, gap, seed=64, count=8, seconds=28.0):
    """Pieces from -29 to -9 LUFS in any order, butt-joined or after `gap` s of silence."""
    random = np.random.default_rng(seed)
    styles = list(MUSIC.values())
    parts = []
    for i, loudness in enumerate(random.permutation(np.linspace(-29, -9, count))):
        make = styles[(i + seed) % 3]
        parts.append((f"piece {i}", "play", make(fs, seconds, seed * 10 + i), loudness))
        if gap:
            parts.append(("gap", "silence", pg.quiet(fs, gap), None))
    return pg.join(fs, parts)


def applause(fs, loudness, seed):
    """It swells and dies away."""
    x = pg.shaped(pg.applause(fs, 17, seed), fs, [0, 1, 10, 17], [-20, 0, 0, -30])
    return pg.at(x, fs, loudness)


def mixed(fs, seed=65):
    """A broadcast hour in five minutes: talk, pop, silence, a room, a quiet talker, applause, a quiet
    movement, talk over a crowd, a piece that is faded out."""
    crowd = pg.at(pg.chatter(fs, 34, 24, seed), fs, -46.0)
    crowd[:, :int(26 * fs)] += pg.at(pg.speech(fs, 26, seed + 1, 180.0), fs, -18.0)
    movement = pg.shaped(pg.strings(fs, 48, seed), fs, [0, 9, 12, 30, 32], [-8, 0, -12, -12, 0])
    notes = pg.faded(pg.at(pg.sparse(fs, 40, seed + 2), fs, -26.0), fs, 8)
    return pg.join(fs, [
        ("talk", "play", pg.speech(fs, 26, seed + 3), -20.0),
        ("band", "play", pg.dense(fs, 30, seed + 4), -9.0),
        ("silence", "silence", pg.quiet(fs, 6), None),
        ("room", "room", pg.at(pg.room("breathing", fs, 8, seed), fs, -55.0), None),
        ("quiet talk", "play", pg.speech(fs, 26, seed + 5, 200.0), -36.0),
        ("applause", "tail", applause(fs, -18.0, seed), None),
        ("movement", "play", movement, -30.0),
        ("band", "play", pg.dense(fs, 26, seed + 6, bpm=96), -10.0),
        ("talk, and a crowd", "tail", crowd, None),
        ("plucks, faded", "tail", notes, None),
        ("silence", "silence", pg.quiet(fs, 4), None),
        ("band", "play", pg.dense(fs, 30, seed + 7, bpm=140), -14.0),
    ])


def swell(fs, seconds, seed=66):
    """A band that comes up by 20 dB within `seconds`."""
    x = pg.at(pg.dense(fs, 40, seed), fs, -14.0)
    return (pg.shaped(x, fs, [0, 20, 20 + seconds], [-20, -20, 0]),
            [pg.Segment("swell", 20, 40, "play", -14.0)])
