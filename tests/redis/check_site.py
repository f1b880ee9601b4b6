# SPDX-License-Identifier: GPL-3.0-or-later
"""A site on a Redis server gives the answer of the embedded analysis, whatever dies on the way.

usage: check_site.py REGSENTRY SOURCE_ROOT
"""
import contextlib
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_server import Proxy, Server, need  # noqa: E402
from site_run import Site, found, run, same_as_embedded, start, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-site-"))
demo, inventory = root / "captures/demo.pcapng", root / "captures/demo.csv"
commands = Site(binary, work, demo, inventory)
probe, engine, key = commands.probe, commands.engine, commands.key
random.seed(7)


def site(server):
    c = server.client()
    return found(lambda key, *words: c(*words))


def expect(server, what):
    lines, scored, alerts = site(server)
    checks.ok(lines == reference[0] and scored == reference[1], f"{what}: the scores of the embedded analysis",
              sorted(set(reference[0]) ^ set(lines)), len(lines))
    checks.ok(alerts == reference[2], f"{what}: every alert, once, in its order", len(alerts), len(reference[2]))


def hang_up_all(c):
    """Ends all connections but this one."""
    for client in c("CLIENT", "LIST", "TYPE", "normal").split(b"\n"):
        name = client.split(b" ")[0].partition(b"=")[2]
        if name and b"cmd=client|list" not in client:
            c("CLIENT", "KILL", "ID", name)


def fresh(name, *options):
    return Server(work / name, *options)


# ---- the same answer -------------------------------------------------------------------------------

status, embedded, err = commands.embedded()
assert status == 0, err
server = fresh("plain")
status, out, err = run(probe(server.url))
checks.ok(status == 0 and out == embedded, "a probe's own result is the one without a site", err)
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0, "an engine evaluates what is there and ends", err)
reference = site(server)
same_as_embedded(checks, embedded, reference[0], reference[2], "an engine")
text = b"".join(server.client()("XRANGE", "rgs:{main}:obs", "-", "+")[3][1])
checks.ok(b"85291" not in text and b"Harbour" not in text, "no identifier and no name is to be read in the log")
status, _, err = run(probe(server.url))
blocks = server.client()("XLEN", "rgs:{main}:obs")
checks.ok(status == 0 and server.client()("XLEN", "rgs:{main}:obs") == blocks, "a run that is repeated appends nothing", err)
run(engine(server.url, "--once"))
expect(server, "and an engine that looks again")
ttls = {k: server.client()("TTL", k) for k in server.client()("KEYS", "*")}
checks.ok(all(t > 0 for t in ttls.values()), "every key has an end", ttls)

# ---- several probes, in any order of arrival ---------------------------------------------------------

if shutil.which("editcap"):
    parts = []
    for i, span in enumerate(("1-9000", "9001-18000", "18001-99999999")):
        parts.append(work / f"part{i}.pcapng")
        subprocess.run(["editcap", "-r", demo, parts[-1], span], check=True)
    seen = []
    for order in ((0, 1, 2), (2, 0, 1)):
        server.client()("FLUSHALL")
        e = start(engine(server.url, "--probes", "3", "--once"))
        running = [start(probe(server.url, name=f"p{i}", capture=parts[i])) for i in order]
        if order[0]:   # one after the other, so that the newest part stands first in the log
            for p in running:
                p.wait(timeout=120)
        ends = [p.wait(timeout=120) for p in running] + [e.wait(timeout=120)]
        checks.ok(ends == [0] * 4, "three probes and an engine end well", ends)
        seen.append(site(server))
    checks.ok(seen[0] == seen[1] and len(seen[0][0]) > 3, "three probes give the same answer in any order",
              seen[0][1], seen[1][1])

# ---- what dies on the way --------------------------------------------------------------------------

server.client()("FLUSHALL")
p = start(probe(server.url))
time.sleep(0.05)
for _ in range(12):
    e = start(engine(server.url, "--lease", "200"))
    time.sleep(random.uniform(0.05, 0.35))
    e.kill()
    e.communicate()
