# SPDX-License-Identifier: GPL-3.0-or-later
"""vt.py - a program in a pseudo-terminal, and what stands on its screen."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])")


class Screen:
    """The part of ECMA-48 that lathectl uses. What it does not know is an error."""

    def __init__(self, columns, rows):
        self.pending = ""
        self.alternate = False
        self.strict = True  # False: what lies outside is cut off, as just after a resize
        self.cursor_shown = True
        self.size(columns, rows)

    def size(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.x = self.y = 0
        self.colour = ""
        self.clear()

    def clear(self):
        self.cells = [[(" ", "")] * self.columns for _ in range(self.rows)]

    def feed(self, text):
        self.pending += text
        while self.pending:
            if self.pending[0] == "\x1b":
                found = SEQUENCE.match(self.pending)
                if not found:
                    if len(self.pending) > 20:
                        raise ValueError(f"no sequence: {self.pending[:20]!r}")
                    return
                self.pending = self.pending[found.end():]
                self.act(*found.groups())
                continue
            letter, self.pending = self.pending[0], self.pending[1:]
            self.put(letter)

    def act(self, numbers, kind):
        if numbers.startswith("?"):
            if numbers == "?1049":
                self.alternate = kind == "h"
                self.clear()
            elif numbers == "?25":
                self.cursor_shown = kind == "h"
            elif numbers != "?2026":
                raise ValueError(f"mode {numbers}")
        elif kind == "H":
            row, column = (int(n) for n in (numbers or "1;1").split(";"))
            if self.strict and (row > self.rows or column > self.columns):
                raise ValueError(f"row {row} of {self.rows}")
            self.y, self.x = min(row, self.rows) - 1, min(column, self.columns) - 1
        elif kind == "A":
            self.y = max(self.y - int(numbers or 1), 0)
        elif kind == "J":
            self.clear()
        elif kind == "K":
            for x in range(self.x, self.columns):
                self.cells[self.y][x] = (" ", "")
        elif kind == "m":
            self.colour = "" if numbers in ("", "0") else numbers
        else:
            raise ValueError(f"sequence {numbers}{kind}")

    def feed_line(self):
        if self.y + 1 < self.rows:
            self.y += 1
        else:
            self.cells = self.cells[1:] + [[(" ", "")] * self.columns]

    def put(self, letter):
        if letter == "\r":
            self.x = 0
        elif letter == "\n":
            self.feed_line()
        elif ord(letter) < 32:
            raise ValueError(f"control character {letter!r}")
        else:
            if self.x >= self.columns and not self.alternate:
                self.feed_line()
                self.x = 0
            if self.x >= self.columns and not self.strict:
                return
            if self.x >= self.columns:
                raise ValueError(f"row {self.y + 1} is longer than {self.columns} columns")
            width = 0 if unicodedata.combining(letter) else \
                2 if unicodedata.east_asian_width(letter) in "WF" else 1
            if width == 0:
                letter = self.cells[self.y][self.x - 1][0] + letter
                self.x -= 1
            self.cells[self.y][self.x] = (letter, self.colour)
            if width == 2 and self.x + 1 < self.columns:
                self.cells[self.y][self.x + 1] = ("", self.colour)
            self.x += max(width, 1)

    def lines(self):
        return ["".join(letter for letter, _ in row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines())

    def coloured(self):
        """Every cell that is not blank, with its colour."""
        return [(y, x, letter, colour) for y, row in enumerate(self.cells)
                for x, (letter, colour) in enumerate(row) if letter != " "]


class Terminal:
    """A program that has a terminal of its own."""

    def __init__(self, command, columns, rows, **environment):
        self.screen = Screen(columns, rows)
        self.status = None
        self.bytes = 0
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": "",
                               **environment})
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execv(command[0], command)
        self.resize(columns, rows)
        self.left = b""

    def resize(self, columns, rows):
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.size(columns, rows)

    def keys(self, keys):
        os.write(self.end, keys.encode())

    def read(self, seconds=0.05):
        """Takes what the program has written. False: it has ended."""
        if not select.select([self.end], [], [], seconds)[0]:
            return True
        try:
            data = self.left + os.read(self.end, 65536)
        except OSError:
            data = self.left
            if not data:
                return False
        self.bytes += len(data)
        text = data.decode(errors="ignore") if len(data) < 4 else None
        for cut in range(4):
            try:
                text = data[:len(data) - cut].decode()
                self.left = data[len(data) - cut:]
                break
            except UnicodeDecodeError:
                text = None
        if text is None:
            raise ValueError(f"not UTF-8: {data[:40]!r}")
        self.screen.feed(text)
        return True

    def until(self, good, seconds=20):
        """Waits until good(lines) is true. Returns whether it became so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if good(self.screen.lines()):
                return True
            if not self.read():
                return good(self.screen.lines())
        return good(self.screen.lines())

    def shows(self, *words, seconds=20):
        return self.until(lambda lines: all(any(w in line for line in lines) for w in words),
                          seconds)

    def wait(self, seconds=20):
        """The exit status of a program that ends."""
        end = time.monotonic() + seconds
        while self.read(0.02) and time.monotonic() < end:
            pass
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
            time.sleep(0.02)
        return None

    def is_stopped(self):
        with open(f"/proc/{self.pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    def signal(self, number):
        os.kill(self.pid, number)

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        os.close(self.end)
