# SPDX-License-Identifier: GPL-3.0-or-later
"""The live tap on a veth pair: what it says of replayed traffic is what analyze says of a capture of the same frames.

usage: check_tap.py REGSENTRY SOURCE_ROOT
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

live.enter_namespace("the live tap")
if sys.argv[1] == "--flood":
    while True:
        live.send(sys.argv[2], live.frames(sys.argv[3]))
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work, key = live.room("live")
demo = live.frames(root / "captures/demo.pcapng")
inventory = root / "captures/demo.csv"
common = ["--key", str(key), "--inventory", str(inventory), "--format", "json"]


def without_files(r):
    """Names of inputs differ, and so may the counter of what the kernel dropped when it is none."""
    r = dict(r, capture=dict(r["capture"]))
    r["capture"].pop("files")
    return r


def analyze(path):
    out = subprocess.run([binary, "analyze", *common, str(path)], stdout=subprocess.PIPE, check=True).stdout
    return live.result(out)


def same_scores_as_offline():
    live.veth("ta0", "tb0")
    recorded = work / "seen.pcapng"
    recorder = subprocess.Popen(["dumpcap", "-q", "-i", "tb0", "-w", str(recorded), "-B", "64"],
                                stderr=subprocess.PIPE)
    tap = live.Tap(binary, "-i", "tb0", "-f", "", "--snaplen", "262144", *common)
    tap.wait_log("event=started")
    while not recorded.exists() or recorded.stat().st_size == 0:
        time.sleep(0.05)
    time.sleep(0.3)
    live.send("ta0", demo, per_second=20000)
    time.sleep(1)
    status, out, seconds = tap.stop(signal.SIGTERM)
    recorder.send_signal(signal.SIGINT)
    recorder.communicate(timeout=20)
    checks.ok(status == 0, "SIGTERM ends the tap with success", tap.log)
    checks.ok(seconds < 5, "within five seconds", f"{seconds:.1f} s")
    got, expected = live.result(out), analyze(recorded)
    checks.ok(got["capture"]["packets"] == len(demo) > 0 and not got["capture"]["dropped"],
              "every frame is taken", got["capture"])
    checks.ok(any(r["score"] > 0 for r in got["resellers"]), "there is something to score", got["resellers"][:1])
    checks.ok(without_files(got) == without_files(expected), "the result is the one of analyze on the same frames",
              got["capture"], expected["capture"])
    checks.ok(got["capture"]["files"] == ["tb0"], "it names the interface")


def workers_give_the_same_scores():
    """Sockets that share an interface by flow, merged again: one worker or three, the result is the same."""
    live.veth("ta8", "tb8")
    recorded = work / "shared.pcapng"
    recorder = subprocess.Popen(["dumpcap", "-q", "-i", "tb8", "-w", str(recorded), "-B", "64"],
                                stderr=subprocess.PIPE)
    tap = live.Tap(binary, "-i", "tb8", "-f", "", "--snaplen", "262144", "--workers", "3", "--cpus", "0,0,0",
                   "--ctl", str(work / "ctl"), *common)
    tap.wait_log("event=started")
    while not recorded.exists() or recorded.stat().st_size == 0:
        time.sleep(0.05)
    time.sleep(0.3)
    live.send("ta8", demo, per_second=20000)
    time.sleep(1)
    asked = live.Control(binary, work / "ctl").ask("workers")[1]
    shares = [int(line.split()[3]) for line in asked.splitlines()]
    status, out, seconds = tap.stop(signal.SIGTERM)
    recorder.send_signal(signal.SIGINT)
    recorder.communicate(timeout=20)
    got, expected = live.result(out), analyze(recorded)
    checks.ok(status == 0 and seconds < 5 and len(shares) == 3 and sum(s > 0 for s in shares) >= 2,
              "three workers share the flows", asked, tap.log)
    checks.ok(got["capture"]["packets"] == len(demo) and without_files(got) == without_files(expected),
              "and their result is the one of analyze on the same frames", got["capture"], expected["capture"])


def stalled_worker():
    """One worker's thread stands still: the others go on, and what the kernel drops for it is told as its own."""
    live.veth("ta9", "tb9")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    seize, interrupt, detach, wall = 0x4206, 0x4207, 17, 0x40000000
    control = live.Control(binary, work / "ctl9")
    tap = live.Tap(binary, "-i", "tb9", "-f", "", "--workers", "2", "--spread-sctp", "--kernel-ring", "1", "--ctl",
                   str(control.path), *common)
    tap.wait_log("event=started")

    def workers():
        rows = [line.split() for line in control.ask("workers")[1].splitlines()]
        return [(int(r[3]), int(r[7])) for r in rows]

    def evaluated():
        return control.count("evaluated")

    # The evaluating thread is made first, then a thread for each worker.
    threads = sorted(int(t) for t in os.listdir(f"/proc/{tap.p.pid}/task"))[-2:]
    live.send("ta9", demo[:4000], per_second=20000)
    live.until(lambda: sum(n for n, _ in workers()) >= 4000, 20)
    before = workers()
    checks.ok(all(n > 0 for n, _ in before), "two workers share the flows", before)
    if libc.ptrace(seize, threads[1], None, None) or libc.ptrace(interrupt, threads[1], None, None):
        print("*** NOT TESTED: a stalled worker: ptrace is not allowed here ***", file=sys.stderr)
        tap.stop()
        return
    os.waitpid(threads[1], wall)
    seen = evaluated()
    live.send("ta9", demo * 2, per_second=40000)
    went_on = live.until(lambda: evaluated() > seen + 1000, 20)
    stalled = workers()
    libc.ptrace(detach, threads[1], None, None)
    live.until(lambda: workers()[1][1] > 0, 20)
    after = workers()
    status, out, seconds = tap.stop(signal.SIGTERM)
    checks.ok(went_on and stalled[1][0] == before[1][0], "while one stands still the other's are evaluated", before,
              stalled, tap.log)
    checks.ok(after[1][1] > 0 and after[0][1] == 0 and live.result(out)["capture"]["dropped"].get("kernel", 0) > 0,
              "what the kernel dropped is the stalled one's", after, live.result(out)["capture"])
    checks.ok(status == 0 and seconds < 5, "and the end comes in time", f"{seconds:.1f} s", tap.log)


