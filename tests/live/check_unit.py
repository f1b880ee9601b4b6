# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped unit: how exposed it is, what it tells the service manager, and that its command line runs without root.

usage: check_unit.py REGSENTRY SOURCE_ROOT INJECT
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

live.enter_namespace("the shipped unit")
binary, root, inject = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
checks = Tap()
work, key = live.room("unit")
work.chmod(0o755)
template = (root / "tools/systemd/regsentry-tap@.service.in").read_text()
demo = live.frames(root / "captures/demo.pcapng")


def exposure():
    """`OK` is below 5.0; the bar here is what the unit has."""
    if not shutil.which("systemd-analyze"):
        print("*** NOT TESTED: the unit's exposure (package systemd is not installed) ***", file=sys.stderr)
        return
    (work / "units").mkdir()
    unit = work / "units/regsentry-tap@.service"
    unit.write_text(template.replace("@bindir@/regsentry", "/bin/true"))
    p = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", str(unit)],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    checks.ok(p.returncode == 0 and re.search(r"exposure level for \S+: 1\.\d OK", p.stdout),
              "systemd-analyze security says OK, at less than 2.0", p.stdout[-400:])
    p = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit).replace("@.", "@eth1.")],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    checks.ok(p.returncode == 0 and "regsentry" not in p.stdout, "systemd-analyze verify has nothing to say", p.stdout)
    for line in ("Type=notify", "WatchdogSec=", "Restart=always", "NoNewPrivileges=yes", "User=regsentry", "LimitCORE=0"):
        checks.ok(re.search(f"^{line}", template, re.M), f"the unit has {line}")


