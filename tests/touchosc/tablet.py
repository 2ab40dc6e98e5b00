#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tablet.py TOUCHOSC PORT SIZE - a tablet without a screen.

Has a layout made of the rack that plays on PORT, runs its script in Lua, then touches each
control by the layout's own rules: a third client asks lathed whether it followed, the
tablet's read-outs must say so, and a second tablet's controls must move along. At the
end a third client changes everything, and both tablets must follow."""

import subprocess
import sys
import tempfile
import time

import osc
import tosc

passed = failed = 0


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAIL", what)
        if failed == 30:  # each may have waited for seconds
            print(f"{passed} passed, {failed} failed")
            sys.exit(1)


class Tablet:
    """Sends from one port, receives on another, as TouchOSC does."""

    def __init__(self, port):
        self.ears, self.mouth, self.heard = osc.Socket(port), osc.Socket(port), {}

    def load(self, path):
        _, self.root = tosc.load(path)
        self.nodes = list(self.root.walk())

    def subscribe(self):
        """What the script sends in its first moment."""
        for words in self.script():
            if float(words[0]) == 0:
                self.mouth.send(words[1], *words[2:])

    def script(self):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(self.root.properties["script"])
            file.flush()
            run = subprocess.run(["lua5.1", f"{sys.path[0]}/script.lua", file.name],
                                 capture_output=True, text=True, check=True)
        return [line.split() for line in run.stdout.splitlines()]

    def listen(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path, arguments in self.ears.receive(end - time.monotonic()):
                if len(arguments) == 1:
                    self.heard[path] = arguments[0]

    def await_value(self, path, good, seconds=3):
        end = time.monotonic() + seconds
        while not (path in self.heard and good(self.heard[path])):
            if time.monotonic() > end:
                return False
            self.listen(0.02)
        return True


class Observer:
    """A third client, which asks lathed for its values, one query at a time."""

    def __init__(self, port):
        self.socket = osc.Socket(port)

    def ask(self, path):
        for _ in range(5):
            self.socket.send(path)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                for found, arguments in self.socket.receive(end - time.monotonic()):
                    if found == path and arguments:
                        return arguments[0]
        return None

    def sync(self):
        """Waits until lathed has handled all that was sent before."""
        self.socket.send("/rack/ping")
        end = time.monotonic() + 1
        while time.monotonic() < end:
            if any(path == "/rack/pong" for path, _ in self.socket.receive(0.2)):
                return

    def settle(self, path, good):
        """Asks until the value is good, at most 40 times; returns the last answer."""
        for _ in range(40):
            value = self.ask(path)
            if value is None or good(value):
                return value
            time.sleep(0.025)
        return value


def test_script(tablet, port):
    said = tablet.script()
    asked = [w[1:] for w in said if float(w[0]) > 70500]
    check(asked[0] == ["/rack/confirm", "123456789"] and len(asked) > 4
          and all(w[0] == "/rack/subscribe" for w in asked[1:]), f"it confirms its address: {asked}")
    said = [w for w in said if float(w[0]) <= 70500]
    first = [w for w in said if float(w[0]) == 0]
    check(first[0][1] == "/rack/unsubscribe", "it starts as a stranger")
    asked = [w for w in first if w[1] == "/rack/subscribe"]
    check(len(asked) >= 4 and all(w[4] == str(port) for w in asked), "its port is told")
    for pattern in {w[2] for w in asked}:
        times = [float(w[0]) for w in said if w[2:3] == [pattern]]
        gaps = [b - a for a, b in zip(times, times[1:])]
        check(len(times) == 4 and max(gaps[:-1]) < 5000, f"{pattern} is renewed: {times}")
    woken = [w[1] for w in said if float(w[0]) > 60000 and w[1] != "label"]
    shown = [" ".join(w[2:]) for w in said if w[1] == "label"]
    check(shown == ["Verse", "Verse *", "Verse *", ""], f"the scene is shown: {shown}")
    check(woken[:1] == ["/rack/unsubscribe"] and len(woken) == len(first),
          "it asks for everything after a sleep")


def positions_of(node):
    """The positions that a finger puts this control to, in order."""
    if node.type == "RADIO":
        return list(range(int(node.properties["steps"])))
    if node.type == "FADER":
        return [0.25, 0.75]
    return [1, 0] if node.properties["buttonType"] == 2 else []


def judge(tablet, mirror, observer, node, x):
    """lathed did what the control said, the read-outs say so, the other tablet follows."""
    message = node.messages[0]
    path, sent = message.path, message.sent(x)[0]
    base = path.removesuffix("/norm")
    near = 0.0
    if node.type == "FADER":  # values snap to the param's step
        span = abs(message.arguments[0][4] - message.arguments[0][3])
        near = 0.03 if path != base else 1e-3 * span + 0.26
    value = observer.settle(path, lambda v: abs(v - sent) <= near)
    check(value is not None and abs(value - sent) <= near,
          f"{path}: sent {sent}, lathed says {value}")
    check(mirror.await_value(path, lambda v: abs(v - value) < 1e-4 * (1 + abs(value))),
          f"{path}: the other tablet hears {mirror.heard.get(path)}, not {value}")
    words = base + "/text"
    if words in tablet.read:
        wanted = observer.ask(words)
        check(tablet.await_value(words, lambda v: v == wanted),
              f"{words}: reads {tablet.heard.get(words)}, not {wanted}")


def test_touches(tablet, mirror, observer):
    """All controls go to their first place, then all to the next."""
    controls = [(n, positions_of(n)) for n in tablet.nodes if n.touched()]
    for turn in range(max(len(positions) for _, positions in controls)):
        moved = [(n, p[turn]) for n, p in controls if turn < len(p)]
        check(turn > 0 or len(moved) > 40, "there is much to touch")
        for one in (tablet, mirror):
            one.subscribe()
        for node, x in moved:
            tablet.mouth.send(node.messages[0].path, *node.messages[0].sent(x))
            time.sleep(0.001)
        for node, x in moved:
            judge(tablet, mirror, observer, node, x)


def press(tablet, observer, node):
    """A button with a command: lathed must not refuse it."""
    message = node.messages[0]
    path = message.path.removesuffix("/adjust")
    tablet.mouth.receive_all()
    was = observer.ask(path) if path != message.path else None
    tablet.mouth.send(message.path, *message.sent(1))
    if was is not None:
        step = message.sent(1)[0]
        value = observer.settle(path, lambda v: v != was) if 0 < was + step else observer.ask(path)
        check(abs(value - was - step) < 1e-3 or abs(value - was) < 1e-3,
              f"{message.path}: {was} became {value}")
        return
    observer.sync()
    errors = [a for p, a in tablet.mouth.receive_all() if p == "/rack/error"]
    check(not errors, f"{message.path}: {errors}")


def test_presses(tablet, observer):
    """Scenes are saved before they are loaded."""
    buttons = [n for n in tablet.nodes if n.touched() and not positions_of(n)]
    buttons.sort(key=lambda n: n.messages[0].path != "/rack/scene/save")
    check(len(buttons) > 4, "there is something to press")
    for node in buttons:
        press(tablet, observer, node)


def test_follow(tablet, mirror, observer):
    """A third client resets every param; both tablets must show it."""
    observer.socket.send("/*/*/reset", 1)
    observer.socket.send("/*/*/*/*/reset", 1)
    observer.socket.send("/rack/*/reset", 1)
    observer.socket.send("/rack/output/*/*/reset", 1)
    time.sleep(0.5)
    for one in (tablet, mirror):
        one.listen(0.5)
        for node in one.nodes:
            for message in node.messages:
                path = message.path
                if not message.receive or "/meter/" in path or path.startswith("/rack/alarms/"):
                    continue
                truth = observer.ask(path)
                check(one.await_value(path, lambda v: v == truth or (
                    isinstance(v, float) and abs(v - truth) < 1e-4 * (1 + abs(truth)))),
                      f"{path}: shows {one.heard.get(path)}, not {truth}")


def test_meters(tablet):
    meters = {m.path for n in tablet.nodes for m in n.messages if "/meter/" in m.path}
    for path in sorted(meters):
        check(tablet.await_value(path, lambda v: True), f"{path} is never heard")


def main():
    program, port, size = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    tablet, mirror, observer = Tablet(port), Tablet(port), Observer(port)
    with tempfile.TemporaryDirectory() as folder:
        for one in (tablet, mirror):
            subprocess.run([program, "--port", str(port), "--size", size, "--receive",
                            str(one.ears.port), f"{folder}/a.tosc"], check=True)
            one.load(f"{folder}/a.tosc")
            one.subscribe()
    tablet.read = {m.path for n in tablet.nodes for m in n.messages if n.type == "LABEL"}
    test_script(tablet, tablet.ears.port)
    test_meters(tablet)
    test_touches(tablet, mirror, observer)
    test_presses(tablet, observer)
    for one in (tablet, mirror):
        one.subscribe()
    test_follow(tablet, mirror, observer)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
