# SPDX-License-Identifier: GPL-3.0-or-later
"""isa - the same rack on every instruction set: SSE2, x86-64-v3, x86-64-v4."""
import os

import numpy as np

from idle import BUSY
from lathe_sound import db, render

# Every module at work, those that follow the level before those that bend.
ORDER = ("trim", "filter", "eq", "multiband", "comp", "stereo", "emphasis", "saturator", "clipper",
         "limiter")


def programme(fs):
    """Noise in bursts over three tones."""
    n = np.arange(2 * fs)
    noise = np.random.default_rng(1).uniform(-1, 1, (2, len(n)))
    tones = sum(np.sin(2 * np.pi * f / fs * n) for f in (55.0, 220.0, 3520.0))
    return 0.1 * tones + 0.5 * noise * np.exp(-((n / fs) % 0.5) * 20)


def config(modules):
    nodes = []
    for module in modules:
        setting = dict(BUSY[module])
        text = setting.pop("extra", "")
        text += " ".join(f"{k} = {str(v).lower()};" if isinstance(v, (bool, float)) else
                         f'{k} = "{v}";' for k, v in setting.items())
        nodes.append(f'{{ module = "{module}"; name = "{module}"; {text} }}')
    return "nodes = ( " + ",\n".join(nodes) + " );\n"


def under(isa, text, x, fs):
    before = os.environ.get("LATHE_ISA")
    os.environ["LATHE_ISA"] = isa
    try:
        return render(text, x, fs)
    finally:
        if before is None:
            del os.environ["LATHE_ISA"]
        else:
            os.environ["LATHE_ISA"] = before


def run(table, short):
    table.chapter("Instruction sets")
    for fs in (48000,) if short else (44100, 48000, 96000):
        x = programme(fs)
        for modules in [(m,) for m in ORDER] + [ORDER]:
            text = config(modules)
            base = under("base", text, x, fs)
            apart = max(np.sqrt(np.mean((under(isa, text, x, fs) - base) ** 2))
                        for isa in ("v3", "v4"))
            name = modules[0] if len(modules) == 1 else "all of them"
            table.at_most(f"{fs} Hz: {name}, v3 and v4 differ from SSE2 by (rms)", -140, "–",
                          db(apart), "dBFS")
