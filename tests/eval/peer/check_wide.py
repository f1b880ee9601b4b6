#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody had in mind when the rules were written: odd captures, odd sizes, several sellers, and days that are unlike others.

usage: check_wide.py REGSENTRY [--seeds FIRST-LAST] [--only ROW,...] [--keep FOLDER]

Rows honest/EVENT have no seller (events.py). Rows sold/SHAPE have one or three: each seed draws his trade (parked SIMs, a hosted
range, an agent, cards used at home), his habits, and all else from wider ranges than check_scores.py does.
"""
import os
import random
import sys

sys.path += [os.path.join(os.path.dirname(__file__), *up) for up in ((), ("..", "..", "support"))]
import honest  # noqa: E402
from check_scores import add_cluster, play, report  # noqa: E402
from events import EVENTS  # noqa: E402
from rows import arguments, wanted  # noqa: E402
from tap import Tap  # noqa: E402
from world import BRANDS, DAY, START, World  # noqa: E402

SHAPES = "plain tiny huge days1 days2 days5 holes several taps starts stops homescatter agentscatter agentcells".split()


def draw(seed, shape):
    r = random.Random(f"{shape} {seed}")
    pick = r.choice
    p = dict(country=pick(["HK", "GB", "US", "MY", "ID", "EE", "NL"]), tap=pick(["full", "full", "no-imei", "one-sided", "home-routed"]),
             days=pick([6, 10, 21]), size=pick([25, 35, 60, 120, 300]), rate=r.uniform(.8, 6), life=r.uniform(3, 30),
             spread=r.uniform(.2, 5), start=r.uniform(.1, 2), layout=pick(["consecutive", "runs", "scattered"]),
             per_box=pick([4, 16, 32, 128]), nodes=pick([1, 2, 3, 6]), mix=pick([12, 24, 50]), unread=r.uniform(0, .4),
             bursts=pick([0, 0, .5, 2]), hours=pick(["day", "office", "flat"]), blocks=pick([1, 1, 3]),
             trade=pick(["roaming", "roaming", "hosted", "agent", "home"]))
    if shape == "tiny":
        p["size"] = 25
    elif shape == "huge":
        p.update(size=5000, days=5, rate=r.uniform(.8, 2), spread=1, start=.2)
    elif shape.startswith("days"):
        p["days"] = int(shape[4:])
        p["spread"], p["start"] = min(p["spread"], p["days"] / 3), min(p["start"], p["days"] / 6)
    elif shape == "starts":
        p["days"] = pick([10, 21])
        p["start"] = p["days"] * r.uniform(.4, .7)
    elif shape == "stops":
        p["days"], p["start"], p["life"] = pick([14, 21]), .1, 5
    elif shape == "homescatter":
        p.update(trade="home", layout="scattered", blocks=6, tap=pick(["full", "no-imei"]))
    elif shape == "agentscatter":
        p.update(trade="agent", layout="scattered", blocks=6)
    elif shape == "agentcells":
        p.update(trade="agent", nodes=20)
    return r, p


def add_seller(w, r, p, ident):
    trade = {k: p[k] for k in ("rate", "life", "start", "spread", "unread", "bursts", "hours")}
    trade["mix"] = r.sample(BRANDS, p["mix"])
    boxes = dict(per_box=p["per_box"], shared_nodes=p["nodes"], imei=p["tap"] == "full")
    if p["trade"] == "agent":
        add_cluster(w, r, p, trade, boxes, p["blocks"])
        return
    via = ("acct-" + ident.lower(), "198.51.100.%d" % r.randrange(2, 250)) if p["trade"] == "hosted" else None
    lines = w.lines(w.numbers(p["size"], p["layout"], p["blocks"]), "CN" if p["trade"] == "roaming" else "home", **({} if via else boxes))
    w.trade(lines, via=via, where="CN" if p["trade"] == "roaming" else "home", **trade)
    numbers = [l.number for l in lines]
    w.sell(ident, "fraud", p["trade"], numbers, via=via, traded=numbers)


def build(shape, seed):
    r, p = draw(seed, shape)
    w = World(seed * 31 + 7, p["days"], p["country"], tap=p["tap"], start=START + r.randrange(7) * DAY)
    w.r.shuffle(BRANDS)
    if shape == "holes":
        holes = [(f, f + r.uniform(.03, .2)) for f in (r.random() for _ in range(3))]
        w.taps = [(lambda ts: ts < w.end and not any(a < (ts - w.start) / p["days"] / DAY < b for a, b in holes), 0)]
    elif shape == "taps":  # both see the middle of the time
        middle = (w.start + p["days"] * .4 * DAY, w.start + p["days"] * .6 * DAY)
        w.taps = [(lambda ts: ts < middle[1], 0), (lambda ts: middle[0] < ts < w.end, .0002)]
    honest.build(w, r.uniform(.2, .6))
    if shape in EVENTS:
        EVENTS[shape](w)
    elif shape == "several":
        for ident, trade in zip("FGP", ("roaming", "hosted", "agent")):
            p.update(trade=trade, size=r.choice([25, 40, 100]))
            add_seller(w, r, p, ident)
    else:
        add_seller(w, r, p, "F")
    return w, p


def main():
    args = arguments("1-3")
    tap = Tap()
    for name in [f"honest/{e}" for e in EVENTS] + [f"sold/{s}" for s in SHAPES]:
        if not wanted(args, name):
            continue
        row, _ = play(args, (name,), lambda seed, what=name.split("/")[1]: build(what, seed))
        report(tap, name, "none" if name == "sold/plain" else "other", row)
    tap.end()


if __name__ == "__main__":
    main()
