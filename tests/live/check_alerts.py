# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts out: file, syslog and webhook, with receivers that refuse, never answer, are away, and with a full disk.

usage: check_alerts.py REGSENTRY SOURCE_ROOT
"""
import ctypes
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-alerts-"))
key, secret = work / "key", bytes(range(32))
key.write_text("5a" * 32 + "\n")
(work / "hook.key").write_text(secret.hex() + "\n")
demo = root / "captures/demo.pcapng"
common = ["--key", str(key), "--inventory", str(root / "captures/demo.csv"), "--format", "json", "--settle", "0"]
os.environ["http_proxy"] = os.environ["ALL_PROXY"] = "http://127.0.0.1:1"  # which has no say here


class Hook:
    """A web server that answers as `answers` say, one after another, then 200; None: never."""

    def __init__(self, answers=(), port=0, tls=None):
        hook, self.answers, self.got, self.refused = self, list(answers), [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = hook.answers.pop(0) if hook.answers else 200
                if answer is None:
                    hook.answers.insert(0, None)
                    hook.refused.append((self.path, dict(self.headers), body))
                    hook.closing.wait(60)
                    return
                (hook.got if answer < 300 else hook.refused).append((self.path, dict(self.headers), body))
                self.send_response(answer)
                if answer == 503:
                    self.send_header("Retry-After", "1")
                if answer == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.closing = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/alerts?site=1"

    def ids(self):
        return [json.loads(body)["id"] for _, _, body in self.got]

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


runs = 0


def run(*args, traffic=True, before=None):
    """A tap that has the demo to read; its folder starts empty."""
    global runs
    runs += 1
    folder = work / f"run{runs}"
    folder.mkdir()
    tap = live.Tap(binary, "--follow", str(folder), *common, *args, before=before)
    tap.wait_log("event=started")
    if traffic:
        shutil.copy(demo, work / "temporary")
        (work / "temporary").rename(folder / "demo.pcapng")
    return tap


def expected_count():
    out = subprocess.run([binary, "analyze", *common[:-2], str(demo)], stdout=subprocess.PIPE, check=True).stdout
    return len(live.result(out)["alerts"])


def webhook_refuses_then_takes():
    hook = Hook([500, 503, 302, 429])
    alerts = work / "refused.jsonl"
    (work / "hook.url").write_text(hook.url + "\n")
    tap = run("--alerts", str(alerts), "--webhook", f"@{work / 'hook.url'}", "--webhook-key", str(work / "hook.key"))
    all_in_file = live.until(lambda: len(lines(alerts)) >= reported)
    early = len(hook.got)
    got_all = live.until(lambda: hook.ids() == [a["id"] for a in lines(alerts)])
    status, _, _ = tap.stop()
    checks.ok(all_in_file and early < reported, "the file does not wait for the webhook", early)
    checks.ok(got_all and status == 0, "a webhook that refuses four times gets all in the end, in order",
              hook.ids(), tap.log)
    checks.ok("event=alert-not-delivered receiver=webhook" in tap.log and "reason=\"HTTP status 500\"" in tap.log and
              "event=alerts-delivered-again" in tap.log, "the log tells why, and when it is over", tap.log)
    path, headers, body = hook.got[0]
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    checks.ok(path == "/alerts?site=1" and headers.get("X-Regsentry-Signature") == signature and
              headers["Content-Type"] == "application/json" and headers["Idempotency-Key"] == json.loads(body)["id"],
              "a request is signed, and bears its id", headers, signature)
    checks.ok([json.loads(b) for _, _, b in hook.got] == lines(alerts), "it is the file's line")
    checks.ok(str(hook.port) not in tap.log, "the address stays out of the log", tap.log)
    hook.close()


def webhook_never_answers():
    port = live.free_port()
    hook = Hook([None], port)
    alerts, spool = work / "silent.jsonl", work / "silent.spool"
    args = ("--alerts", str(alerts), "--webhook", hook.url, "--alert-spool", str(spool))
    tap = run(*args)
    checks.ok(live.until(lambda: len(lines(alerts)) >= reported and hook.refused),
              "a webhook that never answers holds up nobody", tap.log)
    status, out, seconds = tap.stop(signal.SIGTERM)
    checks.ok(status == 0 and seconds < 5 and live.result(out)["capture"]["packets"] > 0,
              "nor the end of the tap", f"{seconds:.1f} s", tap.log)
    checks.ok("event=alerts-left waiting=" in tap.log and "spooled=yes" in tap.log, "what is left is said", tap.log)
    hook.close()
    told = [a["id"] for a in lines(alerts)]
    hook = Hook(port=port)
    tap = run(*args, traffic=False)
    checks.ok(live.until(lambda: len(hook.got) >= len(told)) and hook.ids() == told,
              "after a restart the spool has it all, and in order", hook.ids(), told)
    tap.stop()
    checks.ok([a["id"] for a in lines(alerts)] == told, "who had it does not get it twice")
    hook.close()


def killed():
    port = live.free_port()
    alerts, spool = work / "killed.jsonl", work / "killed.spool"
    args = ("--alerts", str(alerts), "--webhook", f"http://127.0.0.1:{port}/", "--alert-spool", str(spool))
    tap = run(*args)
    live.until(lambda: len(lines(alerts)) >= reported)
    tap.wait_log("event=alert-not-delivered")
    tap.kill(signal.SIGKILL)
    tap.p.communicate()
    told = [a["id"] for a in lines(alerts)]
    hook = Hook(port=port)
    tap = run(*args, traffic=False)
    checks.ok(live.until(lambda: set(hook.ids()) >= set(told)) and len(told) >= reported,
              "kill -9 with a dead receiver: the next start tells it all", hook.ids(), tap.log)
    same = live.until(lambda: {a["id"] for a in lines(alerts)} == set(hook.ids()) >= set(told))
    status, _, _ = tap.stop()
    checks.ok(status == 0 and same, "and the file is whole", told, hook.ids(), lines(alerts))
    copy = work / "copy"
    copy.write_bytes(key.read_bytes())
    for file, why in ((copy, b"is no spool of alerts"), (key, b"is the key")):
        other = subprocess.run([binary, "tap", "--follow", str(work / "run1"), *common, "--alerts", str(work / "x"),
                                "--alert-spool", str(file)], stderr=subprocess.PIPE, check=False)
        checks.ok(other.returncode == 1 and why in other.stderr and file.read_text() == "5a" * 32 + "\n",
                  f"a file of another kind is not taken for a spool: it {why.decode()}", other.stderr)
    hook.close()


def full_disk():
    small = work / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k,nr_inodes=64", "rgs-alerts", str(small)], stderr=subprocess.DEVNULL,
                      check=False).returncode != 0:
        print("*** NOT TESTED: a full disk (mount -t tmpfs is not allowed here) ***", file=sys.stderr)
        return
    try:
        ballast = small / "ballast"
        fill = os.open(ballast, os.O_CREAT | os.O_WRONLY)
        try:
            while os.write(fill, bytes(4096)):
                pass
        except OSError:
            os.close(fill)
        hook = Hook()
        alerts = small / "alerts.jsonl"
        tap = run("--alerts", str(alerts), "--webhook", hook.url)
        checks.ok(live.until(lambda: len(hook.got) >= reported), "a full disk holds up nobody else", tap.log)
        checks.ok("receiver=file" in tap.wait_log("alert-not-delivered") and "No space left" in tap.log and
                  not lines(alerts), "it is said, and there is no half line", tap.log)
        ballast.unlink()
        checks.ok(live.until(lambda: [a["id"] for a in lines(alerts)] == hook.ids()), "when there is room again all is written",
                  alerts.read_text(), tap.log)
        status, _, _ = tap.stop()
        checks.ok(status == 0, "and it ends well", tap.log)
        hook.close()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


def certificates():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", str(work / "tls.key"), "-out", str(work / "tls.pem"), "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], stderr=subprocess.DEVNULL, check=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(work / "tls.pem", work / "tls.key")
    hook = Hook(tls=tls)
    tap = run("--webhook", f"https://localhost:{hook.port}/")
    log = tap.wait_log("event=alert-not-delivered")
    tap.stop()
    checks.ok(not hook.got and "self-signed" in log.lower(), "an untrusted certificate gets nothing", log)
    bundle = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    if os.geteuid() != 0 or not bundle.exists():
        print("*** NOT TESTED: a trusted certificate (as root, with the package ca-certificates) ***", file=sys.stderr)
    else:
        tap = run("--webhook", f"https://localhost:{hook.port}/", before=lambda: trust(work / "tls.pem", bundle))
        checks.ok(live.until(lambda: len(hook.got) >= reported), "a trusted one gets all, from inside of the cage", tap.log)
        tap.stop()
    hook.close()


def trust(certificate, bundle):
    """Lays a certificate over the machine's bundle, in a mount namespace of this process (unshare(2), mount(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_mounts, private, bind = 0x00020000, 0x4000 | 1 << 18, 0x1000
    if libc.unshare(new_mounts) or libc.mount(b"none", b"/", None, private, None) or libc.mount(
            bytes(certificate), bytes(bundle), None, bind, None):
        raise OSError(ctypes.get_errno(), "mount")


