# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running tap can no longer do: every thread of it is made to try.

usage: check_rights.py REGSENTRY SOURCE_ROOT INJECT
"""
import ctypes
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

binary, root, inject = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
checks = Tap()
work, key = live.room("rights")
work.chmod(0o777)
own = work / "own"
own.mkdir(mode=0o777)
own.chmod(0o777)
key.chmod(0o600)
inventory = work / "inventory.csv"
shutil.copy(root / "captures/demo.csv", inventory)
is_root = os.geteuid() == 0 and "4294967295" in pathlib.Path("/proc/self/uid_map").read_text()
user = ["--user", "nobody"] if is_root else []
sanitized = b"__asan_init" in pathlib.Path(binary).read_bytes()  # which makes mlock() do nothing
ALLOWED = {"getpid", "read-own", "make-own", "map-memory", "remove-own"}
WITHOUT_LANDLOCK = (ALLOWED | {"rename-elsewhere", "read-passwd", "list-root", "make-elsewhere"}) - {"remove-own"}
WITH_SERVER = {"tcp-socket"}


def start(*args, **more):
    tap = live.Tap(binary, "--follow", str(own), "--key", str(key), "--inventory", str(inventory), *user, *args, **more)
    tap.wait_log("event=started")
    return tap


def attempts(tid):
    """What came of each attempt in this thread; None where threads cannot be traced."""
    p = subprocess.run([inject, str(tid), str(inventory), str(own)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       check=False)
    if p.returncode != 0 or p.stdout == b"unsupported\n":
        print(f"*** NOT TESTED: what a running tap can do ({(p.stderr or p.stdout).decode().strip()}) ***",
              file=sys.stderr)
        return None
    return dict(line.split() for line in p.stdout.decode().splitlines())


def all_threads(name, tap, allowed):
    threads = sorted(int(t) for t in os.listdir(f"/proc/{tap.p.pid}/task"))
    problems, n = [], 0
    for tid in threads:
        got = attempts(tid)
        if got is None:
            return
        n += len(got)
        problems += [f"{tid}: {what} {outcome}" for what, outcome in got.items()
                     if (outcome == "ok") != (what in allowed)]
    checks.ok(not problems and n > 30 * len(threads) > 30, f"{name}: {len(threads)} threads", *problems)


def status_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
                if ":\t" in line)


def alone():
    tap = start("--metrics", "0", "--alerts", str(own / "alerts.jsonl"))
    said = status_of(tap.p.pid)
    limits = pathlib.Path(f"/proc/{tap.p.pid}/limits").read_text()
    caged = "event=caged landlock=" in tap.log
    all_threads("without a server it can do nothing but its work", tap,
                ALLOWED if caged else WITHOUT_LANDLOCK)
    checks.ok(said["NoNewPrivs"] == "1" and said["Seccomp"] == "2", "no new privileges, and a filter of calls", said)
    checks.ok(sanitized or int(said["VmLck"].split()[0]) > 0 and "key-not-locked" not in tap.log, "the key's memory is locked",
              said["VmLck"], tap.log)
    checks.ok("Max core file size        0                    0" in limits and
              os.stat(f"/proc/{tap.p.pid}/mem").st_uid == 0, "no core dumps, and nobody of its user looks into it",
              limits)
    status, _, _ = tap.stop()
    checks.ok(status == 0, "and it goes on as if nothing had been", status, tap.log)


def with_a_server():
    tap = start("--webhook", "http://localhost:9/")
    all_threads("with a webhook it can open sockets, and no more", tap,
                WITH_SERVER | (ALLOWED if "event=caged" in tap.log else WITHOUT_LANDLOCK))
    tap.stop()


def hide_landlock():
    """A kernel without Landlock: its first call does not exist (seccomp(2), a filter of four instructions)."""
    code = b"".join(struct.pack("HBBI", *i) for i in (
        (0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7fff0000)))
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxQ", 4, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def old_kernel():
    tap = start(before=hide_landlock)
    checks.ok("event=not-caged landlock=none" in tap.log, "a kernel without Landlock is said", tap.log)
    all_threads("there the filter of calls holds", tap, WITHOUT_LANDLOCK)
    status, _, _ = tap.stop()
    checks.ok(status == 0, "and the tap runs", tap.log)


def little_locked_memory():
    def limit():
        import resource
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
        if is_root:
            os.setgid(65534)
            os.setuid(65534)
    key.chmod(0o644)
    global user
    user = []
    tap = start(before=limit)
    tap.stop(signal.SIGTERM)
    checks.ok(sanitized or "event=key-not-locked" in tap.log, "a limit on locked memory is said", tap.log)


alone()
with_a_server()
old_kernel()
little_locked_memory()
shutil.rmtree(work, ignore_errors=True)
checks.end()
