# SPDX-License-Identifier: GPL-3.0-or-later
"""What the live tests share: a network namespace of their own, frames of a capture, a sender, the tap as a child."""
import atexit
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

INSIDE = "RGS_LIVE_NAMESPACE"


def enter_namespace(reason_prefix="live tests"):
    """Runs this script again in a new network namespace; says loudly when that is not allowed."""
    if os.environ.get(INSIDE):
        return
    env = dict(os.environ, **{INSIDE: "1"})
    for flags in (["--net"], ["--net", "--map-root-user"]):
        probe = ["unshare", *flags, "ip", "link", "add", "rgsprobe0", "type", "veth", "peer", "name", "rgsprobe1"]
        if shutil.which("unshare") and shutil.which("ip") and subprocess.run(
                probe, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            os.execvpe("unshare", ["unshare", *flags, sys.executable, *sys.argv], env)
    message = f"{reason_prefix}: network namespaces are not allowed here (unshare --net, ip link add ... type veth)"
    print(f"*** NOT TESTED: {message} ***", file=sys.stderr)
    print(f"1..0 # SKIP {message}")
    sys.exit(0)


def room(name):
    """A folder of the test's own, and a key in it."""
    work = pathlib.Path(tempfile.mkdtemp(prefix=f"rgs-{name}-"))
    key = work / "key"
    key.write_text("5a" * 32 + "\n")
    key.chmod(0o600)
    return work, key


def until(condition, seconds=60):
    """Whether it came true in time; what is not there yet (a port, a line, a number) is waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except (OSError, ValueError, LookupError):
            pass
        time.sleep(0.05)
    return False


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def veth(a, b):
    """A pair that carries only what we send: no addresses, no neighbour discovery."""
    ip("link", "add", a, "type", "veth", "peer", "name", b)
    for name in (a, b):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        ip("link", "set", name, "mtu", "9000", "up")


def frames(path):
    """The packets of a pcapng file in the order of the file (draft-ietf-opsawg-pcapng 4)."""
    data = pathlib.Path(path).read_bytes()
    order = ">" if data[8:12] == b"\x1a\x2b\x3c\x4d" else "<"
    at, out = 0, []
    while at + 12 <= len(data):
        kind, length = struct.unpack_from(order + "II", data, at)
        if kind == 6:
            captured, = struct.unpack_from(order + "I", data, at + 20)
            out.append(data[at + 28:at + 28 + captured])
        at += length
    return out


def blocks(path):
    """The header blocks of a big-endian pcapng file as one, and its packet blocks."""
    data, at, head, packets = pathlib.Path(path).read_bytes(), 0, b"", []
    while at < len(data):
        kind, length = struct.unpack_from(">II", data, at)
        if kind == 6:
            packets.append(data[at:at + length])
        else:
            head += data[at:at + length]
        at += length
    return head, packets


def values(text):
    """A metrics page: the number of each series."""
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
            if line and not line.startswith("#")}


def send(interface, packets, per_second=None):
    """Sends frames as they are; a pause now and then keeps the rate."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((interface, 0))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        start = time.monotonic()
        for i, p in enumerate(packets):
            s.send(p)
            if per_second and i % 64 == 0:
                ahead = i / per_second - (time.monotonic() - start)
                if ahead > 0:
                    time.sleep(ahead)


def sent_by(interface):
    """Frames that went out on it, by the kernel's count."""
    text = subprocess.run(["ip", "-json", "-stats", "link", "show", interface], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(text)[0]["stats64"]["tx"]["packets"]


def start(argv, **more):
    """A child that does not outlive the test, however that ends."""
    p = subprocess.Popen(argv, **more)
    atexit.register(lambda: p.poll() is None and p.kill())
    return p


class Tap:
    """regsentry tap as a child; its log lines by event."""

    def __init__(self, binary, *args, env=None, before=None):
        self.start = time.monotonic()
        self.log = ""
        self.p = start([binary, "tap", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=dict(os.environ, **(env or {})), preexec_fn=before)
        os.set_blocking(self.p.stderr.fileno(), False)

    def wait_log(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in self.log:
            if time.monotonic() > end or self.p.poll() is not None and not self._read():
                raise AssertionError(f"no '{text}' in the log:\n{self.log}")
            select.select([self.p.stderr], [], [], 0.1)
            self._read()
        return self.log

    def _read(self):
        more = self.p.stderr.read() or b""
        self.log += more.decode(errors="replace")
        return more

    def read_log(self):
        """What it has logged by now."""
        self._read()
        return self.log

    def kill(self, number):
        self.p.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=30):
        """Exit status, standard output and how long the end took."""
        start = time.monotonic()
        self.p.send_signal(number)
        return self.wait(seconds, start)

    def wait(self, seconds=30, start=None):
        start = start or time.monotonic()
        os.set_blocking(self.p.stderr.fileno(), True)
        out, err = self.p.communicate(timeout=seconds)
        self.log += err.decode(errors="replace")
        return self.p.returncode, out, time.monotonic() - start


class Control:
    """The asking end of a tap's socket."""

    def __init__(self, binary, path):
        self.binary, self.path = binary, path

    def ask(self, *words):
        p = subprocess.run([self.binary, "ctl", "--socket", str(self.path), *words], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, check=False)
        return p.returncode, p.stdout.decode(), p.stderr.decode()

    def said(self, word):
        """What its status has behind this word; "" when it has nothing, or does not answer."""
        found = [line.split(" ", 1)[1] for line in self.ask("status")[1].splitlines() if line.startswith(word + " ")]
        return found[0] if found else ""

    def count(self, word):
        """The same as a number; -1 when there is none."""
        return int((self.said(word) or "-1").split()[0])


def result(out):
    return json.loads(out)
