"""Writes one pcapng with a message on every road that `simulate` does not take: link types, tunnels, older signalling.

usage: make_capture.py OUT.pcapng

Each interface has a link type of its own. Everything is laid by hand after the standards, and shares nothing with the
decoders or with `simulate`.
"""
import base64
import struct
import sys

ME, YOU = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])


def be16(v):
    return struct.pack(">H", v)


def be32(v):
    return struct.pack(">I", v)


def pad4(b):
    return b + bytes(-len(b) % 4)


# ---- what all link types carry: a text in a SIP MESSAGE (RFC 3428) over UDP ----


def ipv4(protocol, payload):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, ME, YOU)
    total = sum(struct.unpack(">10H", head))
    check = ~((total & 0xffff) + (total >> 16)) & 0xffff
    return head[:10] + be16(check) + head[12:] + payload


def ipv6(next_header, payload):
    head = struct.pack(">IHBB", 0x60000000, len(payload), next_header, 64)
    return head + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def udp(port, payload):
    return be16(5060 if port == 5060 else 40000) + be16(port) + be16(8 + len(payload)) + bytes(2) + payload


def tcp(source, port, seq, ack, payload):
    return struct.pack(">HHIIBBHHH", source, port, seq, ack, 0x50, 0x18, 0xffff, 0, 0) + payload


def sip(text, number):
    body = text.encode()
    return (f"MESSAGE sip:+8529123{number:04}@ims.example SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{number}\r\n"
            f"From: <sip:+85291110000@ims.example>;tag=1\r\nTo: <sip:+8529123{number:04}@ims.example>\r\n"
            f"Call-ID: {number}@10.0.0.1\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


counter = 0


def packet(road):
    global counter
    counter += 1
    return ipv4(17, udp(5060, sip(f"Your code for {road} is {1000 + counter}", counter)))


MAC = bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])


def ethernet(ethertype, payload):
    return MAC + be16(ethertype) + payload


# ---- SS7 ----


def tlv(tag, *parts):
    value = b"".join(parts)
    return bytes([tag, len(value)]) + value


def sri_sm():
    """sendRoutingInfoForSM of version 3 in a TC-BEGIN without a dialogue portion (Q.773, TS 29.002 17.6.6)."""
    argument = tlv(0x30, tlv(0x80, bytes.fromhex("915892214300f0")), tlv(0x81, b"\xff"),
                   tlv(0x82, bytes.fromhex("915892010000f0")))
    invoke = tlv(0xa1, b"\x02\x01\x01", b"\x02\x01\x2d", argument)
    return tlv(0x62, tlv(0x48, bytes.fromhex("00000001")), tlv(0x6c, invoke))


def initial_dp():
    """initialDPSMS of CAP 3 (TS 29.078 6.6): the subscriber's number, his IMSI, who is asked."""
    argument = tlv(0x30, tlv(0x80, b"\x01"), tlv(0x81, bytes.fromhex("815892214300f0")),
                   tlv(0x82, bytes.fromhex("915892214300f0")), tlv(0x83, b"\x01"),
                   tlv(0x84, bytes.fromhex("54040321430000f1")))
    invoke = tlv(0xa1, b"\x02\x01\x01", b"\x02\x01\x3c", argument)
    context = tlv(0x06, bytes.fromhex("04000001153d03"))  # cap3-sms-AC, TS 29.078 5.7
    request = tlv(0x60, bytes.fromhex("80020780"), tlv(0xa1, context))
    dialogue = tlv(0x6b, tlv(0x28, bytes.fromhex("060700118605010101"), tlv(0xa0, request)))
    return tlv(0x62, tlv(0x48, bytes.fromhex("00000002")), dialogue, tlv(0x6c, invoke))


def udt(ssn, data):
    """Unitdata with global titles of ITU form 4 (Q.713 4.10)."""
    def party(digits):
        return bytes([0x12, ssn, 0x00, 0x12, 0x04]) + bytes.fromhex(digits)
    called, calling = party("589201000000"), party("589202000000")
    return (bytes([9, 0, 3, 3 + len(called), 3 + len(called) + len(calling)])
            + bytes([len(called)]) + called + bytes([len(calling)]) + calling + bytes([len(data)]) + data)


