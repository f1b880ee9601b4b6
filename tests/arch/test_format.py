# SPDX-License-Identifier: GPL-3.0-or-later
"""Every C file reads as .clang-format has it. Prints TAP.

usage: test_format.py SOURCE_ROOT
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

root = pathlib.Path(sys.argv[1])
files = [p for folder in ("src", "include", "tests") for p in sorted((root / folder).rglob("*.[ch]"))]
tap = Tap()
tap.ok(len(files) > 100, "the tree's files are found", len(files))
said = subprocess.run(["clang-format", "--dry-run", "--style=file", *map(str, files)], capture_output=True, text=True)
tap.none("formatted: clang-format -i FILE", sorted({line.split(":")[0] for line in said.stderr.splitlines()
                                                  if "-Wclang-format-violations" in line}))
tap.ok(said.returncode == 0, "clang-format reads them", said.stderr)
tap.end()