p.communicate(timeout=120)
status, _, err = run(engine(server.url, "--lease", "200", "--once"))
checks.ok(status == 0, "after engines that were killed, one ends it", err)
expect(server, "engines killed at any moment")

server.client()("FLUSHALL")
for _ in range(8):
    p = start(probe(server.url))
    time.sleep(random.uniform(0.02, 0.4))
    p.kill()
    p.communicate()
status, _, err = run(probe(server.url))
checks.ok(status == 0, "a probe that was killed is run again", err)
run(engine(server.url, "--once"))
expect(server, "probes killed at any moment")

server.client()("FLUSHALL")
first = start(engine(server.url, "--lease", "300"))
checks.ok(wait_for(lambda: server.client()("EXISTS", "rgs:{main}:lease")), "an engine takes the lease")
second = start(engine(server.url, "--lease", "300"))
time.sleep(0.2)
first.send_signal(signal.SIGSTOP)
begun = time.monotonic()
run(probe(server.url))
checks.ok(wait_for(lambda: site(server)[0] == reference[0], 30), "a paused engine is replaced", site(server)[1])
took = time.monotonic() - begun
print(f"# taken over and evaluated {took:.2f} s after the pause, at a lease of 0.3 s")
first.send_signal(signal.SIGCONT)
time.sleep(1)
expect(server, "an engine that comes back late")
for e in (first, second):
    e.send_signal(signal.SIGTERM)
logs = [e.communicate(timeout=30)[1].decode() for e in (first, second)]
checks.ok("event=fenced" in logs[0], "and knows that it was fenced off", logs[0])
checks.ok(first.returncode == 0 and second.returncode == 0, "SIGTERM ends engines with success", logs)

# ---- the connection ----------------------------------------------------------------------------------

server.client()("FLUSHALL")
run(probe(server.url))
proxy = Proxy(server.port, lambda n: 20 + n * 9 if n < 60 else None)
status, _, err = run(engine(f"redis://127.0.0.1:{proxy.port}", "--lease", "200", "--once"), 200)
proxy.stop()
checks.ok(status == 0 and proxy.cuts > 20, "replies cut at many places", status, proxy.cuts, err[-2000:])
expect(server, "replies cut at many places")

server.client()("FLUSHALL")
proxy = Proxy(server.port, lambda n: 3 + n * 5 if n < 25 else None)
status, _, err = run(probe(f"redis://127.0.0.1:{proxy.port}"), 200)
proxy.stop()
checks.ok(status == 0 and proxy.cuts > 4, "a probe whose connection is cut", status, proxy.cuts, err[-2000:])
run(engine(server.url, "--once"))
expect(server, "a probe whose connection is cut")



# Whoever comes first says how many shards a site has.

server.client()("FLUSHALL")
status, _, err = run(probe(server.url, "--shards", "2"))
checks.ok(status == 0 and not err, "a new site has the shards that its probe wants", err)
status, _, err = run(probe(server.url, "--shards", "3"))
checks.ok(status == 0 and "the site has 2 shards, not 3" in err, "a probe that wants others is told", err)
status, _, err = run(engine(server.url, "--shards", "3", "--once"))
checks.ok(status == 0 and "level=warning event=shards" in err and "the site has 2, not 3" in err, "and so is an engine", err)
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and "event=shards" not in err, "who wants no number takes what there is", err)

# A master that dies may take the newest lease of the first shard with it, which the other shards know as the sealer's.

server.client()("FLUSHALL")
run(probe(server.url, "--shards", "2"))
for name in ("main", "main.1"):
    server.client()("HSET", f"rgs:{{{name}}}:lease", "sealer", 7 if name == "main.1" else 0)
e = start(engine(server.url, "--once"))
checks.ok(wait_for(lambda: e.poll() is not None, 30), "an engine whose seals are refused asks for a later lease")
e.kill()
err = e.communicate()[1].decode()
checks.ok(e.returncode == 0 and "event=fenced" in err and int(server.client()("HGET", "rgs:{main}:lease", "epoch")) == 7,
          "until they are taken, and says so", err[-2000:])
