#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run - renders the tests of every chapter and prints one table.

    run.py [--short] [chapter ...]        chapters are the files beside this one
"""
import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from lathe_sound import Table  # noqa: E402

HERE = pathlib.Path(__file__).parent
HEADER = """# Sound

Made by `make sound` (tests/sound), which renders every row through the real modules. Don't edit.
Best peer: the best of x42, LSP 1.2.5, Calf 0.90.3, Zam 4.1, EQ10Q and JAMin, where one was measured."""
OTHERS = ("run", "lathe_sound", "programmes", "rides")


def main():
    short = "--short" in sys.argv
    wanted = [a for a in sys.argv[1:] if not a.startswith("--")]
    table = Table()
    if not short and not wanted:
        print(HEADER)
    for name in sorted(p.stem for p in HERE.glob("*.py") if p.stem not in OTHERS):
        if not wanted or name in wanted:
            importlib.import_module(name).run(table, short)
    print(f"\n{table.passed} passed, {table.failed} failed")
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
