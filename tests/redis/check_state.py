# SPDX-License-Identifier: GPL-3.0-or-later
"""All engines of a site are killed, the log is trimmed behind the state that one of them kept, and a new one gives the
bytes of the embedded analysis; a state that cannot be gone on with is said so and replayed around.

usage: check_state.py REGSENTRY SOURCE_ROOT
"""
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from redis_cluster import Cluster  # noqa: E402
from site_run import Site, feed, found, is_embedded, run, same_as_embedded, shard_names, start, wait_for  # noqa: E402
from site_server import Proxy, Server, need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server", "redis-cli")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-state-"))
commands = Site(binary, work, root / "captures/demo.pcapng", root / "captures/demo.csv")
status, embedded, err = commands.embedded()
assert status == 0, err
STATES, LEASE, SITE = "rgs:{main}:states", "rgs:{main}:lease", "rgs:{main}:site"


def engine(url, *more):
    return commands.engine(url, "--lease", "500", *more)


def newest(call):
    """Words of the newest state there is: place, id, pieces, event time, what it needs of each shard's log."""
    rows = call(STATES, "LRANGE", STATES, 0, -1)
    return rows[0].decode().split() if rows else None


def trim(call, shards):
    """All that the newest state does not need leaves the logs; how many entries were left out."""
    gone = 0
    for name, oldest in zip(shard_names(shards), newest(call)[4].split(",")):
        key = f"rgs:{{{name}}}:obs"
        gone += call(key, "XTRIM", key, "MINID", oldest)
    return gone


def length(call, shards):
    return sum(call(f"rgs:{{{name}}}:obs", "XLEN", f"rgs:{{{name}}}:obs") for name in shard_names(shards))


def trial(what, server, call, shards):
    """Engines die twice on the way, each time with the log cut off behind the state."""
    running = [start(engine(server, "--shards", shards, "--checkpoint", 1)) for _ in range(2)]
    # Whoever comes first says how many shards there are: a probe that was it would make as many as fit a cluster.
    checks.ok(wait_for(lambda: call(SITE, "HGET", SITE, "shards") == b"%d" % shards), f"{what}: the engines make the site")
    probe = start(commands.probe(server, "--patience", "60", capture="-"), stdin=subprocess.PIPE)
    fed = feed(probe, commands.capture, 7)
    logs, trimmed, owners = [], [], set()
    owner = lambda: call(LEASE, "HGET", LEASE, "owner")  # noqa: E731
    for _ in range(2):
        if not trimmed:   # there is something to cut off, however slow the probe is
            wait_for(lambda: length(call, shards) >= 6 * shards, 20)
        before = newest(call)
        checks.ok(wait_for(lambda: newest(call) and newest(call) != before), f"{what}: a state is kept")
        owners.add(owner())
        for e in running:
            e.kill()
        logs += [e.communicate()[1].decode() for e in running]
        trimmed.append(trim(call, shards))
        running = [start(engine(server, "--checkpoint", 1)) for _ in range(2)]
    fed.join()
    checks.ok(probe.wait(timeout=120) == 0, f"{what}: the probe ends well", probe.stderr.read().decode())
    checks.ok(wait_for(lambda: owner() not in owners, 60), f"{what}: the last ones take over", owners)
    checks.ok(wait_for(lambda: is_embedded(embedded, found(call, shards)[0]), 60), f"{what}: all is committed")
    lines, scored, alerts = found(call, shards)
    same_as_embedded(checks, embedded, lines, alerts, what)
    for e in running:
        e.send_signal(signal.SIGTERM)
    logs += [e.communicate(timeout=60)[1].decode() for e in running]
    came = [log for log in logs[2:] if "event=leased" in log]
    checks.ok(len(came) >= 2 and all("event=resumed" in log for log in came), f"{what}: those who came went on with a state", *logs)
    checks.ok(not any("event=state_refused" in log or "event=checkpoint_failed" in log for log in logs),
              f"{what}: no state was refused, and none failed", *logs)
    checks.ok(sum(trimmed) > 5, f"{what}: most of the log was gone", trimmed)


# ---- killed, trimmed, gone on ------------------------------------------------------------------------

server = Server(work / "plain")
c = server.client()