lines, _, alerts = found(lambda key, *words: server.client()(*words), 2)
same_as_embedded(checks, embedded, lines, alerts, "epochs that fell")

# The last seal may be lost with a master, too, and only one engine may have read it.

server.client()("FLUSHALL")
run(probe(server.url))
first = start(engine(server.url, "--lease", "300"))
checks.ok(wait_for(lambda: site(server)[0] == reference[0]), "an engine evaluates all")
c = server.client()
place, fields = c("XREVRANGE", "rgs:{main}:obs", "+", "-", "COUNT", 1)[0]
checks.ok(fields[0] == b"seal" and c("XDEL", "rgs:{main}:obs", place) == 1, "a log loses its last seal", fields)
hang_up_all(c)
e = start(engine(server.url, "--lease", "300", "--once"))
checks.ok(wait_for(lambda: e.poll() is not None, 30), "an engine that comes later reads another one")
first.send_signal(signal.SIGTERM)
e.kill()
err = [x.communicate(timeout=30)[1].decode()[-2000:] for x in (first, e)]
checks.ok(first.returncode == 0 and e.returncode == 0, "and both end well", *err)
expect(server, "a seal that was lost")

# A replica that becomes the master may never have had the last entries, and its clock may be behind: what it writes then stands
# before what an engine has read, and the log has grown beyond that place when the engine is back.

server.client()("FLUSHALL")
run(probe(server.url))
c, log = server.client(), "rgs:{main}:obs"
entries = c("XRANGE", log, "-", "+")
had, late = entries[:len(entries) // 2], entries[len(entries) // 2:]
for place, _ in late:
    c("XDEL", log, place)
base = int(had[-1][0].partition(b"-")[0])
c("XADD", log, f"{base + 1000}-0", "seal", "1")
e = start(engine(server.url, "--lease", "300", "--once"))
checks.ok(wait_for(lambda: c("EXISTS", "rgs:{main}:lease")), "an engine reads what was not replicated")
time.sleep(1)
e.send_signal(signal.SIGSTOP)
c("XDEL", log, f"{base + 1000}-0")
for place, _ in c("XRANGE", log, f"({had[-1][0].decode()}", "+"):
    c("XDEL", log, place)   # seals
c("XSETID", log, had[-1][0])
for i, (_, fields) in enumerate(late):
    c("XADD", log, f"{base + 1 if i + 1 < len(late) else base + 2000}-{i}", *fields)
hang_up_all(c)
e.send_signal(signal.SIGCONT)
checks.ok(wait_for(lambda: e.poll() is not None, 30), "and all of the other log when it is back")
e.kill()
err = e.communicate()[1].decode()
checks.ok(e.returncode == 0 and " lost=0 " in err, "and loses nothing", err[-2000:])
expect(server, "a log that goes on from before its place")


class Slow(Proxy):
    """A server that is far away."""

    def __init__(self, port, seconds):
        self.seconds = seconds
        super().__init__(port, lambda n: None)

    def _down(self, client, server, left):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                time.sleep(self.seconds)
                client.sendall(data)
        for s in (client, server):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)


server.client()("FLUSHALL")
run(probe(server.url))
proxy = Slow(server.port, 0.04)   # two calls renew a lease, which is due every 33 ms
e = start(engine(f"redis://127.0.0.1:{proxy.port}", "--lease", "100", "--once"))
checks.ok(wait_for(lambda: e.poll() is not None, 30), "an engine for which a lease is due again as soon as it is renewed evaluates, too")
e.kill()
checks.ok(e.returncode == 0, "and ends well", e.communicate()[1].decode()[-2000:])
proxy.stop()
expect(server, "a server that is far away")

# Every byte of the reply to a commit, the answer lost at it: an engine at a time, whose commits are the only calls.