def syslog_and_a_server_by_name():
    """Names are resolved inside of the tap's cage."""
    hook = Hook()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    tap = run("--webhook", f"http://localhost:{hook.port}/", "--syslog", f"tcp:127.0.0.1:{listener.getsockname()[1]}")
    stream, data = listener.accept()[0], b""
    stream.settimeout(30)
    while data.count(b"CEF:0|") < reported:
        data += stream.recv(65536)
    checks.ok(live.until(lambda: len(hook.got) >= reported), "a webhook is found by its name", tap.log)
    messages = []
    while data:
        length, data = data.split(b" ", 1)
        messages.append(data[:int(length)].decode())
        data = data[int(length):]
    checks.ok(all(m.startswith("<1") and "CEF:0|regsentry|" in m for m in messages) and
              [m.split("externalId=")[1].split()[0] for m in messages][:len(hook.got)] == hook.ids()[:len(messages)],
              "syslog over TCP gets the same", messages[:2])
    status, _, _ = tap.stop()
    checks.ok(status == 0, "and it ends well", tap.log)
    hook.close()


def evictions_are_told():
    """Tables that are too small: what an alert says is then a lower bound."""
    small, alerts, whole = work / "small.yaml", work / "evicted.jsonl", work / "whole.jsonl"
    small.write_text("capacity: {messages: 64, names: 64, dialogues: 64}\n")
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    tap = run("--alerts", str(alerts), "--config", str(small), "--syslog", f"127.0.0.1:{listener.getsockname()[1]}")
    got = live.until(lambda: lines(alerts))
    listener.settimeout(10)
    datagram = listener.recv(4096).decode() if got else ""
    _, out, _ = tap.stop()
    evicted = sum(live.result(out)["capture"]["dropped"].values())
    checks.ok(got and 0 < lines(alerts)[-1]["evicted"] <= evicted and " cn2Label=evicted cn2=0" not in datagram and
              " cn2Label=evicted cn2=" in datagram, "evictions stand in alerts", lines(alerts)[-1:], datagram, evicted)
    tap = run("--alerts", str(whole))
    got = live.until(lambda: lines(whole))
    tap.stop()
    checks.ok(got and not any("evicted" in a or "dropped" in a for a in lines(whole)), "and only then", lines(whole)[:1])


