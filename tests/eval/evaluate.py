# SPDX-License-Identifier: GPL-3.0-or-later
"""Precision, recall, time to alert and false alerts per typology, tactic and degree, over several seeds.

    python3 tests/eval/evaluate.py build/regsentry [--seeds 3] [--only roaming_bank] [--tactic dilution] [--jobs 2]
"""
import argparse
import concurrent.futures
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent


def simulate(program, row, seed, *more):
    files = ["honest.yaml"] + ([row["typology"] + ".yaml"] if row["typology"] != "honest" else [])
    settings = ["--set", row["set"]] if row["set"] else []
    return [program, "simulate", *(FOLDER / "scenarios" / f for f in files), "--seed", str(seed), *settings, *more]


def run(program, row, seed):
    """Truth lines and the result of the analysis; the capture goes through a pipe and is never kept."""
    with tempfile.TemporaryDirectory() as folder:
        truth, inventory = f"{folder}/truth.jsonl", f"{folder}/inventory.csv"
        # The analysis reads the inventory before the first frame, so the labels are written by a run of their own.
        subprocess.run(simulate(program, row, seed, "-o", "/dev/null", "--truth", truth, "--inventory", inventory),
                       check=True, stdout=subprocess.DEVNULL)
        writer = subprocess.Popen(simulate(program, row, seed, "-o", "-"), stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        out = subprocess.run([program, "analyze", "--inventory", inventory, "--format", "json", "-"],
                             stdin=writer.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        writer.stdout.close()
        if writer.wait() or out.returncode:
            raise RuntimeError(out.stderr.decode()[-500:])
        return [json.loads(line) for line in open(truth)], json.loads(out.stdout)


def belongs(entity, t):
    """Whether an entity of the result is the seller or cluster of a truth line, or a part of it."""
    if t["id"] in (entity["id"], entity["parent"]):
        return True
    if "parent" in t and entity["parent"] == t["parent"]:
        return True
    # Hijacked handsets are told of the market that they live in: no smaller unit may be named.
    best = max(entity.get("typologies") or [{"id": "", "score": 0}], key=lambda y: y["score"])
    return t["typology"] == "hijacked_handsets" == best["id"] and entity["id"] == t.get("parent")


def judge(truth, result):
    fraud = {t["id"] for t in truth if t["label"] == "fraud"}
    guilty = [t for t in truth if t["label"] == "fraud" and t.get("parent") not in fraud]
    entities = {r["id"]: r for r in result["resellers"]}
    # An entity that rose from review to alert may have no second line among the alerts.
    alerts = {r["id"]: r["alert_ts"] for r in result["resellers"] if r["alert_ts"]}
    for a in result["alerts"]:
        if a["level"] == "alert":
            alerts[a["id"]] = min(a["ts"], alerts.get(a["id"], a["ts"]))
    raised = [(entities.get(i, {"id": i, "parent": None}), ts) for i, ts in alerts.items()]
    found, hours = 0, []
    for t in guilty:
        times = [ts for e, ts in raised if belongs(e, t)]
        if times:
            found += 1
            if "support_ts" in t:
                hours.append((min(times) - t["support_ts"]) / 3600)
    false = [e["id"] for e, _ in raised if not any(belongs(e, t) for t in guilty)]
    honest = {t["id"] for t in truth if t["label"] == "legit"}
    review = sum(r["status"] == "review" for r in result["resellers"] if r["id"] in honest)
    return {"guilty": len(guilty), "found": found, "true": len(raised) - len(false), "false": false, "hours": hours,
            "honest": len(honest), "review": review}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("program")
    args.add_argument("--seeds", type=int, default=3)
    args.add_argument("--only")
    args.add_argument("--tactic")
    args.add_argument("--jobs", type=int, default=1)
    args = args.parse_args()
    rows = [r for r in csv.DictReader((FOLDER / "tactics.tsv").open(), delimiter="\t")
            if args.only in (None, r["typology"]) and args.tactic in (None, r["tactic"])]
    print(f"{'typology':18} {'tactic':15} {'degree':>6} {'recall':>7} {'precision':>9} {'hours':>7} {'false':>6} "
          f"{'review':>7}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        jobs = [(row, [pool.submit(run, args.program, row, seed) for seed in range(1, args.seeds + 1)]) for row in rows]
        for row, futures in jobs:
            judged = [judge(*f.result()) for f in futures]
            total = {k: sum(j[k] for j in judged) for k in ("guilty", "found", "true", "honest", "review")}
            false = [i for j in judged for i in j["false"]]
            hours = [h for j in judged for h in j["hours"]]
            alerts = total["true"] + len(false)
            print(f"{row['typology']:18} {row['tactic']:15} {row['degree']:>6} "
                  f"{total['found'] / total['guilty'] if total['guilty'] else 1:7.2f} "
                  f"{total['true'] / alerts if alerts else 1:9.2f} "
                  f"{statistics.median(hours) if hours else float('nan'):7.1f} {len(false):6d} "
                  f"{total['review'] / total['honest'] if total['honest'] else 0:7.3f}"
                  + (f"  {' '.join(sorted(set(false)))}" if false else ""), flush=True)


if __name__ == "__main__":
    sys.exit(main())
