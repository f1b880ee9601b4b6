# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of reseller that is easily mistaken for a dishonest one."""
from world import BANKS, BRANDS


def away(*places):
    return lambda r: r.choice(places)


def build(w, scale=1.0):
    """All of them, at this part of their usual size."""
    def n(count):
        return max(21, int(count * scale))

    def add(ident, count, layout="scattered", where="home", blocks=1, name=None, lines=None, **habits):
        numbers = w.numbers(n(count), layout, blocks)
        made = w.lines(numbers, where, **(lines or {}))
        w.people(made, where=where, **habits)
        w.sell(ident, "legit", "none", numbers, name=name)

    mixed = away("home", "home", "home", "home", "home", "home", "home", "CN", "abroad")
    add("N-retail", 300, where=mixed)
    add("N-travel", 250, where=away("CN", "CN", "abroad"), codes=3, services=(1, 3), new=.3, moves=3,
        from_day=lambda r: r.uniform(0, w.days - 2), life=lambda r: r.uniform(3, 10), notices=2, chats=1, sent=1)
    add("N-travel-cn", 120, where="CN", codes=3.5, services=(1, 3), new=.3, moves=1, layout="consecutive",
        from_day=lambda r: r.uniform(0, w.days - 2), life=lambda r: r.uniform(3, 8), notices=1.5, chats=.5, sent=.5)
    add("N-commuters", 150, where=away("home", "CN"), moves=10, codes=1.5)
    add("N-diaspora", 120, where=away("CN", "CN", "CN", "abroad"), codes=1.5, services=(2, 6), notices=1, chats=1, sent=1, moves=.2)
    add("N-silent-cn", 100, where="CN", codes=1, services=(1, 4), notices=.3, chats=0, sent=0, moves=.1)
    add("N-corporate", 120, where=away("home", "home", "CN"), layout="consecutive", codes=.8, services=(1, 3),
        hours="office", mix=BRANDS[:12] + BANKS)
    add("N-iot", 150, layout="consecutive", codes=.02, services=(1, 1), notices=0, chats=3, sent=6, moves=.1)
    add("N-bank", 100, codes=7, services=(1, 3), new=.05, mix=BANKS)
    add("N-students", 150, layout="consecutive", from_day=lambda r: 1.3 + r.random() * .3, codes=2.5, services=(3, 8),
        new=.5, spree=2)
    add("N-operator", 250, layout="consecutive", from_day=lambda r: r.uniform(0, w.days * .6), codes=2,
        services=(2, 6), new=.4)
    add("N-blast", 120, codes=.8, notices=9, chats=1)
    add("N-young", 120, codes=4, services=(4, 10), new=.25, notices=3, chats=4, sent=4)
    numbers = w.numbers(n(90), "scattered")
    for _ in range(2):
        w.people(w.lines(numbers, "home"), from_day=lambda r: r.uniform(0, w.days * .6),
                 life=lambda r: r.uniform(4, 9), codes=2.5, services=(2, 5), new=.4)
    w.sell("N-recycled", "legit", "none", numbers)
    numbers = w.numbers(n(30), "consecutive")
    w.people(w.lines(numbers, "home"), codes=30, services=(1, 1), mix=[w.r.choice(BRANDS)], notices=.2, chats=.2,
             sent=.2, hours="office")
    w.sell("N-testers", "legit", "none", numbers)
    numbers = w.numbers(n(60), "consecutive")
    via = ("office%02d" % w.r.randrange(90), "203.0.113.%d" % w.r.randrange(2, 250))
    w.people(w.lines(numbers, "home"), codes=1.2, services=(1, 4), notices=3, chats=3, sent=4, via=via, hours="office")
    w.sell("N-office", "legit", "none", numbers, match=w.r.choice(["msisdn", "account"]), via=via)
