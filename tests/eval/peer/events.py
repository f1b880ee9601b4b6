# SPDX-License-Identifier: GPL-3.0-or-later
"""Days that are unlike others, at honest resellers: what happens to many people at once, and trades that look odd."""
from world import BANKS, BRANDS, CHATS, DAY, NOTICES

RIDES = ["Grab", "Uber", "foodpanda", "Bolt", "Wolt", "Deliveroo", "Lyft", "Glovo"]
TRIP = ["WeChat", "Alipay", "Booking.com", "Uber", "Airbnb", "WhatsApp", "Zoom"]


def away(*places):
    return lambda r: r.choice(places)


def someone(w, count, ident, where="home", layout="scattered", **habits):
    """A reseller of people with these habits; his lines."""
    lines = w.lines(w.numbers(count, layout), where)
    w.people(lines, where=where, **habits)
    w.sell(ident, "legit", "none", [l.number for l in lines])
    return lines


def day_of(w):
    return w.start + (w.r.randrange(int(w.days)) + w.r.uniform(.3, .5) if w.days > 1 else .35 * w.days) * DAY


def holiday(w):
    """Before a feast everybody shops, pays and writes."""
    for i, where in enumerate(("home", away("home", "CN", "abroad"), "CN")):
        lines = someone(w, 150, f"E{i}", where)
        first = day_of(w)
        shops = w.r.sample(BRANDS, 12)
        for line in lines:
            for t in w.times(.9, first, min(w.end, first + 3 * DAY)):
                w.code(t, line, w.r.choice(shops[:6] if w.r.random() < .7 else shops))
            w.chatter(line, first, min(w.end, first + 3 * DAY), 10, 20, 14)


def bank(w):
    """A new rule: all customers of a bank confirm who they are, on one day."""
    for i, where in enumerate(("home", away("home", "CN"), "CN")):
        lines = someone(w, 200, f"E{i}", where, layout=w.r.choice(["scattered", "consecutive"]))
        first, name = day_of(w), w.r.choice(BANKS)
        for line in lines:
            if w.r.random() < .7:
                for _ in range(w.r.choice([1, 1, 2, 3])):
                    w.code(first + w.r.random() * .35 * DAY, line, name)


def game(w):
    """A game opens at noon: young people sign up within the hour, and link an account."""
    for i, where in enumerate(("home", away("home", "home", "CN"), "CN")):
        lines = someone(w, 150, f"E{i}", where, codes=3, services=(3, 7), new=.3, sent=4)
        first, name = day_of(w), w.r.choice(BRANDS)
        for line in lines:
            if w.r.random() < .5:
                t = first + w.r.expovariate(1 / 1500)
                w.code(t, line, name)
                if w.r.random() < .5:
                    w.code(t + w.r.uniform(40, 400), line, w.r.choice(["Google", "Facebook", "Apple"]))


def breach(w):
    """Passwords leaked: all reset one account, careful people several."""
    for i, where in enumerate(("home", away("home", "home", "home", "CN"), "CN")):
        lines = someone(w, 200, f"E{i}", where)
        first, name = day_of(w), w.r.choice(BRANDS)
        for line in lines:
            if w.r.random() < .6:
                t = first + w.r.expovariate(1 / .4) * DAY
                w.code(t, line, name)
                for other in w.r.sample(BRANDS, w.r.choice([0, 0, 0, 1, 2, 3, 5])):
                    w.code(t + w.r.uniform(60, DAY), line, other)


def migration(w):
    """An operator moves to other SIMs in one night; afterwards banks and messengers ask who this is."""
    numbers = w.numbers(250, "consecutive")
    before = w.lines(numbers, "home")
    cut = w.start + w.days * w.r.uniform(.2, .6) * DAY
    w.people(before, life=lambda r: (cut - w.start) / DAY)
    after = w.lines(numbers, "home")
    for line in after:
        w.locate(cut + w.r.random() * 8 * 3600, line)
        for _ in range(3):
            w.terminate(cut + w.r.uniform(.4, 1) * DAY, line, "MyOperator", w.r.choice(NOTICES))
        for name in w.r.sample(BANKS + BRANDS[:8], w.r.choice([0, 1, 1, 2, 3])):
            w.code(cut + w.r.uniform(.4, 2) * DAY, line, name)
    w.people(after, from_day=lambda r: (cut - w.start) / DAY)
    w.sell("E0", "legit", "none", numbers)


def season(w):
    """Tour groups with eSIMs for the mainland, all in the same days."""
    for i in range(3):
        first = w.r.uniform(0, w.days * .6)
        someone(w, w.r.choice([40, 150, 400]), f"E{i}", "CN", layout=w.r.choice(["consecutive", "runs"]), moves=w.r.choice([1, 4]),
                from_day=lambda r: first + r.random() * 2, life=lambda r: r.uniform(4, 9), codes=w.r.choice([2, 4, 6]),
                services=(1, 4), new=.35, notices=2, chats=w.r.choice([0, 1]), sent=w.r.choice([0, .5]), mix=TRIP + BANKS[:4])


