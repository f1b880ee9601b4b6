#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bars of the project on traffic of a generator that shares nothing with the program: no encoder, no behaviours.

usage: check_scores.py REGSENTRY [--seeds FIRST-LAST] [--only TYPOLOGY[/TACTIC],...] [--quick] [--keep FOLDER]

Each row is a typology and a tactic; each seed draws a country, a kind of tap, days, sizes, rates and layouts anew. Honest
resellers of sixteen kinds stand around every seller. --quick is the few rows that a test run has time for.
"""
import json
import os
import random
import subprocess
import sys

sys.path += [os.path.join(os.path.dirname(__file__), *up) for up in ((), ("..", "..", "support"))]
import honest  # noqa: E402
from rows import arguments, stem, wanted  # noqa: E402
from tap import Tap  # noqa: E402
from world import BANKS, BRANDS, World  # noqa: E402

DAY = 86400
TACTICS = {
    "roaming": "none dilution10 dilution30 dilution60 scatter cells rotation intercalling drip fakesend mixing",
    "hosted": "none dilution10 dilution30 dilution60 dilution90 scatter intercalling drip fakesend mixing",
    "agent": "none scatter cells rotation intercalling drip fakesend mixing",
    "home": "none scatter cells rotation intercalling drip fakesend mixing",
    "hijacked": "none drip", "inflated": "none dilution30 drip", "sims": "none", "small": "none", "honest": "none",
}
BARS = {"none": 0.98, "dilution10": 0.95, "dilution30": 0.9, "dilution60": 0.75, "dilution90": 0}
OTHER = 0.85
QUICK = [("honest", "none"), ("roaming", "none"), ("roaming", "dilution30"), ("hosted", "none"), ("agent", "none"),
         ("sims", "none"), ("home", "none"), ("small", "none")]


def draw(seed):
    """The choices that neither the program nor its rules can know."""
    r = random.Random(seed * 7919 + 13)
    pick = r.choice
    return r, dict(country=pick(["HK", "HK", "HK", "GB", "US", "MY", "ID", "EE", "NL"]),
                   tap=pick(["full", "full", "full", "no-imei", "sri", "one-sided", "home-routed"]),
                   days=pick([7, 14, 14, 28]), size=pick([22, 26, 40, 40, 80, 200]), rate=pick([1, 1.6, 3, 5]),
                   life=pick([7, 14, 30]), spread=pick([.5, 2, 4]), start=pick([.5, 2]),
                   layout=pick(["consecutive", "runs", "scattered"]), per_box=pick([8, 16, 32, 64]),
                   nodes=pick([1, 1, 2, 4]), mix=pick([20, 40, 64]), unread=pick([.1, .3]), bursts=pick([0, .3, 1]))


def tactic_of(name, p, r):
    """(habits of the trade, boxes, blocks of numbers, share of cover)."""
    trade = {k: p[k] for k in ("rate", "life", "start", "spread", "unread", "bursts")}
    boxes = dict(per_box=p["per_box"], shared_nodes=p["nodes"], imei=p["tap"] == "full")
    blocks, cover = 1, 0
    if name.startswith("dilution"):
        cover = int(name[8:])
    elif name == "scatter":
        p["layout"], blocks = "scattered", 6
    elif name == "cells":
        boxes["shared_nodes"] = min(p["size"], 30)
        trade["moves"] = 2
    elif name == "rotation":
        boxes["per_box"] = 8
        trade.update(rotate=2, rate=min(p["rate"], 1), cap=12)
    elif name == "intercalling":
        trade.update(sent=6, inside=.85)
    elif name == "drip":
        trade.update(rate=.35, life=60, bursts=0)
    elif name == "fakesend":
        trade.update(sent=r.choice([3, 8]), notices=1, chats=1)
    elif name == "mixing":
        trade.update(repeat=.4, notices=3, chats=1)
    return trade, boxes, blocks, cover


def add_cluster(w, r, p, trade, boxes, blocks):
    """An agent's numbers in an honest reseller five times as large."""
    around = w.numbers(p["size"] * 5, "scattered", 1 + p["size"] // 1500)  # a block holds ten thousand
    w.people(w.lines(around, "home"))
    traded = w.numbers(p["size"], p["layout"], blocks)
    w.trade(w.lines(traded, r.choice(["home", "CN"]), **boxes), where="home", **trade)
    w.sell("P", "legit", "none", around + traded)
    starts = sorted(w.first_codes[n] for n in traded if n in w.first_codes)
    w.truth.append({"id": "agent", "parent": "P", "label": "fraud", "typology": "agent_resale", "start_ts": starts[0],
                    "numbers": len(starts), "support_ts": starts[19] if len(starts) > 19 else None,
                    "blocks": sorted({n[:-4] for n in traded})})


def add_hijacked(w, r, tactic, p):
    """People whose phones take a seller's codes beside their own."""
    size = max(p["size"], 40)
    lines = w.lines(w.numbers(round(size / r.uniform(.1, .4)), "scattered"), "home", imei=p["tap"] == "full")
    w.people(lines)
    w.trade(lines[:size], where="home", mix=BRANDS[:p["mix"]], rate=.4 if tactic == "drip" else r.uniform(.7, 2), life=60, start=0,
            spread=p["spread"], repeat=.15, unread=p["unread"], bursts=0 if tactic == "drip" else p["bursts"])
    numbers = [l.number for l in lines]
    w.sell("F", "fraud", "hijacked", numbers, tactic, traded=numbers[:size])


def add_inflated(w, r, tactic, p):
    """Numbers that are asked to get codes, most of which nobody receives."""
    size = max(p["size"], 40)
    lines = w.lines(w.numbers(size, p["layout"]), "home", imei=False)
    drip, asked = tactic == "drip", BRANDS[:r.choice([1, 2, 3])]
    first = p["days"] * r.uniform(.3, .5)
    for line in lines:
        for t in w.times(r.uniform(.6, 1.2) if drip else r.uniform(2, 8), w.start + first * DAY, w.end, "flat"):
            w.code(t, line, r.choice(asked), fails=r.random() < .6)
    extra = w.numbers(round(size * .3 / .7), "scattered") if tactic == "dilution30" else []
    w.people(w.lines(extra, "home"))
    numbers = [l.number for l in lines]
    w.sell("F", "fraud", "inflated", numbers + extra, tactic, traded=numbers)


def add_seller(w, r, typology, tactic, p):
    if typology == "hijacked":
        return add_hijacked(w, r, tactic, p)
    if typology == "inflated":
        return add_inflated(w, r, tactic, p)
    trade, boxes, blocks, cover = tactic_of(tactic, p, r)
    trade["mix"] = BRANDS[:p["mix"]] + (BANKS * 2 if tactic == "mixing" else [])
    if typology == "agent":
        return add_cluster(w, r, p, trade, boxes, blocks)
    via = ("acct%d" % r.randrange(100), "198.51.100.%d" % r.randrange(2, 250)) if typology == "hosted" else None
    size = r.randrange(8, 19) if typology == "small" else p["size"]
    traded = w.numbers(size, p["layout"], blocks)
    place = "home" if typology in ("hosted", "home") else "CN"
    lines = w.lines(traded, place, **({} if via else boxes))
    w.trade(lines, via=via, where=place, **trade)
    extra = w.numbers(round(size * cover / (100 - cover)), "scattered") if cover else []
    if via:
        w.people(w.lines(extra, "home"), via=via, codes=1.2, services=(1, 4), notices=3, chats=3, sent=4)
    else:
        w.people(w.lines(extra, lambda q: q.choice(["home"] * 5 + ["CN"])))
    w.sell("F", "fraud", typology, traded + extra, tactic, traded=traded, via=via,
           match="imsi" if typology == "sims" else r.choice(["msisdn", "account"]) if via else "msisdn")


def analyze(regsentry, w, path):
    out = subprocess.run([regsentry, "analyze", "--inventory", path + ".csv", "--format", "json", *w.write(path)],
                         check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def build(typology, tactic, seed):
    r, p = draw(seed)
    if typology == "home" and tactic == "none":  # undiluted is found soon where there is something to tell by
        p["tap"] = "full"
    if tactic == "drip" or typology == "hijacked":
        p["days"] = 28
    if typology == "sims":
        p["tap"] = "mt-only"
    w = World(seed, p["days"], p["country"], tap=p["tap"])
    w.r.shuffle(BRANDS)
    honest.build(w, .3)
    if typology != "honest":
        add_seller(w, r, typology, tactic, p)
    return w, p


class Row:
    def __init__(self):
        self.sellers = self.found = self.honest = 0
        self.hours, self.false, self.review, self.why = [], [], [], []

    def add(self, truth, result, label):
        told = set()
        for t in truth:
            if t["label"] != "fraud" or not t.get("support_ts"):
                continue
            around = t.get("parent", t["id"])
            hits = [x for x in result["resellers"] if x["alert_ts"] is not None and
                    (x["id"] == t["id"] or x["parent"] == around or x["id"][6:] in t.get("blocks", ()))]
            self.sellers += 1
            told |= {x["id"] for x in hits}
            if hits:
                self.found += 1
                self.hours.append((min(x["alert_ts"] for x in hits) - t["support_ts"]) / 3600)
            else:
                self.why.append(f"missed with {label}")
        fraud = {t["id"] for t in truth if t["label"] == "fraud"}
        self.false += [f"{x['id']} with {label}" for x in result["resellers"]
                       if x["alert_ts"] is not None and x["id"] not in told]
        self.review += [f"{x['id']} ({x['score']}) with {label}" for x in result["resellers"]
                        if x["status"] == "review" and x["alert_ts"] is None and not {x["id"], x["parent"]} & (fraud | {"P"})]
        self.honest += sum(t["label"] == "legit" for t in truth)


def play(args, parts, build_one):
    """A row: what is built for each seed, analysed and added up; and the results, in the order of seeds."""
    row, results = Row(), []
    for seed in args.seeds:
        w, p = build_one(seed)
        with stem(args, *parts, seed) as path:
            results.append(analyze(args.regsentry, w, path))
        row.add(w.truth, results[-1], f"seed {seed}, {p}")
    return row, results


def report(tap, name, tactic, row):
    hours = sorted(row.hours)
    late = sum(h > 24 for h in hours)
    recall = row.found / row.sellers if row.sellers else 1
    print(f"# {name:22} found {row.found}/{row.sellers}, hours {hours[len(hours) // 2] if hours else 0:.0f} in the median, "
          f"{late} later than a day, {len(row.false)} false, {len(row.review)}/{row.honest} honest in review", flush=True)
    bar = BARS.get(tactic, OTHER)
    tap.ok(recall >= bar, f"{name}: recall {recall:.2f}, at least {bar}", *row.why)
    tap.none(f"{name}: nobody else is accused", row.false)
    tap.ok(len(row.review) <= max(1, .01 * row.honest), f"{name}: hardly anybody honest in review", *row.review)


def main():
    args = arguments("1-4", quick=True)
    rows = QUICK if args.quick else [(t, tactic) for t, tactics in TACTICS.items() for tactic in tactics.split()]
    tap = Tap()
    for typology, tactic in rows:
        name = f"{typology}/{tactic}"
        if not wanted(args, name):
            continue
        row, results = play(args, (name,), lambda seed, t=typology, c=tactic: build(t, c, seed))
        if typology == "small":
            for seed, result in zip(args.seeds, results):
                tap.none(f"{name}: under twenty numbers nothing is named, seed {seed}",
                         [x["id"] for x in result["resellers"] if x["id"] == "F" and x["typologies"]])
        report(tap, name, tactic, row)
    tap.end()


if __name__ == "__main__":
    main()