def mtp3(opc, dpc, sccp):
    return b"\x83" + struct.pack("<I", dpc | opc << 14) + sccp


def mtp2(msu):
    return bytes([0x80, 0x80, min(len(msu), 63)]) + msu


def adaptation(message_class, kind, parameters):
    body = b"".join(pad4(be16(tag) + be16(4 + len(value)) + value) for tag, value in parameters)
    return bytes([1, 0, message_class, kind]) + be32(8 + len(body)) + body


def sctp(ppid, tsn, payload):
    chunk = struct.pack(">BBHIHHI", 0, 3, 16 + len(payload), tsn, 1, tsn & 0xffff, ppid) + payload
    return be16(2905) + be16(2905) + be32(1) + bytes(4) + pad4(chunk)


def sua_address(ssn, digits, nature):
    title = bytes([0, 0, 0, 4, len(digits), 0, 1, nature]) + bytes(
        int(digits[i + 1:i + 2] or "0") << 4 | int(digits[i]) for i in range(0, len(digits), 2))
    inner = b"".join(pad4(be16(tag) + be16(4 + len(v)) + v)
                     for tag, v in ((0x8001, title), (0x8003, bytes([0, 0, 0, ssn]))))
    return be16(1) + be16(5) + inner


def sua():
    return adaptation(7, 1, [(0x0006, be32(1)), (0x0115, be32(0)), (0x0102, sua_address(8, "85291020000", 4)),
                             (0x0103, sua_address(6, "85291010000", 4)), (0x0116, be32(1)), (0x010b, sri_sm())])


def ranap():
    """INITIAL UE MESSAGE with a LOCATION UPDATING REQUEST by IMSI, then DIRECT TRANSFER of a message (TS 25.413)."""
    initial = bytes.fromhex("001340350000040003400100000f40060005f26139d6003a40080005f26139d60fb1001040131205"
                            "087005f261345633085920612100250120")
    deliver = bytes.fromhex("0014402b00000100104024230901200155079106010000000100140409d04279d84d060000521101"
                            "0000400202e834")
    yield mtp3(1, 2, bytes.fromhex("0101020302020402428e0f") + bytes([len(initial)]) + initial + b"\0")
    yield mtp3(2, 1, bytes.fromhex("020102030405060200"))
    yield mtp3(2, 1, bytes.fromhex("060102030001") + bytes([len(deliver)]) + deliver)


def bssap():
    """COMPLETE LAYER 3 INFORMATION, then a message as DTAP (TS 48.006 9, TS 48.008 3.2.1.32)."""
    location = bytes.fromhex("05087005f261345633085920612100250120")
    complete = tlv(0x00, b"\x57", bytes.fromhex("05080005f26139d60fb1"), tlv(0x17, location))
    dtap = bytes.fromhex("0901200155079106010000000100140409d04279d84d06000052110100"
                         "00400202e834")
    dt = b"\x01\x03" + bytes([len(dtap)]) + dtap
    yield mtp3(3, 4, bytes.fromhex("011112130202040242fe0f") + bytes([len(complete)]) + complete + b"\0")
    yield mtp3(4, 3, bytes.fromhex("021112131415160200"))
    yield mtp3(4, 3, bytes.fromhex("061112130001") + bytes([len(dt)]) + dt)


def smdpp():
    """smsDeliveryPointToPoint in ANSI TCAP (T1.114) over SCCP with point codes."""
    return bytes.fromhex("0981030e190b120b0011043121550501000b120800110441515505010058e256c70400000077e84ee94ccf01"
                         "01d1020935f243880513525510328904801122339f69170003100010011010859dfd7920c7bf26574818b266"
                         "d1a89f740210029f6e0a0600210b3121550521f39f7007060021052743f5")


def gsmtap(up, channel_type, data):
    arfcn = 42 | (0x4000 if up else 0)
    return bytes([2, 4, 1, 2]) + be16(arfcn) + bytes(2) + be32(0) + bytes([channel_type, 0, 0, 0]) + data