def on_server(_key, *words):
    return c(*words)


trial("one server", server.url, on_server, 1)
reference = found(on_server)
state = newest(on_server)
pieces = c("HVALS", f"rgs:{{main}}:state.{state[0]}")
text = b"".join(pieces)
checks.ok(len(pieces) == int(state[2]) + 1 and b"85291" not in text and b"Harbour" not in text and b"R17" not in text,
          "no identifier and no name is to be read in a state")
names = sorted(k.decode() for k in c("KEYS", "rgs:{main}:state*"))
checks.ok(len(names) <= 3 and all(c("TTL", k) > 0 for k in names), "two states at most, each with an end", names)
c("XTRIM", "rgs:{main}:obs", "MAXLEN", 1)
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and "event=resumed" in err and found(on_server) == reference,
          "an engine that comes when all is done tells nothing twice and nothing else", err)

# ---- states that do not fit ----------------------------------------------------------------------------

c("FLUSHALL")
run(commands.probe(server.url))
status, _, err = run(engine(server.url, "--once", "--checkpoint", 0))
checks.ok(status == 0 and not c("EXISTS", STATES) and found(on_server) == reference, "without --checkpoint none is kept", err)
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and newest(on_server) and "event=checkpoint " in err, "at its end an engine keeps its state", err)
place = f"rgs:{{main}}:state.{newest(on_server)[0]}"
whole = {k: c("DUMP", k) for k in (place, STATES)}


def refused(what, reason, damage, fits=True):
    for k, value in whole.items():
        c("RESTORE", k, 3600000, value, "REPLACE")
    damage()
    code, _, told = run(engine(server.url, "--once"))
    checks.ok(code == 0 and "event=state_refused" in told and reason in told and "event=resumed" not in told
              and found(on_server) == reference, f"{what} is refused, said so, and the log replayed", told)
    code, _, told = run(engine(server.url, "--once"))
    checks.ok(not fits or (code == 0 and "event=resumed" in told), f"{what}: the next engine finds one that fits", told)


def flip(at):
    block = c("HGET", place, "0")
    c("HSET", place, "0", block[:at] + bytes([block[at] ^ 1]) + block[at + 1:])


