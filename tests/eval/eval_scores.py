"""Precision, recall, time to alert and false alerts per typology, tactic and degree, on simulated traffic.

usage: eval_scores.py REGSENTRY SCENARIOS TACTICS.tsv [--seeds N] [--jobs N]
                      [--only TYPOLOGY[/TACTIC]] [--set SETTINGS] [--tap]

A seller is found when its own id, or a cluster that names it as its parent, is at alert; a cluster inside an
honest reseller only when a block of its numbers or such a cluster is, since an alert on the parent blames the
innocent. Every other alert is a
false one. With --tap the bars of the project are tests.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

# Least recall per tactic; without one: what undiluted trade must reach.
BARS = {"none": 0.98, ("dilution", "10"): 0.95, ("dilution", "30"): 0.9, ("dilution", "60"): 0.75,
        ("dilution", "90"): 0.0, ("dilution", "2x"): 0.9, ("dilution", "5x"): 0.75}
OTHER_TACTICS = 0.85
DAY = 86400

parser = argparse.ArgumentParser()
parser.add_argument("regsentry")
parser.add_argument("scenarios")
parser.add_argument("tactics")
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--jobs", type=int, default=1)
parser.add_argument("--only", default="")
parser.add_argument("--set", default="", help="settings for every run")
parser.add_argument("--tap", action="store_true")
args = parser.parse_args()


def analyze(files, seed, settings):
    """(truth lines, result) of one simulated month."""
    with tempfile.TemporaryDirectory() as folder:
        return analyze_in(folder, files, seed, settings)


def analyze_in(folder, files, seed, settings):
    capture, truth, inventory = (os.path.join(folder, name) for name in ("run.pcapng", "run.jsonl", "run.csv"))
    command = [args.regsentry, "simulate", *files, "--seed", str(seed), "-o", capture, "--truth", truth,
               "--inventory", inventory]
    settings = " ".join(s for s in (args.set, settings) if s)
    if settings:
        command += ["--set", settings]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    run = subprocess.run([args.regsentry, "analyze", "--inventory", inventory, "--format", "json", capture],
                         check=True, stdout=subprocess.PIPE)
    with open(truth, encoding="utf-8") as f:
        return [json.loads(line) for line in f], json.loads(run.stdout)


def units(truth):
    """What is to be found: each seller with the ids that count as finding it, and when its clock starts."""
    by_id = {t["id"]: t for t in truth}
    found = {}
    for t in truth:
        if t["label"] != "fraud" or "support_ts" not in t:
            continue
        parent = t.get("parent")
        blocks = {f"block:{b}" for b in t.get("blocks", ())}
        if parent is None:
            unit = found.setdefault(t["id"], {"ids": set(), "support": t["support_ts"]})
            unit["ids"].add(t["id"])
        elif by_id.get(parent, {}).get("label") == "fraud":
            unit = found.setdefault(parent, {"ids": {parent}, "support": t["support_ts"]})
            unit["ids"] |= blocks
        else:
            # Hijacked telephones are told of the market that they live in: no smaller unit may be named.
            market = t["typology"] if t["typology"] == "hijacked_handsets" else None
            found[t["id"]] = {"ids": blocks, "parent": parent, "support": t["support_ts"], "market": market}
    return found


class Row:
    def __init__(self):
        self.sellers = self.found = self.false = self.review = self.honest = self.alerts = 0
        self.delays = []
        self.wrong = collections.Counter()

    def add(self, truth, result):
        wanted = units(truth)
        alerted = {r["id"]: r for r in result["resellers"] if r["alert_ts"] is not None}
        fraud_ids = set().union(*(u["ids"] for u in wanted.values())) if wanted else set()
        fraud_ids |= {u["parent"] for u in wanted.values() if u.get("market") and u["parent"] in alerted
                      and alerted[u["parent"]]["typologies"][0]["id"] == u["market"]}
        clusters = {u["parent"]: u for u in wanted.values() if "parent" in u}
        for name, unit in wanted.items():
            hits = [alerted[i] for i in unit["ids"] if i in alerted]
            if unit.get("market") and unit["parent"] in fraud_ids:
                hits.append(alerted[unit["parent"]])
            # A cluster that was found by what its numbers share has an id of its own, and its parent's name.
            around = unit.get("parent", name)
            hits += [r for r in alerted.values() if r["parent"] == around and r["id"] not in fraud_ids]
            self.sellers += 1
            if hits:
                self.found += 1
                self.delays.append(min(h["alert_ts"] for h in hits) - unit["support"])
        fraud_parents = {i for i in fraud_ids if not i.startswith("block:")} | set(clusters)
        for i, r in alerted.items():
            self.alerts += 1
            if i not in fraud_ids and r["parent"] not in fraud_parents:
                self.false += 1
                self.wrong[i] += 1
        legit = {t["id"] for t in truth if t["label"] == "legit"}
        for r in result["resellers"]:
            if (r["id"] in legit or r["id"].startswith("block:")) and r["id"] not in fraud_ids \
                    and r["status"] != "insufficient":
                self.honest += 1
                self.review += r["status"] == "review" and r["alert_ts"] is None

    def recall(self):
        return self.found / self.sellers if self.sellers else 1.0

    def precision(self):
        return 1 - self.false / self.alerts if self.alerts else 1.0

    def median_hours(self):
        return sorted(self.delays)[len(self.delays) // 2] / 3600 if self.delays else None

    def late(self):
        return sum(d > DAY for d in self.delays)


def show(name, row):
    hours = row.median_hours()
    wrong = " ".join(f"{k}×{n}" for k, n in row.wrong.most_common(4))
    print(f"{'# ' if args.tap else ''}{name:36} {row.found:3}/{row.sellers:<3} {row.recall():6.2f} {row.precision():9.2f} "
          f"{'-' if hours is None else f'{hours:.0f}':>8} {row.late():6} {row.false:6} {row.review:3}/{row.honest:<4} {wrong}",
          flush=True)


honest = os.path.join(args.scenarios, "honest.yaml")
rows = []
with open(args.tactics, encoding="utf-8") as f:
    next(f)
    for line in f:
        rows.append(tuple(line.rstrip("\n").split("\t")))
rows = [r for r in rows if not args.only or f"{r[0]}/{r[1]}".startswith(args.only)]

print(f"{'# ' if args.tap else ''}{'typology / tactic / degree':36} {'found':7} {'recall':>6} {'precision':>9} {'hours':>8} {'>24 h':>6} "
      f"{'false':>6} {'review':8}")
results = []
with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
    jobs = []
    for typology, tactic, degree, settings in rows:
        files = [honest] if typology == "honest" else [honest, os.path.join(args.scenarios, f"{typology}.yaml")]
        jobs.append((typology, tactic, degree, [pool.submit(analyze, files, seed, settings)
                                                for seed in range(1, args.seeds + 1)]))
    for typology, tactic, degree, futures in jobs:
        row = Row()
        for future in futures:
            row.add(*future.result())
        name = f"{typology} / {tactic}" + ("" if degree == "-" else f" {degree}")
        show(name, row)
        results.append((name, typology, tactic, degree, row))

if args.tap:
    tap = Tap()
    for name, typology, tactic, degree, row in results:
        if typology == "honest":
            tap.ok(row.alerts == 0, f"{name}: no alert")
            tap.ok(row.review <= 0.01 * row.honest, f"{name}: at most 1 % in review")
        else:
            least = BARS.get(tactic, BARS.get((tactic, degree), OTHER_TACTICS))
            tap.ok(row.recall() >= least, f"{name}: recall {row.recall():.2f} of {least}")
            tap.ok(row.precision() >= 0.99, f"{name}: precision {row.precision():.2f}")
    tap.end()