class CutCommit(Proxy):
    """Cuts the connection at a byte of the answer to the first commit that passes; what was asked before is let through."""

    def __init__(self, port, at):
        self.at, self.seen, self.done = at, False, False
        super().__init__(port, lambda n: None)

    def _up(self, client, server):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                self.seen = self.seen or b"rgs_commit" in data
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _down(self, client, server, left):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self.seen and not self.done:
                    self.done = True
                    client.sendall(data[:self.at])
                    break
                client.sendall(data)
        for s in (client, server):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)


good = b"+OK\r\n"
wrong = []
server.client()("FLUSHALL")
run(probe(server.url))
run(engine(server.url, "--once"))
saved = {k: server.client()("DUMP", k) for k in (b"rgs:{main}:obs", b"rgs:{main}:probes", b"rgs:{main}:site")}
for at in range(len(good) + 1):
    c = server.client()
    c("FLUSHALL")
    for name, value in saved.items():
        c("RESTORE", name, 0, value)
    proxy = CutCommit(server.port, at)
    status, _, err = run(engine(f"redis://127.0.0.1:{proxy.port}", "--lease", "200", "--once"), 60)
    proxy.stop()
    got = site(server)
    if status or not proxy.done or got[0] != reference[0] or got[2] != reference[2]:
        wrong.append((at, status, proxy.done, len(got[2]), err[-300:]))
checks.none("a commit's answer cut at every byte of it", wrong)
server.stop()

# ---- the server ----------------------------------------------------------------------------------------

server = fresh("aof", "--appendonly", "yes", "--appendfsync", "always")
e = start(engine(server.url, "--lease", "300"))
p = start(probe(server.url, "--spool", work / "spool"))
time.sleep(0.3)
server.kill()
time.sleep(0.5)
server.start()
_, err = p.communicate(timeout=120)
checks.ok(p.returncode == 0, "a server that is killed and comes back from its append-only file", err.decode())
checks.ok(wait_for(lambda: site(server)[0] == reference[0], 60), "its engine goes on by itself", site(server)[1])
expect(server, "a server killed and back")
e.send_signal(signal.SIGTERM)
e.communicate(timeout=30)

server.client()("FLUSHALL")
server.client()("CONFIG", "SET", "maxmemory-policy", "noeviction")
server.client()("CONFIG", "SET", "maxmemory", server.client()("INFO", "memory").split(b"used_memory:")[1].split(b"\r")[0])
log = (work / "oom.log").open("w+b")
p = subprocess.Popen([str(a) for a in probe(server.url, "--spool", work / "spool")], stdout=subprocess.DEVNULL, stderr=log)
checks.ok(wait_for(lambda: b"away" in (work / "oom.log").read_bytes()), "a server out of memory is waited for, and it is said so")
server.client()("CONFIG", "SET", "maxmemory", 0)
checks.ok(p.wait(timeout=120) == 0, "and then all arrives", (work / "oom.log").read_text())
log.close()
run(engine(server.url, "--once"))
expect(server, "a server out of memory")

# The same under an engine: what it cannot commit, it commits later.
saved = {k: server.client()("DUMP", k) for k in (b"rgs:{main}:obs", b"rgs:{main}:probes", b"rgs:{main}:site")}
server.client()("FLUSHALL")
log = (work / "engine.log").open("w+b")
e = subprocess.Popen([str(a) for a in engine(server.url, "--lease", "300")], stderr=log)
checks.ok(wait_for(lambda: server.client()("EXISTS", "rgs:{main}:lease")), "an engine waits for work")
for name, value in saved.items():
    server.client()("RESTORE", name, 0, value, "REPLACE")
server.client()("CONFIG", "SET", "maxmemory", 1)
checks.ok(wait_for(lambda: b"event=away" in (work / "engine.log").read_bytes()), "an engine at a server out of memory says so")
time.sleep(1)
held = len(site(server)[2])
server.client()("CONFIG", "SET", "maxmemory", 0)
checks.ok(wait_for(lambda: site(server)[0] == reference[0], 60) and b"event=back" in (work / "engine.log").read_bytes(),
          "and goes on by itself", (work / "engine.log").read_text())
