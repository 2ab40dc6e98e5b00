#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""meters.py LATHECTL [PORT] - lathectl meters in a pseudo-terminal: of a rack that the test sets,
and, with PORT, of the one that plays there. Each size is read from the screen."""

import os
import re
import signal
import subprocess
import sys
import termios
import time

from fake_rack import Rack
from vt import Terminal

SIZES = ((60, 20), (80, 24), (200, 60))
LONG = "a_name_of_thirty_one_letters_"
passed = failed = 0
lathectl = sys.argv[1]


def check(good, what, terminal=None):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what)
        if terminal:
            print("\n".join("    |" + line for line in terminal.screen.lines()))


def meters(rack, columns, rows, *words, **environment):
    return Terminal([lathectl, "--port", str(rack if isinstance(rack, int) else rack.port),
                     "meters", *words], columns, rows, **environment)


def line_with(terminal, word, at=0):
    return next((line for line in terminal.screen.lines()[at:] if word in line), "")


def row_of(terminal, start):
    """The first row whose name begins so, behind the cursor's column."""
    return next((y for y, line in enumerate(terminal.screen.lines()) if line[2:].startswith(start)), -1)


def fake():
    """Two masters, the second marked; a chain with long names; words, marks, bands, points."""
    rack = Rack()
    rack.graph.append(("in", "input", "Input", "", 2, ""))
    rack.node("input", "trim", "Trim", "in")
    rack.node(LONG + "10", "eq", "Equaliser", "input")
    rack.node(LONG + "11", "limiter", "Limiter", LONG + "10")
    rack.meter(LONG + "11", "gr", "Gain reduction", "dB", 0.0, value=4.0)
    rack.meter(LONG + "11", "reason", "Reason", "", 0.0, "idle|at_its_limit", value=1.0)
    rack.loudness("dry", "input", -23.0, -22.5, -6.0)
    rack.loudness("after", LONG + "11", -14.0, -17.2, -0.5)
    rack.node("bands", "spectrum", "Spectrum", "after")
    rack.vectors("bands", "third_level", "dB", [-10.0 - k for k in range(31)])
    rack.vectors("bands", "third_peak", "dB", [-5.0 - k for k in range(31)])
    rack.node("field", "field", "Field", "after")
    rack.vectors("field", "goniometer_point", "", [0.5, 0.1] * 64)
    rack.node("needle", "ppm", "PPM", "after")
    rack.meter("needle", "mark/1", "Mark", "", -60.0, value=6.4)
    rack.values["/needle/scale/text"] = "iia"
    rack.node("rack/output/first", "output", "Output", "dry", (-30.0, -30.0))
    rack.node("rack/output/second", "output", "Output", "after key:dry", (-1.5, -9.0), "master")
    rack.values["/rack/output/first/mute"] = 1.0
    rack.values["/input/bypass"] = 1.0
    return rack