def lapdm():
    """PAGING RESPONSE, then a message in two I frames on SAPI 3 (TS 44.006)."""
    def frame(sapi, control, info, more=False):
        return (bytes([sapi << 2 | 1, control, len(info) << 2 | more << 1 | 1]) + info).ljust(23, b"\x2b")
    yield True, frame(0, 0x3f, bytes.fromhex("06270003335886085920612100250120"))
    yield False, frame(3, 0x3f, b"")
    yield True, frame(3, 0x73, b"")
    yield False, frame(3, 0x00, bytes.fromhex("0901200155079106010000000100140409d04279"), True)
    yield False, frame(3, 0x02, bytes.fromhex("d84d0600005211010000400202e834"))


def gsup():
    """MT-forwardSM Request (OsmoHLR's GSUP) behind the IPA header."""
    def ie(tag, hexadecimal):
        return tlv(tag, bytes.fromhex(hexadecimal))
    message = (b"\x28" + ie(0x01, "21436587092143f5") + ie(0x40, "01") + ie(0x41, "0121436587092143f5")
               + ie(0x42, "039121436587f9") + ie(0x43, "0404912143000052011031932000" + "02e834") + ie(0x0a, "02"))
    return be16(len(message) + 1) + b"\xee\x05" + message


def m3ua(opc, dpc, sccp):
    return adaptation(1, 1, [(0x0210, be32(opc) + be32(dpc) + bytes([3, 2, 0, 0]) + sccp)])


def diameter():
    """Update-Location-Request of S6a (TS 29.272 7.2.3)."""
    def avp(code, value, vendor=0):
        head = be32(code) + bytes([0xc0 if vendor else 0x40]) + be32(len(value) + (12 if vendor else 8))[1:]
        return pad4(head + (be32(vendor) if vendor else b"") + value)
    body = (avp(263, b"mme.example;1;1") + avp(264, b"mme.example") + avp(296, b"example") + avp(283, b"home.example")
            + avp(277, be32(1)) + avp(1, b"454030123400001") + avp(1032, be32(1004), 10415)
            + avp(1405, be32(2), 10415) + avp(1407, bytes.fromhex("54f430"), 10415))
    return b"\x01" + be32(20 + len(body))[1:] + b"\xc0" + be32(316)[1:] + be32(16777251) + be32(1) + be32(2) + body


def sgsap():
    """DOWNLINK-UNITDATA (TS 29.118 8.4) with a message in its NAS container."""
    deliver = bytes.fromhex("0901200155079106010000000100140409d04279d84d0600005211010000400202e834")
    return b"\x07" + tlv(0x01, bytes.fromhex("4945301032040010")) + tlv(0x16, deliver)


def per_element(number, value):
    """TS 36.413 9.3, TS 38.413 9.4: aligned PER of an element, whose criticality is to ignore."""
    length = bytes([len(value)]) if len(value) < 128 else be16(0x8000 | len(value))
    return be16(number) + b"\x40" + length + value


def per_message(procedure, *elements):
    """An initiating message of both."""
    body = b"\0" + be16(len(elements)) + b"".join(elements)
    length = bytes([len(body)]) if len(body) < 128 else be16(0x8000 | len(body))
    return bytes([0, procedure]) + b"\x40" + length + body


def s1ap():
    """InitialUEMessage (TS 36.413 9.1.7.1) with ATTACH REQUEST (TS 24.301 8.2.4) by IMSI, then a message to the mobile."""
    plmn = bytes.fromhex("05f261")
    attach = bytes.fromhex("074171" "08592061210025012002" "e060" "0004" "0201d011")
    deliver = bytes.fromhex("0901200155079106010000000100140409d04279d84d0600005211010000400202e834")
    transport = bytes([0x07, 0x62, len(deliver)]) + deliver
    yield per_message(12, per_element(8, b"\0\7"), per_element(26, bytes([len(attach)]) + attach),
                      per_element(67, b"\0" + plmn + b"\x12\x34"),
                      per_element(100, b"\0" + plmn + bytes.fromhex("00abc010")), per_element(134, b"\x30"))
    yield per_message(11, per_element(0, bytes.fromhex("4003e8")), per_element(8, b"\0\7"),
                      per_element(26, bytes([len(transport)]) + transport))


