# SPDX-License-Identifier: GPL-3.0-or-later
"""Taps that see one road only and no MAP: Diameter, SGs, SIP, and messages that applications submit over SMPP.

Each has what a World asks of a tap: where a line is, a message to it, a message from it. Bytes are from the standards named
beside them, apart from the program's own encoder.
"""
import struct

from wire import bcd, c_string, smpp, smpp_address, smpp_message, sms_deliver, sms_submit

# Leading digits of a serving node's number: the network's MCC and MNC.
NETWORKS = {"861": "46000", "4477": "23430", "8190": "44010", "6591": "52501", "66818": "52001", "3933": "22210", "4917": "26201",
            "1": "310260", "61411": "50501", "852": "45412", "44": "23433", "60": "50219", "62": "51010", "372": "24802", "31": "20408"}


def network(node):
    return NETWORKS[max((p for p in NETWORKS if node.startswith(p)), key=len)]


def plmn(node):
    """Three octets of TS 24.008 10.5.1.3."""
    digits = network(node)
    mcc, mnc = digits[:3], digits[3:]
    third = mnc[2] if len(mnc) == 3 else "f"
    return bytes.fromhex(mcc[1] + mcc[0] + third + mcc[2] + mnc[1] + mnc[0])


def realm(node):
    digits = network(node)
    return f"epc.mnc{digits[3:].zfill(3)}.mcc{digits[:3]}.3gppnetwork.org"


def place(node):
    """A serving node's name in a packet network: area and cell numbers."""
    tail = int(node[-4:])
    return 100 + tail, 0x10000 + 256 * tail


# ---- RP layer, TS 24.011 7.3 and 8.2 ----

def rp_data(reference, tpdu, centre, towards):
    address = b"\x91" + bcd(centre)
    address = bytes([len(address)]) + address
    addresses = address + b"\0" if towards else b"\0" + address
    return bytes([1 if towards else 0, reference & 255]) + addresses + bytes([len(tpdu)]) + tpdu


def rp_answer(reference, fails, by_phone):
    """RP-ACK, or RP-ERROR with cause 22, memory capacity exceeded (8.2.5.4)."""
    if fails:
        return bytes([4 if by_phone else 5, reference & 255, 1, 22])
    return bytes([2 if by_phone else 3, reference & 255])


class Road:
    def __init__(self, world):
        self.w = world
        self.count = 0

    def step(self):
        self.count += 1
        return self.count


# ---- Diameter: RFC 6733 3 and 4.1; S6a TS 29.272, S6c and SGd TS 29.338 ----

def avp(code, data, vendor=None):
    if isinstance(data, str):
        data = data.encode()
    if isinstance(data, int):
        data = struct.pack(">I", data)
    if isinstance(data, list):
        data = b"".join(data)
    head = 12 if vendor or code > 400 else 8
    flags = 0xC0 if head == 12 else 0x40
    out = struct.pack(">II", code, flags << 24 | head + len(data))
    if head == 12:
        out += struct.pack(">I", 10415)
    return out + data + b"\0" * (-len(data) % 4)


class Diameter(Road):
    S6A, S6C, SGD = 16777251, 16777312, 16777313
    ULR, OFR, TFR, SRR = 316, 8388645, 8388646, 8388647

    def exchange(self, ts, command, application, asks, answers, where, waits, request, answer, fails=0):
        """A request and its answer, between two hosts with their realms; `fails` is an experimental result."""
        n = self.step()
        session = avp(263, f"{asks[0]};1;{n}")
        common = [session, avp(277, 1), avp(264, asks[0]), avp(296, asks[1]), avp(293, answers[0]), avp(283, answers[1])]
        self.message(ts, 0xC0, command, application, n, common + request, where)
        result = avp(297, [avp(266, 10415), avp(298, fails)]) if fails else avp(268, 2001)
        self.message(ts + waits, 0x40, command, application, n, [session, result, avp(277, 1), avp(264, answers[0]), avp(296, answers[1])]
                     + answer, not where)

    def message(self, ts, flags, command, application, n, parts, up):
        body = b"".join(parts)
        head = struct.pack(">IIIII", 1 << 24 | 20 + len(body), flags << 24 | command, application, n, 0x40000000 + n)
        self.w.cap.sctp(ts, up, 3868, 46, head + body)

    def home(self, role):
        return f"{role}.{realm(self.w.hlr)}", realm(self.w.hlr)

    @staticmethod
    def mme(node):
        return f"mmec{int(node[-2:]):02x}.mmegi{int(node[-4:]):04x}.mme.{realm(node)}", realm(node)

    def locate(self, ts, line):
        device = [avp(1401, [avp(1402, line.imei[:14] + "0"), avp(1403, "01")])] if line.imei else []
        self.exchange(ts, self.ULR, self.S6A, self.mme(line.node), self.home("hss"), True, .1,
                      [avp(1, line.imsi), avp(1032, 1004), avp(1405, 34), avp(1407, plmn(line.node))] + device,
                      [avp(1406, 1), avp(1400, [avp(701, bcd(line.number)), avp(1424, 0)])])

    def terminate(self, ts, line, sender, text, fails=False):
        mme, centre = self.mme(line.node), self.home("smsc")
        serving = avp(2401, [avp(2402, mme[0]), avp(2408, mme[1]), avp(1645, bcd(line.node))])
        self.exchange(ts, self.SRR, self.S6C, centre, self.home("hss"), False, .03,
                      [avp(701, bcd(line.number)), avp(3300, bcd(self.w.smsc))], [avp(1, line.imsi), serving])
        self.exchange(ts + .1, self.TFR, self.SGD, centre, mme, False, 9 if fails else 1.2,
                      [avp(1, line.imsi), avp(3300, bcd(self.w.smsc)), avp(3301, sms_deliver(sender, text, ts))],
                      [], fails=5550 if fails else 0)

    def originate(self, ts, line, to, text):
        self.exchange(ts, self.OFR, self.SGD, self.mme(line.node), self.home("smsc"), True, .3,
                      [avp(3300, bcd(self.w.smsc)), avp(3102, [avp(1, line.imsi), avp(701, bcd(line.number))]),
                       avp(3301, sms_submit(to, text, self.count))], [])