def interface_flap_and_two_directions():
    """Frames before and after an interface went down and came up again; each direction on an interface of its own."""
    live.veth("ta1", "tb1")
    live.veth("ta2", "tb2")
    tap = live.Tap(binary, "-i", "tb1,tb2", "-f", "", *common)
    tap.wait_log("event=started")
    head, middle, tail = demo[:2000], demo[2000:4000], demo[4000:6000]
    live.send("ta1", head, per_second=20000)
    time.sleep(0.4)
    live.ip("link", "set", "tb1", "down")
    live.send("ta2", middle, per_second=20000)
    time.sleep(0.4)
    live.ip("link", "set", "tb1", "up")
    time.sleep(0.4)
    live.send("ta1", tail, per_second=20000)
    time.sleep(0.6)
    status, out, _ = tap.stop(signal.SIGINT)
    checks.ok(status == 0 and live.result(out)["capture"]["packets"] == 6000,
              "an interface that was down is read again, the other one all the time", out[:300], tap.log)


def interface_gone():
    live.veth("ta3", "tb3")
    tap = live.Tap(binary, "-i", "tb3", "-f", "", *common)
    tap.wait_log("event=started")
    live.send("ta3", demo[:500])
    time.sleep(0.4)
    live.ip("link", "del", "tb3")
    status, out, _ = tap.wait(30)
    checks.ok(status == 1 and "event=interface-failed" in tap.log and live.result(out)["capture"]["packets"] == 500,
              "when its last interface is gone it ends with failure and the report of what it read", status, tap.log)


def sigterm_under_load():
    """More than it can take: it sheds, counts, and still ends in time."""
    live.veth("ta4", "tb4")
    sender = subprocess.Popen([sys.executable, __file__, "--flood", "ta4", str(root / "captures/demo.pcapng")])
    tap = live.Tap(binary, "-i", "tb4", "-f", "", "--kernel-ring", "1", "--ring", "16", *common)
    tap.wait_log("event=started")
    time.sleep(2)
    status, out, seconds = tap.stop(signal.SIGTERM)
    sender.kill()
    sender.wait()
    r = live.result(out)["capture"]
    checks.ok(status == 0 and seconds < 5, "SIGTERM under load ends it within five seconds", f"{seconds:.1f} s", tap.log)
    checks.ok(r["packets"] > 1000 and any(name.startswith("ring_") or name == "kernel" for name in r["dropped"]),
              "what it could not keep up with stands in `dropped`", r)


def cut_and_jumbo_frames():
    live.veth("ta5", "tb5")
    tap = live.Tap(binary, "-i", "tb5", "-f", "", "--snaplen", "100", *common)
    tap.wait_log("event=started")
    big = demo[0][:12] + b"\x08\x00" + bytes(8900)
    live.send("ta5", [big] * 10 + demo[:50])
    time.sleep(0.5)
    _, out, _ = tap.stop()
    r = live.result(out)["capture"]
    cut = 10 + sum(len(f) > 100 for f in demo[:50])
    checks.ok(r["packets"] == 60 and r["anomalies"].get("frame.cut") == cut and
              r["bytes"] == 10 * len(big) + sum(map(len, demo[:50])),
              "frames cut at the snap length are named, and count with their length on the wire", r)


