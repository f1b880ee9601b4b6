#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taps that see one road only, and sellers of very many numbers.

usage: check_roads.py REGSENTRY [--seeds FIRST-LAST] [--only ROAD[/TRADE],...] [--keep FOLDER]

Rows ROAD/honest have no seller, rows ROAD/TRADE one, undiluted, with all other choices drawn as in check_wide.py. Roads: Diameter, SGs
(which knows SIMs only, and so does the inventory), SIP, SMPP as applications submit it, MAP without routing requests. Row
map/vast is a seller of 20,000 numbers.
"""
import os
import random
import sys

sys.path += [os.path.join(os.path.dirname(__file__), *up) for up in ((), ("..", "..", "support"))]
import honest  # noqa: E402
from check_scores import add_cluster, add_hijacked, play, report  # noqa: E402
from check_wide import draw  # noqa: E402
from events import EVENTS  # noqa: E402
from rows import arguments, wanted  # noqa: E402
from tap import Tap  # noqa: E402
from world import BRANDS, DAY, START, World  # noqa: E402

TRADES = "honest roaming home agent hijacked".split()
ROWS = [(road, t) for road in "diameter sgs sip smpp no-routing".split() for t in TRADES if (road, t) != ("sgs", "agent")] + [("map", "vast")]


def build(road, trade_name, seed):
    r, p = draw(seed, f"{road} {trade_name}")
    p.update(trade=trade_name, tap="full" if road == "map" else road, devices=r.random() < .6)
    if trade_name == "hijacked":
        p["days"] = 28
    elif trade_name == "vast":
        p.update(size=20000, days=3, rate=r.uniform(.8, 1.5), spread=1, start=.1, blocks=r.choice([3, 6]))
    w = World(seed * 41 + 3, p["days"], p["country"], tap=p["tap"], start=START + r.randrange(7) * DAY)
    w.r.shuffle(BRANDS)
    honest.build(w, r.uniform(.2, .6))
    trade = {k: p[k] for k in ("rate", "life", "start", "spread", "unread", "bursts", "hours")}
    trade["mix"] = r.sample(BRANDS, p["mix"])
    boxes = dict(per_box=p["per_box"], shared_nodes=p["nodes"], imei=p["devices"])
    if trade_name == "honest":
        p["event"] = r.choice(sorted(EVENTS))
        EVENTS[p["event"]](w)
    elif trade_name == "agent":
        add_cluster(w, r, p, trade, boxes, p["blocks"])
    elif trade_name == "hijacked":
        add_hijacked(w, r, "none", dict(p, tap="full" if p["devices"] else "no-imei"))
    else:
        place = "home" if trade_name == "home" else "CN"
        lines = w.lines(w.numbers(p["size"], p["layout"], p["blocks"]), place, **boxes)
        w.trade(lines, where=place, **trade)
        numbers = [l.number for l in lines]
        w.sell("F", "fraud", trade_name, numbers, traded=numbers)
    return w, p


def main():
    args = arguments("1-2")
    tap = Tap()
    for road, trade in ROWS:
        name = f"{road}/{trade}"
        if not wanted(args, name):
            continue
        row, _ = play(args, (name,), lambda seed, road=road, trade=trade: build(road, trade, seed))
        report(tap, name, "other", row)
    tap.end()


if __name__ == "__main__":
    main()