def test_sizes(rack):
    for columns, rows in SIZES:
        terminal = meters(rack, columns, rows)
        what = f"{columns}x{rows}"
        check(terminal.shows("LU !!", "!! over", "needle" if rows > 50 else "dry"), f"{what}: it draws",
              terminal)
        second, first = row_of(terminal, "second"), row_of(terminal, "first")
        nodes = row_of(terminal, "input")
        check(0 < second < first and (first < nodes or nodes < 0),
              f"{what}: the master, the other output, then the nodes", terminal)
        check("master" in "".join(terminal.screen.lines()[second:second + 2]), f"{what}: it is called so", terminal)
        check("-60" in line_with(terminal, "dBFS") and " 0 dBFS" in line_with(terminal, "dBFS"),
              f"{what}: a scale", terminal)
        line = line_with(terminal, "Integrated")
        check("-17.2" in line and "-3.2 LU !!" in line and "┼" in line and "┃" in line,
              f"{what}: the distance from the target, a mark, a scale: {line}", terminal)
        line = line_with(terminal, "True peak")
        check("-0.5 dBTP" in line and "0.5 dB !! over -1.0" in line, f"{what}: {line}", terminal)
        check(terminal.until(lambda lines: "! muted" in "".join(lines[first:first + 2])), f"{what}: muted", terminal)
        check("q quit" in terminal.screen.lines()[-1], f"{what}: keys in the last row", terminal)
        check("fake.conf" in terminal.screen.lines()[0] and "xruns 3" in terminal.screen.lines()[0],
              f"{what}: the rack in the first", terminal)
        for name in ("first", "input", LONG + "10", LONG + "11", "dry", "after", "bands", "field", "needle"):
            terminal.keys("j")
            check(terminal.until(lambda lines: any(re.match(f"> {name}( |$)", line) for line in lines)),
                  f"{what}: {name} is whole", terminal)
        terminal.keys("\x1b[5~")
        check(terminal.until(lambda lines: not any(line.startswith("> needle") for line in lines)),
              f"{what}: a page up", terminal)
        terminal.keys("\x1b[6~\x1b[6~\x1b[6~")
        check(terminal.shows("> needle"), f"{what}: pages down", terminal)
        terminal.keys("q")
        check(terminal.wait() == 0, f"{what}: q quits", terminal)
        check(not terminal.screen.alternate and terminal.screen.cursor_shown,
              f"{what}: the terminal is given back")
        terminal.close()


def test_pictures(rack):
    for columns, rows in SIZES:
        terminal = meters(rack, columns, rows, "bands", "field", "needle")
        check(terminal.shows("5k", "10k"), f"{columns}: bands with an axis", terminal)
        text = terminal.screen.text()
        check("▇" in text or "█" in text, f"{columns}: bars", terminal)
        terminal.keys("\x1b[F")
        check(terminal.shows("PPM !"), f"{columns}: a needle in the red has a mark", terminal)
        terminal.keys("k")
        check(terminal.shows("L         M        R"), f"{columns}: a goniometer", terminal)
        check(any("\u2801" <= c <= "\u28ff" for c in terminal.screen.text()), "its points", terminal)
        terminal.keys("\x03")
        check(terminal.wait() == 0, "Ctrl-C quits")
        terminal.close()


def test_keys(rack):
    terminal = meters(rack, 80, 24)
    terminal.shows("Integrated")
    before = termios.tcgetattr(terminal.end)[3]
    check(not before & termios.ICANON and not before & termios.ECHO, "keys come one by one")
    terminal.keys("?")
    check(terminal.shows("for everybody", "Ctrl-C"), "help", terminal)
    terminal.keys("\x1b")
    check(terminal.shows("> second"), "Esc leads back", terminal)
    terminal.keys("jjj")
    check(terminal.shows("> " + LONG + "10"), "j selects", terminal)
    terminal.keys("k\x1b[B\x1b[B")
    check(terminal.shows("> " + LONG + "11"), "arrows select", terminal)
    terminal.keys("\r")
    check(terminal.shows(LONG + "11  Limiter", "hears " + LONG + "10", "least", "Gain reduction",
                         "at its limit"), "Enter opens", terminal)
    rack.values[f"/{LONG}11/meter/gr"] = 11.5
    check(terminal.until(lambda lines: "11.5" in line_with(terminal, "Gain reduction")),
          "it follows", terminal)
    rack.values[f"/{LONG}11/meter/gr"] = 2.5
    check(terminal.until(lambda lines: line_with(terminal, "Gain reduction").split()[2:6] ==
                         ["2.5", "dB", "2.5", "11.5"]), "least and most", terminal)
    terminal.keys("r")
    check(terminal.until(lambda lines: line_with(terminal, "Gain reduction").split()[2:6] ==
                         ["2.5", "dB", "2.5", "2.5"]), "r resets them", terminal)
    rack.values[f"/{LONG}11/meter/gr"] = 4.0
    terminal.keys("b")
    terminal.shows("> " + LONG + "11")
    terminal.keys("\x1b[H")
    terminal.shows("> second")
    rack.asked.clear()
    terminal.keys("C")
    check(terminal.shows("! cleared"), "C clears", terminal)
    check(terminal.until(lambda lines: ("/after/clear", [1]) in rack.asked), "the master's loudness meter")
    terminal.keys("\x1b[1;5A\x1b[20~\x01z")  # keys that do nothing
    terminal.keys("\x1b")
    time.sleep(0.02)
    terminal.keys("[B")  # an arrow in two parts
    check(terminal.shows("> first"), "a key that comes in two parts", terminal)
    terminal.signal(signal.SIGTERM)
    check(terminal.wait() == 0 and not terminal.screen.alternate, "SIGTERM ends it well")
    after = termios.tcgetattr(terminal.end)[3]
    check(after & termios.ICANON and after & termios.ECHO, "the keys are given back")
    terminal.close()


