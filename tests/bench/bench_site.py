# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a site on one Redis server, beside redis-benchmark and the embedded engine in the same run.

usage: bench_site.py REGSENTRY BENCH_SITE SOURCE_ROOT
"""
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_run import Site, start, wait_for  # noqa: E402
from site_server import Server, need  # noqa: E402

need("redis-server", "redis-benchmark")
binary, bench, root = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-bench-"))
COUNT, RUNS = 2000000, 3
server = Server(work / "redis")


def leg(what, numbers):
    p = subprocess.run([bench, what, server.url, str(COUNT), str(numbers), root / "rules"],
                       capture_output=True, check=True, timeout=600)
    return json.loads(p.stdout)


def memory():
    return int(re.search(rb"used_memory:(\d+)", server.client()("INFO", "memory"))[1])


def rate(legs):
    return COUNT / statistics.median(x["seconds"] for x in legs)


out = subprocess.run(["redis-benchmark", "-p", str(server.port), "-q", "-n", "20000", "-d", "20000", "-P", "16", "-t", "set"],
                     capture_output=True, text=True, check=True).stdout
blocks = float(re.search(r"SET: ([\d.]+) requests per second", out.replace("\r", "\n"))[1])
print(f"{'redis-benchmark, SET of 20 kB, 16 at once':58} {blocks:12,.0f} /s")
for numbers in (10000, 1000000):
    appended, evaluated, embedded = [], [], []
    for _ in range(RUNS):
        server.client()("FLUSHALL")
        before = memory()
        appended.append(leg("append", numbers))
        log = memory() - before
        size = server.client()("XLEN", "rgs:{main}:obs")
        evaluated.append(leg("evaluate", numbers))
        embedded.append(leg("embedded", numbers))
    print(f"{COUNT:,} observations of {numbers:,} numbers")
    print(f"{'  appended':58} {rate(appended):12,.0f} /s, in {size:,} blocks")
    print(f"{'  evaluated by the embedded engine':58} {rate(embedded):12,.0f} /s")
    print(f"{'  evaluated out of the log, committed':58} {rate(evaluated):12,.0f} /s, "
          f"{100 * rate(evaluated) / rate(embedded):.0f} % of it")
    print(f"{'  a commit there and back, p50 and p99':58} {evaluated[-1]['p50']:6,} us {evaluated[-1]['p99']:6,} us")
    print(f"{'  Redis memory per million observations':58} {log / COUNT * 1e6 / 1e6:12.1f} MB")
    legs = embedded[-1]
    print(f"{'  a state kept: in pieces; written; taken up':58} {legs['kept_bytes'] / 1e6:9.1f} MB {legs['kept']:8.2f} s "
          f"{legs['taken_up']:8.2f} s")
    print(f"{'  rules change: carried over in; memory on top':58} {legs['adopt']:8.2f} s {legs['adopt_kb'] / 1e3:8.0f} MB")
    print(f"{'  engine memory per million tracked numbers':58} "
          f"{embedded[-1]['bytes'] / embedded[-1]['numbers']:12.1f} MB")

commands = Site(binary, work, root / "captures/demo.pcapng", root / "captures/demo.csv")
took = []
for _ in range(5):
    c = server.client()
    c("FLUSHALL")
    first = start(commands.engine(server.url, "--lease", "1000"))
    wait_for(lambda: c("HGET", "rgs:{main}:lease", "owner"))
    owner = c("HGET", "rgs:{main}:lease", "owner")
    second = start(commands.engine(server.url, "--lease", "1000"))
    wait_for(lambda: c("ZCARD", "rgs:{main}:engines") == 2)
    first.kill()
    begun = time.monotonic()
    wait_for(lambda: c("HGET", "rgs:{main}:lease", "owner") != owner)
    took.append(time.monotonic() - begun)
    second.kill()
    for e in (first, second):
        e.communicate()
print(f"{'take-over after kill -9, lease 1 s, median and worst of 5':58} {statistics.median(took):8.2f} s {max(took):8.2f} s")
server.stop()
shutil.rmtree(work, ignore_errors=True)
