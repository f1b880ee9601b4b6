"""Random stacks of one to three tunnels with their options, laid from the standards: a text in SIP must come out of each,
and no stack that tshark opens may stay closed.

usage: compare_tunnels.py REGSENTRY [SEED [STACKS]]      TAP on standard output
"""
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

regsentry = sys.argv[1]
draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
STACKS = int(sys.argv[3]) if len(sys.argv) > 3 else 1500
MAC = bytes.fromhex("020000000001020000000002")
ETHERTYPE = {"ip4": 0x0800, "ip6": 0x86dd, "mpls": 0x8847, "pppoe": 0x8864, "eth": 0x6558}
tap = Tap()


def be16(v):
    return struct.pack(">H", v)


def be32(v):
    return struct.pack(">I", v)


def chance(share):
    return draw.random() < share


def bits(n):
    return draw.getrandbits(n)


# ---- what is inside: a text in a SIP MESSAGE over UDP, in IPv4 or IPv6 ----


def sip(n):
    body = f"Your code is {n}".encode()
    return (f"MESSAGE sip:+85291230000@ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{n}\r\n"
            f"From: <sip:+85291110000@ims.example>;tag=1\r\nTo: <sip:+85291230000@ims.example>\r\nCall-ID: {n}@x\r\n"
            f"CSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def udp(port, payload, source=50000):
    return be16(source) + be16(port) + be16(8 + len(payload)) + bytes(2) + payload


def ip4(protocol, payload):
    options = draw.choice([b"", b"", b"\x94\4\0\0", b"\1\1\1\1", b"\x44\x0c\5\0" + bytes(8)])   # RFC 2113, 791 3.1
    size = 20 + len(options)
    head = struct.pack(">BBHHHBBH4s4s", 0x40 | size // 4, bits(8), size + len(payload), bits(16),
                       draw.choice([0, 0x4000]), 64, protocol, 0, bytes([10, 0, bits(8), 1]), bytes([10, 0, 0, 2])) + options
    total = sum(struct.unpack(f">{size // 2}H", head))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return head[:10] + be16(~total & 0xffff) + head[12:] + payload


def ip6(protocol, payload):
    for _ in range(draw.choice([0, 0, 0, 1, 2])):
        kind = draw.choice([43, 51, 60])
        if kind == 51:     # RFC 4302 2
            head = bytes([protocol, 4, 0, 0]) + be32(1) + be32(1) + bytes(12)
        elif kind == 43:   # RFC 8200 4.4, no segments left
            head = bytes([protocol, 2, 0, 0]) + bytes(20)
        else:              # 4.6, PadN
            head = bytes([protocol, 0, 1, 4, 0, 0, 0, 0])
        payload, protocol = head + payload, kind
    return struct.pack(">IHBB", 0x60000000 | bits(20), len(payload), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def in_ip(protocol, payload):
    return ("ip4", ip4(protocol, payload)) if chance(0.6) else ("ip6", ip6(protocol, payload))


def framed(kind, payload):
    """In Ethernet, with LLC and SNAP or tags now and then."""
    if kind == "eth":
        return payload
    plain = be16(ETHERTYPE[kind]) + payload
    if kind in ("ip4", "ip6") and len(payload) < 1490 and chance(0.15):
        snap = bytes.fromhex("aaaa03000000") + plain
        return MAC + be16(len(snap)) + snap
    for _ in range(draw.choice([0, 0, 0, 1, 2, 3])):
        plain = be16(draw.choice([0x8100, 0x88a8, 0x9100])) + be16(bits(16)) + plain
    return MAC + plain


def within(kinds, kind, payload):
    """As it is where the tunnel has a number for it, else in Ethernet."""
    return (kind, payload) if kind in kinds else ("eth", framed(kind, payload))


# ---- tunnels ----


def gre_header(protocol):   # RFC 2784 2, RFC 2890 2
    flags, fields = 0, b""
    for flag, field in ((0x8000, bytes(4)), (0x2000, be32(bits(32))), (0x1000, be32(bits(32)))):
        if chance(0.35):
            flags, fields = flags | flag, fields + field
    return be16(flags) + be16(protocol) + fields


def gre(kind, payload):
    kind, payload = within(("ip4", "ip6", "mpls"), kind, payload)
    return in_ip(47, gre_header(ETHERTYPE[kind]) + payload)


def ppp_frame(kind, payload):   # RFC 1661 2, RFC 1662 3.1 and 3.2
    if kind not in ("ip4", "ip6", "mpls"):
        kind, payload = gre(kind, payload)
    protocol = {"ip4": 0x21, "ip6": 0x57, "mpls": 0x281}[kind]
    return (bytes([protocol]) if protocol < 256 and chance(0.3) else be16(protocol)) + payload


def pptp(kind, payload):   # RFC 2637 4.1
    frame = (b"\xff\3" if chance(0.5) else b"") + ppp_frame(kind, payload)
    acknowledges = chance(0.5)
    return in_ip(47, be16(0x3081 if acknowledges else 0x3001) + be16(0x880b) + be16(len(frame)) + be16(7) + be32(1)
                 + (be32(2) if acknowledges else b"") + frame)


def pppoe(kind, payload):   # RFC 2516 4, the protocol never compressed (7)
    frame = ppp_frame(kind, payload)
    frame = b"\0" + frame if frame[0] & 1 else frame
    return "pppoe", b"\x11\0" + be16(9) + be16(len(frame)) + frame


def erspan(kind, payload):   # draft-foschiano-erspan-03 4
    frame, version = framed(kind, payload), draw.choice([1, 2, 3])
    if version == 1:
        return in_ip(47, be16(0) + be16(0x88be) + frame)
    if version == 2:
        return in_ip(47, be16(0x1000) + be16(0x88be) + be32(5) + be16(0x1000 | bits(12)) + be16(bits(16)) + be32(bits(20)) + frame)
    word = draw.choice([0, 2, 4]) | bits(6) << 4 & 0x3f0
    if kind in ("ip4", "ip6") and chance(0.3):
        frame, word = payload, word | 2 << 10
    more = b""
    if chance(0.5):
        word, more = word | 1, bytes([draw.choice([0, 1, 3, 4, 5, 6, 7]) << 2]) + bytes(7)
    return in_ip(47, be16(0x1000) + be16(0x22eb) + be32(5) + be16(0x2000 | bits(12)) + be16(bits(16)) + be32(bits(32))
                 + be16(bits(16)) + be16(word) + more + frame)


def vxlan(kind, payload):   # RFC 7348 5
    return in_ip(17, udp(4789, b"\x08\0\0\0" + be32(bits(24) << 8) + framed(kind, payload)))


def vxlan_gpe(kind, payload):   # draft-ietf-nvo3-vxlan-gpe 3.1
    kind, payload = within(("ip4", "ip6", "mpls"), kind, payload)
    following = {"ip4": 1, "ip6": 2, "eth": 3, "mpls": 5}[kind]
    return in_ip(17, udp(4790, bytes([0x0c, 0, 0, following]) + be32(bits(24) << 8) + payload))


def geneve(kind, payload):   # RFC 8926 3.4 and 3.5
    kind, payload = within(("ip4", "ip6", "mpls"), kind, payload)
    options = b""
    for _ in range(draw.choice([0, 0, 1, 3])):
        words = draw.randrange(4)
        options += be16(0x0102) + bytes([bits(7), words]) + bytes(4 * words)
    return in_ip(17, udp(6081, bytes([len(options) // 4, draw.choice([0, 0x40, 0x80])]) + be16(ETHERTYPE[kind])
                         + be32(bits(24) << 8) + options + payload))


def gtp_u(kind, payload):   # TS 29.281 5.1 and 5.2
    if kind not in ("ip4", "ip6"):
        kind, payload = gre(kind, payload)
    extended, numbered, n_pdu = (chance(0.3) for _ in range(3))
    optional = b""
    if extended or numbered or n_pdu:
        headers = [(t, be16(bits(16))) for t in draw.choices([0x40, 0x85, 0xc0], k=draw.choice([1, 2]))] if extended else []
        types = [t for t, _ in headers] + [0]
        optional = be16(bits(16)) + bytes([bits(8), types[0]])
        for (_, content), following in zip(headers, types[1:]):
            optional += b"\1" + content + bytes([following])
    flags = 0x30 | extended << 2 | numbered << 1 | n_pdu
    return in_ip(17, udp(2152, bytes([flags, 255]) + be16(len(optional) + len(payload)) + be32(bits(32)) + optional + payload))


def mpls(kind, payload):   # RFC 3032 2.1, RFC 4385 3
    if kind == "mpls":
        return kind, payload
    if kind not in ("ip4", "ip6"):
        payload = (be32(bits(16)) if chance(0.5) else b"") + framed(kind, payload)
    depth = draw.choice([1, 1, 2, 3])
    labels = b"".join(be32(draw.randrange(16, 1 << 20) << 12 | bits(3) << 9 | (i == depth - 1) << 8 | 64) for i in range(depth))
    return "mpls", labels + payload


def mpls_in_ip(kind, payload):   # RFC 4023 3
    return in_ip(137, mpls(kind, payload)[1])


def ip_in_ip(kind, payload):   # RFC 2003, RFC 4213, RFC 3378 3
    if kind in ("ip4", "ip6"):
        return in_ip(4 if kind == "ip4" else 41, payload)
    return in_ip(97, be16(0x3000) + framed(kind, payload))


TUNNELS = [gre, pptp, pppoe, erspan, vxlan, vxlan_gpe, geneve, gtp_u, mpls, mpls_in_ip, ip_in_ip]


def stack(n):
    kind, payload = in_ip(17, udp(5060, sip(n), 5060))
    names = [kind]
    for tunnel in draw.choices(TUNNELS, k=draw.choice([1, 1, 2, 3])):
        kind, payload = tunnel(kind, payload)
        names.append(tunnel.__name__)
    return framed(kind, payload), " in ".join(names)


def write(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for i, frame in enumerate(frames):
            f.write(struct.pack("<IIII", 1700000000 + i, 0, len(frame), len(frame)) + frame)


with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/tunnels.pcap"
    stacks = [stack(n) for n in range(STACKS)]
    write(path, [frame for frame, _ in stacks])
    run = subprocess.run([regsentry, "decode", "--format", "jsonl", "--clear", path], stdout=subprocess.PIPE, check=True)
    records = [json.loads(line) for line in run.stdout.splitlines()]
    ours = {r["frame"] - 1 for r in records if r.get("text") == f"Your code is {r['frame'] - 1}" and not r.get("anomalies")}
    tap.none(f"{STACKS} stacks of tunnels are opened", [name for i, (_, name) in enumerate(stacks) if i not in ours])
    if shutil.which("tshark"):
        run = subprocess.run(["tshark", "-n", "-r", path, "-d", "udp.port==4790,vxlan_gpe", "-Y", "sip", "-T", "fields", "-e",
                              "frame.number"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        theirs = {int(n) - 1 for n in run.stdout.split()}
        tap.ok(len(theirs) > STACKS // 2, f"tshark opens {len(theirs)} of them")
        tap.none("and none that we do not", [stacks[i][1] for i in sorted(theirs - ours)])
    else:
        tap.skip("tshark opens none that we do not", "tshark is not installed")
tap.end()