def test_resize(rack):
    terminal = meters(rack, 200, 60)
    terminal.shows("Integrated", "q quit")
    terminal.screen.strict = False  # what is on its way when the size changes
    for columns, rows in ((60, 20), (132, 43), (30, 8), (7, 3), (1, 1), (80, 24)):
        terminal.resize(columns, rows)
        terminal.signal(signal.SIGWINCH)
        before = terminal.bytes
        check(terminal.until(lambda lines: terminal.bytes > before), f"{columns}x{rows}: it draws anew")
    terminal.resize(79, 23)
    check(terminal.shows("Integrated", "> second", "q quit") and "q quit" in terminal.screen.lines()[22],
          "it fits after all sizes", terminal)
    terminal.screen.strict = True
    terminal.keys("q")
    check(terminal.wait() == 0, "it lives")
    terminal.close()


def test_alarms(rack):
    now = time.time()
    rack.alarms = [("input_identical", "dry", 5, now - 60, "both channels are the same: mono", "look"),
                   ("load", "", 4, now - 90, "DSP load is over 85 %", "remove some"),
                   ("schedule_missed", "", 4, now - 90000, 'scene "Grüße 日本 \x1b[31m" is not there', "save it"),
                   ("true_peak", "after", 3, now - 30, "the true peak is over", "lower the ceiling")]
    words = [("error", "true_peak"), ("warning", "load"), ("notice", "input_identical")]
    out = subprocess.run([lathectl, "--port", str(rack.port), "alarms"], capture_output=True,
                         text=True).stdout
    for level, code in words:
        check(any(level in line and code in line for line in out.splitlines()), f"alarms: {level} {code}")
    for columns, rows in SIZES:
        terminal = meters(rack, columns, rows)
        check(terminal.shows("!! error after: the true peak is over"), "the gravest comes first", terminal)
        check(line_with(terminal, "!! error", 1) == terminal.screen.lines()[1], "below the title", terminal)
        if rows < 30:
            check(terminal.shows("key a"), "more than there is room for", terminal)
        terminal.keys("a")
        check(terminal.shows("To do: lower the ceiling", "seen by nobody"), "all of them, and what to do", terminal)
        terminal.keys("\x1b[F")
        check(terminal.shows("notice"), "the notice too", terminal)
        check("\x1b" not in terminal.screen.text(), "escapes of a name stay outside", terminal)
        terminal.keys("\x1b\x1b")
        terminal.keys("q")
        check(terminal.wait() == 0, "q")
        terminal.close()
    terminal = meters(rack, 120, 40)
    terminal.shows("Grüße 日本")
    check(terminal.shows("Grüße 日本"), "names in any script", terminal)
    terminal.keys("a")
    terminal.shows("To do: lower the ceiling")
    terminal.keys("s")
    check(terminal.shows("seen by 10.1.2.3"), "s: seen, and by whom", terminal)
    check(len(rack.seen) == 4, "all of them")
    terminal.keys("a")
    check(terminal.shows("> second"), "a leads back", terminal)
    rack.alarms = []
    check(terminal.until(lambda lines: not any("error" in line for line in lines)), "they end", terminal)
    terminal.keys("q")
    terminal.wait()
    terminal.close()
    rack.seen.clear()


