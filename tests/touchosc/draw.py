#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""draw.py - draws every page of a .tosc file, to be looked at.

  draw.py LAYOUT OUT [SCALE] [VALUES]   OUT-<page>.png; VALUES: lines of "address value"

It also fails when a text is wider than the rectangle it stands in.
"""

import math
import sys

import cairo

import tosc

FACES = {0: "DejaVu Sans", 1: "DejaVu Sans Mono"}
# What a meter with choices may read, at its shortest where modules differ.
STATES = {"settled": "off", "alarm": "not connected", "wet": "return", "pinging": "off", "on": "off", "black": "off", "frozen": "off",
          "on_target": "measuring", "peak_limit": "was over", "distance": "-12.34 LU"}
LOUDNESS = ("momentary", "short_term", "integrated", "reference")  # read in LUFS
too_wide = []


def rounded(context, x, y, w, h, radius):
    radius = min(radius, w / 2, h / 2)
    context.new_sub_path()
    for at, (cx, cy) in enumerate(((x + w - radius, y + radius), (x + w - radius, y + h - radius),
                                   (x + radius, y + h - radius), (x + radius, y + radius))):
        context.arc(cx, cy, radius, (at - 1) * math.pi / 2, at * math.pi / 2)
    context.close_path()


class Drawing:
    def __init__(self, context, values):
        self.context = context
        self.values = values

    def fill(self, frame, colour, shade, radius, outline=False):
        r, g, b, a = colour
        self.context.set_source_rgba(r * shade, g * shade, b * shade, a)
        x, y, w, h = frame
        if outline:
            rounded(self.context, x + .5, y + .5, w - 1, h - 1, radius)
            self.context.set_line_width(1)
            self.context.stroke()
        else:
            rounded(self.context, x, y, w, h, radius)
            self.context.fill()

    def text(self, frame, words, p, size, colour, where):
        x, y, w, h = frame
        context = self.context
        options = cairo.FontOptions()
        options.set_hint_metrics(cairo.HINT_METRICS_OFF)  # widths do not depend on the scale
        context.set_font_options(options)
        context.select_font_face(FACES[p.get("font", 0)])
        context.set_font_size(size)
        extents = context.text_extents(words)
        if extents.x_advance > w + 1:
            too_wide.append(f"{where}: '{words}' is {extents.x_advance:.0f} wide in {w:.0f}")
        align = p.get("textAlignH", 2)
        left = x + (w - extents.x_advance) * {1: 0, 2: .5, 3: 1}[align]
        up, down = context.font_extents()[:2]
        context.set_source_rgba(*colour)
        context.move_to(left, y + (h + up - down) / 2)
        context.show_text(words)

    @staticmethod
    def sample(node):
        """Sample text of a read-out that has received nothing."""
        last = node.messages[0].path.split("/")[-2]
        if "/meter/" in node.name and last in STATES:
            return STATES[last]
        if "/meter/" in node.name and last.startswith(LOUDNESS) and not last.endswith("_at"):
            return "-23.45 LUFS"
        return {"load": "12.5 %", "q": "0.71", "type": "high shelf", "channels": "stereo", "compare": "off",
                "ratio": "12.5:1", "settle": "10", "target": "-23.0 LUFS"}.get(
                    last, "-12.5 dB" if "/meter/" in node.name else "-12 dB")

    def value(self, node):
        for message in node.messages:
            if message.receive and message.path in self.values:
                heard = self.values[message.path]
                if node.type == "LABEL":
                    return heard
                try:
                    return message.heard(float(heard))
                except ValueError:
                    return heard
        if node.type == "LABEL":
            return node.values.get("text", "")
        return float(node.values.get("x", 0) or 0)

    def draw(self, node, at, pages):
        p = node.properties
        if not p["visible"]:
            return
        x, y, w, h = p["frame"]
        frame = (at[0] + x, at[1] + y, w, h)
        colour, radius = p["color"], p["cornerRadius"]
        shade = 1 if node.type in ("BOX", "GROUP") else .28
        if p["background"] and node.type != "RADIO":
            self.fill(frame, colour, shade, radius)
        getattr(self, node.type.lower(), lambda *_: None)(node, frame, p)
        if p["outline"] and node.type != "RADIO":
            self.fill(frame, colour, .75, radius, True)
        if node.type == "PAGER":
            self.draw_pager(node, frame, p, pages)
        else:
            for child in node.children:
                self.draw(child, frame[:2], pages)

    def draw_pager(self, node, frame, p, pages):
        x, y, w, _ = frame
        chosen = pages.get(id(node), 0)
        width, size = w / len(node.children), p["tabbarSize"]
        for index, page in enumerate(node.children):
            q, on = page.properties, index == chosen
            tab = (x + index * width, y, width, size)
            self.fill((tab[0] + 1, y + 1, width - 2, size - 2),
                      q["tabColorOn" if on else "tabColorOff"], 1, 4)
            self.text(tab, q["tabLabel"], {}, p["textSizeOn" if on else "textSizeOff"],
                      q["textColorOn" if on else "textColorOff"], "tab")
        self.draw(node.children[chosen], (x, y), pages)

    def fader(self, node, frame, p):
        x, y, w, h = frame
        v = min(max(self.value(node), 0), 1)
        tall = p["orientation"] == 0
        bar = (x, y + h * (1 - v), w, h * v) if tall else (x, y, w * v, h)
        if v > 0:
            self.fill(bar, p["color"], 1 if not p["cursor"] else .72, p["cornerRadius"])
        if p["cursor"]:
            size = min(10, h if tall else w)
            place = v * ((h if tall else w) - size)
            cursor = (x, y + h - size - place, w, size) if tall else (x + place, y, size, h)
            self.fill(cursor, p["color"], 1.25, 3)

    def button(self, node, frame, p):
        if self.value(node) > .5:
            self.fill(frame, p["color"], 1, p["cornerRadius"])

    def radio(self, node, frame, p):
        x, y, w, h = frame
        step = w / p["steps"]
        for index in range(p["steps"]):
            cell = (x + index * step + 1, y, step - 2, h)
            self.fill(cell, p["color"], 1 if index == round(self.value(node)) else .28,
                      p["cornerRadius"])
            self.fill(cell, p["color"], .75, p["cornerRadius"], True)

    def label(self, node, frame, p):
        words = self.value(node)
        if node.name.startswith("/rack/alarms/"):  # as long as it is: the tablet cuts it off
            self.context.save()
            self.context.rectangle(*frame)
            self.context.clip()
            self.text((frame[0], frame[1], 4096 if p["textAlignH"] == 1 else frame[2], frame[3]), words, p,
                      p["textSize"], p["textColor"], node.name)
            self.context.restore()
            return
        if not words and node.messages:
            words = self.sample(node)
        if words:
            self.text(frame, words, p, p["textSize"], p["textColor"], node.name)


def choices(node):
    """Every combination of pages of all pagers: one picture each."""
    if node.type == "PAGER":
        for index, page in enumerate(node.children):
            for names, chosen in choices(page):
                yield [page.properties["tabLabel"]] + names, {**chosen, id(node): index}
        return
    nested = [found for child in node.children for found in choices(child) if found[0]]
    yield from nested or [([], {})]


def main(path, out, scale=1.0, values_path=None):
    values = {}
    if values_path:
        with open(values_path) as file:
            for line in file:
                address, _, value = line.rstrip("\n").partition(" ")
                values[address] = value
    _, root = tosc.load(path)
    w, h = root.frame[2:]
    drawn = []
    for names, chosen in choices(root):
        surface = cairo.ImageSurface(cairo.FORMAT_RGB24, int(w * scale), int(h * scale))
        context = cairo.Context(surface)
        context.scale(scale, scale)
        Drawing(context, values).draw(root, (0, 0), chosen)
        name = "-".join(names).replace(" ", "").replace("–", "_").lower()
        drawn.append(name)
        if drawn.count(name) > 1:  # a node may be called as a page is
            name += f"-{drawn.count(name)}"
        if out:
            surface.write_to_png(f"{out}-{name}.png")
    for complaint in sorted(set(too_wide)):
        print(complaint)
    return 1 if too_wide else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 1.0,
                  sys.argv[4] if len(sys.argv) > 4 else None))
