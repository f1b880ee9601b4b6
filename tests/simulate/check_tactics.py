# SPDX-License-Identifier: GPL-3.0-or-later
"""Each line of tests/eval/tactics.tsv runs, says in its truth what it is, and differs from the plain trade. Prints TAP."""
import csv
import hashlib
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
plain = {}
tap = Tap()
for row in csv.DictReader((folder / "tactics.tsv").open(), delimiter="\t"):
    files = ["honest.yaml"] + ([row["typology"] + ".yaml"] if row["typology"] != "honest" else [])
    name = f"{row['typology']} {row['tactic']} {row['degree']}"
    # The trade alone, for ten days: the honest month is the same in all of them.
    settings = row["set"] + " duration=10d ordinary.numbers=50" + "".join(
        f" resellers.L{i:02}.numbers=0" for i in range(1, 18))
    command = [program, "simulate", *(folder / "scenarios" / f for f in files), "-o", "-", "--truth", "/dev/stderr",
               "--set", settings]
    out = subprocess.run(command, capture_output=True)
    problem = "" if out.returncode == 0 else out.stderr.decode()[-400:]
    if not problem:
        truth = [json.loads(t) for t in out.stderr.decode().splitlines() if t.startswith("{")]
        guilty = [t for t in truth if t["label"] == "fraud"]
        digest = hashlib.sha256(out.stdout).hexdigest()
        evasion = row["tactic"] + (row["degree"] if row["degree"] != "-" else "")
        if bool(guilty) != (row["typology"] != "honest"):
            problem = f"{len(guilty)} are guilty"
        elif any(t["typology"] != row["typology"] for t in guilty):
            problem = f"other typologies: {guilty}"
        elif any(t["evasion"] != evasion for t in guilty):
            problem = f"other tactics: {guilty}"
        elif row["tactic"] == "none":
            plain[row["typology"]] = digest
        elif digest == plain[row["typology"]]:
            problem = "the same traffic as without the tactic"
    tap.ok(not problem, name, problem)
tap.end()
