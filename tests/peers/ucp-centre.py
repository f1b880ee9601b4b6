"""A message centre for Kannel's EMI and CIMD 2 clients, as far as they need it: it takes logins, refuses every fourth
submission, reports on the others, and sends an answer to each.

usage: ucp-centre.py UCP_PORT CIMD2_PORT SECONDS
"""
import socket
import sys
import threading
import time

STX, ETX = b"\2", b"\3"
REFUSED = 4   # of so many submissions the last


def frames(connection):
    """What stands between STX and ETX, as it comes."""
    rest = b""
    while True:
        data = connection.recv(4096)
        if not data:
            return
        rest += data
        while ETX in rest:
            frame, rest = rest.split(ETX, 1)
            yield frame[frame.index(STX) + 1:]


class Ucp:
    """EMI/UCP 4.0, chapters 3 to 5."""
    def __init__(self, connection):
        self.connection, self.taken = connection, 0

    def send(self, number, kind, operation, *fields):
        data = "/".join(fields)
        body = f"{number % 100:02}/{len(data) + 17:05}/{kind}/{operation:02}/{data}/"
        self.connection.sendall(STX + body.encode() + b"%02X" % (sum(body.encode()) & 0xff) + ETX)

    def short_message(self, number, operation, **fields):
        at = {"adc": 0, "oadc": 1, "scts": 14, "dst": 15, "rsn": 16, "dscts": 17, "mt": 18, "msg": 20}
        row = [""] * 33
        for name, value in fields.items():
            row[at[name]] = value
        self.send(number, "O", operation, *row)

    def frame(self, frame):
        number, _, kind, operation, *fields = frame.decode("latin-1").split("/")
        number = int(number)
        if kind != "O":
            return
        if operation == "60":
            self.send(number, "R", 60, "A", "BIND AUTHENTICATED")
        elif operation == "31":
            self.send(number, "R", 31, "A", "0000")
        elif operation == "51":
            self.taken += 1
            if self.taken % REFUSED == 0:
                self.send(number, "R", 51, "N", "06", "AdC invalid")
                return
            adc, oadc, scts = fields[0], fields[1], f"0412261010{self.taken:02}"
            self.send(number, "R", 51, "A", "", f"{adc}:{scts}")
            self.short_message(self.taken, 53, adc=oadc, oadc=adc, scts=scts, dst="0", rsn="000", dscts="041226101159",
                               mt="3", msg=b"delivered".hex().upper())
            self.short_message(self.taken + 50, 52, adc="12345", oadc=adc, scts=scts, mt="3",
                               msg=f"answer {self.taken}".encode().hex().upper())


class Cimd2:
    """CIMD Interface Specification 8, chapters 3 to 5."""
    def __init__(self, connection):
        self.connection, self.taken, self.number = connection, 0, 0

    def send(self, operation, number, *parameters):
        body = STX + b"%02d:%03d\t" % (operation, number) + b"".join(b"%03d:%s\t" % p for p in parameters)
        self.connection.sendall(body + b"%02X" % (sum(body) & 0xff) + ETX)

    def ask(self, operation, *parameters):
        self.send(operation, self.number, *parameters)
        self.number = (self.number + 2) % 256

    def frame(self, frame):
        head, *rest = frame.split(b"\t")
        operation, number = (int(x) for x in head.split(b":"))
        given = {int(p[:3]): p[4:] for p in rest[:-1]}
        if operation in (1, 2, 40):
            self.send(operation + 50, number)
        elif operation == 3:
            self.taken += 1
            to, at = given[21], b"0412261010%02d" % self.taken
            if self.taken % REFUSED == 0:
                self.send(53, number, (21, to), (900, b"300"), (901, b"incorrect destination address"))
                return
            self.send(53, number, (21, to), (60, at))
            self.ask(23, (21, to), (60, at), (61, b"4"), (63, b"041226101159"))
            self.ask(20, (21, b"12345"), (23, to), (60, at), (30, b"0"), (52, b"0"), (33, b"answer %d _A\" _e'" % self.taken))


def serve(port, protocol):
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        connection, _ = listener.accept()
        peer = protocol(connection)
        threading.Thread(target=lambda: [peer.frame(f) for f in frames(peer.connection)], daemon=True).start()


for port, protocol in ((sys.argv[1], Ucp), (sys.argv[2], Cimd2)):
    threading.Thread(target=serve, args=(int(port), protocol), daemon=True).start()
time.sleep(float(sys.argv[3]))
