# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled operator traffic, drawn from the facts of the detection plan and from nothing else in the tree.

A world is a capture, an inventory, and what is true about it. People live by their habits; sellers fill orders.
"""
import csv
import json
import math
import random

from roads import ROADS
from wire import (Capture, bcd, begin, c_string, end, error, invoke, number, proceed, result, sms_deliver, sms_submit, smpp,
                  smpp_message, tlv)

DAY = 86400
START = 1767571200  # a Monday
HOME = {  # country code, mobile prefix, MCC+MNC
    "HK": ("852", "6", 8, "45412"), "GB": ("44", "7412", 10, "23433"), "US": ("1", "415", 10, "310260"),
    "MY": ("60", "12", 9, "50219"), "ID": ("62", "812", 10, "51010"), "EE": ("372", "53", 8, "24802"),
    "NL": ("31", "612", 9, "20408"),
}
MAINLAND = ["86138", "86139", "86130", "86186", "86189"]
ABROAD = ["4477", "8190", "6591", "66818", "3933", "4917", "1415", "61411"]

BRANDS = """
WhatsApp Telegram Google Facebook Instagram TikTok WeChat Uber Grab Amazon PayPal Microsoft Apple Netflix LINE Viber
Tinder Bumble Hinge Discord Steam Twitch Snapchat Shopee Lazada foodpanda Wolt Bolt Lyft Airbnb eBay Yahoo LinkedIn
Spotify Signal Binance Coinbase OKX Bybit KuCoin Kraken Revolut Wise Skrill Neteller OLX VK Zalo Naver KakaoTalk Weibo
Douyin Alipay Taobao Bilibili Zoom OpenAI Roblox Vinted Deliveroo Glovo Temu Shein Nike Adidas Booking.com Badoo IMO
Truecaller Skype Mozilla Twitter Reddit
""".split()
BANKS = ["HSBC", "Citibank", "Barclays", "DBS", "OCBC", "Maybank", "Chase", "ING", "Revolut", "PayPal"]
TEXTS = [
    "Your {s} verification code is {c}", "{c} is your {s} code. Do not share it.",
    "{s}: use {c} to verify your account",
    "[{s}] Verification code: {c}. Valid for 5 minutes.", "Your {s} code: {c}", "<#> {c} is your {s} verification code",
    "【{s}】您的验证码是{c}，5分钟内有效，请勿泄露。", "[{s}] 驗證碼 {c}，請勿告知他人。", "{s} kode verifikasi Anda {c}",
    "Je {s}-verificatiecode is {c}", "Use {c} as your login code for {s}",
]
NOTICES = [
    "Your parcel is out for delivery today between 10 and 12.",
    "Reminder: dentist appointment on Tuesday at 15:30.",
    "Your monthly bill of 128.00 is ready. Thank you for paying by direct debit.",
    "Welcome! Data roaming costs 8.00 per day here.",
    "Sale! 30% off everything this weekend in all shops.", "Your balance is low, please top up soon.",
    "Flight CX 251 is now boarding at gate 42.", "您的快递已到达，请及时领取。", "Payment of 45.20 at MARKET PLACE was approved.",
]
CHATS = ["see you at eight?", "ok thanks, on my way", "happy birthday!!", "can you call me later", "lol that is so true",
         "今天晚上回家吃饭吗", "running late, start without me", "did you feed the cat", "meeting moved to 3", "good night x"]


class Line:
    """A subscriber's line."""

    def __init__(self, number, imsi, imei, node):
        self.number, self.imsi, self.imei, self.node = number, imsi, imei, node


def runs(digits):
    """First and last of each row of consecutive numbers."""
    first = last = None
    for d in sorted(digits):
        if last and int(d) != int(last) + 1:
            yield first, last
            first = d
        first, last = first or d, d
    yield first, last