def test_marks(rack):
    """Every red and amber cell of the judgements has a mark beside it; without colours the same."""
    terminal = meters(rack, 80, 24, NO_COLOR="1")
    check(terminal.shows("LU !!"), "marks without colours", terminal)
    check(not any(colour for _, _, _, colour in terminal.screen.coloured()), "NO_COLOR: no colours", terminal)
    terminal.keys("q")
    terminal.wait()
    terminal.close()
    for value, mark in ((-14.4, ""), (-15.5, "!"), (-12.0, "!"), (-20.0, "!!"), (-11.0, "!!")):
        rack.values["/after/meter/integrated"] = value
        rack.judge("after", True)
        terminal = meters(rack, 80, 24)
        wanted = re.compile(rf"Integrated +{value:.1f} LUFS +[-+][0-9.]+ LU {mark} *[─◀]")
        check(terminal.until(lambda lines: any(wanted.search(line) for line in lines)),
              f"{value}: the mark '{mark}'", terminal)
        terminal.keys("q")
        terminal.wait()
        terminal.close()
    rack.values["/after/meter/integrated"] = -17.2
    rack.values["/after/meter/true_peak/1"] = -9.0
    rack.judge("after", False)
    terminal = meters(rack, 80, 24)
    check(terminal.shows("0.5 dB !  was over -1.0"), "it was over the limit: amber", terminal)
    rack.values["/after/meter/true_peak_max"] = -0.99
    rack.judge("after", False)
    check(terminal.shows("0.0 dB !  was over -1.0"), "0.01 dB over the limit is over", terminal)
    rack.values["/after/meter/true_peak_max"] = -1.0
    rack.judge("after", False)
    check(terminal.shows("0.0 dB    under -1.0"), "at the limit is not", terminal)
    rack.values["/after/meter/true_peak_max"] = rack.values["/after/meter/true_peak/1"] = -0.5
    rack.judge("after", True)
    terminal.keys("q")
    terminal.wait()
    terminal.close()
    terminal = meters(rack, 80, 24, LC_ALL="C")
    check(terminal.shows("┼"), "a terminal whose locale says nothing knows UTF-8", terminal)
    terminal.keys("q")
    terminal.wait()
    terminal.close()


def test_return(rack):
    terminal = meters(rack, 80, 24)
    terminal.shows("> second", "Integrated")
    terminal.keys("j")
    terminal.shows("> first")
    rack.stop()
    check(terminal.shows("!! no answer from 127.0.0.1"), "the rack is gone", terminal)
    check(terminal.shows("> first"), "what was there stays", terminal)
    rack.node("new_one", "trim", "Trim", "in")
    rack.hash = 2
    rack.start()
    check(terminal.until(lambda lines: not any("no answer" in line for line in lines)), "it is back", terminal)
    check(terminal.shows("> first"), "the selection stays", terminal)
    terminal.keys("\x1b[F")
    check(terminal.shows("> new_one"), "a node that is new", terminal)
    rack.values["/after/meter/integrated"] = -13.7
    terminal.keys("g")
    check(terminal.shows("-13.7 LUFS"), "it follows again", terminal)
    rack.rows = [row for row in rack.rows if not row[0].startswith("/new_one/")]
    rack.hash = 3
    terminal.keys("G")
    check(terminal.until(lambda lines: not any("new_one" in line for line in lines)),
          "a node that a reload took away", terminal)
    terminal.keys("q")
    check(terminal.wait() == 0, "q")
    terminal.close()


