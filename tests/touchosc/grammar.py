#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""grammar.py DESCRIPTION LAYOUT... - checks that TouchOSC can read each layout, and that the
layouts reach every address of the rack that DESCRIPTION (lines of lathed --describe) lists."""

import re
import sys

import tosc

BASE = {"background": "b", "color": "c", "cornerRadius": "f", "frame": "r", "grabFocus": "b",
        "interactive": "b", "locked": "b", "name": "s", "orientation": "i", "outline": "b",
        "outlineStyle": "i", "pointerPriority": "i", "shape": "i", "visible": "b"}
MORE = {
    "BOX": {}, "GROUP": {},
    "BUTTON": {"buttonType": "i", "press": "b", "release": "b", "valuePosition": "b"},
    "LABEL": {"font": "i", "textSize": "i", "textColor": "c", "textAlignH": "i",
              "textAlignV": "i", "textClip": "b", "textLength": "i"},
    "FADER": {"bar": "b", "barDisplay": "i", "cursor": "b", "cursorDisplay": "i", "grid": "b",
              "gridSteps": "i", "response": "i", "responseFactor": "i"},
    "RADIO": {"steps": "i", "radioType": "i"},
    "PAGER": {"tabLabels": "b", "tabbar": "b", "tabbarDoubleTap": "b", "tabbarSize": "i",
              "textSizeOff": "i", "textSizeOn": "i"},
}
PAGE = {"tabLabel": "s", "tabColorOff": "c", "tabColorOn": "c", "textColorOff": "c",
        "textColorOn": "c"}
VALUES = {"BOX": ["touch"], "GROUP": ["touch"], "BUTTON": ["x", "touch"], "LABEL": ["text", "touch"],
          "FADER": ["x", "touch"], "RADIO": ["x", "touch"], "PAGER": ["page", "touch"]}
LINE = re.compile(r'(\S+) (\S+) (\S+) unit="(.*?)" curve=(\S+) min=(\S+) max=(\S+) .*?choices="(.*?)"')
FORMS = ("/norm", "/text", "/adjust")
COMMANDS = {"/rack/scene/load", "/rack/scene/save", "/rack/compare", "/rack/undo", "/rack/redo",
            "/rack/alarm/seen"}
ALARMS = re.compile(r"/rack/alarms/(level|(line|seen)/[1-4])$")  # what a subscription to them sends
passed = failed = 0


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        if failed < 40:
            print("FAIL", what)


def described(path):
    rows = {}
    with open(path) as file:
        for line in file:
            found = LINE.match(line)
            if found[2] == "b":  # its members are meters of their own
                node, name = found[1].split("/vector/")
                group, leaf = name.split("_", 1)
                for k in range(int(re.search(r"count=(\d+)$", line)[1])):
                    rows[f"{node}/meter/{group}/{k + 1}/{leaf}"] = {
                        "kind": "meter", "access": "r", "curve": "linear", "choices": [],
                        "min": float(found[6]), "max": float(found[7])}
                continue
            rows[found[1]] = {"kind": found[2], "access": found[3], "curve": found[5],
                              "min": float(found[6]), "max": float(found[7]),
                              "choices": found[8].split("|") if found[8] else []}
    return rows


def overlap(a, b):
    (ax, ay, aw, ah), (bx, by, bw, bh) = a, b
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


class Layout:
    def __init__(self, path, rows):
        self.path, self.rows = path, rows
        self.text, self.root = tosc.load(path)
        self.sent = set()

    def check(self):
        text, root = self.text, self.root
        check(text.startswith("<?xml version='1.0' encoding='UTF-8'?><lexml version='3'><node "),
              "the head")
        check(text.endswith("</node></lexml>"), "the end")
        bare = re.sub(r"<!\[CDATA\[.*?\]\]>", "", text, flags=re.S)
        check(not re.search(r">\s+<", bare) and "\n" not in bare, "space between elements")
        check(root.type == "GROUP", "the root is a group")
        ids = [node.id for node in root.walk()]
        check(len(ids) == len(set(ids)), "ids are unique")
        for node in root.walk():
            self.node(node)
        self.whole()

    def node(self, node):
        where = f"{self.path}: {node.type} {node.name}"
        check(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", node.id), f"{where}: id")
        wanted = dict(BASE, **MORE[node.type])
        if node.parent is not None and node.parent.type == "PAGER":
            wanted.update(PAGE)
        if node.parent is None:
            wanted["script"] = "s"
        check(node.types == wanted, f"{where}: properties {set(node.types) ^ set(wanted)}")
        check(list(node.types) == sorted(node.types), f"{where}: properties in order")
        check(list(node.values) == VALUES[node.type], f"{where}: values {list(node.values)}")
        order = [child.tag for child in node.element]
        check(order == [t for t in ("properties", "values", "messages", "children") if t in order],
              f"{where}: parts {order}")
        check(all(len(part) for part in node.element), f"{where}: an empty part")
        check(node.properties["shape"] == 1, f"{where}: shape")
        check(all(0 <= c <= 1 for c in node.properties["color"]), f"{where}: colour")
        x, y, w, h = node.frame
        check(w >= 1 and h >= 1, f"{where}: is empty: {node.frame}")
        if node.parent is not None:
            _, _, pw, ph = node.parent.frame
            check(x >= 0 and y >= 0 and x + w <= pw and y + h <= ph,
                  f"{where}: leaves its parent: {node.frame} in {pw}x{ph}")
        if node.type == "PAGER":
            self.pager(node, where)
        if node.type == "LABEL":
            check(node.properties["textSize"] >= 8, f"{where}: small text")
            check(not node.properties["interactive"], f"{where}: a label in the way")
        fingers = [c for c in node.children if c.touched()]
        for i, one in enumerate(fingers):
            least = 30 if self.root.frame[2] < 700 else 40
            check(min(one.frame[2:]) >= least, f"{where}/{one.name}: too small: {one.frame}")
            for other in fingers[i + 1:]:
                check(not overlap(one.frame, other.frame), f"{one.name} lies on {other.name}")
        for message in node.messages:
            self.message(node, message, where)

    def pager(self, node, where):
        _, _, w, h = node.frame
        size = node.properties["tabbarSize"]
        check(node.children and all(c.type == "GROUP" for c in node.children), f"{where}: pages")
        check(len(node.children) <= 16, f"{where}: {len(node.children)} tabs")
        for page in node.children:
            check(page.frame == (0, size, w, h - size), f"{where}: {page.name}: {page.frame}")

    def message(self, node, message, where):
        where = f"{where}: {message.path}"
        tags = [child.tag for child in message.element]
        head = ["enabled", "send", "receive", "feedback", "connections"]
        check(tags == head + (["triggers"] if message.send else []) + ["path", "arguments"],
              f"{where}: parts {tags}")
        check(message.element.findtext("connections") == "00001", f"{where}: connections")
        check(message.element.findtext("feedback") == "0", f"{where}: feedback")
        for partial in message.element.iter("partial"):
            check([p.tag for p in partial] == ["type", "conversion", "value", "scaleMin", "scaleMax"],
                  f"{where}: a partial")
            check(partial.findtext("type") in ("CONSTANT", "VALUE"), f"{where}: type")
            check(partial.findtext("conversion") in ("FLOAT", "INTEGER", "STRING"),
                  f"{where}: conversion")
        if message.path in COMMANDS:
            self.sent.add(message.path)
            check(node.type == "BUTTON" and message.trigger == "RISE", f"{where}: a command")
            return
        if ALARMS.match(message.path):
            check(not message.send and node.type == ("FADER" if "level" in message.path else "LABEL"),
                  f"{where}: alarms")
            return
        form = next((f for f in FORMS if message.path.endswith(f)), "")
        path = message.path[:len(message.path) - len(form)]
        row = self.rows.get(path)
        check(row is not None, f"{where}: not in the tree")
        if row is None:
            return
        check(message.send == node.touched(), f"{where}: who touches sends")
        if message.send:
            self.sent.add(path)
            self.control(node, message, row, form, where)
        elif node.type == "FADER":
            check(row["kind"] == "meter" and not form, f"{where}: a meter")
        else:
            check(node.type == "LABEL" and form == "/text", f"{where}: a read-out")

    @staticmethod
    def control(node, message, row, form, where):
        check("w" in row["access"], f"{where}: can't be written")
        kind, _, _, low, high = message.arguments[0]
        curve, properties = row["curve"], node.properties
        if node.type == "FADER":
            tapered = curve in ("log", "fader")
            check(form == ("/norm" if tapered else ""), f"{where}: the form")
            check(properties["response"] == 1, f"{where}: jumps when touched")
            wanted = (0, 1) if tapered else (row["min"], row["max"])
            check(max(abs(low - wanted[0]), abs(high - wanted[1])) < 1e-4 * (1 + abs(wanted[1])),
                  f"{where}: range {low} {high}")
        elif node.type == "RADIO":
            check(curve == "choice" and properties["steps"] == len(row["choices"]) <= 6,
                  f"{where}: steps")
            check((low, high) == (0, 1) and not form, f"{where}: an index")
        elif properties["buttonType"] == 2:
            check(curve == "toggle" and not form and kind == "VALUE", f"{where}: a switch")
        else:
            check(properties["buttonType"] == 0 and message.trigger == "RISE" and
                  (curve == "trigger" or form == "/adjust"), f"{where}: a press")

    def whole(self):
        for path, row in self.rows.items():
            if "w" in row["access"] and row["curve"] != "file":
                check(path in self.sent, f"{self.path}: {path} is nowhere")


def main():
    rows = described(sys.argv[1])
    for path in sys.argv[2:]:
        Layout(path, rows).check()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
