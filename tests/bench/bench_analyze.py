"""Wall time, processor time and peak memory of a bare libpcap loop, of regsentry and of tshark on one generated capture.

usage: bench_analyze.py REGSENTRY PCAP_LOOP SCENARIO [FRAMES]

Ratios come from one run on one file; machines are shared, so absolute times mean little. Processor time is that of all
threads: what one core would take, and the better measure while others use the machine.
"""
import os
import subprocess
import sys
import tempfile
import time

regsentry, pcap_loop, scenario = sys.argv[1:4]
frames = int(sys.argv[4]) if len(sys.argv) > 4 else 1_000_000

TSHARK = ["tshark", "-r", None, "-T", "fields"]
for field in ("frame.number", "frame.time_epoch", "gsm_old.localValue", "e212.imsi", "e164.msisdn", "gsm_sms.tp-oa",
              "gsm_sms.sms_text", "gsm_sms.udh.mm.msg_id", "smpp.source_addr", "smpp.destination_addr",
              "smpp.message_text"):
    TSHARK += ["-e", field]


def run(argv):
    """Seconds, seconds of processor, peak resident KiB."""
    start = time.monotonic()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - start
    if status:
        sys.exit(f"{argv[0]} ended with {status}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


with tempfile.TemporaryDirectory() as folder:
    full = os.path.join(folder, "full.pcapng")
    inventory = os.path.join(folder, "inventory.csv")
    capture = os.path.join(folder, "bench.pcapng")
    subprocess.run([regsentry, "simulate", scenario, "-o", full, "--truth", os.path.join(folder, "truth.jsonl"),
                    "--inventory", inventory], check=True)
    subprocess.run(["editcap", "-r", full, capture, f"1-{frames}"], check=True, stderr=subprocess.DEVNULL)
    part = os.path.join(folder, "part.pcapng")
    subprocess.run(["editcap", "-r", full, part, f"1-{frames // 4}"], check=True, stderr=subprocess.DEVNULL)
    os.unlink(full)
    count = int(subprocess.run([pcap_loop, capture], check=True, capture_output=True, text=True).stdout.split()[0])
    size = os.path.getsize(capture)
    TSHARK[2] = capture
    run([pcap_loop, capture])
    run([regsentry, "analyze", "--inventory", inventory, "--format", "json", part])  # warms the caches of both
    rows = [("bare libpcap loop", run([pcap_loop, capture])),
            ("regsentry analyze", run([regsentry, "analyze", "--inventory", inventory, "--format", "json", capture])),
            ("regsentry decode", run([regsentry, "decode", "--format", "jsonl", capture])),
            ("regsentry analyze, a quarter of it",
             run([regsentry, "analyze", "--inventory", inventory, "--format", "json", part])),
            ("tshark -T fields", run(TSHARK))]

print(f"{count} frames, {size / 1e6:.0f} MB")
print(f"{'':36} {'seconds':>8} {'frames/s':>10} {'processor s':>12} {'peak MB':>8}")
for name, (took, cpu, peak) in rows:
    n = count // 4 if "quarter" in name else count
    print(f"{name:36} {took:8.2f} {n / took:10.0f} {cpu:12.2f} {peak / 1024:8.0f}")
wall = {name: took for name, (took, _, _) in rows}
cpu = {name: took for name, (_, took, _) in rows}
for command in ("analyze", "decode"):
    print(f"tshark / {command}: {wall['tshark -T fields'] / wall['regsentry ' + command]:.1f}, "
          f"of one core {cpu['tshark -T fields'] / cpu['regsentry ' + command]:.1f}")
print(f"analyze / bare libpcap: {wall['regsentry analyze'] / wall['bare libpcap loop']:.1f}")