def test_stop(rack):
    """Ctrl-Z gives the terminal back, fg takes it again."""
    terminal = meters(rack, 80, 24)
    terminal.shows("> second")
    terminal.keys("\x1a")
    check(terminal.until(lambda lines: not terminal.screen.alternate), "Ctrl-Z: the shell's screen")
    check(terminal.until(lambda lines: terminal.is_stopped()), "it stops")
    check(termios.tcgetattr(terminal.end)[3] & termios.ECHO, "the keys are given back")
    terminal.signal(signal.SIGCONT)
    check(terminal.until(lambda lines: terminal.screen.alternate), "fg: the meters again")
    check(terminal.shows("> second"), "all of them", terminal)
    terminal.keys("q")
    check(terminal.wait() == 0, "q")
    terminal.close()


def test_many():
    """250 nodes, 16 outputs, 8 channels; and a rack without a graph."""
    rack = Rack()
    for n in range(100, 350):
        rack.node(f"{LONG}{n}"[-31:], "trim", "Trim", "in", (-20.0,) * (8 if n % 5 == 0 else 2))
        rack.meter(f"{LONG}{n}"[-31:], "gr", "Gain reduction", "dB", 0.0, value=n / 50)
    for n in range(16):
        rack.node(f"rack/output/out_{n}", "output", "Output", "", (-12.0, -12.0))
    rack.has_graph = False
    rack.start()
    terminal = meters(rack, 80, 24)
    check(terminal.shows("> out_0"), "the first output is the master where no graph tells it", terminal)
    terminal.keys("G")
    last = f"{LONG}349"[-31:]
    check(terminal.shows("> " + last), "the last of 250 nodes", terminal)
    before, began = terminal.bytes, time.monotonic()
    while time.monotonic() < began + 1.5:
        terminal.read()
    check(terminal.bytes - before < 8000, f"what stands still is not drawn again: {terminal.bytes - before} bytes")
    terminal.keys("q")
    check(terminal.wait() == 0, "q")
    terminal.close()
    rack.stop()


def test_real(port):
    for columns, rows in SIZES:
        terminal = meters(port, columns, rows)
        check(terminal.shows("> main", "Short term", "rack.conf"), f"{columns}: a real rack", terminal)
        check(terminal.shows("target -14.0 LUFS"), "its target", terminal)
        terminal.keys("G\r")
        check(terminal.shows("after  Loudness", "hears limit"), "opened", terminal)
        terminal.keys("\x1b")
        terminal.shows("> after")
        terminal.keys("C")
        check(terminal.shows("! cleared"), "cleared", terminal)
        terminal.keys("a")
        check(terminal.shows("Alarms"), "alarms", terminal)
        terminal.keys("q")
        check(terminal.wait() == 0, "q")
        terminal.close()
    for columns, rows in SIZES + ((40, 14),):
        terminal = Terminal([lathectl, "--port", str(port), "spectrum", "level"], columns, rows)
        check(terminal.shows("10k", "5k"), f"{columns}: spectrum draws", terminal)
        check(sum("10k" in line for line in terminal.screen.lines()) == 1, f"{columns}: in one place", terminal)
        terminal.signal(signal.SIGINT)
        check(terminal.wait() == 0, "it ends")
        terminal.close()
    terminal = meters(port, 80, 24, "--seconds", "1", "--summary")
    check(terminal.wait() == 0 and any("Integrated" in line or "rack" in line for line in terminal.screen.lines()),
          "the summary stands below", terminal)
    terminal.close()
    terminal = meters(port, 80, 24, TERM="dumb")
    check(terminal.shows("limit gr"), "plain lines for a terminal that can't move its cursor", terminal)
    terminal.signal(signal.SIGTERM)
    terminal.wait()
    terminal.close()


def main():
    rack = fake()
    rack.start()
    for test in (test_sizes, test_pictures, test_keys, test_resize, test_alarms, test_marks, test_return,
                 test_stop):
        if os.environ.get("ONLY", test.__name__) == test.__name__:
            test(rack)
    rack.stop()
    if "ONLY" not in os.environ:
        test_many()
    if len(sys.argv) > 2:
        test_real(int(sys.argv[2]))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
