# SPDX-License-Identifier: GPL-3.0-or-later
"""Highest rate without a drop over a veth pair: a bare libpcap loop, tcpdump -w /dev/null, and regsentry tap with one worker.

usage: bench_tap.py REGSENTRY PCAP_LIVE SEND_FRAMES SCENARIO [FRAMES [SECONDS]]

The generator is pinned to one core, who receives to another. The rate is searched for, and the highest that passed twice
counts. All three are measured in one run: machines are shared, so absolute figures mean little.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402

live.enter_namespace("the benchmark of the tap")
regsentry, pcap_live, send_frames, scenario = sys.argv[1:5]
frames = int(sys.argv[5]) if len(sys.argv) > 5 else 200_000
seconds = float(sys.argv[6]) if len(sys.argv) > 6 else 3
cores = sorted(os.sched_getaffinity(0))
SENDER, RECEIVER = cores[0], cores[-1]
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-bench-"))
key = work / "key"
key.write_text("5a" * 32 + "\n")
capture, inventory = work / "bench.pcapng", work / "inventory.csv"
subprocess.run([regsentry, "simulate", scenario, "-o", str(work / "full.pcapng"), "--truth", str(work / "truth.jsonl"),
                "--inventory", str(inventory)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
subprocess.run(["editcap", "-F", "nsecpcap", "-r", str(work / "full.pcapng"), str(capture), f"1-{frames}"], check=True,
               stderr=subprocess.DEVNULL)
(work / "full.pcapng").unlink()
live.veth("bs0", "br0")


def start(argv, ready):
    p = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = b""
    while ready not in line:
        line = p.stderr.readline()
        if not line:
            sys.exit(f"{argv[0]} did not start: {p.communicate()[1].decode()}")
    return p


def bare():
    p = start(["taskset", "-c", str(RECEIVER), pcap_live, "br0"], b"ready")
    return p, lambda out, err: tuple(map(int, re.match(rb"(\d+) packets, (\d+) dropped", out).groups()))


def tcpdump():
    p = start(["taskset", "-c", str(RECEIVER), "tcpdump", "-i", "br0", "-n", "-w", "/dev/null", "-B", "65536"],
              b"listening")

    def read(out, err):
        return (int(re.search(rb"(\d+) packets captured", err)[1]), int(re.search(rb"(\d+) packets dropped by kernel", err)[1]))
    return p, read


def tap():
    p = start([regsentry, "tap", "-i", "br0", "-f", "", "--key", str(key), "--inventory", str(inventory), "--format",
               "json", "--cpus", str(RECEIVER)], b"event=started")

    def read(out, err):
        r = json.loads(out)["capture"]
        return r["packets"], sum(n for name, n in r["dropped"].items() if name == "kernel" or name.startswith("ring_"))
    return p, read


def passes(receiver, rate):
    """Packets a second that arrived, when all of them did; else 0."""
    p, read = receiver()
    time.sleep(0.2)
    sent = subprocess.run(["taskset", "-c", str(SENDER), send_frames, "bs0", str(capture), str(rate),
                           str(seconds)], check=True, capture_output=True, text=True).stdout.split()
    time.sleep(1)
    p.send_signal(signal.SIGTERM)
    got, dropped = read(*p.communicate(timeout=60))
    n, took = int(sent[0]), float(sent[3])
    return n / took if not dropped and got >= n else 0


def highest(receiver):
    low, high, best = 0, 1_600_000, 0.0
    while high - low > 25_000:
        rate = (low + high) // 2
        reached = passes(receiver, rate)
        reached = reached and min(reached, passes(receiver, rate))
        if reached:
            best = max(best, reached)
            low = rate
            if reached < rate * 0.97:  # the generator itself gives no more
                break
        else:
            high = rate
    return best


try:
    rows = [(name, highest(receiver)) for name, receiver in (("bare libpcap loop", bare),
                                                             ("tcpdump -w /dev/null", tcpdump),
                                                             ("regsentry tap, one worker", tap))]
    print(f"{frames} frames of MAP traffic, over and over, {seconds:g} s at each rate")
    for name, rate in rows:
        print(f"{name:28} {rate / 1000:8.0f} thousand packets/s without a drop")
    print(f"tap / bare libpcap: {rows[2][1] / max(rows[0][1], 1):.2f}")
finally:
    shutil.rmtree(work)
