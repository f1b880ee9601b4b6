# SPDX-License-Identifier: GPL-3.0-or-later
"""No byte of a message is left in the memory of analyze or of a tap when the packets that carried it are through.

usage: check_memory.py REGSENTRY SOURCE_ROOT
"""
import array
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

live.enter_namespace()
binary = sys.argv[1]
PAGE = os.sysconf("SC_PAGESIZE")
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-memory-"))
key = work / "key"
key.write_text("5a" * 32 + "\n")
if b"__asan_init" in pathlib.Path(binary).read_bytes():
    print("1..0 # SKIP a sanitizer keeps freed blocks to look at them later")
    sys.exit(0)


# ---- packets that carry messages ---------------------------------------------------------------

def ip4(proto, payload, ident=1, flags=0, back=False):
    ends = [bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])]
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, flags, 64, proto, 0,
                       *(reversed(ends) if back else ends))
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xffff) + (total >> 16)
    head = head[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xffff) + head[12:]
    return bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]) + b"\x08\x00" + head + payload


def udp(port, payload):
    return struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload


class Tcp:
    """One direction of a connection, sent from its begin."""

    def __init__(self, port):
        self.port, self.seq = port, 1000
        self.packets = [self._segment(1000, b"", 2)]
        self.seq += 1

    def _segment(self, seq, data, flags=0x18):
        return ip4(6, struct.pack(">HHIIBBHHH", self.port + 40000, self.port, seq, 1, 0x50, flags, 65535, 0, 0) + data)

    def send(self, *pieces, swap=False):
        made = []
        for data in pieces:
            made.append(self._segment(self.seq, data))
            self.seq += len(data)
        self.packets += reversed(made) if swap else made


calls = 0


def sip(text):
    """A request with a text, and its answer."""
    global calls
    calls += 1
    common = (b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%d\r\nFrom: <sip:Telegram@ims.example>;tag=1\r\n"
              b"To: <sip:+85291230000@ims.example>\r\nCall-ID: %d@x\r\nCSeq: 1 MESSAGE\r\n" % (calls, calls))
    return (udp(5060, b"MESSAGE sip:+85291230000@ims.example SIP/2.0\r\n" + common +
                b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(text) + text),
            ip4(17, udp(5060, b"SIP/2.0 200 OK\r\n" + common + b"Content-Length: 0\r\n\r\n"), back=True))


sequence = 0


def smpp(text, esm=0, number=b"85291230000"):
    global sequence
    sequence += 1
    body = (b"\0\5\0Zender\0\1\1" + number + b"\0" + bytes([esm, 0, 0]) + b"\0\0" + bytes([0, 0, 0, 0, len(text)]) + text)
    return struct.pack(">IIII", 16 + len(body), 5, 0, sequence) + body


