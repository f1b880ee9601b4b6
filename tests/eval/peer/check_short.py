#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Captures of hours and of a few days: who sells undiluted, and who only has an unusual day.

usage: check_short.py REGSENTRY [--seeds FIRST-LAST] [--only ROW,...] [--hours 6,24,...] [--sizes 25,60,...] [--keep FOLDER]

Rows honest/EVENT have no seller: the days of events.py and those below, at each length. Rows sold/TRADE have one, at each length and
size; whether he began before the capture or in it, and all his habits, are drawn.
"""
import os
import random
import sys

sys.path += [os.path.join(os.path.dirname(__file__), *up) for up in ((), ("..", "..", "support"))]
import honest  # noqa: E402
from check_scores import add_cluster, add_hijacked, play, report  # noqa: E402
from events import EVENTS, someone  # noqa: E402
from rows import arguments, wanted  # noqa: E402
from tap import Tap  # noqa: E402
from world import BANKS, BRANDS, DAY, START, World  # noqa: E402

TRADES = "roaming hosted agent home hijacked".split()


def arrivals(w):
    """Travellers who land today: the first hours on a new eSIM, in a network of the country that they visit."""
    for i, where in enumerate(("CN", "CN", lambda r: r.choice(["CN", "abroad"]))):
        someone(w, w.r.choice([40, 120, 400]), f"S{i}", where, layout=w.r.choice(["consecutive", "runs", "scattered"]), spree=i,
                from_day=lambda r: r.random() * w.days * .7, codes=w.r.choice([2, 5]), services=(1, 3), new=.4, moves=3,
                notices=w.r.choice([1, 4]), chats=w.r.choice([0, 2]), sent=w.r.choice([0, 2]))


def promotion(w):
    """A booth at a campus: many cards in a row are activated within hours, and people sign up where they want to be."""
    for i, spree in enumerate((1, 2, 3)):
        lines = w.lines(w.numbers(w.r.choice([60, 150, 300]), "consecutive"), "home", shared_nodes=w.r.choice([1, 2, 4]))
        first = w.r.random() * .3 * w.days
        w.people(lines, from_day=lambda r: first + r.random() * min(.3, w.days * .4), codes=2.5, services=(3, 8), new=.5, spree=spree,
                 notices=6, chats=w.r.choice([4, 14]), sent=w.r.choice([4, 14]))
        w.sell(f"S{i}", "legit", "none", [l.number for l in lines])


def testbench(w):
    """An app maker's numbers: one or two apps of his, all day long, some on racks of telephones."""
    for i, box in enumerate((0, 8)):
        lines = w.lines(w.numbers(w.r.choice([25, 60]), "consecutive"), "home", per_box=box, shared_nodes=1)
        w.people(lines, codes=w.r.choice([20, 60]), services=(1, 2), new=.5, mix=w.r.sample(BRANDS, 1 + i), notices=.2, chats=.2, sent=.2,
                 hours="office", moves=0)
        w.sell(f"S{i}", "legit", "none", [l.number for l in lines])


def payday(w):
    """Many transfers: several codes of one or two banks in a day."""
    for i, where in enumerate(("home", "CN", lambda r: r.choice(["home", "CN"]))):
        someone(w, w.r.choice([60, 200]), f"S{i}", where, codes=w.r.choice([10, 25]), services=(1, 3), new=.3, mix=BANKS, notices=w.r.choice([2, 8]),
                layout=w.r.choice(["consecutive", "scattered"]), sent=w.r.choice([0, 2]))


def blast(w):
    """Marketing on a day on which few do anything else."""
    for i in range(2):
        lines = someone(w, 150, f"S{i}", layout="consecutive", codes=2, services=(1, 4))
        for line in lines:
            for t in w.times(w.r.choice([2, 6]), w.start, w.end):
                w.terminate(t, line, "Sale", "Sale! 30% off everything this weekend in all shops.")