class Manager:
    """The end of $NOTIFY_SOCKET that systemd has (sd_notify(3))."""

    def __init__(self, address):
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.s.bind(address)
        if not address.startswith("\0"):
            os.chmod(address, 0o666)
        self.address, self.got = address.replace("\0", "@", 1), []

    def wait(self, word, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.s.settimeout(max(0.01, end - time.monotonic()))
            try:
                self.got.append(self.s.recv(4096).decode())
            except (TimeoutError, BlockingIOError):
                break
            if self.got[-1] == word:
                return True
        return False

    def env(self, seconds):
        return {"NOTIFY_SOCKET": self.address, "WATCHDOG_USEC": str(int(seconds * 1e6))}


def tells_the_manager():
    live.veth("ua0", "ub0")
    manager = Manager(str(work / "notify"))
    tap = live.Tap(binary, "-i", "ub0", "-f", "", "--key", str(key), env=manager.env(2))
    checks.ok(manager.wait("READY=1"), "READY=1 when it reads", manager.got, tap.log)
    checks.ok("WATCHDOG=1" not in manager.got and manager.wait("WATCHDOG=1") and manager.wait("WATCHDOG=1"),
              "then WATCHDOG=1 again and again", manager.got)
    tap.kill(signal.SIGHUP)
    checks.ok(manager.wait("RELOADING=1") and manager.wait("READY=1"), "a reload begins and ends", manager.got, tap.log)
    others = sorted(int(t) for t in os.listdir(f"/proc/{tap.p.pid}/task") if int(t) != tap.p.pid)
    for tid in others:
        holder = subprocess.Popen([inject, str(tid), "6"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if holder.stdout.readline() != "held\n":
            print(f"*** NOT TESTED: a thread that hangs ({holder.stderr.read().strip()}) ***", file=sys.stderr)
            break
        time.sleep(3)
        manager.s.setblocking(False)
        try:
            while manager.s.recv(4096):
                pass
        except BlockingIOError:
            pass
        checks.ok(not manager.wait("WATCHDOG=1", 2), f"a thread that hangs silences the watchdog ({tid - tap.p.pid})",
                  manager.got)
        holder.wait()
        checks.ok(manager.wait("WATCHDOG=1"), "and when it goes on, so does it", manager.got)
    status, _, _ = tap.stop()
    checks.ok(manager.wait("STOPPING=1") and status == 0, "STOPPING=1 at the end", manager.got, tap.log)
    checks.ok(others == [] or "event=thread-hangs" in tap.log, "the log has it, too", tap.log)


def abstract_socket():
    live.veth("ua1", "ub1")
    manager = Manager(f"\0rgs-unit-{os.getpid()}")
    tap = live.Tap(binary, "-i", "ub1", "-f", "", "--key", str(key), env=manager.env(2))
    checks.ok(manager.wait("READY=1") and manager.wait("WATCHDOG=1"), "a manager with an abstract socket is told, too",
              manager.got, tap.log)
    tap.stop()


def journal():
    """Standard error that is the journal's own gets priorities, and no time of ours."""
    live.veth("ua2", "ub2")
    ours, theirs = socket.socketpair()
    st = os.fstat(theirs.fileno())
    p = subprocess.Popen([binary, "tap", "-i", "ub2", "--key", str(key)], stderr=theirs, stdout=subprocess.DEVNULL,
                         env=dict(os.environ, JOURNAL_STREAM=f"{st.st_dev}:{st.st_ino}"))
    theirs.close()
    text = ""
    ours.settimeout(30)
    while "event=started" not in text:
        text += ours.recv(65536).decode()
    p.terminate()
    p.wait(30)
    checks.ok(all(re.match(r"<[346]>level=\w+ event=[a-z-]+", line) for line in text.splitlines()),
              "lines for the journal bear priorities", text)


def command_line():
    """ExecStart as it stands, as a user with CAP_NET_RAW and nothing else, which is what the unit gives."""
    if not shutil.which("setpriv") or "4294967295" not in pathlib.Path("/proc/self/uid_map").read_text():
        print("*** NOT TESTED: the unit's command line as another user (setpriv, as root) ***", file=sys.stderr)
        return
    live.ip("link", "set", "lo", "up")
    live.veth("ua3", "ub3")
    for name in ("state", "state/ub3", "run", "cache", "credentials"):
        (work / name).mkdir()
        os.chown(work / name, 65534, 65534)
    shutil.copy(key, work / "credentials/key")
    os.chown(work / "credentials/key", 65534, 65534)
    (work / "inventory.csv").write_text((root / "captures/demo.csv").read_text())
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    line = re.search(r"^ExecStart=((?:.*\\\n)*.*)$", template, re.M).group(1).replace("\\\n", "")
    for was, now in (("@bindir@/regsentry", binary), ("${CREDENTIALS_DIRECTORY}", f"{work}/credentials"),
                     ("${METRICS}", f"127.0.0.1:{port}"), ("$OPTIONS", "--workers 2"), ("%I", "ub3"), ("%i", "ub3"),
                     ("/etc/regsentry", str(work)), ("/run/regsentry/ub3", f"{work}/run"),
                     ("/var/lib/regsentry", f"{work}/state")):
        line = line.replace(was, now)
    manager = Manager(str(work / "notify2"))
    as_unit = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs",
               "--bounding-set=-all,+net_raw", "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw"]
    tap = subprocess.Popen([*as_unit, *shlex.split(line)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                           env=dict(os.environ, XDG_CACHE_HOME=f"{work}/cache", **manager.env(30)))
    ready = manager.wait("READY=1", 60)
    said = pathlib.Path(f"/proc/{tap.pid}/status").read_text()
    live.send("ua3", demo[:3000], per_second=20000)
    p = subprocess.run([binary, "ctl", "--socket", f"{work}/run/ctl", "status"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, check=False)
    time.sleep(1)
    tap.terminate()
    out, log = tap.communicate(timeout=30)
    checks.ok(ready and tap.returncode == 0 and "CapEff:\t0000000000000000" in said and "CapPrm:\t0000000000000000" in said,
              "the unit's command line runs as an ordinary user, who has given his one capability back", log, said)
    checks.ok(p.returncode == 0 and "not-caged" not in log and "key-not-locked" not in log,
              "it can be asked, and is locked in", p.stdout, log)
    report = json.loads((work / "state/last-ub3.json").read_text())
    files = sorted(f.name for f in (work / "state").iterdir())
    checks.ok(report["capture"]["packets"] > 0 and files == ["alerts-ub3.jsonl", "alerts-ub3.spool", "last-ub3.json", "ub3"] and
              (work / "state/ub3/state").exists(),
              "and leaves its report in the state directory", files, log)


exposure()
tells_the_manager()
abstract_socket()
journal()
command_line()
shutil.rmtree(work, ignore_errors=True)
checks.end()