def traffic():
    """Packets, and what each way of carrying a text must not leave behind."""
    markers = {}

    def text(way):
        n = len(markers)
        words = (f"Zyx{n:02}vutsrq", f"753198{n:02}", f"Qpo{n:02}mlkjih")
        markers[way] = [w.encode() for w in words]
        return "{}, {} is your Telegram code, {}".format(*words).encode()

    request, answer = sip(text("SIP over UDP"))
    packets = [ip4(17, request), answer]
    request, answer = sip(text("IP fragments"))
    packets += [ip4(17, request[:160], 7, 0x2000), ip4(17, request[160:], 7, 160 // 8), answer]
    request, answer = sip(text("IP fragments, the last first"))
    packets += [ip4(17, request[160:], 8, 160 // 8), ip4(17, request[:160], 8, 0x2000), answer]
    stream = Tcp(2775)
    bind = b"rgs\0pass\0\0\x34\0\0\0"
    stream.send(struct.pack(">IIII", 16 + len(bind), 9, 0, 1) + bind)
    stream.send(smpp(text("SMPP")))
    pdu = smpp(text("TCP, a PDU in two segments"))
    stream.send(pdu[:50], pdu[50:])
    pdu = smpp(text("TCP, segments in the other order"))
    stream.send(pdu[:70], pdu[70:], swap=True)
    whole = text("parts of a message")
    for i, part in enumerate((whole[:25], whole[25:])):
        stream.send(smpp(b"\5\0\3\7\2" + bytes([i + 1]) + part, 0x40))
    stream.send(smpp(text("SMPP, two PDUs in a segment")) + smpp(b"no text of interest"))
    packets += stream.packets
    return packets, markers


def fillers(n):
    """Other messages, so that what is queued in batches goes through."""
    return [ip4(17, sip(b"see you at noon, number %07d" % i)[0]) for i in range(n)]


def pcap(packets):
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    now = int(time.time())
    return out + b"".join(struct.pack("<IIII", now, 0, len(p), len(p)) + p for p in packets)


def pcapng(packets):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    now = int(time.time()) * 1000000
    return (block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 65535)) +
            b"".join(block(6, struct.pack("<IIIII", 0, now >> 32, now & 0xffffffff, len(p), len(p)) + p) for p in packets))


# ---- memory ------------------------------------------------------------------------------------

def present(pagemap, start, end):
    """The runs of pages of an area that have ever been written to (Documentation/admin-guide/mm/pagemap.rst)."""
    pagemap.seek(start // PAGE * 8)
    flags = array.array("Q", pagemap.read((end - start) // PAGE * 8))
    first = None
    for i, flag in enumerate(flags):
        if flag >> 62 and first is None:
            first = i
        elif not flag >> 62 and first is not None:
            yield start + first * PAGE, start + i * PAGE
            first = None
    if first is not None:
        yield start + first * PAGE, start + len(flags) * PAGE


def areas(pid):
    """Whatever a process has that it could write to, with its name."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory, \
            open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap:
        for line in maps:
            fields = line.split(None, 5)
            start, end = (int(x, 16) for x in fields[0].split("-"))
            name = fields[5].strip() if len(fields) > 5 else "anonymous"
            if "w" not in fields[1]:
                continue
            # What belongs to the kernel, as the ring does, is not among the pages.
            for low, high in present(pagemap, start, end) if name == "anonymous" else [(start, end)]:
                try:
                    memory.seek(low)
                    yield low, name, memory.read(high - low)
                except (OSError, ValueError, OverflowError):
                    pass


def quiet(pid):
    """Waits until the process does nothing."""
    before, still = None, 0
    for _ in range(300):
        now = sum(int(x) for t in os.listdir(f"/proc/{pid}/task")
                  for x in pathlib.Path(f"/proc/{pid}/task/{t}/stat").read_text().rsplit(")", 1)[1].split()[11:13])
        still = still + 1 if before is not None and now - before < 2 else 0
        if still >= 8:
            return
        before = now
        time.sleep(0.1)


def check(what, pid, markers):
    quiet(pid)
    known, found = b"RGS_MEMORY_TEST_ENVIRONMENT", set()
    ways = {word: way for way, words in markers.items() for word in words}
    pattern = re.compile(b"|".join([known, *ways]))
    for start, name, data in areas(pid):
        for m in pattern.finditer(data):
            found.add("known" if m[0] == known else f"{ways[m[0]]}: {m[0].decode()} in {name}, {start:x}+{m.start():x}: "
                      f"{data[max(0, m.start() - 40):m.end() + 40]!r}")
    checks.ok("known" in found, f"{what}: the search finds what is there")
    found.discard("known")
    checks.ok(not found, f"{what}: no text and no code is left in memory", *sorted(found))


# ---- analyze, a tap on files, a tap on an interface --------------------------------------------

def readable():
    """That each of these packets brings its text, so that there is something to be left."""
    packets, markers = traffic()
    (work / "readable.pcap").write_bytes(pcap(packets))
    p = subprocess.run([binary, "decode", "--clear", "--format", "jsonl", str(work / "readable.pcap")],
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    missing = [way for way, words in markers.items() if any(w not in p.stdout for w in words)]
    checks.ok(p.returncode == 0 and not missing, "all texts are read", *missing)


def analyze(written):
    packets, markers = traffic()
    p = subprocess.Popen([binary, "analyze", "--key", str(key), "--format", "json", "-"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    p.stdin.write(written(packets + fillers(8000)))
    p.stdin.flush()
    what = f"analyze of {written.__name__}"
    check(what, p.pid, markers)
    out, _ = p.communicate()
    capture = live.result(out)["capture"]
    checks.ok(p.returncode == 0 and capture["verifications"] > 0, f"{what}: they were verifications", capture)


def follow():
    packets, markers = traffic()
    folder = work / "folder"
    folder.mkdir()
    tap = live.Tap(binary, "--follow", str(folder), "--settle", "1", "--key", str(key), "--format", "json")
    tap.wait_log("event=started")
    (work / "one").write_bytes(pcap(packets))
    (work / "one").rename(folder / "one.pcap")
    time.sleep(3)
    check("tap on files", tap.p.pid, markers)
    status, out, _ = tap.stop()
    capture = live.result(out)["capture"]
    checks.ok(status == 0 and capture["verifications"] > 0, "tap on files: they were verifications", capture)


def interface():
    packets, markers = traffic()
    live.veth("rgs0", "rgs1")
    tap = live.Tap(binary, "-i", "rgs1", "--key", str(key), "--format", "json")
    tap.wait_log("event=started")
    live.send("rgs0", packets, 2000)
    time.sleep(2)
    check("tap on an interface", tap.p.pid, markers)
    status, out, _ = tap.stop()
    capture = live.result(out)["capture"]
    checks.ok(status == 0 and capture["verifications"] > 0, "tap on an interface: they were verifications", capture)


os.environ.pop("MALLOC_PERTURB_", None)  # it would write over what was freed
os.environ["RGS_MEMORY_TEST"] = "RGS_MEMORY_TEST_ENVIRONMENT"
readable()
analyze(pcap)
analyze(pcapng)
follow()
interface()
shutil.rmtree(work, ignore_errors=True)
checks.end()
