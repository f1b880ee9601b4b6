# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotating files through the tap's threads: the scores of analyze, each packet once over restarts; alerts and metrics.

usage: check_follow.py REGSENTRY SOURCE_ROOT
"""
import gzip
import json
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work, key = live.room("follow")
demo = root / "captures/demo.pcapng"
common = ["--key", str(key), "--inventory", str(root / "captures/demo.csv"), "--format", "json"]


head, packets = live.blocks(demo)


def rotated(folder, name, first, last, pack=False):
    """A file of the series, made elsewhere and moved in."""
    data = head + b"".join(packets[first:last])
    temporary = work / "temporary"
    temporary.write_bytes(gzip.compress(data, 1) if pack else data)
    temporary.rename(folder / name)


def get(where):
    try:
        with urllib.request.urlopen(where, timeout=5) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def same_as_analyze():
    folder = work / "rotating"
    folder.mkdir()
    quarter = len(packets) // 4
    n = live.free_port()
    alerts = work / "alerts.jsonl"
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    tap = live.Tap(binary, "--follow", str(folder), "--settle", "1", "--metrics", str(n), "--alerts", str(alerts),
                   "--syslog", f"127.0.0.1:{listener.getsockname()[1]}", "--ring", "64", *common)
    tap.wait_log("event=started")
    for i in range(4):
        rotated(folder, f"cap_{i}.pcapng{'.gz' if i == 2 else ''}", i * quarter,
                len(packets) if i == 3 else (i + 1) * quarter, i == 2)
    url = f"http://127.0.0.1:{n}"
    read = live.until(lambda: live.values(get(url + "/metrics")[1]).get("regsentry_packets_total") == len(packets))
    time.sleep(0.5)
    m = live.values(get(url + "/metrics")[1])
    checks.ok(get(url + "/healthz") == (200, "ok\n") and get(url + "/readyz") == (200, "ready\n") and
              get(url + "/else")[0] == 404, "health and readiness")
    status, out, seconds = tap.stop(signal.SIGTERM)
    got = live.result(out)
    expected = live.result(subprocess.run([binary, "analyze", *common, str(demo)], stdout=subprocess.PIPE,
                                          check=True).stdout)
    checks.ok(read and status == 0 and seconds < 5, "all files are read, and SIGTERM ends it in time", status, tap.log)
    for r in (got, expected):
        r["capture"].pop("files")
    checks.ok(got == expected and max(r["score"] for r in got["resellers"]) > 75,
              "the demo's rotated files give the scores of analyze, to the byte", got["capture"], expected["capture"])
    checks.ok(m["regsentry_verifications_total"] > 0 and m["regsentry_ring_slots"] == 64 and
              m['regsentry_shed_total{kind="verification"}'] == 0 and any("pdus_total" in k for k in m),
              "metrics say what was seen", m)
    lines = [json.loads(line) for line in alerts.read_text().splitlines()]
    told = {(a["reseller"], a["typology"], a["ts"], a["level"]) for a in lines}
    reported = {(a.get("raised_as", a["id"]), a["typology"], a["ts"], a["level"]) for a in expected["alerts"]}
    checks.ok(reported and reported <= told and len({a["id"] for a in lines}) == len(lines),
              "every alert of the report was told as it arose, with an id of its own", reported - told)
    listener.settimeout(2)
    datagrams = [listener.recv(4096).decode() for _ in lines]
    checks.ok(all(d.startswith("<1") and "CEF:0|regsentry|" in d for d in datagrams) and
              {d.split("externalId=")[1].split()[0] for d in datagrams} == {a["id"] for a in lines},
              "and to syslog", datagrams[:2])
    return folder


def restarts(folder):
    """After a restart nothing is read again: not what was renamed or packed, only what is new."""
    (folder / "cap_0.pcapng").rename(folder / "old_0.pcapng")
    with gzip.open(folder / "cap_1.pcapng.gz", "wb", 1) as f:
        f.write((folder / "cap_1.pcapng").read_bytes())
    (folder / "cap_1.pcapng").unlink()
    tap = live.Tap(binary, "--follow", str(folder), "--settle", "0", *common)
    tap.wait_log("event=started")
    time.sleep(1.5)
    _, out, _ = tap.stop()
    checks.ok(live.result(out)["capture"]["packets"] == 0, "a restart reads nothing twice", out[:300])


def growing():
    """The newest file grows, its writer stops within a packet, and the tap is ended and started in between."""
    folder = work / "growing"
    folder.mkdir()
    file, total = folder / "now.pcapng", 0
    n = 0
    with file.open("wb") as f:
        f.write(head)
        for step in range(3):
            f.write(b"".join(packets[n:n + 100]) + packets[n + 100][:20])
            f.flush()
            tap = live.Tap(binary, "--follow", str(folder), "--settle", "0", *common)
            tap.wait_log("event=started")
            time.sleep(1.2)
            status, out, _ = tap.stop()
            total += live.result(out)["capture"]["packets"]
            f.write(packets[n + 100][20:])
            n += 101
    tap = live.Tap(binary, "--follow", str(folder), "--settle", "0", *common)
    tap.wait_log("event=started")
    time.sleep(1)
    _, out, _ = tap.stop()
    total += live.result(out)["capture"]["packets"]
    checks.ok(total == n and status == 0, "a file that grows over restarts is read once, whole", total, n, tap.log)


growing()
restarts(same_as_analyze())
checks.end()
