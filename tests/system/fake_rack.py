# SPDX-License-Identifier: GPL-3.0-or-later
"""fake_rack.py - a rack whose meters and alarms a test sets: what lathectl asks of lathed."""

import fnmatch
import os
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../touchosc"))
import osc  # noqa: E402


def vector(values):
    """A blob of docs/osc.md, format 2."""
    return struct.pack(">HHIQ", 1, 2, len(values), 0) + b"".join(
        struct.pack(">h", int(round(256 * v))) for v in values)


def pack(path, *arguments):
    """osc.pack(), and bytes as a blob, and floats after "d" as doubles."""
    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, bytes):
            tags += "b"
            data += struct.pack(">I", len(argument)) + argument + b"\0" * (-len(argument) % 4)
        elif isinstance(argument, tuple):
            tags, data = tags + "d", data + struct.pack(">d", argument[0])
        elif isinstance(argument, str):
            tags, data = tags + "s", data + osc.string(argument)
        elif isinstance(argument, int):
            tags, data = tags + "i", data + struct.pack(">i", argument)
        else:
            tags, data = tags + "f", data + struct.pack(">f", argument)
    return osc.string(path) + osc.string(tags) + data


class Rack:
    """nodes: (name, module, label, from, meters), meters: (name, label, unit, min, choices)."""

    def __init__(self):
        self.rows, self.graph, self.values, self.blobs = [], [], {}, {}
        self.alarms, self.seen, self.asked = [], {}, []
        self.state = {"state": "playing", "jack": "running", "rate": 48000, "block": 256,
                      "load": 0.25, "xruns": 3, "config": "/somewhere/fake.conf"}
        self.hash = 1
        self.has_graph = True
        self.going = False
        self.port = 0

    def meter(self, node, name, label, unit="dB", low=-150.0, choices="", value=None):
        path = f"/{node}/meter/{name}"
        self.rows.append((path, "meter", "r", unit, "linear", low, 24.0, 0.0, 0.0, choices,
                          label, "", 1))
        if value is not None:
            self.values[path] = value

    def levels(self, node, kind, values):
        for number, value in enumerate(values, 1):
            self.meter(node, f"{kind}/{number}", kind.capitalize(), value=value)

    def node(self, name, module, label, source, levels=(-20.0, -22.0), marks=""):
        self.graph.append((name, module, label, source, len(levels), marks))
        self.levels(name, "peak" if module == "output" else "out", levels)

    def loudness(self, name, source, target, now, true_peak):
        self.node(name, "loudness", "Loudness", source)
        for leaf, label, value in (("momentary", "Momentary", now + 2), ("short_term", "Short term", now + 1),
                                   ("integrated", "Integrated", now)):
            self.meter(name, leaf, label, "LUFS", -100.0, value=value)
        self.meter(name, "range", "Range", "LU", 0.0, value=6.5)
        self.meter(name, "true_peak_max", "True peak max", "dB", -100.0, value=true_peak)
        self.meter(name, "true_peak/1", "True peak", "dB", -100.0, value=true_peak)
        self.meter(name, "on_target", "On target", "", 0.0, "measuring|right|just_off|far_off", 0.0)
        self.meter(name, "peak_limit", "Peak limit", "", 0.0, "under|was_over|over", 0.0)
        self.values.update({f"/{name}/target": target, f"/{name}/tolerance": 1.0,
                            f"/{name}/max_true_peak": -1.0})
        self.judge(name, true_peak > -1.0)

    def judge(self, name, is_over):
        """As the module does: 3 s later a peak over the limit was over it."""
        at = self.values.__getitem__
        off = abs(at(f"/{name}/meter/integrated") - at(f"/{name}/target")) - at(f"/{name}/tolerance")
        self.values[f"/{name}/meter/on_target"] = 3.0 if off > 1 else 2.0 if off > 0 else 1.0
        most = at(f"/{name}/meter/true_peak_max") - at(f"/{name}/max_true_peak")
        self.values[f"/{name}/meter/peak_limit"] = 0.0 if most <= 0.0009 else 2.0 if is_over else 1.0

    def vectors(self, node, name, unit, values):
        path = f"/{node}/vector/{name}"
        self.rows.append((path, "b", "r", unit, "linear", -60.0, 0.0, 0.0, 0.0, "", name, "",
                          len(values)))
        self.blobs[path] = vector(values)

    # ---- the conversation ----

    def start(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.port))
        self.socket.settimeout(0.02)
        self.port = self.socket.getsockname()[1]
        self.clients, self.going = {}, True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def stop(self):
        self.going = False
        self.thread.join()
        self.socket.close()

    def send(self, to, *message):
        self.socket.sendto(pack(*message), to)

    def run(self):
        next_look = time.monotonic()
        while self.going:
            try:
                data, sender = self.socket.recvfrom(65536)
                for path, arguments in osc.unpack(data):
                    self.take(sender, path, arguments)
            except TimeoutError:
                pass
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + 0.05
                for client, patterns in list(self.clients.items()):
                    self.tell(client, patterns)

    def tell(self, client, patterns):
        for path, value in {**self.values, **self.blobs}.items():
            if any(self.matches(path, pattern) for pattern in patterns):
                self.send(client, path, value)

    @staticmethod
    def matches(path, pattern):
        """As in OSC: a star stays within its part, and all below what matches belongs to it."""
        alternatives = [pattern]
        if "{" in pattern:
            before, rest = pattern.split("{")
            inside, after = rest.split("}")
            alternatives = [before + word + after for word in inside.split(",")]
        parts = path.split("/")
        for alternative in alternatives:
            wanted = alternative.split("/")
            if len(wanted) <= len(parts) and all(map(fnmatch.fnmatchcase, parts, wanted)):
                return True
        return False

    def take(self, sender, path, arguments):
        self.asked.append((path, arguments))
        if path == "/rack/describe":
            for row in self.rows:
                self.send(sender, "/rack/description", *row)
            self.send(sender, "/rack/described", len(self.rows))
        elif path == "/rack/graph" and self.has_graph:
            for row in self.graph:
                self.send(sender, "/rack/graph/node", *row)
            self.send(sender, "/rack/graph/listed", len(self.graph))
        elif path == "/rack/graph":
            self.send(sender, "/rack/error", path, "unknown_address", "no such command")
        elif path == "/rack/status":
            self.send(sender, path, *(part for pair in self.state.items() for part in pair))
        elif path == "/rack/hash":
            self.send(sender, path, self.hash)
        elif path == "/rack/alarms":
            for code, node, level, since, text, to_do in self.alarms:
                seen, who = self.seen.get((code, node), (0.0, ""))
                self.send(sender, "/rack/alarm", code, node, level, (since,), (seen,), text, who,
                          to_do)
            self.send(sender, "/rack/alarms/listed", len(self.alarms))
        elif path == "/rack/alarm/seen":
            for code, node, *_ in self.alarms:
                if not arguments or list(arguments) == [code, node]:
                    self.seen[code, node] = (time.time(), "10.1.2.3")
            self.send(sender, "/rack/result", 1, "seen", 1, 1)
        elif path == "/rack/subscribe":
            self.clients.setdefault(sender, set()).add(arguments[0])
        elif path == "/rack/unsubscribe":
            self.clients.pop(sender, None)
