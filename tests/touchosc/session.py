#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""session.py DESCRIPTION SESSION - checks that it is a session of Open Stage Control that reaches
every address of the rack that DESCRIPTION lists."""

import json
import sys

from grammar import ALARMS, COMMANDS, FORMS, described

TYPES = {"panel", "tab", "text", "fader", "button", "switch"}
passed = failed = 0


def check(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good and failed < 30:
        print("FAIL", what)


def walk(widget):
    yield widget
    for child in widget.get("tabs", []) + widget.get("widgets", []):
        yield from walk(child)


def main():
    rows = described(sys.argv[1])
    with open(sys.argv[2]) as file:
        session = json.load(file)
    root = session["content"]
    check(session["type"] == "session" and root["type"] == "root", "the head")
    check("/rack/subscribe" in root["onCreate"] and "/rack/alarms" in root["onCreate"], "it subscribes")
    widgets = list(walk(root))[1:]
    ids = [w["id"] for w in widgets]
    check(len(ids) == len(set(ids)), "ids are unique")
    sent = set()
    for widget in widgets:
        check(widget["type"] in TYPES, f"{widget['id']}: type {widget['type']}")
        check(not ("tabs" in widget and "widgets" in widget), f"{widget['id']}: tabs and widgets")
        address = widget.get("address")
        if not address or address in COMMANDS or ALARMS.match(address):
            sent.add(address)
            continue
        form = next((f for f in FORMS if address.endswith(f)), "")
        row = rows.get(address[:len(address) - len(form)])
        check(row is not None, f"{address}: not in the tree")
        if row and widget.get("interaction", True):
            sent.add(address[:len(address) - len(form)])
            check("w" in row["access"], f"{address}: can't be written")
        if row and widget["type"] == "switch":
            check(widget["values"]["values"] == list(range(len(row["choices"]))), f"{address}: values")
    for path, row in rows.items():
        if "w" in row["access"] and row["curve"] != "file":
            check(path in sent, f"{path} is nowhere")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
