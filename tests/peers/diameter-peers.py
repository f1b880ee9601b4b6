"""Two Diameter peers of a freeDiameter agent over TCP: an MME, and a home server with a message centre in one (TS 29.272,
29.338). Requests of either go to the agent, which routes them by realm and host and writes them anew.

usage: diameter-peers.py ADDRESS PORT
"""
import socket
import struct
import sys
import time

VENDOR = 10415
S6A, S6C, SGD = 16777251, 16777312, 16777313
IMSI, MSISDN = b"001010000000031", bytes.fromhex("447700090013")
CENTRE = bytes.fromhex("447700090000")
# TS 23.040: SUBMIT of "Hello" to 447700900123, DELIVER of "Code 1234" from Brand.
SUBMIT = bytes.fromhex("01050c91447700091032000005c8329bfd06")
DELIVER = bytes.fromhex("0409d04279d84d0600005210103193702309c337b90c8ac96634")


def avp(code, value, vendor=0):
    head = struct.pack(">II", code, (0xc0 if vendor else 0x40) << 24 | len(value) + (12 if vendor else 8))
    return head + (struct.pack(">I", vendor) if vendor else b"") + value + bytes(-len(value) % 4)


def u32(v):
    return struct.pack(">I", v)


def message(app, command, flags, hop, end, avps):
    body = b"".join(avps)
    return struct.pack(">IIIII", 1 << 24 | 20 + len(body), flags << 24 | command, app, hop, end) + body


class Peer:
    def __init__(self, name, realm, address, port):
        self.name, self.realm, self.hop = name.encode(), realm.encode(), 1
        self.socket = socket.create_connection((address, port))
        self.socket.settimeout(10)
        apps = [avp(260, avp(266, u32(VENDOR)) + avp(258, u32(app))) for app in (S6A, S6C, SGD)]
        self.send(message(0, 257, 0x80, 1, 1, [
            avp(264, self.name), avp(296, self.realm), avp(257, b"\0\1" + socket.inet_aton(self.socket.getsockname()[0])),
            avp(266, u32(0)), avp(269, b"peer"), avp(299, u32(0)), avp(265, u32(VENDOR))] + apps))
        self.take()

    def send(self, m):
        self.socket.sendall(m)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise EOFError("the agent hung up")
            data += more
        return data

    def take(self):
        """The next message that is no watchdog's: flags, command, application, identifiers, body."""
        while True:
            head = self.exactly(20)
            first, second, app, hop, end = struct.unpack(">IIIII", head)
            body = self.exactly((first & 0xffffff) - 20)
            if second & 0xffffff == 280 and second >> 31:
                self.send(message(0, 280, 0, hop, end, [avp(268, u32(2001)), avp(264, self.name), avp(296, self.realm)]))
            else:
                return second >> 24, second & 0xffffff, app, hop, end, body

    def ask(self, app, command, realm, host, avps):
        self.hop += 1
        route = [avp(283, realm.encode())] + ([avp(293, host.encode())] if host else [])
        session = self.name + b";1;%d" % self.hop
        self.send(message(app, command, 0xc0, self.hop, self.hop, [
            avp(263, session), avp(260, avp(266, u32(VENDOR)) + avp(258, u32(app))), avp(277, u32(1)),
            avp(264, self.name), avp(296, self.realm)] + route + avps))

    def answer(self, request, avps):
        _, command, app, hop, end, body = request
        length = struct.unpack(">I", body[4:8])[0] & 0xffffff    # the session's identifier stands first
        self.send(message(app, command, 0x40, hop, end, [
            body[:length + -length % 4], avp(260, avp(266, u32(VENDOR)) + avp(258, u32(app))), avp(277, u32(1)),
            avp(264, self.name), avp(296, self.realm)] + avps))


def talk(asks, other, app, command, realm, host, question, reply):
    asks.ask(app, command, realm, host, question)
    other.answer(other.take(), reply)
    asks.take()


def t(code, value):
    return avp(code, value, VENDOR)


def main():
    address, port = sys.argv[1], int(sys.argv[2])
    mme = Peer("mme.visited.example", "visited.example", address, port)
    home = Peer("hss.home.example", "home.example", address, port)
    time.sleep(0.5)
    fine = avp(268, u32(2001))
    user = t(3102, avp(1, IMSI) + t(701, MSISDN))
    talk(mme, home, S6A, 316, "home.example", None,
         [avp(1, IMSI), t(1401, t(1402, b"35693803564380") + t(1403, b"01")), t(1032, u32(1004)), t(1405, u32(2)),
          t(1407, bytes.fromhex("00f110"))],
         [fine, t(1406, u32(1)), t(1400, t(701, MSISDN))])
    talk(mme, home, SGD, 8388645, "home.example", None, [t(3300, CENTRE), user, t(3301, SUBMIT)], [fine])
    talk(home, mme, SGD, 8388646, "visited.example", "mme.visited.example",
         [avp(1, IMSI), t(3300, CENTRE), t(3301, DELIVER)], [fine])
    talk(home, mme, SGD, 8388646, "visited.example", "mme.visited.example",
         [avp(1, IMSI), t(3300, CENTRE), t(3301, DELIVER)],
         [avp(297, avp(266, u32(VENDOR)) + avp(298, u32(5550)))])
    home.ask(SGD, 8388646, "nowhere.example", "mme.nowhere.example", [avp(1, IMSI), t(3300, CENTRE), t(3301, DELIVER)])
    home.take()    # the agent itself says that it cannot


main()
