# SPDX-License-Identifier: GPL-3.0-or-later
"""tosc.py - a .tosc file as a tree of nodes."""

import zlib
from xml.etree import ElementTree


class Node:
    """One node: type, properties by key (name, value), messages, children."""

    def __init__(self, element, parent=None):
        self.element = element
        self.parent = parent
        self.id = element.get("ID")
        self.type = element.get("type")
        self.properties = {}
        self.types = {}
        for found in element.findall("properties/property"):
            key = found.findtext("key")
            self.types[key] = found.get("type")
            self.properties[key] = self.read(found)
        self.values = {v.findtext("key"): v.findtext("default") or ""
                       for v in element.findall("values/value")}
        self.messages = [Message(m) for m in element.findall("messages/osc")]
        self.children = [Node(c, self) for c in element.findall("children/node")]

    @staticmethod
    def read(found):
        value, kind = found.find("value"), found.get("type")
        if kind in "cr":
            return tuple(float(part.text) for part in value)
        text = value.text or ""
        return text if kind == "s" else float(text) if kind == "f" else int(text)

    @property
    def name(self):
        return self.properties["name"]

    @property
    def frame(self):
        return self.properties["frame"]

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def touched(self):
        return bool(self.properties.get("interactive")) and self.type not in (
            "GROUP", "PAGER")


class Message:
    """One OSC message of a node, and what it makes of a value."""

    def __init__(self, element):
        self.element = element
        self.send = element.findtext("send") == "1"
        self.receive = element.findtext("receive") == "1"
        self.trigger = element.findtext("triggers/trigger/condition")
        self.path = "".join(p.findtext("value") or "" for p in element.findall("path/partial"))
        self.arguments = [
            (p.findtext("type"), p.findtext("conversion"), p.findtext("value") or "",
             float(p.findtext("scaleMin")), float(p.findtext("scaleMax")))
            for p in element.findall("arguments/partial")]

    def sent(self, value):
        """What goes out when the node's x is `value`."""
        made = []
        for kind, conversion, text, low, high in self.arguments:
            if kind == "VALUE":
                text = low + value * (high - low)
            made.append(int(text) if conversion == "INTEGER"
                        else float(text) if conversion == "FLOAT" else text)
        return made

    def heard(self, argument):
        """The node's x, or its text, when this comes in."""
        _, conversion, _, low, high = self.arguments[0]
        if conversion == "STRING":
            return argument
        x = (argument - low) / (high - low)
        return x if conversion == "INTEGER" else min(max(x, 0.0), 1.0)


def load(path):
    with open(path, "rb") as file:
        text = zlib.decompress(file.read()).decode()
    return text, Node(ElementTree.fromstring(text.encode()).find("node"))