print(f"# {held} alerts were told before memory was short")
expect(server, "an engine at a server out of memory")
e.send_signal(signal.SIGTERM)
checks.ok(e.wait(timeout=60) == 0, "and ends well", (work / "engine.log").read_text())
log.close()

# ---- the spool -----------------------------------------------------------------------------------------

server.client()("FLUSHALL")
server.kill()
shutil.rmtree(server.folder, ignore_errors=True)
status, _, err = run(probe(server.url, "--spool", work / "spool2", "--patience", "1"))
checks.ok(status == 0 and "spool" in err and (work / "spool2").stat().st_size > 1000,
          "without a server, all goes to the spool, and it is said so", err)
server.folder.mkdir(parents=True, exist_ok=True)
server.start()
status, _, err = run(probe(server.url, "--spool", work / "spool2"))
checks.ok(status == 0 and (work / "spool2").stat().st_size == 0, "the next run empties the spool", err)
run(engine(server.url, "--once"))
expect(server, "through the spool")
status, _, err = run(probe("redis://127.0.0.1:1", "--spool", "/dev/full", "--patience", "1"))
checks.ok(status == 1 and "site" in err, "a spool that cannot be written is an error", status, err)

# A disk that fills up under the spool, in a mount namespace of the probe's own: its run fails and says so, and what it has
# told by then, and all of it once it is run again, counts once.
disk = work / "disk"
disk.mkdir()
small = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=32k small "$0" && "$@"; s=$?; cp "$0/spool" "$0.spool"; exit $s', disk]
if shutil.which("unshare") and subprocess.run([*small, "true"], capture_output=True, check=False).returncode in (0, 1) and \
        subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "small", disk], capture_output=True, check=False).returncode == 0:
    server.client()("FLUSHALL")
    server.kill()
    status, _, err = run([*small, *probe(server.url, "--spool", disk / "spool", "--patience", "2")])
    kept = pathlib.Path(f"{disk}.spool")
    checks.ok(status == 1 and "spool" in err and 0 < kept.stat().st_size <= 32 << 10, "a full disk under the spool is an error that says so",
              status, err, kept.stat().st_size)
    shutil.rmtree(server.folder, ignore_errors=True)
    server.folder.mkdir(parents=True, exist_ok=True)
    server.start()
    status, _, err = run(probe(server.url, "--spool", kept))
    checks.ok(status == 0 and kept.stat().st_size == 0, "with room and a server again, its next run brings all", err)
    run(engine(server.url, "--once"))
    expect(server, "after a full disk")
else:
    checks.skip("a full disk", "mounts of its own are not allowed here")

# ---- what does not belong there ------------------------------------------------------------------------

server.client()("FLUSHALL")
c = server.client()
c("XADD", "rgs:{main}:obs", "*", "p", "x:1", "b", b"\x00rubbish")
c("XADD", "rgs:{main}:obs", "*", "something", "else")
run(probe(server.url))
entries = c("XRANGE", "rgs:{main}:obs", "-", "+")
block = dict(zip(entries[5][1][::2], entries[5][1][1::2]))[b"b"]
damaged = block[:80] + bytes([block[80] ^ 1]) + block[81:]
place = c("XADD", "rgs:{main}:obs", "*", "p", "p1:0", "b", damaged)
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and "poisoned=3" in err, "poisoned entries are counted and passed over", err)
aside = c("HGETALL", "rgs:{main}:poisoned")
checks.ok(dict(zip(aside[::2], aside[1::2])) == {entries[0][0]: b"\x00rubbish", entries[1][0]: b"", place: damaged},
          "and kept aside by their places", aside)
expect(server, "poisoned entries")
# ---- usage ---------------------------------------------------------------------------------------------

for argv, words in (([binary, "engine", "--key", key], "--redis"), (engine("http://x"), "redis://[USER"),
                    ([binary, "engine", "--redis", server.url], "--key"),
                    (engine(server.url, "--lease", "soon"), "--lease"),
                    (probe(server.url, name="no spaces"), "--probe")):
    status, _, err = run(argv)
    checks.ok(status == 2 and words in err, f"a usage error names {words}", status, err)
server.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