def syslog_over_tls():
    """The README's way: stunnel gives the frames of RFC 5425 (octet counting, 4.3) to a server that it checks."""
    if not shutil.which("stunnel4"):
        print("*** NOT TESTED: syslog over TLS (package stunnel4 is not installed) ***", file=sys.stderr)
        return
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(work / "tls.pem", work / "tls.key")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    port = live.free_port()
    conf = work / "stunnel.conf"
    conf.write_text(f"foreground = yes\npid =\n[syslog]\nclient = yes\naccept = 127.0.0.1:{port}\n"
                    f"connect = 127.0.0.1:{listener.getsockname()[1]}\nCAfile = {work}/tls.pem\nverifyChain = yes\n"
                    "checkHost = localhost\n")
    stunnel = live.start(["stunnel4", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tap = run("--syslog", f"tcp:127.0.0.1:{port}")
    stream, data = tls.wrap_socket(listener.accept()[0], server_side=True), b""
    stream.settimeout(30)
    while data.count(b"CEF:0|") < reported:
        data += stream.recv(65536)
    length, rest = data.split(b" ", 1)
    checks.ok(rest[:int(length)].startswith(b"<1") and stream.version() in ("TLSv1.2", "TLSv1.3"),
              "syslog over TLS, through stunnel", data[:300], tap.log)
    tap.stop()
    stunnel.terminate()
    stunnel.wait(10)


def rotated_by_others():
    alerts, moved = work / "rotated.jsonl", work / "rotated.jsonl.1"
    tap = run("--alerts", str(alerts))
    live.until(lambda: len(lines(alerts)) >= reported)
    alerts.rename(moved)
    tap.kill(signal.SIGHUP)
    shutil.copy(demo, work / f"run{runs}" / "again.pcapng")
    time.sleep(1)
    status, _, _ = tap.stop()
    checks.ok(status == 0 and len(lines(moved)) >= reported, "a file that logrotate moved away stays as it is", tap.log)


def wrong_usage():
    for args, words in ((["--webhook-key", str(key)], "--webhook"), (["--alert-spool", "x"], "--alert-spool"),
                        (["--webhook", "ftp://localhost/"], "https://"), (["--webhook", "@/nonexistent"], "nonexistent"),
                        (["--syslog", "here"], "ADDRESS:PORT"), (["--alerts", str(work / "no/such")], "no/such")):
        p = subprocess.run([binary, "tap", "--follow", str(work / "run1"), *common, *args], stderr=subprocess.PIPE,
                           check=False)
        checks.ok(p.returncode in (1, 2) and words in p.stderr.decode(), f"wrong usage is told: {words}",
                  p.stderr.decode())


reported = expected_count()
webhook_refuses_then_takes()
webhook_never_answers()
killed()
full_disk()
certificates()
syslog_and_a_server_by_name()
syslog_over_tls()
evictions_are_told()
rotated_by_others()
wrong_usage()
shutil.rmtree(work, ignore_errors=True)
checks.end()