# ---- SGs: TS 29.118 8 and 9; what the subscriber's number is, nobody says there ----

def element(tag, data):
    return bytes([tag, len(data)]) + data


def identity(imsi):
    """TS 29.118 9.4.6: as in TS 24.008 10.5.1.4, type 1, odd or even."""
    odd = len(imsi) % 2
    digits = imsi if odd else imsi + "F"
    out = bytes([int(digits[0]) << 4 | odd << 3 | 1])
    return out + bytes(int(digits[i + 1] + digits[i], 16) for i in range(1, len(digits), 2))


class Sgs(Road):
    def send(self, ts, up, kind, *elements):
        self.w.cap.sctp(ts, up, 29118, 0, bytes([kind]) + b"".join(elements))

    @staticmethod
    def labels(name):
        return b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))

    def where(self, line):
        area, cell = place(line.node)
        return (element(0x15, bcd(line.imei[:14] + "01")) if line.imei else b"",
                element(0x23, plmn(line.node) + struct.pack(">H", area)), element(0x24, plmn(line.node) + struct.pack(">I", cell)))

    def locate(self, ts, line):
        area, _ = place(line.node)
        lai = element(4, plmn(line.node) + struct.pack(">H", area))
        self.send(ts, True, 0x09, element(1, identity(line.imsi)), element(9, self.labels(Diameter.mme(line.node)[0])),
                  element(0x0A, b"\x01"), lai, *self.where(line))
        self.send(ts + .1, False, 0x0A, element(1, identity(line.imsi)), lai)

    def terminate(self, ts, line, sender, text, fails=False):
        n = self.step()
        who, transaction = element(1, identity(line.imsi)), n % 7
        data = rp_data(n, sms_deliver(sender, text, ts), self.w.smsc, True)
        self.send(ts, False, 0x07, who, element(0x16, bytes([transaction << 4 | 9, 1, len(data)]) + data))
        data = rp_answer(n, fails, True)
        self.send(ts + 1.2, True, 0x08, who, element(0x16, bytes([transaction << 4 | 0x89, 1, len(data)]) + data), *self.where(line))

    def originate(self, ts, line, to, text):
        n = self.step()
        who, transaction = element(1, identity(line.imsi)), n % 7
        data = rp_data(n, sms_submit(to, text, n), self.w.smsc, False)
        self.send(ts, True, 0x08, who, element(0x16, bytes([transaction << 4 | 9, 1, len(data)]) + data), *self.where(line))
        data = rp_answer(n, False, False)
        self.send(ts + .3, False, 0x07, who, element(0x16, bytes([transaction << 4 | 0x89, 1, len(data)]) + data))


# ---- SIP: RFC 3261 and 3428, messages as in TS 24.341, identities of TS 23.003 13 ----

