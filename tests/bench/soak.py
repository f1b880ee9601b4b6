# SPDX-License-Identifier: GPL-3.0-or-later
"""A tap under load for a while: its memory stays as it is while numbers come and go.

usage: soak.py REGSENTRY SEND_FRAMES SCENARIO MINUTES [RATE]

The tables are smaller than the population, so that entries are evicted all the time. A third of the time is warm-up;
after it the resident memory must stay within 1 %.
"""
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

live.enter_namespace("the soak of the tap")
regsentry, send_frames, scenario, minutes = *sys.argv[1:4], float(sys.argv[4])
rate = int(sys.argv[5]) if len(sys.argv) > 5 else 100_000
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-soak-"))
key, config, state, ctl = work / "key", work / "config.yaml", work / "state", work / "ctl"
key.write_text("5a" * 32 + "\n")
config.write_text("capacity: {subscribers: 500, messages: 2000, numbers: 200, entities: 64, dialogues: 256}\n")
state.mkdir()
subprocess.run([regsentry, "simulate", scenario, "-o", str(work / "soak.pcapng"), "--truth", str(work / "truth.jsonl"),
                "--inventory", str(work / "inventory.csv")], check=True, stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL)
live.veth("bs0", "br0")


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def counters():
    return live.values(live.Control(regsentry, ctl).ask("counters")[1])


try:
    tap = live.Tap(regsentry, "-i", "br0", "-f", "", "--key", str(key), "--config", str(config), "--inventory",
                   str(work / "inventory.csv"), "--state", str(state), "--checkpoint", "10", "--ctl", str(ctl),
                   "-o", "/dev/null")
    tap.wait_log("event=started")
    end = time.monotonic() + minutes * 60
    warm = time.monotonic() + minutes * 20
    sender = subprocess.Popen([send_frames, "bs0", str(work / "soak.pcapng"), str(rate), str(minutes * 60 + 5)],
                              stdout=subprocess.PIPE, text=True)
    samples, first = [], None
    while time.monotonic() < end:
        time.sleep(1)
        tap.read_log()
        if time.monotonic() > warm:
            first = first or counters()
            samples.append(resident(tap.p.pid))
    last = counters()
    sent = sender.communicate()[0].strip()
    status, _, took = tap.stop(signal.SIGTERM)
    evicted = {k: last[k] - first[k] for k in last if "evicted" in k and last[k] > first[k]}
    spread = (max(samples) - min(samples)) / min(samples)
    print(f"{sent}; {last['regsentry_packets_total']:.0f} read")
    print(f"resident {min(samples) / 1024:.1f} to {max(samples) / 1024:.1f} MiB over {len(samples)} s after the warm-up "
          f"({spread:.2%}); it ended in {took:.1f} s with {status}")
    print("evicted meanwhile:", ", ".join(f"{k.split(chr(34))[1]} {v:.0f}" for k, v in evicted.items()) or "nothing")
    dropped = {k: v for k, v in last.items() if ("dropped" in k or "shed" in k) and v}
    print("lost:", ", ".join(f"{k} {v:.0f}" for k, v in dropped.items()) or "nothing")
    good = spread <= 0.01 and evicted and status == 0
    print("the memory is flat" if good else "*** the memory is not flat, or nothing was evicted ***")
    sys.exit(0 if good else 1)
finally:
    shutil.rmtree(work)
