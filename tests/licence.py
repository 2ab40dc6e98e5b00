#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""licence.py [--mend] [FILE...] - each source names its licence in a line of its own: in C after the
first comment, which says what the file is; in scripts after the first line, "#!". Prints the files
without that line; --mend adds it. Without FILEs: all sources that git knows."""
import os
import re
import subprocess
import sys

TAG = "SPDX-License-Identifier: GPL-3.0-or-later"
# How a comment begins, by the end of the name or the whole of it. C is told apart below.
COMMENTS = {
    ".sh": "#", ".inc": "#", ".py": "#", ".awk": "#", ".bash": "#", ".zsh": "#", ".yml": "#",
    ".service": "#", ".socket": "#", ".sysusers": "#", ".mjs": "//", ".js": "//", ".lua": "--",
    "Makefile": "#", "install-deps": "#", "run": "#", "rules": "#",
}


def comment_of(name):
    """What begins a comment in this file: "/*" in C, None where no licence is asked for."""
    base = os.path.basename(name)
    end = os.path.splitext(base)[1]
    if name.startswith(("tests/fixtures/", "tests/configs/")):
        return None
    return "/*" if end in (".c", ".h") else COMMENTS.get(end if end else base)


def place(lines, comment):
    """The number of lines before the licence's."""
    if comment == "/*":
        return next(at for at, line in enumerate(lines) if "*/" in line) + 1
    if re.match(r"#!|#compdef", lines[0]):
        return 1
    at = 0
    while lines[at].startswith(comment):
        at += 1
    return at


def main():
    arguments = sys.argv[1:]
    mend = "--mend" in arguments
    files = [a for a in arguments if a != "--mend"] or subprocess.check_output(
        ["git", "ls-files"], text=True).split("\n")
    faults = 0
    for name in files:
        comment = comment_of(name)
        if not comment or not os.path.isfile(name):
            continue
        lines = open(name, encoding="utf-8").read().split("\n")
        if any(TAG in line for line in lines[:40]):
            continue
        faults += 1
        if not mend:
            print(f"{name}: no line \"{TAG}\": tests/licence.py --mend")
            continue
        lines.insert(place(lines, comment), f"/* {TAG} */" if comment == "/*" else f"{comment} {TAG}")
        open(name, "w", encoding="utf-8").write("\n".join(lines))
    sys.exit(1 if faults and not mend else 0)


if __name__ == "__main__":
    main()