def ngap():
    """InitialUEMessage (TS 38.413 9.2.5.1) with REGISTRATION REQUEST (TS 24.501 8.2.6) by SUCI of the null scheme."""
    plmn = bytes.fromhex("05f261")
    register = bytes.fromhex("7e004179" "000d" "01" "05f261" "f0ff" "0000" "2100250120" "2e02f0f0")
    place = b"\x40" + plmn + bytes.fromhex("1234567890") + plmn + bytes.fromhex("00abcd")
    return per_message(15, per_element(85, b"\0\7"), per_element(38, bytes([len(register)]) + register),
                       per_element(121, place), per_element(90, b"\x18"))


def ucp():
    """51, submit short message (EMI/UCP 4.0 5.2): 33 fields, message in hex."""
    fields = [""] * 33
    fields[0], fields[1], fields[18], fields[20] = "85291230001", "70701", "3", b"code 4711".hex().upper()
    data = "/".join(fields)
    head = f"00/{len(data) + 17:05}/O/51/{data}/"
    return b"\x02" + f"{head}{sum(head.encode()) & 0xff:02X}".encode() + b"\x03"


def cimd2(operation, sequence, parameters):
    packet_ = f"\x02{operation:02}:{sequence:03}\t".encode() + b"".join(p.encode() + b"\t" for p in parameters)
    return packet_ + f"{sum(packet_) & 0xff:02X}".encode() + b"\x03"


def websocket(text):
    """A masked text frame (RFC 6455 5.2) with a SIP message (RFC 7118)."""
    key = b"\x11\x22\x33\x44"
    return b"\x81\xfe" + be16(len(text)) + key + bytes(c ^ key[i % 4] for i, c in enumerate(text))