n = len(c("HGET", place, "0"))
for at in (5, 30, 69, n // 2, n - 1):
    refused(f"a state with byte {at} of {n} changed", "damaged or missing", lambda at=at: flip(at))
refused("a state without its last piece", "damaged or missing", lambda: c("HDEL", place, str(int(newest(on_server)[2]) - 1)))
refused("a state that is cut off", "damaged or missing", lambda: c("HSET", place, "0", c("HGET", place, "0")[:n // 2]))
refused("a state that is gone", "damaged or missing", lambda: c("DEL", place))


def rename():
    row = newest(on_server)
    c("DEL", STATES)
    c("RPUSH", STATES, " ".join([row[0], "0123456789abcdef", *row[2:]]))


refused("another state's piece", "damaged or missing", rename)
c("DEL", STATES)
c("RPUSH", STATES, "nonsense", "9 0 0 0", "")
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and found(on_server) == reference, "a list of states that is none is passed over", err)

# What a program of another version kept: this one, with another version written into it.
version = run([binary, "--version"])[1].split()[-1]
other = work / "other"
other.write_bytes(pathlib.Path(binary).read_bytes().replace(version, version[:-1] + b"~"))
other.chmod(0o755)
c("FLUSHALL")
run(commands.probe(server.url))
status, _, err = run([other, *engine(server.url, "--once", "--rules", root / "rules")[1:]])
checks.ok(status == 0 and newest(on_server) and found(on_server) == reference, "a program of another version keeps a state", err)
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and "event=state_refused" in err and "another version" in err and "event=resumed" not in err
          and found(on_server) == reference, "a state of another version is refused, said so, and the log replayed", err)

# Another rule set than the one under which the state was made.
rules = work / "rules"
shutil.copytree(root / "rules", rules)
for path in rules.rglob("*.yaml"):
    text = path.read_text()
    if "weight: 22" in text:
        path.write_text(text.replace("weight: 22", "weight: 21"))
for k, value in whole.items():
    c("RESTORE", k, 3600000, value, "REPLACE")
saved = {k: c("DUMP", k) for k in ("rgs:{main}:obs", "rgs:{main}:probes", "rgs:{main}:site")}
status, _, err = run(engine(server.url, "--once", "--rules", rules))
checks.ok(status == 0 and "event=state_refused" in err and "of other rules" in err and found(on_server) != reference,
          "a state of other rules is refused", err)
c("FLUSHALL")
for k, value in (whole | saved).items():
    c("RESTORE", k, 3600000, value)
status, _, err = run([binary, "engine", "--redis", server.url, "--once", "--rules", rules, "--key", commands.key])
changed = found(on_server)
c("FLUSHALL")
for k, value in saved.items():
    c("RESTORE", k, 3600000, value)
run(engine(server.url, "--once", "--rules", rules))
checks.ok(changed == found(on_server), "and what those rules say of the log is not mixed with it", err)

# A log that was cut off behind what the state needs.
c("FLUSHALL")
for k, value in (whole | saved).items():
    c("RESTORE", k, 3600000, value)
for _ in range(3):
    c("XADD", "rgs:{main}:obs", "*", "later", "1")
c("XTRIM", "rgs:{main}:obs", "MAXLEN", 1)
e = start(engine(server.url))
checks.ok(wait_for(lambda: c("HGET", "rgs:{main}:lease", "owner")), "an engine comes after the log was cut off")
e.send_signal(signal.SIGTERM)
err = e.communicate(timeout=60)[1].decode()
checks.ok("event=state_refused" in err and "trimmed" in err, "a state behind which the log was cut off is refused", err)

# A user who may not see states: as the users of before were.
c("ACL", "SETUSER", "old", "on", "nopass", "resetchannels", "~rgs:{*}:obs", "~rgs:{*}:probes", "~rgs:{*}:lease",
  "~rgs:{*}:position", "~rgs:{*}:scores", "~rgs:{*}:resellers", "~rgs:{*}:alerts", "~rgs:{*}:site", "~rgs:{*}:engines",
  "~rgs:{*}:rulelog", "+@all")
c("FLUSHALL")
for k, value in saved.items():
    c("RESTORE", k, 3600000, value)
status, _, err = run(engine(server.url.replace("redis://", "redis://old:x@"), "--once"))
checks.ok(status == 0 and "NOPERM" in err and "event=state_refused" in err and "event=checkpoint_failed" in err
          and found(on_server) == reference, "an engine whose user knows no states goes on without, and says so", err)
server.stop()

# ---- killed while it writes, and out of memory -----------------------------------------------------------

server = Server(work / "slow")
c = server.client()
run(commands.probe(server.url))
for at in range(1, 5):
    proxy = Proxy(server.port, lambda n, at=at: at * 40)   # a connection of the child's ends in the middle, too
    e = start(engine(f"redis://127.0.0.1:{proxy.port}", "--checkpoint", 1))
    wait_for(lambda: proxy.cuts > 10, 2)
    e.kill()
    e.communicate()
    proxy.stop()
status, _, err = run(engine(server.url, "--once"))
checks.ok(status == 0 and found(on_server) == reference, "connections cut while states were written", err)
c("FLUSHALL")
run(commands.probe(server.url))
e = start(engine(server.url, "--checkpoint", 1))
checks.ok(wait_for(lambda: newest(on_server)), "a state before memory was short")
c("CONFIG", "SET", "maxmemory-policy", "noeviction")
c("CONFIG", "SET", "maxmemory", 1)
e.send_signal(signal.SIGTERM)
e.communicate(timeout=60)
before = newest(on_server)
e = start(engine(server.url, "--checkpoint", 1))
_ = wait_for(lambda: False, 2)
c("CONFIG", "SET", "maxmemory", 0)
checks.ok(newest(on_server) == before, "out of memory, the former state stays", newest(on_server), before)
e.send_signal(signal.SIGTERM)
err = e.communicate(timeout=60)[1].decode()
checks.ok(e.returncode == 0 and found(on_server) == reference, "and all is there in the end", err)
server.stop()

# ---- a cluster -----------------------------------------------------------------------------------------

cluster = Cluster(work / "cluster")
trial("a cluster", cluster.url, cluster.call, 6)
cluster.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