class World:
    def __init__(self, seed, days, country="HK", tap="full", start=START):
        self.r = random.Random(seed)
        self.days, self.country, self.tap = days, country, tap
        self.start, self.end = start, start + days * DAY
        self.cap = Capture()
        self.tid = 0x100
        self.seq = 1
        self.bound_accounts = {}
        self.inventory, self.truth = [], []
        self.next_block = self.r.randrange(100, 900)
        self.next_imsi = self.r.randrange(10 ** 6)
        self.first_codes, self.sims = {}, {}
        self.road = ROADS[tap](self) if tap in ROADS else None
        self.taps = [(lambda ts: ts < self.end, 0.0)]  # what each sees, and how late its clock is
        cc, prefix, _, self.plmn = HOME[country]
        self.hlr, self.smsc = cc + prefix[:2] + "0000001", cc + prefix[:2] + "0000010"
        self.home_nodes = [cc + prefix[:2] + "00001%02d" % i for i in range(8)]

    # ---- things ----

    def numbers(self, count, layout="scattered", blocks=1):
        """Numbers of fresh blocks: consecutive, in runs, or anywhere."""
        cc, prefix, length, _ = HOME[self.country]
        out = []
        for b in range(blocks):
            self.next_block += self.r.randrange(1, 5)
            free = length - len(prefix) - 4
            body = str(self.next_block).zfill(free)[-free:] if free > 0 else ""
            base = cc + (prefix + body)[:length - 4]
            n = count // blocks + (b < count % blocks)
            if layout == "consecutive":
                first = self.r.randrange(0, 10000 - n)
                tails = range(first, first + n)
            elif layout == "runs":
                tails, at = [], self.r.randrange(1000)
                while len(tails) < n:
                    run = min(self.r.randrange(3, 12), n - len(tails))
                    tails += range(at, at + run)
                    at += run + self.r.randrange(2, 40)
                tails = [t % 10000 for t in tails]
            else:
                tails = self.r.sample(range(10000), n)
            out += [base + "%04d" % t for t in tails]
        return out

    def imsis(self, count):
        first = self.next_imsi
        self.next_imsi += count + 17
        width = 15 - len(self.plmn)
        return [self.plmn + str(first + i).zfill(width)[-width:] for i in range(count)]

    def imei(self, tac):
        return tac + "%06d" % self.r.randrange(10 ** 6) + "01"

    def node(self, where):
        if where == "home":
            return self.r.choice(self.home_nodes)
        if where == "CN":
            return self.r.choice(MAINLAND) + "00%04d" % self.r.randrange(60)
        return self.r.choice(ABROAD) + "00%04d" % self.r.randrange(20)

    def code_text(self, service):
        text = self.r.choice(TEXTS)
        return text.format(s=service, c=str(self.r.randrange(10 ** 5, 10 ** 6)))

    # ---- exchanges ----

    def dialogue_ids(self):
        self.tid += 2
        return self.tid, self.tid + 1

    def locate(self, ts, line):
        """updateLocation with insertSubscriberData: binds number, SIM, device and node."""
        if self.road:
            return self.road.locate(ts, line)
        if self.tap in ("sri", "mt-only"):
            return
        a, b = self.dialogue_ids()
        here, home = (line.node, 7), (self.hlr, 6)
        extra = tlv(0xAD, tlv(0x80, bcd(line.imei))) if self.tap == "full" and line.imei else b""
        self.cap.ss7(ts, home, here, begin(a, "location", invoke(
            2, tlv(4, bcd(line.imsi)), tlv(0x81, number(line.node)), tlv(4, number(line.node)), extra)))
        self.cap.ss7(ts + .05, here, home, proceed(b, a, "location", invoke(
            7, tlv(0x80, bcd(line.imsi)), tlv(0x81, number(line.number)), tlv(0x82, b"\x0a"), tlv(0x83, b"\0"))))
        self.cap.ss7(ts + .15, home, here, proceed(a, b, None, result(7)))
        self.cap.ss7(ts + .2, here, home, end(a, None, result(2, tlv(4, number(self.hlr)))))

    def terminate(self, ts, line, sender, text, fails=False):
        """To a SIM: the centre asks the register, then forwards."""
        if self.road:
            return self.road.terminate(ts, line, sender, text, fails)
        home, centre, here = (self.hlr, 6), (self.smsc, 8), (line.node, 8)
        imsi = line.imsi
        if self.tap not in ("mt-only", "no-routing"):
            a, _ = self.dialogue_ids()
            node = line.node
            if self.tap == "home-routed":
                imsi, node = self.plmn + "9%09d" % self.r.randrange(10 ** 9), self.hlr[:-1] + "7"
                here = (node, 8)
            self.cap.ss7(ts, home, centre, begin(a, "gateway", invoke(
                45, tlv(0x80, number(line.number)), tlv(0x81, b"\xff"), tlv(0x82, number(self.smsc)))))
            self.cap.ss7(ts + .03, centre, home, end(a, "gateway", result(
                45, tlv(4, bcd(imsi)), tlv(0xA0, tlv(0x81, number(node))))))
        self.forward(ts + .1, here, centre, imsi, sender, text, fails)
        if self.tap == "home-routed":
            self.forward(ts + .2, (line.node, 8), (self.hlr[:-1] + "7", 8), line.imsi, sender, text, fails)

    def forward(self, ts, here, centre, imsi, sender, text, fails):
        a, _ = self.dialogue_ids()
        ui = sms_deliver(sender, text, ts)
        self.cap.ss7(ts, here, centre, begin(a, "mt", invoke(
            44, tlv(0x80, bcd(imsi)), tlv(0x84, number(centre[0])), tlv(4, ui))))
        self.cap.ss7(ts + (9 if fails else 1.2), centre, here,
                     end(a, "mt", error(27) if fails else result(44)))

    def originate(self, ts, line, to, text):
        if self.road:
            return self.road.originate(ts, line, to, text)
        if self.tap == "one-sided":
            return
        a, _ = self.dialogue_ids()
        self.seq += 1
        self.cap.ss7(ts, (self.smsc, 8), (line.node, 8), begin(a, "mo", invoke(
            46, tlv(0x84, number(self.smsc)), tlv(0x82, number(line.number)), tlv(4, sms_submit(to, text, self.seq)))))
        self.cap.ss7(ts + .3, (line.node, 8), (self.smsc, 8), end(a, "mo", result(46)))

    def account(self, name, address):
        """Where an account's session runs; it binds on first use and keeps on."""
        if name not in self.bound_accounts:
            client, server = (address, 40000 + len(self.bound_accounts)), ("10.9.0.1", 2775)
            self.bound_accounts[name] = (client, server)
            t = self.start - 5
            self.cap.segment(t, client, server, b"", 2)
            self.cap.segment(t + .01, server, client, b"", 0x12)
            self.cap.segment(t + .02, client, server, b"", 0x10)
            body = c_string(name) + c_string("pw") + c_string("") + bytes([0x34, 0, 0]) + c_string("")
            self.cap.segment(t + .1, client, server, smpp(9, 0, 1, body))
            self.cap.segment(t + .2, server, client, smpp(0x80000009, 0, 1, c_string("smsc")))
        return self.bound_accounts[name]

    def hosted(self, ts, account, address, line, sender, text, towards=True, receipt=False):
        """To or from a number that an account holds."""
        client, server = self.account(account, address)
        self.seq += 1
        seq = self.seq
        if towards:
            self.cap.segment(ts, server, client, smpp(5, 0, seq, smpp_message(sender, line.number, text)))
            self.cap.segment(ts + .05, client, server, smpp(0x80000005, 0, seq, b"\0"))
        else:
            message = smpp_message(line.number, sender, text, registered=int(receipt))
            self.cap.segment(ts, client, server, smpp(4, 0, seq, message))
            self.cap.segment(ts + .05, server, client, smpp(0x80000004, 0, seq, c_string("%x" % seq)))

    # ---- lives ----

    def times(self, rate, first, last, hours="day"):
        """A Poisson process with a daily rhythm."""
        out, t = [], first
        if rate <= 0:
            return out
        top = rate * (1 if hours == "flat" else 2.4)
        while True:
            t += self.r.expovariate(top / DAY)
            if t >= last:
                return out
            hour = t % DAY / 3600
            if hours == "day":
                keep = (0.5 + 0.5 * math.sin((hour - 8) / 24 * 2 * math.pi)) / 1.2
            elif hours == "office":
                keep = 1 if 9 <= hour < 19 and int(t // DAY + 3) % 7 < 5 else 0.04
            else:
                keep = 1
            if self.r.random() < keep:
                out.append(t)

    def lines(self, numbers, where, per_box=0, shared_nodes=0, imei=True):
        """Lines for numbers: phones of people, or boxes that hold many SIMs."""
        imsis = self.imsis(len(numbers))
        nodes = [self.node(where) for _ in range(shared_nodes)] if shared_nodes else None
        out, box = [], None
        for i, (n, s) in enumerate(zip(numbers, imsis)):
            if per_box:
                if i % per_box == 0:
                    box = self.imei("86412203")
                device = box
            else:
                device = self.imei(self.r.choice(["35361110", "35201709", "86190104", "35847631"]))
            place = where(self.r) if callable(where) else where
            node = nodes[i * shared_nodes // len(numbers)] if nodes else self.node(place)
            out.append(Line(n, s, device if imei else None, node))
            self.sims.setdefault(n, []).append(s)
        return out

    def code(self, ts, line, service, via=None, fails=False):
        text = self.code_text(service)
        sender = service if self.r.random() < 0.8 else "%d" % self.r.randrange(20000, 99999)
        if via:
            self.hosted(ts, via[0], via[1], line, sender, text)
        else:
            self.terminate(ts, line, sender, text, fails)
        if any(seen(ts) for seen, _ in self.taps):
            self.first_codes[line.number] = min(ts, self.first_codes.get(line.number, ts))

    def chatter(self, line, first, last, notices, chats, sent, via=None, peers=None):
        """What people get and send beside codes; rates per week."""
        for kind, rate in (("notice", notices), ("chat", chats), ("sent", sent)):
            for t in self.times(rate / 7, first, last):
                peer = self.r.choice(peers) if peers else HOME[self.country][0] + "9%08d" % self.r.randrange(10 ** 8)
                if kind == "sent":
                    if via:
                        self.hosted(t, via[0], via[1], line, peer, self.r.choice(CHATS), towards=False)
                    else:
                        self.originate(t, line, peer, self.r.choice(CHATS))
                else:
                    text = self.r.choice(NOTICES if kind == "notice" else CHATS)
                    sender = "Notice" if kind == "notice" else peer
                    if via:
                        self.hosted(t, via[0], via[1], line, sender, text)
                    else:
                        self.terminate(t, line, sender, text)

    def people(self, lines, codes=1.0, services=(1, 5), new=0.15, notices=2, chats=2, sent=2, moves=0.3, where="home",
               from_day=None, life=None, via=None, mix=None, fails=0.03, spree=0, hours="day", again=0.06):
        """People: a few services each, used again and again; `codes` a week."""
        for line in lines:
            first = self.start if from_day is None else self.start + from_day(self.r) * DAY
            last = min(self.end, first + life(self.r) * DAY) if life else self.end
            if first >= last:
                continue
            rate = codes * self.r.lognormvariate(-0.2, 0.6)
            own = self.r.sample(mix or BRANDS, min(len(mix or BRANDS), self.r.randint(*services)))
            if not via:
                self.locate(first + self.r.random() * 600 if from_day else first + self.r.random() * DAY, line)
                for t in self.times(moves / 7, first + DAY, last):
                    line.node = self.node(where(self.r) if callable(where) else where)
                    self.locate(t, line)
            used = []
            for t in self.times(rate / 7, first, last, hours):
                if not used or (len(used) < len(own) and self.r.random() < new):
                    used.append(own[len(used)])
                service = self.r.choice(used)
                self.code(t, line, service, via, fails=self.r.random() < fails)
                if self.r.random() < again:  # it did not come at once, or was mistyped
                    self.code(t + self.r.uniform(30, 600), line, service, via)
            for _ in range(spree):  # a new phone: accounts at a few places within days
                t = first + self.r.random() * 3 * DAY
                if t < last:
                    self.code(t, line, self.r.choice(own), via)
            self.chatter(line, first, last, notices, chats, sent, via)

    def trade(self, lines, rate=2.0, life=14, start=2, spread=4, via=None, mix=None, repeat=0.05, unread=0.2, sent=0,
              notices=0, chats=0, inside=0.0, bursts=0.3, hours="day", rotate=0, fails=0.03, moves=0, where="CN", cap=None):
        """Numbers that fill orders: `rate` codes a day each, every order for a service it has not served yet."""
        mix = mix or BRANDS
        weights = [1 / (i + 3) for i in range(len(mix))]
        self.r.shuffle(weights)
        pool = [l.number for l in lines]
        campaigns = [(t, self.r.choices(mix, weights)[0]) for t in self.times(bursts, self.start + start * DAY, self.end)]
        for line in lines:
            first = self.start + start * DAY + self.r.random() * spread * DAY
            last = min(self.end, first + self.r.lognormvariate(math.log(life), 0.35) * DAY)
            if not via:
                self.locate(first, line)
                for t in self.times(moves / 7, first + DAY / 4, last):
                    line.node = self.node(where)
                    self.locate(t, line)
                if rotate:
                    t = first
                    while t < last:
                        line.imei = self.r.choice(lines).imei
                        self.locate(t, line)
                        t += rotate * DAY
            done = []
            own_rate = rate * self.r.lognormvariate(-0.1, 0.4)
            orders = [(t, None) for t in self.times(own_rate, first + self.r.random() * DAY, last, hours)]
            orders += [(t + self.r.random() * 480, s) for t, s in campaigns if first < t < last and self.r.random() < 0.3]
            if cap:
                orders = orders[:cap]
            for t, service in sorted(orders, key=lambda o: o[0]):
                if service is None:
                    service = self.r.choices(mix, weights)[0]
                    while service in done and len(done) < len(mix) * 0.8 and self.r.random() > repeat:
                        service = self.r.choices(mix, weights)[0]
                    if done and self.r.random() < repeat:
                        service = self.r.choice(done)
                done.append(service)
                self.code(t, line, service, via, fails=self.r.random() < fails)
                if self.r.random() < unread:
                    self.code(t + self.r.uniform(40, 900), line, service, via)
            if sent or notices or chats:
                self.chatter(line, first, last, notices, chats, sent * (1 - inside), via)
                self.chatter(line, first, last, 0, 0, sent * inside, via, pool)

    # ---- what is known ----

    def sell(self, ident, label, typology, numbers, evasion="none", name=None, traded=None, kind="reseller",
             match="msisdn", via=None):
        """A line of the inventory per run of numbers, and one of truth."""
        if match == "account":
            self.inventory.append((ident, name or ident, kind, "smpp_account", via[0]))
        elif match == "imsi" or self.tap == "sgs":  # where no number is seen, an operator knows his customers by their SIMs
            for first, last in runs(s for n in numbers for s in self.sims[n]):
                self.inventory.append((ident, name or ident, kind, "imsi_range", f"{first}-{last}"))
        else:
            for block in sorted({n[:-4] for n in numbers}):
                self.inventory.append((ident, name or ident, kind, "msisdn_range", f"{block}0000-{block}9999"))
        starts = sorted(self.first_codes[n] for n in (traded or numbers) if n in self.first_codes)
        truth = {"id": ident, "label": label, "typology": typology, "evasion": evasion,
                 "start_ts": starts[0] if starts else self.start, "numbers": len(traded or numbers)}
        if label == "fraud" and len(starts) >= 20:
            truth["support_ts"] = starts[19]
        self.truth.append(truth)

    def write(self, stem):
        """The captures' names; beside them the inventory and what is true."""
        captures = [f"{stem}{'-%d' % i if i else ''}.pcap" for i in range(len(self.taps))]
        for name, (seen, late) in zip(captures, self.taps):
            self.cap.write(name, seen, late)
        with open(stem + ".csv", "w", newline="", encoding="utf-8") as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(["reseller_id", "name", "kind", "match", "value"])
            out.writerows(self.inventory)
        with open(stem + ".jsonl", "w", encoding="utf-8") as f:
            f.writelines(json.dumps(t) + "\n" for t in self.truth)
        return captures