def handshake():
    nonce = base64.b64encode(bytes(range(16))).decode()
    return ("GET / HTTP/1.1\r\nHost: ims.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()


def frames():
    """(link type, bytes) of every frame."""
    yield 1, ethernet(0x0800, packet("Ethernet"))
    yield 1, ethernet(0x88a8, be16(100) + be16(0x8100) + be16(200) + be16(0x0800) + packet("QinQ"))
    yield 1, ethernet(0x8847, be32(17 << 12 | 64) + be32(16 << 12 | 1 << 8 | 64) + packet("MPLS"))
    inner = packet("PPPoE")
    yield 1, ethernet(0x8864, b"\x11\0\0\1" + be16(2 + len(inner)) + b"\0\x21" + inner)
    yield 1, ethernet(0x0800, ipv4(47, be16(0) + be16(0x0800) + packet("GRE")))
    yield 1, ethernet(0x0800, ipv4(47, be16(0x1000) + be16(0x88be) + be32(1) + be32(1 << 28 | 100 << 16) + be32(0)
                                   + ethernet(0x0800, packet("ERSPAN II"))))
    yield 1, ethernet(0x0800, ipv4(97, b"\x30\0" + ethernet(0x0800, packet("EtherIP"))))
    yield 1, ethernet(0x0800, ipv4(17, udp(4789, b"\x08\0\0\0" + be32(7 << 8) + ethernet(0x0800, packet("VXLAN")))))
    yield 1, ethernet(0x0800, ipv4(17, udp(6081, b"\0\0" + be16(0x6558) + be32(7 << 8)
                                           + ethernet(0x0800, packet("Geneve")))))
    inner = packet("GTP-U")
    yield 1, ethernet(0x0800, ipv4(17, udp(2152, b"\x30\xff" + be16(len(inner)) + be32(5) + inner)))
    yield 1, ethernet(0x86dd, ipv6(17, udp(5060, sip("Your code for IPv6 is 2001", 2001))))
    yield 113, be16(0) + be16(1) + be16(6) + bytes(8) + be16(0x0800) + packet("SLL")
    yield 276, be16(0x0800) + be16(0) + be32(1) + be16(1) + b"\0\6" + bytes(8) + packet("SLL2")
    yield 0, struct.pack("<I", 2) + packet("loopback")
    yield 101, packet("raw IP")
    yield 9, b"\xff\x03\0\x21" + packet("PPP")
    yield 104, b"\x0f\0" + be16(0x0800) + packet("Cisco HDLC")
    yield 107, b"\x18\x41\x03\xcc" + packet("frame relay")
    inner = ethernet(0x0800, packet("ERF"))
    yield 197, bytes(8) + b"\x02\x04" + be16(18 + len(inner)) + be16(0) + be16(len(inner)) + be16(0) + inner
    inner = packet("NFLOG")
    yield 239, b"\x02\0\0\0" + struct.pack("<HH", 4 + len(inner), 9) + inner
    yield 252, be16(12) + be16(4) + b"sip\0" + be16(0) + be16(0) + sip("Your code for an upper PDU is 2002", 2002)

    yield 141, mtp3(1, 2, udt(6, sri_sm()))
    yield 140, mtp2(mtp3(1, 2, udt(6, sri_sm())))
    yield 139, bytes(4) + mtp2(mtp3(1, 2, udt(6, sri_sm())))
    yield 248, sctp(2, 1, adaptation(6, 1, [(0x0300, mtp3(1, 2, udt(6, sri_sm())))]))
    yield 248, sctp(5, 2, b"\x01\0\x0b\1" + be32(17 + len(mtp3(1, 2, udt(6, sri_sm())))) + be32(1) + be32(2) + b"\0"
                    + mtp3(1, 2, udt(6, sri_sm())))
    yield 248, sctp(4, 3, sua())
    yield 141, mtp3(1, 2, udt(146, initial_dp()))
    yield 142, smdpp()
    for frame in bssap():
        yield 141, frame
    for frame in ranap():
        yield 141, frame
    for up, block in lapdm():
        yield 1, ethernet(0x0800, ipv4(17, udp(4729, gsmtap(up, 8, block))))
    yield 101, ipv4(6, tcp(41000, 4222, 1, 1, gsup()))
    yield 248, sctp(3, 4, m3ua(1, 2, udt(6, sri_sm())))
    yield 248, sctp(46, 5, diameter())
    yield 101, ipv4(132, be16(29118) + be16(29118) + sctp(0, 6, sgsap())[4:])
    for tsn, m in enumerate(s1ap()):
        yield 101, ipv4(132, be16(36412) + be16(36412) + sctp(18, 7 + tsn, m)[4:])
    yield 101, ipv4(132, be16(38412) + be16(38412) + sctp(60, 9, ngap())[4:])
    yield 101, ipv4(6, tcp(41003, 5000, 1, 1, ucp()))
    login = cimd2(1, 1, ["010:shop7", "011:secret"])
    yield 101, ipv4(6, tcp(41001, 9971, 1, 1, login))
    yield 101, ipv4(6, tcp(41001, 9971, 1 + len(login), 1,
                           cimd2(3, 3, ["021:85291230001", "027:Brand", "033:Your code is 4711"])))
    hello = handshake()
    yield 101, ipv4(6, tcp(41002, 80, 1, 1, hello))
    yield 101, ipv4(6, tcp(41002, 80, 1 + len(hello), 1, websocket(sip("Your code for WebSocket is 2003", 2003))))


def block(kind, body):
    body = pad4(body)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def main():
    out, interfaces = [block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))], {}
    for number, (link, data) in enumerate(frames()):
        if link not in interfaces:
            interfaces[link] = len(interfaces)
            out.append(block(1, struct.pack("<HHI", link, 0, 0)))
        ts = 1_700_000_000_000_000 + number * 1000
        head = struct.pack("<IIIII", interfaces[link], ts >> 32, ts & 0xffffffff, len(data), len(data))
        out.append(block(6, head + data))
    with open(sys.argv[1], "wb") as f:
        f.write(b"".join(out))


if __name__ == "__main__":
    main()