def callcentre(w):
    """Numbers on desks: they confirm orders for callers, and write all day."""
    someone(w, 80, "E0", layout="consecutive", codes=5, services=(1, 3), new=.1, notices=6, chats=15, sent=30, hours="office", moves=0)
    via = ("desk%02d" % w.r.randrange(90), "203.0.113.%d" % w.r.randrange(2, 250))
    lines = w.lines(w.numbers(60, "consecutive"), "home")
    w.people(lines, codes=6, services=(2, 4), new=.2, notices=4, chats=10, sent=14, via=via, hours="office")
    w.sell("E1", "legit", "none", [l.number for l in lines], via=via, match="account")


def school(w):
    """Tablets for a school: all in one place, on one morning, the same three accounts."""
    numbers = w.numbers(w.r.choice([60, 240]), "consecutive")
    lines = w.lines(numbers, "home", shared_nodes=1)
    first = day_of(w)
    for line in lines:
        w.locate(first - 3600 * w.r.random(), line)
        for k, name in enumerate(w.r.sample(["Google", "Zoom", "Microsoft"], 3)):
            w.code(first + 2400 * k + w.r.random() * 1800, line, name)
        w.chatter(line, first, w.end, 1, 1, 1)
    w.people(lines, from_day=lambda r: (first - w.start) / DAY, codes=.8, services=(1, 3), moves=.2)
    w.sell("E0", "legit", "none", numbers)


def things(w):
    """Trackers that confirm themselves in their maker's app, some of them in a factory far away."""
    for i, where in enumerate(("home", "CN", away("home", "CN", "abroad"))):
        numbers = w.numbers(150, "consecutive")
        lines = w.lines(numbers, where, per_box=w.r.choice([0, 4, 16]), shared_nodes=w.r.choice([1, 3]))
        maker = w.r.sample(BRANDS, 2)
        for line in lines:
            t = w.start + w.r.random() * w.days * .8 * DAY
            w.locate(t, line)
            for _ in range(w.r.choice([1, 1, 2])):
                w.code(t + w.r.uniform(60, 3600), line, w.r.choice([maker[0]] * 5 + maker[1:]))
        w.sell(f"E{i}", "legit", "none", numbers)


def riders(w):
    """Drivers and riders: five apps each, opened again every other day."""
    for i, where in enumerate(("home", away("home", "CN"))):
        someone(w, 120, f"E{i}", where, codes=6, services=(4, 7), new=.25, moves=5, notices=4, chats=8, sent=8, mix=RIDES + BANKS[:2])


def second(w):
    """Prepaid cards: a part of their buyers wants them for a few accounts and nothing else."""
    for i, part in enumerate((.1, .2)):
        numbers = w.numbers(250, w.r.choice(["scattered", "consecutive"]))
        lines = w.lines(numbers, "home")
        few = set(w.r.sample(range(250), int(250 * part)))
        w.people([l for k, l in enumerate(lines) if k not in few], codes=1.5)
        for k in few:
            t = w.start + w.r.random() * w.days * .8 * DAY
            w.locate(t, lines[k])
            for name in w.r.sample(BRANDS, w.r.choice([1, 2, 2, 3, 3, 4, 5])):
                w.code(t + w.r.expovariate(1 / 1.5) * DAY, lines[k], name)
            w.chatter(lines[k], t, w.end, 1, .5, .3)
        w.sell(f"E{i}", "legit", "none", numbers)


def recycled(w):
    """Numbers that change hands every week."""
    for i, where in enumerate(("home", away("home", "home", "CN"))):
        numbers = w.numbers(120, "scattered")
        for _ in range(3):
            w.people(w.lines(numbers, where), from_day=lambda r: r.uniform(0, w.days * .7), life=lambda r: r.uniform(3, 7),
                     codes=2.5, services=(2, 4), new=.4)
        w.sell(f"E{i}", "legit", "none", numbers)


def chain(w):
    """A firm's phones on which an angry thread goes round: much is written, codes are few."""
    lines = someone(w, 60, "E0", away("home", "CN"), layout="consecutive", codes=.8, services=(1, 3))
    first = day_of(w)
    for line in lines:
        for t in w.times(20, first, min(w.end, first + DAY)):
            w.terminate(t, line, lines[0].number, w.r.choice(CHATS))


EVENTS = {f.__name__: f for f in (holiday, bank, game, breach, migration, season, callcentre, school, things, riders, second,
                                  recycled, chain)}
