# SPDX-License-Identifier: GPL-3.0-or-later
"""Three engines on a cluster of six nodes give the bytes of the embedded analysis, while engines and a master are
killed and paused, and a shard's slot moves.

usage: check_cluster.py REGSENTRY SOURCE_ROOT
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from redis_cluster import Cluster, slot_of  # noqa: E402
from site_run import Site, feed, found, is_embedded, run, same_as_embedded, shard_names, start, wait_for  # noqa: E402
from site_server import need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server", "redis-cli")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-cluster-"))
SHARDS, LEASE_MS = 6, 1000
RULES, CASES = "rgs:{main}:rulelog", "rgs:{main}:cases"
LATER = "2035-01-01T00:00:00Z"   # rules that this site never comes to: its answer stays that of the embedded engine
changed = work / "changed"
shutil.copytree(root / "rules", changed)
usage = changed / "usage.yaml"
usage.write_text(usage.read_text().replace("weight: 22", "weight: 23"))

simulated = work / "simulated.pcapng"
subprocess.run([binary, "simulate", root / "captures/demo.yaml", "--seed", "99", "-o", simulated, "--truth", work / "truth",
                "--inventory", work / "simulated.csv"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
captures = {"demo": Site(binary, work, root / "captures/demo.pcapng", root / "captures/demo.csv"),
            "simulated": Site(binary, work, simulated, work / "simulated.csv")}
names = shard_names(SHARDS)


def owners(cluster):
    """Shards of each engine that holds one now."""
    held = {}
    for name in names:
        key = f"rgs:{{{name}}}:lease"
        owner, until = cluster.call(key, "HMGET", key, "owner", "until")
        seconds, micros = cluster.call(key, "TIME")
        if owner and int(until or 0) > int(seconds) * 1000 + int(micros) // 1000:
            held.setdefault(owner, []).append(name)
    return held


def even(cluster, engines):
    counts = sorted(len(shards) for shards in owners(cluster).values())
    return len(counts) == engines and sum(counts) == SHARDS and counts[-1] - counts[0] <= 1


def desk(what, commands, cluster):
    """What people do at a site, against the whole cluster by any one of its nodes."""
    url = f"redis-cluster://127.0.0.1:{cluster.alive()[-1].port}"
    before = found(cluster.call, SHARDS)
    ids = sorted(before[0])

    def at(*words):
        return run([binary, *words, "--redis", url])

    def rows(key):
        return [json.loads(row) for row in cluster.call(key, "LRANGE", key, 0, -1)]

    known = len(rows(RULES))
    pushed = [at("rules", "push", folder, "--by", "ann", "--note", f"T-{i}", "--at", LATER)
              for i, folder in enumerate((root / "rules", changed))]
    log = rows(RULES)
    checks.ok(all(p[0] == 0 for p in pushed) and len(log) == known + 2, f"{what}: rules are pushed", *pushed)
    status, out, err = at("rules", "show", str(log[-1]["rev"]))
    checks.ok(status == 0 and "weight: 23" in out.decode(), f"{what}: and shown", out[:300], err)
    status, out, err = at("rules", "push", "--revert", str(log[-2]["rev"]), "--by", "bob", "--at", LATER)
    checks.ok(status == 0 and rows(RULES)[-1]["sha256"] == log[-2]["sha256"], f"{what}: a set before is in force again", out, err)
    status, out, err = at("rules", "log")
    checks.ok(status == 0 and f"{known + 3} lines, the chain holds" in out.decode(), f"{what}: the log of rules is whole", out, err)
    status, out, err = at("top", "--once")
    page = out.decode()
    checks.ok(status == 0 and all(f"{name} " in page for name in names) and f"engines {len(owners(cluster))}" in page
              and max(ids, key=lambda i: json.loads(before[0][i])["score"]) in page, f"{what}: top shows all shards", page, err)
    told = [at("explain", i) for i in ids]
    checks.ok(all(t[0] == 0 and i.encode() in t[1] for i, t in zip(ids, told)), f"{what}: each line of each shard is explained",
              *[t[2] for t in told])
    known = len(rows(CASES))
    done = [at("case", "open", i, "--by", "ann") for i in ids] + \
           [at("case", "decide", i, "--as", "cleared", "--by", "bob") for i in ids]
    status, out, err = at("case", "list", "--format", "json")
    checks.ok(all(d[0] == 0 for d in done) and status == 0 and len(rows(CASES)) == known + 2 * len(ids),
              f"{what}: cases of all shards are opened and decided", *[d[2] for d in done], err)
    checks.ok(found(cluster.call, SHARDS) == before, f"{what}: no score has changed by it")


def trial(what, commands):
    status, embedded, err = commands.embedded()
    assert status == 0, err
    cluster = Cluster(work / what)
    engines = [start(commands.engine(cluster.url, "--shards", SHARDS, "--lease", LEASE_MS)) for _ in range(3)]
    checks.ok(wait_for(lambda: even(cluster, 3)), f"{what}: three engines share the shards evenly", owners(cluster))
    nodes = {cluster.master_of(f"rgs:{{{name}}}:obs").port for name in names}
    checks.ok(len(nodes) > 1, f"{what}: the shards lie on several nodes", nodes)

    probe = start(commands.probe(cluster.url, "--patience", "60", capture="-"), stdin=subprocess.PIPE)
    fed = feed(probe, commands.capture, 6)
    written = lambda: sum(cluster.call(f"rgs:{{{n}}}:obs", "XLEN", f"rgs:{{{n}}}:obs") for n in names)  # noqa: E731
    checks.ok(wait_for(lambda: written() > 0), f"{what}: the log grows on its way")
    engines[1].send_signal(signal.SIGSTOP)
    engines[0].kill()
    begun = time.monotonic()
    checks.ok(wait_for(lambda: even(cluster, 1)), f"{what}: the third takes over from one killed and one paused", owners(cluster))
    took = time.monotonic() - begun
    # The bound is three leases; a machine that others load may be late itself.
    checks.ok(took < 3 * LEASE_MS / 1000 + 5, f"{what}: within its time", took)
    print(f"# taken over {took:.2f} s after the kill, at a lease of {LEASE_MS / 1000:.0f} s")

    victim = cluster.master_of("rgs:{main}:obs")
    victim.kill()
    checks.ok(wait_for(lambda: (m := cluster.master_of("rgs:{main}:obs")) and m.port != victim.port),
              f"{what}: a replica is promoted in the place of a master that was killed")
    target = next(port for port, slots in cluster.masters().items() if slot_of("rgs:{main.1}:obs") not in slots)
    cluster.move_slot(slot_of("rgs:{main.1}:obs"), target, 0.1)
    checks.ok(cluster.master_of("rgs:{main.1}:obs").port == target, f"{what}: a shard's slot moves to another node")
    engines[1].send_signal(signal.SIGCONT)
    engines.append(start(commands.engine(cluster.url, "--lease", LEASE_MS)))

    fed.join()
    status = probe.wait(timeout=120)
    checks.ok(status == 0, f"{what}: the probe ends well", probe.stderr.read().decode())
    checks.ok(wait_for(lambda: is_embedded(embedded, found(cluster.call, SHARDS)[0]), 60), f"{what}: all is committed")
    checks.ok(wait_for(lambda: even(cluster, 3)), f"{what}: three engines share the shards again", owners(cluster))
    lines, scored, alerts = found(cluster.call, SHARDS)
    same_as_embedded(checks, embedded, lines, alerts, what)
    checks.ok(scored == sorted(lines), f"{what}: the sorted sets have the same resellers", scored)
    ttls = {f"rgs:{{{n}}}:{k}": cluster.call(f"rgs:{{{n}}}:", "TTL", f"rgs:{{{n}}}:{k}")
            for n in names for k in ("obs", "probes", "lease", "position")}
    checks.ok(all(t > 0 for t in ttls.values()), f"{what}: every key has an end", ttls)
    desk(what, commands, cluster)
    for key in ("rgs:{main}:rulelog", f"rgs:{{{names[SHARDS - 1]}}}:resellers"):
        slot = slot_of(key)
        target = next(port for port, slots in cluster.masters().items() if slot not in slots)
        cluster.move_slot(slot, target, 0)
        checks.ok(cluster.master_of(key).port == target, f"{what}: {key} moves to another node")
    desk(f"{what}, after its slots moved", commands, cluster)
    lines, scored, alerts = found(cluster.call, SHARDS)
    same_as_embedded(checks, embedded, lines, alerts, f"{what}, at last")
    running = [e for e in engines if e.poll() is None]
    for e in running:
        e.send_signal(signal.SIGTERM)
    logs = [e.communicate(timeout=60)[1].decode() for e in engines]
    checks.ok(len(running) == 3 and all(e.returncode == 0 for e in running), f"{what}: SIGTERM ends engines with success", *logs)
    checks.ok("event=fenced" in logs[1], f"{what}: the paused one knows that it was fenced off", logs[1])
    if checks.failed:
        for log in logs:
            print("\n".join("# " + line for line in log.splitlines()[-40:]))
    cluster.stop()


for word, commands_of in captures.items():
    trial(word, commands_of)
shutil.rmtree(work, ignore_errors=True)
checks.end()
