#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""terminal.py - a terminal's screen as a picture: reads what `tmux capture-pane -e -p` prints,
writes SVG.
  docs/terminal.py TITLE <screen >docs/meters.svg"""
import re
import sys
from xml.sax.saxutils import escape

CELL, LINE, SIZE, MARGIN, BAR = 8.43, 19, 14, 14, 30
PAPER, INK, EDGE = "#16181d", "#d7dae0", "#2a2e37"
COLOURS = {31: "#e5534b", 32: "#57ab5a", 33: "#d8a634", 36: "#4fb3c8"}
EIGHTHS = "▁▂▃▄▅▆▇█"
BLOCKS = EIGHTHS + "▀"


def runs(line):
    """Stretches of one look: (text, colour, bold, dim)."""
    colour, bold, dim = INK, False, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b"):
            if part:
                yield part, colour, bold, dim
            continue
        for code in [int(c or 0) for c in part[2:-1].split(";")]:
            if code == 0:
                colour, bold, dim = INK, False, False
            bold, dim = bold or code == 1, dim or code == 2
            colour = COLOURS.get(code, INK if code == 39 else colour)


def draw(text, colour, bold, dim, column, row):
    """Blocks become rectangles, so that no font leaves gaps between them."""
    x, y = MARGIN + column * CELL, BAR + MARGIN + row * LINE
    for stretch in re.finditer("|".join(f"{b}+" for b in BLOCKS) + f"|[^{BLOCKS}]+", text):
        kind, left = stretch.group()[0], x + stretch.start() * CELL
        width = len(stretch.group()) * CELL
        if kind in BLOCKS:
            full = LINE - 3
            height = full * (EIGHTHS.find(kind) + 1) / 8 if kind != "▀" else full / 2
            top = y + 1.5 + (0 if kind == "▀" else full - height)
            yield (f'<rect x="{left:.2f}" y="{top:.1f}" width="{width:.2f}" '
                   f'height="{height:.1f}" fill="{colour}"/>')
        elif stretch.group().strip():
            look = ' font-weight="bold"' * bold + ' opacity="0.6"' * dim
            yield (f'<text x="{left:.2f}" y="{y + 14:.1f}" textLength="{width:.2f}" '
                   f'fill="{colour}"{look}>{escape(stretch.group())}</text>')


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in lines]
    width = 2 * MARGIN + max(map(len, plain)) * CELL
    height = BAR + 2 * MARGIN + len(lines) * LINE
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
          f'width="{width:.0f}" height="{height:.0f}" font-size="{SIZE}" '
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" xml:space="preserve">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{PAPER}" stroke="{EDGE}"/>')
    print(f'<text x="{width / 2:.0f}" y="20" text-anchor="middle" fill="{INK}" opacity="0.6">'
          f'{escape(sys.argv[1])}</text>')
    for row, line in enumerate(lines):
        column = 0
        for text, colour, bold, dim in runs(line):
            for piece in draw(text, colour, bold, dim, column, row):
                print(piece)
            column += len(text)
    print("</svg>")


main()