class Sip(Road):
    CORE = ("10.2.0.1", 5060)

    def domain(self):
        return realm(self.w.hlr).replace("epc.", "ims.", 1)

    def phone(self, line):
        n = int(line.imsi[-6:])
        return f"10.{64 + n // 65536 % 64}.{n // 256 % 256}.{n % 256}", 5060

    def access(self, line):
        area, cell = place(line.node)
        return f"P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp={network(line.node)}{area:04x}{cell:07x}"

    def exchange(self, ts, towards, line, method, uri, headers, body, kind, status="200 OK", waits=.2, extra=()):
        n = self.step()
        there, here = (self.CORE, self.phone(line)) if towards else (self.phone(line), self.CORE)
        pair = [f"Via: SIP/2.0/UDP {there[0]}:{there[1]};branch=z9hG4bKp{n}", f"Call-ID: p{n}@{there[0]}", f"CSeq: {n} {method}"]
        parties = [h for h in headers if h.startswith(("From", "To"))]
        kind = [f"Content-Type: {kind}"] if body else []
        self.message(ts, there, here, f"{method} {uri} SIP/2.0", pair + ["Max-Forwards: 70"] + headers + kind, body)
        self.message(ts + waits, here, there, f"SIP/2.0 {status}", pair + parties + list(extra), b"")

    def message(self, ts, src, dst, first, headers, body):
        text = "\r\n".join([first] + headers + [f"Content-Length: {len(body)}", "", ""])
        self.w.cap.datagram(ts, src, dst, text.encode() + body)

    def locate(self, ts, line):
        private = f"sip:{line.imsi}@{self.domain()}"
        device = f';+sip.instance="<urn:gsma:imei:{line.imei[:8]}-{line.imei[8:14]}-0>"' if line.imei else ""
        address = "%s:%d" % self.phone(line)
        self.exchange(ts, False, line, "REGISTER", f"sip:{self.domain()}",
                      [f"From: <{private}>;tag=f{self.count}", f"To: <{private}>", f"Contact: <sip:{line.imsi}@{address}>;expires=600000{device}",
                       self.access(line)], b"", "",
                      extra=[f"P-Associated-URI: <sip:+{line.number}@{self.domain()}>, <tel:+{line.number}>",
                             f"Contact: <sip:{line.imsi}@{address}>;expires=600000{device}"])

    def terminate(self, ts, line, sender, text, fails=False):
        centre = f"sip:+{self.w.smsc}@{self.domain()}"
        self.exchange(ts, True, line, "MESSAGE", "sip:%s@%s:%d" % (line.imsi, *self.phone(line)),
                      [f"From: <{centre}>;tag=c{self.count}", f"To: <sip:+{line.number}@{self.domain()}>",
                       f"P-Called-Party-ID: <sip:+{line.number}@{self.domain()}>", f"P-Asserted-Identity: <{centre}>"],
                      rp_data(self.count, sms_deliver(sender, text, ts), self.w.smsc, True), "application/vnd.3gpp.sms",
                      status="480 Temporarily Unavailable" if fails else "200 OK", waits=9 if fails else 1.2)

    def originate(self, ts, line, to, text):
        own = f"sip:+{line.number}@{self.domain()}"
        self.exchange(ts, False, line, "MESSAGE", f"sip:+{self.w.smsc}@{self.domain()}",
                      [f"From: <{own}>;tag=o{self.count}", f"To: <sip:+{self.w.smsc}@{self.domain()}>",
                       f"P-Preferred-Identity: <{own}>", self.access(line)],
                      rp_data(self.count, sms_submit(to, text, self.count), self.w.smsc, False), "application/vnd.3gpp.sms", "202 Accepted")


# ---- SMPP 3.4 ----

class Submitted(Road):
    """What applications hand to the operator's centre for his subscribers: no places, no devices, nothing between people."""
    GATEWAYS = [("gateway%d" % i, "192.0.2.%d" % (10 + i)) for i in range(3)]

    def locate(self, ts, line):
        pass

    def originate(self, ts, line, to, text):
        pass

    def terminate(self, ts, line, sender, text, fails=False):
        if sender.isdigit() and len(sender) > 6:
            return  # a person's
        w, n = self.w, self.step()
        client, server = w.account(*w.r.choice(self.GATEWAYS))
        w.cap.segment(ts, client, server, smpp(4, 0, n, smpp_message(sender, line.number, text, registered=1)))
        w.cap.segment(ts + .05, server, client, smpp(0x80000004, 0, n, c_string("%x" % n)))
        state = "UNDELIV" if fails else "DELIVRD"
        receipt = f"id:{n:x} sub:001 dlvrd:{0 if fails else 1:03d} submit date:2601051200 done date:2601051201 stat:{state} err:000 text:"
        body = bytearray(smpp_message(line.number, sender, receipt))
        body[1 + len(smpp_address(line.number)) + len(smpp_address(sender))] = 4  # esm_class: a receipt, 5.2.12
        w.cap.segment(ts + 2, server, client, smpp(5, 0, 500000 + n, bytes(body)))
        w.cap.segment(ts + 2.05, client, server, smpp(0x80000005, 0, 500000 + n, b"\0"))


ROADS = {"diameter": Diameter, "sgs": Sgs, "sip": Sip, "smpp": Submitted}