def rights():
    if "0 4294967295" not in " ".join(pathlib.Path("/proc/self/uid_map").read_text().split()[1:]):
        print("# SKIP --user: there is one user in this namespace")
        return
    live.veth("ta6", "tb6")
    os.chmod(key, 0o600)
    work.chmod(0o755)
    tap = live.Tap(binary, "-i", "tb6", "--user", "nobody", *common)
    tap.wait_log("event=started")
    said = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{tap.p.pid}/status").read_text().splitlines()
                if ":\t" in line)
    limits = pathlib.Path(f"/proc/{tap.p.pid}/limits").read_text()
    live.send("ta6", demo[:100])
    status, out, _ = tap.stop()
    checks.ok(set(said["Uid"].split()) == {"65534"} and said["Groups"].strip() == "" and
              int(said["CapPrm"], 16) == 0 and int(said["CapEff"], 16) == 0, "it is nobody, and can do nothing more", said)
    checks.ok(said["NoNewPrivs"] == "1" and said["Seccomp"] == "2", "no way back, and few system calls", said)
    checks.ok("Max core file size        0" in limits, "no core dumps", limits)
    checks.ok(status == 0 and live.result(out)["capture"]["packets"] == 100, "and it works on", tap.log)


def site_in_redis():
    """A tap as a probe: what the site says is what the tap says, and a server that is away does not disturb it."""
    sys.path.insert(0, str(root / "tests/redis"))
    from site_server import Server
    if not shutil.which("redis-server"):
        print("# SKIP redis-server is not installed")
        return
    live.ip("link", "set", "lo", "up")
    live.veth("ta7", "tb7")
    server = Server(work / "redis")
    tap = live.Tap(binary, "-i", "tb7", "-f", "", "--redis", server.url, "--probe", "t1", "--spool", str(work / "spool"),
                   *common)
    tap.wait_log("event=started")
    live.send("ta7", demo[:9000], per_second=20000)
    server.kill(signal.SIGKILL)
    live.send("ta7", demo[9000:], per_second=20000)
    time.sleep(1.5)
    server.start()
    status, out, seconds = tap.stop(signal.SIGTERM)
    checks.ok(status == 0 and live.result(out)["capture"]["packets"] == len(demo), "a tap feeds a site", tap.log)
    # What had arrived before the server died without a file of its own is lost with it.
    checks.ok(server.client()("XLEN", "rgs:{main}:obs") > 0, "and goes on when the server is back", tap.log)
    server.client()("FLUSHALL")
    tap = live.Tap(binary, "-i", "tb7", "-f", "", "--redis", server.url, "--probe", "t2", *common)
    tap.wait_log("event=started")
    live.send("ta7", demo, per_second=20000)
    time.sleep(1)
    status, out, _ = tap.stop(signal.SIGTERM)
    subprocess.run([binary, "engine", "--redis", server.url, "--key", str(key), "--once"], check=True,
                   stderr=subprocess.DEVNULL)
    lines = server.client()("HGETALL", "rgs:{main}:resellers")
    lines = {json.loads(v)["id"]: json.loads(v) for v in lines[1::2]}
    checks.ok(status == 0 and lines == {r["id"]: r for r in live.result(out)["resellers"]},
              "the site's lines are the tap's own", sorted(lines), tap.log)
    server.stop()


