# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes of captures, from the standards: MAP over M3UA over SCTP, SMPP over TCP, and what carries others (roads.py).

Written apart from the program's own encoder, so that the two share no mistake. A capture is a pcap file of Ethernet
frames.
"""
import struct

GSM7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"  # TS 23.038 6.2.1
GSM7 += "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
SEPTET = {c: i for i, c in enumerate(GSM7)}


def bcd(digits):
    """TBCD-STRING: two digits per octet, the first in the low half, filled with F."""
    if len(digits) % 2:
        digits += "F"
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))


def septets(text):
    bits = count = 0
    out = bytearray()
    for c in text:
        bits |= SEPTET[c] << count
        count += 7
        while count >= 8:
            out.append(bits & 255)
            bits >>= 8
            count -= 8
    if count:
        out.append(bits & 255)
    return bytes(out)


def is_gsm(text):
    return all(c in SEPTET and c != "\x1b" for c in text)


# ---- BER ----

def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    head = bytes([tag]) if isinstance(tag, int) else tag
    if n < 128:
        return head + bytes([n]) + body
    if n < 256:
        return head + bytes([0x81, n]) + body
    return head + bytes([0x82, n >> 8, n & 255]) + body


def number(digits, nature=0x91):
    """ISDN-AddressString of TS 29.002: nature of address and plan, then TBCD."""
    return bytes([nature]) + bcd(digits)


# ---- short messages, TS 23.040 ----

def tp_address(address):
    if address.isdigit():
        kind = 0x81 if len(address) < 7 else 0x91
        return bytes([len(address), kind]) + bcd(address)
    packed = septets(address[:11])
    return bytes([(7 * len(address[:11]) + 3) // 4, 0xD0]) + packed


def user_data(text):
    """(DCS, TP-UDL, TP-UD), shortened to one message."""
    if is_gsm(text):
        text = text[:160]
        return 0, len(text), septets(text)
    data = text.encode("utf-16-be")[:140]
    return 8, len(data), data


def sms_deliver(sender, text, ts):
    dcs, udl, ud = user_data(text)
    return b"\x04" + tp_address(sender) + bytes([0, dcs]) + b"\x52\x10\x10\x21\x43\x65\x23" + bytes([udl]) + ud


def sms_submit(to, text, reference):
    dcs, udl, ud = user_data(text)
    return bytes([0x11, reference & 255]) + tp_address(to) + bytes([0, dcs, 0xA7, udl]) + ud


# ---- TCAP and MAP ----

AC = {"gateway": (20, 3), "mo": (21, 3), "mt": (25, 3), "location": (1, 3)}  # TS 29.002 17.3.3
DIALOGUE_AS = bytes.fromhex("060700118605010101")  # Q.773 4.2.3


def dialogue(ac, answer):
    name, version = AC[ac]
    oid = tlv(0xA1, tlv(0x06, bytes([4, 0, 0, 1, 0, name, version])))
    if answer:
        pdu = tlv(0x61, bytes.fromhex("80020780"), oid, bytes.fromhex("a203020100a305a103020100"))
    else:
        pdu = tlv(0x60, bytes.fromhex("80020780"), oid)
    return tlv(0x6B, tlv(0x28, DIALOGUE_AS, tlv(0xA0, pdu)))


def begin(tid, ac, component):
    return tlv(0x62, tlv(0x48, struct.pack(">I", tid)), dialogue(ac, False), tlv(0x6C, component))


def proceed(own, other, ac, component):
    return tlv(0x65, tlv(0x48, struct.pack(">I", own)), tlv(0x49, struct.pack(">I", other)),
               dialogue(ac, True) if ac else b"", tlv(0x6C, component))


def end(tid, ac, component):
    return tlv(0x64, tlv(0x49, struct.pack(">I", tid)), dialogue(ac, True) if ac else b"",
               tlv(0x6C, component) if component else b"")


def invoke(op, *body, n=1):
    return tlv(0xA1, bytes([2, 1, n, 2, 1, op]), tlv(0x30, *body))


def result(op, *body, n=1):
    if not body:
        return tlv(0xA2, bytes([2, 1, n]))
    return tlv(0xA2, bytes([2, 1, n]), tlv(0x30, bytes([2, 1, op]), tlv(0x30, *body)))


def error(code, n=1):
    return tlv(0xA3, bytes([2, 1, n, 2, 1, code]))


# ---- SCCP, M3UA, SCTP ----

def gt(digits, ssn):
    packed = bytearray(bcd(digits))
    if len(digits) % 2:
        packed[-1] &= 0x0F
    address = bytes([0x12, ssn, 0, 0x12 if len(digits) % 2 == 0 else 0x11, 4]) + bytes(packed)
    return address


def udt(called, calling, data):
    a, b = gt(*called), gt(*calling)
    p1 = 3
    p2 = p1 + len(a)
    p3 = p2 + len(b)
    return bytes([9, 0, p1, p2, p3, len(a)]) + a + bytes([len(b)]) + b + bytes([len(data)]) + data


def m3ua(opc, dpc, payload):
    data = struct.pack(">IIBBBB", opc, dpc, 3, 2, 0, 5) + payload
    parameter = struct.pack(">HH", 0x0210, 4 + len(data)) + data
    parameter += b"\0" * (-len(parameter) % 4)
    return struct.pack(">BBBBI", 1, 0, 1, 1, 8 + len(parameter)) + parameter


CRC = []
for i in range(256):
    c = i
    for _ in range(8):
        c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
    CRC.append(c)


def crc32c(data):
    c = 0xFFFFFFFF
    for b in data:
        c = CRC[(c ^ b) & 255] ^ c >> 8
    return struct.pack("<I", c ^ 0xFFFFFFFF)


def ip(proto, src, dst, payload, ident):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident & 0xFFFF, 0x4000, 60, proto, 0,
                       bytes(map(int, src.split("."))), bytes(map(int, dst.split("."))))
    s = sum(struct.unpack(">10H", head))
    s = (s & 0xFFFF) + (s >> 16)
    s = (s & 0xFFFF) + (s >> 16)
    return head[:10] + struct.pack(">H", ~s & 0xFFFF) + head[12:] + payload


ETHERNET = bytes.fromhex("0200000000010200000000020800")


class Capture:
    """Messages between nodes, given in any order, numbered and written in time's."""

    def __init__(self):
        self.todo = []
        self.tsn = {}
        self.tcp = {}
        self.ident = 0

    def ss7(self, ts, called, calling, tcap):
        """One message between two nodes (title, subsystem), over the tapped link."""
        self.todo.append((ts, len(self.todo), "ss7", called, calling, tcap))

    def sctp(self, ts, up, port, payload_protocol, data):
        """One message over the association of this port, up or down the tapped link."""
        self.todo.append((ts, len(self.todo), "sctp", up, port, payload_protocol, data))

    def segment(self, ts, src, dst, data, flags=0x18):
        self.todo.append((ts, len(self.todo), "tcp", src, dst, data, flags))

    def datagram(self, ts, src, dst, data):
        self.todo.append((ts, len(self.todo), "udp", src, dst, data))

    def _ss7(self, called, calling, tcap):
        up = called[0] > calling[0]
        return self._sctp(up, 2905, 3, m3ua(101 if up else 102, 102 if up else 101, udt(called, calling, tcap)))

    def _sctp(self, up, port, payload_protocol, data):
        src, dst = ("10.1.1.1", "10.1.1.2") if up else ("10.1.1.2", "10.1.1.1")
        tsn = self.tsn[src, port] = self.tsn.get((src, port), 1000) + 1
        chunk = struct.pack(">BBHIHHI", 0, 3, 16 + len(data), tsn, 1, tsn & 0xFFFF, payload_protocol) + data
        chunk += b"\0" * (-len(chunk) % 4)
        head = struct.pack(">HHI", port, port, 0x11223344 if up else 0x55667788)
        return 132, src, dst, head + crc32c(head + b"\0\0\0\0" + chunk) + chunk

    @staticmethod
    def _udp(src, dst, data):
        return 17, src[0], dst[0], struct.pack(">HHHH", src[1], dst[1], 8 + len(data), 0) + data

    def _tcp(self, src, dst, data, flags):
        key, back = (src, dst), (dst, src)
        seq, ack = self.tcp.setdefault(key, 1), self.tcp.setdefault(back, 1)
        head = struct.pack(">HHIIBBHHH", src[1], dst[1], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 8192, 0, 0)
        self.tcp[key] = seq + len(data) + (1 if flags & 2 else 0)
        return 6, src[0], dst[0], head + data

    def write(self, path, seen=lambda ts: True, late=0.0):
        """The frames that a tap sees; its clock may be late."""
        self.todo.sort(key=lambda t: t[:2])
        self.ident, self.tsn, self.tcp = 0, {}, {}
        kinds = {"ss7": self._ss7, "sctp": self._sctp, "tcp": self._tcp, "udp": self._udp}
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for ts, _, kind, *args in self.todo:
                self.ident += 1
                proto, src, dst, payload = kinds[kind](*args)
                if not seen(ts):
                    continue
                data = ETHERNET + ip(proto, src, dst, payload, self.ident)
                ts += late
                s = int(ts)
                out.write(struct.pack("<IIII", s, int((ts - s) * 1e6), len(data), len(data)) + data)


# ---- SMPP 3.4 ----

def c_string(s):
    return s.encode("latin-1", "replace") + b"\0"


def smpp_address(a):
    if a.isdigit():
        return bytes([3 if len(a) < 7 else 1, 1]) + c_string(a)
    return bytes([5, 0]) + c_string(a[:20])


def smpp(command, status, seq, body=b""):
    return struct.pack(">IIII", 16 + len(body), command, status, seq) + body


def smpp_message(src, dst, text, registered=0):
    if text.isascii():
        dcs, data = 0, text.encode()
    else:
        dcs, data = 8, text.encode("utf-16-be")[:252]
    data = data[:254]
    return (b"\0" + smpp_address(src) + smpp_address(dst) + bytes(3) + b"\0\0" +
            bytes([registered, 0, dcs, 0, len(data)]) + data)