def launch(w):
    """A new operator's first day: numbers in a row, of people who move in with their accounts."""
    for i, spree in enumerate((1, 3)):
        someone(w, w.r.choice([100, 400]), f"S{i}", layout="consecutive", from_day=lambda r: r.random() * w.days * .8, codes=3,
                services=(2, 6), new=.5, spree=spree, notices=8, chats=8, sent=8)


def quiet(w):
    """People abroad for good, who get little but codes."""
    for i, rate in enumerate((1.5, 4)):
        someone(w, w.r.choice([100, 400]), f"S{i}", "CN", codes=rate, services=(2, 6), new=.2, notices=.5, chats=.2, sent=.2, moves=.1,
                layout=w.r.choice(["consecutive", "scattered"]))


DAYS = {f.__name__: f for f in (arrivals, promotion, testbench, payday, blast, launch, quiet)}


def world(row, hours, size, seed):
    r = random.Random(f"{row} {hours} {size} {seed}")
    pick = r.choice
    p = dict(hours=hours, country=pick(["HK", "GB", "US", "MY", "ID", "EE", "NL"]), tap=pick(["full", "full", "no-imei", "home-routed"]),
             size=size, rate=max(r.uniform(1.5, 10), 24 / hours * r.uniform(.8, 2.5)), life=r.uniform(5, 30), layout=pick(["consecutive", "runs", "scattered"]),
             per_box=pick([8, 16, 32, 64]), nodes=pick([1, 1, 2, 4]), mix=pick([12, 24, 50]), unread=r.uniform(0, .3), bursts=pick([0, .5, 2]))
    days = hours / 24
    w = World(seed * 37 + hours, days, p["country"], tap=p["tap"], start=START + r.randrange(7 * 24) * 3600)
    w.taps = [(lambda ts: w.start <= ts < w.end, 0)]
    w.r.shuffle(BRANDS)
    p["began"] = pick(["before", "inside"])
    p.update(start=-r.uniform(.5, 4), spread=.4) if p["began"] == "before" else p.update(start=0, spread=days * r.uniform(.05, .3))
    return r, p, w


def build(row, hours, size, seed):
    r, p, w = world(row, hours, size, seed)
    honest.build(w, r.uniform(.2, .6))
    if row in DAYS or row in EVENTS:
        {**DAYS, **EVENTS}[row](w)
        return w, p
    trade = {k: p[k] for k in ("rate", "life", "start", "spread", "unread", "bursts")}
    trade.update(mix=r.sample(BRANDS, p["mix"]), hours=r.choice(["day", "flat"]))
    boxes = dict(per_box=p["per_box"], shared_nodes=p["nodes"], imei=p["tap"] == "full")
    if row == "agent":
        add_cluster(w, r, p, trade, boxes, 1)
    elif row == "hijacked":
        add_hijacked(w, r, "none", p)
    else:
        via = ("acct%d" % r.randrange(100), "198.51.100.%d" % r.randrange(2, 250)) if row == "hosted" else None
        place = "CN" if row == "roaming" else "home"
        lines = w.lines(w.numbers(size, p["layout"]), place, **({} if via else boxes))
        w.trade(lines, via=via, where=place, **trade)
        numbers = [l.number for l in lines]
        w.sell("F", "fraud", row, numbers, via=via, traded=numbers)
    return w, p


def main():
    args = arguments("1", hours="6,24,48,72,120", sizes="25,60,200")
    tap = Tap()
    rows = [(f"honest/{e}", h, 0) for e in {**DAYS, **EVENTS} for h in args.hours]
    rows += [(f"sold/{t}", h, s) for t in TRADES for h in args.hours for s in args.sizes]
    for name, hours, size in rows:
        if not wanted(args, name):
            continue
        row, _ = play(args, (name, hours, size),
                      lambda seed, what=name.split("/")[1], hours=hours, size=size: build(what, hours, size, seed))
        report(tap, f"{name} {hours} h" + (f", {size} numbers" if size else ""), "other", row)
    tap.end()


if __name__ == "__main__":
    main()
