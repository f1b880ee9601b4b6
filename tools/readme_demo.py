# SPDX-License-Identifier: GPL-3.0-or-later
"""The output in README.md, which is what tools/run prints with the reasons of the first reseller only, and the report
captures/demo.html.

usage: readme_demo.py REGSENTRY [--check]

--check: says whether they are what the program makes now, and changes nothing.
"""
import os
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[1]
readme, report = root / "README.md", root / "captures" / "demo.html"
program = pathlib.Path(sys.argv[1]).resolve()


def analyze(folder, *args):
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    return subprocess.run([program, "analyze", "--rules", root / "rules", "--inventory", root / "captures/demo.csv", *args],
                          cwd=folder, env={**env, "COLUMNS": "100"}, check=True, stdout=subprocess.PIPE).stdout.decode()


def shortened(text):
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line[:1] in ("█", "░"))
    end = lines.index("", first)
    shown = lines[:end + 1]
    for line in lines[end:]:
        if line[:1] in ("█", "░"):
            shown.append(line)
        elif line.startswith("     ") and shown[-1] != "     ...":
            shown.append("     ...")
    return "\n".join(shown)


shown = shortened(analyze(root, "captures/demo.pcapng"))
page = analyze(root / "captures", "--format", "html", "demo.pcapng")
before, rest = readme.read_text(encoding="utf-8").split("```\n$ tools/run\n", 1)
old, after = rest.split("\n```\n", 1)
if "--check" in sys.argv:
    stale = [p.name for p, same in ((readme, old == shown), (report, report.read_text(encoding="utf-8") == page)) if not same]
    sys.exit(f"{' and '.join(stale)}: not what the program makes today; run tools/demo" if stale else 0)
readme.write_text(f"{before}```\n$ tools/run\n{shown}\n```\n{after}", encoding="utf-8")
report.write_text(page, encoding="utf-8")
