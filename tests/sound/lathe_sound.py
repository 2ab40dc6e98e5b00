# SPDX-License-Identifier: GPL-3.0-or-later
"""lathe_sound - what the chapters of the sound tests share: rendering and the table.

Needs Debian's python3-numpy, python3-scipy and python3-soundfile, and a build: the variable
BUILD names its folder (default: build).
"""
import json
import os
import subprocess
import tempfile

import numpy as np
import soundfile

BUILD = os.environ.get("BUILD", "build")
RATES = (44100, 48000, 96000, 192000)


def db(x):
    return 20 * np.log10(np.maximum(np.abs(x), 1e-30))


def node(module, extra="", **params):
    """A config of one node, "it"."""
    text = "".join(f"{key} = {setting(value)}; " for key, value in params.items())
    return f'nodes = ( {{ module = "{module}"; name = "it"; {text}{extra} }} );\n'


def setting(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{float(value):.9g}" if float(value) % 1 else f"{float(value):.1f}"


def group(name, members):
    """A repeated group from a list of dicts."""
    inner = ", ".join("{ " + "".join(f"{k} = {setting(v)}; " for k, v in m.items()) + "}"
                      for m in members)
    return f"{name} = ( {inner} );"


def render(config, x, fs, changes=(), options=(), meters=False):
    """x (channels, frames) through the rack; with meters: (y, the JSON meters).

    changes: (frame, "node/param", value) in order; takes the engine without the file end.
    """
    x = np.atleast_2d(np.asarray(x, np.float32))
    with tempfile.TemporaryDirectory() as folder:
        conf = os.path.join(folder, "rack.conf")
        with open(conf, "w") as file:
            file.write(config)
        if changes:
            return _script(conf, x, fs, changes, folder)
        a, b = os.path.join(folder, "in.wav"), os.path.join(folder, "out.wav")
        soundfile.write(a, x.T, fs, subtype="FLOAT")
        command = [os.path.join(BUILD, "lathe-render"), "--config", conf, *options]
        if meters:
            command += ["--meters", "--json"]
        result = subprocess.run(command + [a, b], capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{' '.join(command)}: {result.stdout}{result.stderr}")
        y = soundfile.read(b, dtype="float64", always_2d=True)[0].T
        return (y, json.loads(result.stdout)) if meters else y


def trace(config, x, fs, meter, every):
    """Readings of "node/meter" while x plays, each `every` frames."""
    x = np.atleast_2d(np.asarray(x, np.float32))
    with tempfile.TemporaryDirectory() as folder:
        conf, lines = os.path.join(folder, "rack.conf"), os.path.join(folder, "changes")
        with open(conf, "w") as file:
            file.write(config)
        with open(lines, "w") as file:
            file.writelines(f"{f} ?{meter} 0\n"
                            for f in range(every, x.shape[1] + 1, every))
        command = [os.path.join(BUILD, "tests/sound/script"), conf, str(fs), str(len(x)),
                   lines]
        result = subprocess.run(command, input=x.T.tobytes(), capture_output=True)
        if result.returncode:
            raise RuntimeError(f"{command}: {result.stderr[-400:]}")
        return [float(line) for line in result.stderr.split()]


def _script(conf, x, fs, changes, folder):
    lines = os.path.join(folder, "changes")
    with open(lines, "w") as file:
        file.writelines(f"{int(f)} {address} {value:.9g}\n" for f, address, value in changes)
    command = [os.path.join(BUILD, "tests/sound/script"), conf, str(fs), str(len(x)), lines]
    result = subprocess.run(command, input=x.T.tobytes(), capture_output=True)
    if result.returncode:
        raise RuntimeError(f"{command}: {result.stdout[-400:]} {result.stderr[-400:]}")
    return np.frombuffer(result.stdout, np.float32).reshape(-1, len(x)).T.astype(float)


def impulse_response(config, fs, frames, first=1.0, second=0.0, amplitude=0.25):
    """Of both channels, (2, frames), to an impulse of first and second."""
    x = np.zeros((2, frames))
    x[:, 0] = np.array([first, second]) * amplitude
    return render(config, x, fs) / amplitude


def response_db(h, fs, hz):
    """dB of an impulse response at the frequencies hz."""
    n = 8 * len(h)
    return np.interp(hz, np.fft.rfftfreq(n, 1 / fs), db(np.fft.rfft(h, n)))


class Table:
    """goal | best peer | Lathe | pass"""

    def __init__(self):
        self.passed = self.failed = 0

    def chapter(self, title):
        self.columns(title, ("goal", "best peer", "Lathe", "pass"))

    def row(self, goal, peer, found, passes, unit=""):
        text = found if isinstance(found, str) else f"{found:.4g}"
        self.line((goal, peer, f"{text}{' ' + unit if unit else ''}"), passes)

    def columns(self, title, names):
        """A chapter with columns of its own; the last is the verdict."""
        print(f"\n## {title}\n\n| {' | '.join(names)} |\n|{'---|' * len(names)}", flush=True)

    def line(self, cells, passes):
        print(f"| {' | '.join(map(str, cells))} | {'yes' if passes else 'NO'} |", flush=True)
        if passes:
            self.passed += 1
        else:
            self.failed += 1

    def at_most(self, goal, limit, peer, found, unit=""):
        self.row(f"{goal} ≤ {limit:g} {unit}".rstrip(), peer, found, found <= limit, unit)
