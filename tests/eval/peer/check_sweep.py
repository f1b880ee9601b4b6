#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No threshold decides alone: each bound of each rule, moved by a tenth, moves no score by more than five points.

usage: check_sweep.py REGSENTRY [--seeds FIRST-LAST] [--only TYPOLOGY/TACTIC,...] [--quick]

`regsentry backtest` says, on the traffic of the second generator, how far each bound moves a score. --quick is one row, of a
seller whose scores stand between the levels.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path += [os.path.join(os.path.dirname(__file__), *up) for up in ((), ("..", "..", "support"))]
from check_scores import TACTICS, build  # noqa: E402
from rows import arguments, wanted  # noqa: E402
from tap import Tap  # noqa: E402

POINTS = 5
ROW = re.compile(r"^  (\S+ [<≥] \S+) +(?:\d+ +){5}(\S+) +(\S+)$", re.M)


def sweep(regsentry, typology, tactic, seed):
    """[(bound, points that a tenth moves a score by)]"""
    w, p = build(typology, tactic, seed)
    with tempfile.TemporaryDirectory() as folder:
        stem = os.path.join(folder, "sweep")
        out = subprocess.run([regsentry, "backtest", "--inventory", stem + ".csv", *w.write(stem)], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
    return [(bound, float(tenth)) for bound, tenth, _ in ROW.findall(out)], p


def main():
    args = arguments("1-2", quick=True, keep=False)
    rows = [("agent", "scatter")] if args.quick else [(t, tactic) for t, tactics in TACTICS.items() for tactic in tactics.split()]
    tap = Tap()
    for typology, tactic in rows:
        name = f"{typology}/{tactic}"
        if not wanted(args, name):
            continue
        for seed in args.seeds:
            moved, p = sweep(args.regsentry, typology, tactic, seed)
            most = max(moved, key=lambda m: m[1])
            print(f"# {name} seed {seed}: {len(moved)} bounds, at most {most[1]} points ({most[0]})", flush=True)
            tap.ok(len(moved) > 40 and sum(m[1] > 0 for m in moved) > 4, f"{name}: the sweep has moved scores, seed {seed}")
            tap.none(f"{name}: a tenth moves no score by more than {POINTS} points, seed {seed}",
                     [f"{bound}: {points} points, {p}" for bound, points in moved if points > POINTS])
    tap.end()


if __name__ == "__main__":
    main()
