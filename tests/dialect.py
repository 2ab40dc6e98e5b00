#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""dialect.py [--mend] [FILE...] - one dialect of C: sizeof(x) with brackets, and a blank line
between the declarations at the head of a function and its first statement. Prints what differs;
--mend rewrites it. Without FILEs: all C sources that git knows."""
import re
import subprocess
import sys

SIZEOF = re.compile(r"\bsizeof +(\*?\w+(?:(?:->|\.)\w+|\[[\w+ -]+\])*)|\bsizeof +(\()")
TYPE = re.compile(
    r"^\t(?:(?:static|const|register|volatile|unsigned|signed|_Alignas\(\d+\)|_Atomic)\s+)*"
    r"(?:struct \w+|enum \w+|union \w+|unsigned|signed|long|short|int|char|float|double|bool|void|"
    r"\w+_t|FILE|DIR|va_list|vec\w*|v\w*(?=\s+\w+\s*[;=,])|__auto_type)\b[\s*]*(?:const\s+)?[\s*(]*\w+[^;{}()]*"
    r"(?:[;,=({\[])"
)
STATIC_ASSERT = re.compile(r"^\t_Static_assert")


def statement_end(lines, at):
    """The line on which the statement that begins on line `at` ends."""
    depth = 0
    while at < len(lines):
        text = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*.*?\*/', "", lines[at])
        depth += sum(text.count(c) for c in "({[") - sum(text.count(c) for c in ")}]")
        if depth <= 0 and text.rstrip().endswith(";"):
            return at
        at += 1
    return at


def heads(lines):
    """Where a blank line is missing: the line after which it belongs."""
    for at, line in enumerate(lines):
        if line != "{" or at == 0 or re.match(r"^(struct|enum|union)\b", lines[at - 1]):
            continue
        at += 1
        last = None
        while at < len(lines) and lines[at] != "}":
            if lines[at].startswith("\t/*") and lines[at].endswith("*/"):
                following = lines[at + 1] if at + 1 < len(lines) else ""
                if not TYPE.match(following):
                    break
                at += 1
                continue
            if not TYPE.match(lines[at]) or lines[at].startswith("\treturn"):
                break
            last = statement_end(lines, at)
            at = last + 1
        if last is not None and last + 1 < len(lines) and lines[last + 1] not in ("", "}"):
            yield last


def main():
    arguments = sys.argv[1:]
    mend = "--mend" in arguments
    files = [a for a in arguments if a != "--mend"] or subprocess.check_output(
        ["git", "ls-files", "*.c", "*.h"], text=True).split()
    faults = 0
    for name in files:
        try:
            text = old = open(name, encoding="utf-8").read()
        except FileNotFoundError:
            continue
        for match in SIZEOF.finditer(text):
            faults += 1
            if not mend:
                line = text.count("\n", 0, match.start()) + 1
                print(f"{name}:{line}: found \"{match[0]}\", would accept sizeof(x)")
        text = SIZEOF.sub(lambda m: f"sizeof({m[1]})" if m[1] else "sizeof(", text)
        lines = text.split("\n")
        for after in reversed(list(heads(lines))):
            faults += 1
            if not mend:
                print(f"{name}:{after + 2}: found a statement right after the declarations, "
                      "would accept a blank line between them")
            lines.insert(after + 1, "")
        if mend and "\n".join(lines) != old:
            open(name, "w", encoding="utf-8").write("\n".join(lines))
    sys.exit(1 if faults and not mend else 0)


if __name__ == "__main__":
    main()
