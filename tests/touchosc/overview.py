#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""overview.py LAYOUT METER OUTPUT - does the first page show this output, the loudness of this
meter beside what is wanted, and the alarms?"""

import sys

import tosc

passed = failed = 0


def check(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what)


def main():
    layout, meter, output = sys.argv[1:]
    _, root = tosc.load(layout)
    pager = root.children[0]
    page = next(p for p in pager.children if p.properties["tabLabel"] == "Overview")
    heard = [m.path for n in page.walk() for m in n.messages]
    for leaf in ("meter/integrated/text", "target/text", "meter/distance/text", "meter/on_target/text",
                 "meter/true_peak_max/text", "max_true_peak/text", "meter/peak_limit/text"):
        check(f"/{meter}/{leaf}" in heard, f"{meter}: {leaf}")
    loudness = {path.split("/")[1] for path in heard if path.endswith("/meter/integrated/text")}
    check(loudness == {meter}, f"no other meter's loudness: {loudness}")
    for state in ("on_target", "peak_limit"):
        lamps = [n for n in page.walk() if n.type == "FADER" and n.messages[0].path == f"/{meter}/meter/{state}"]
        colours = [tuple(round(c, 2) for c in n.properties["color"][:3]) for n in lamps]
        check(len(set(colours)) == 3 and len({n.frame for n in lamps}) == 1,
              f"{state}: green, amber and red in one place: {colours}")
        check([n.properties["background"] for n in lamps] == [1, 0, 0], f"{state}: none hides what is below")
        # What each lamp shows of the words 0, 1, 2, 3: a higher one covers those below.
        first = 1 if state == "on_target" else 0
        for word in range(first, first + 3):
            lit = [n.messages[0].heard(float(word)) >= 1 for n in lamps]
            check(lit == [i <= word - first for i in range(3)], f"{state} {word}: {lit}")
    peaks = [path for path in heard if path.startswith("/rack/output/") and path.endswith("/text")]
    check(peaks and peaks[0].startswith(f"/rack/output/{output}/meter/peak/"), f"the master comes first: {peaks[:1]}")
    bars = [n for n in page.walk() if n.type == "FADER" and n.messages[0].path == f"/rack/output/{output}/meter/peak/1"]
    for level, lit in ((-20, 0), (-5, 1), (0.01, 2)):
        full = [n.messages[0].heard(level) >= 1 - 1e-6 for n in bars]
        check(sum(full) == lit + (level > 0), f"{level} dB: {full}")
    check("/rack/alarms/line/1" in heard and "/rack/alarms/seen/1" in heard and "/rack/alarms/level" in heard,
          "alarms, and who has seen them")
    check("/rack/alarm/seen" in heard, "a button for them")
    script = root.properties["script"]
    check("{'/*/text', 4}" in script and "{'/rack/alarms', 4}" in script, "digits come 4 times a second")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
