# SPDX-License-Identifier: GPL-3.0-or-later
"""osc.py - just enough OSC for a tablet: messages over UDP, no bundles sent."""

import socket
import struct


def string(text):
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)


def pack(path, *arguments):
    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, str):
            tags, data = tags + "s", data + string(argument)
        elif isinstance(argument, int):
            tags, data = tags + "i", data + struct.pack(">i", argument)
        else:
            tags, data = tags + "f", data + struct.pack(">f", argument)
    return string(path) + string(tags) + data


def read_string(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), (end + 4) // 4 * 4


def unpack(data):
    """Every message of a packet: (path, [arguments])."""
    if data.startswith(b"#bundle\0"):
        at = 16
        while at < len(data):
            size = struct.unpack_from(">i", data, at)[0]
            yield from unpack(data[at + 4:at + 4 + size])
            at += 4 + size
        return
    path, at = read_string(data, 0)
    tags, at = read_string(data, at)
    arguments = []
    for tag in tags[1:]:
        if tag == "s":
            text, at = read_string(data, at)
            arguments.append(text)
        elif tag in "ifhd":
            kind = {"i": ">i", "f": ">f", "h": ">q", "d": ">d"}[tag]
            arguments.append(struct.unpack_from(kind, data, at)[0])
            at += struct.calcsize(kind)
        elif tag == "b":
            size = struct.unpack_from(">i", data, at)[0]
            arguments.append(data[at + 4:at + 4 + size])
            at += 4 + (size + 3) // 4 * 4
        else:
            arguments.append({"T": True, "F": False}.get(tag))
    yield path, arguments


class Socket:
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.target = ("127.0.0.1", port)

    def send(self, path, *arguments):
        self.socket.sendto(pack(path, *arguments), self.target)

    def receive(self, seconds):
        """The messages of the next packet; an empty list after `seconds`."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            return list(unpack(self.socket.recv(65536)))
        except (TimeoutError, ConnectionRefusedError):
            return []

    def receive_all(self):
        """All messages that have arrived."""
        messages = []
        while found := self.receive(0):
            messages += found
        return messages