def rules_of_the_site():
    """A tap takes the site's rules at its start, and those that were pushed since when it reloads, from inside of its cage;
    when the server is away, or what it has is no rule set, it keeps what it has."""
    sys.path.insert(0, str(root / "tests/redis"))
    import shutil
    from site_server import Server
    if not shutil.which("redis-server"):
        print("# SKIP redis-server is not installed")
        return
    live.veth("ta11", "tb11")
    server = Server(work / "redis-rules")
    folder, path = work / "pushed", work / "ctl-rules"
    shutil.copytree(root / "rules", folder)

    def push(weight):
        usage = folder / "usage.yaml"
        usage.write_text((root / "rules/usage.yaml").read_text().replace("weight: 22", f"weight: {weight}"))
        subprocess.run([binary, "rules", "push", folder, "--redis", server.url, "--by", "ann"], check=True, capture_output=True)
        out = subprocess.run([binary, "analyze", "--rules", folder, "--format", "json", root / "captures/demo.pcapng"], check=True,
                             capture_output=True).stdout
        return live.result(out)["ruleset"]["sha256"]

    def reload():
        p = subprocess.run([binary, "ctl", "--socket", str(path), "reload"], capture_output=True, check=False)
        return p.returncode, (p.stdout + p.stderr).decode()

    first = push(23)
    tap = live.Tap(binary, "-i", "tb11", "-f", "", "--redis", server.url, "--probe", "t3", "--ctl", str(path), *common)
    tap.wait_log("event=started")
    checks.ok(f"ruleset={first[:12]}" in tap.log, "a tap begins with the rules of its site", first, tap.log)
    if "event=caged" not in tap.log:
        print("# the kernel has no Landlock: only the filter of calls is in force")
    live.send("ta11", demo[:len(demo) // 2], per_second=20000)
    second = push(21)
    status, said = reload()
    checks.ok(status == 0 and f"event=reloaded ruleset={second[:12]}" in tap.wait_log("event=reloaded") and first != second,
              "a caged tap takes what was pushed to its site", said, tap.log)
    server.kill(signal.SIGKILL)
    status, said = reload()
    checks.ok(status != 0 and "event=reload-refused" in tap.wait_log("event=reload-refused") and "site" in tap.log,
              "with the server away it keeps what it has, rather than its folder's", said, tap.log)
    live.send("ta11", demo[len(demo) // 2:], per_second=20000)
    time.sleep(1)
    server.start()
    status, out, _ = tap.stop(signal.SIGTERM)
    result = live.result(out)
    checks.ok(status == 0 and result["capture"]["packets"] == len(demo), "no packet is lost by it", tap.log)
    checks.ok(result["ruleset"]["sha256"] == second, "and the set that was pushed is in force", result["ruleset"], first, second,
              tap.log)
    server.stop()


def wrong_usage():
    for args, words in ((["-i", "lo"], "key"), (["--key", str(key)], "interface"),
                        (["-i", "lo", "--key", str(key), "-f", "tcp prot 1"], "filter"),
                        (["-i", "lo", "--key", str(key), "--ring", "x"], "--ring"),
                        (["-i", "lo", "--key", str(key), "--cpus", "999"], "no core 999")):
        p = subprocess.run([binary, "tap", *args], stderr=subprocess.PIPE, check=False)
        checks.ok(p.returncode == 2 and words in p.stderr.decode(), f"wrong usage is told: {words}", p.stderr.decode())
    p = subprocess.run([binary, "tap", "-i", "nosuch0", "--key", str(key)], stderr=subprocess.PIPE, check=False)
    checks.ok(p.returncode == 1 and p.stderr.decode().count("No such device") == 1 and "nosuch0" in p.stderr.decode(),
              "an interface that is not there", p.stderr.decode())
    p = subprocess.run([binary, "tap", "-i", "lo", "--key", str(key), "--metrics", "99999"], stderr=subprocess.PIPE,
                       check=False)
    checks.ok(p.returncode == 1 and "99999" in p.stderr.decode(), "a port that there is not", p.stderr.decode())


def what_an_operator_should_know():
    """A key that others can read, rules that its user cannot, a device as the output, an adapter without a clock."""
    live.ip("link", "set", "lo", "up")
    device, open_key = work / "null", work / "open-key"
    open_key.write_text(key.read_text())
    open_key.chmod(0o644)
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        os.mkfifo(device)
        print("*** NOT TESTED: a device as the output (mknod is not allowed here) ***", file=sys.stderr)
        return
    tap = live.Tap(binary, "-i", "lo", "-f", "", "--key", str(open_key), "--adapter-time", "-o", str(device))
    tap.wait_log("event=started")
    live.send("lo", demo[:100])
    status, _, _ = tap.stop()
    checks.ok(status == 0 and "event=key-open-to-others" in tap.log and "mode=0644" in tap.log, "a key that all can read",
              tap.log)
    checks.ok(stat.S_ISCHR(device.stat().st_mode) and " packets=100 " in tap.log, "a device is written to, not replaced; "
              "and without a clock of the adapter the kernel's serves", oct(device.stat().st_mode), tap.log)
    if os.geteuid() == 0 and "4294967295" in pathlib.Path("/proc/self/uid_map").read_text():
        rules = work / "rules"
        shutil.copytree(root / "rules", rules)
        (rules / "usage.yaml").chmod(0o600)
        work.chmod(0o755)
        tap = live.Tap(binary, "-i", "lo", "--key", str(key), "--user", "nobody", "--rules", str(rules))
        tap.wait_log("event=started")
        tap.stop()
        checks.ok("event=not-reloadable" in tap.log and "usage.yaml" in tap.log and "key-open" not in tap.log,
                  "rules that could not be read again", tap.log)


same_scores_as_offline()
workers_give_the_same_scores()
stalled_worker()
interface_flap_and_two_directions()
interface_gone()
sigterm_under_load()
cut_and_jumbo_frames()
rights()
site_in_redis()
rules_of_the_site()
wrong_usage()
what_an_operator_should_know()
checks.end()
