# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule sets take turns at one point of event time: the same answer for every engine, whenever it read of it.

usage: check_turns.py REGSENTRY SOURCE_ROOT
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_server import Server, need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server", "editcap")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-turns-"))
key = work / "key"
key.write_text("3c" * 32 + "\n")
demo, inventory = root / "captures/demo.pcapng", root / "captures/demo.csv"
MIDDLE = "2026-03-15T00:00:00Z"
server = Server(work / "server")
redis = server.client()


def run(*argv, timeout=120):
    p = subprocess.run([str(a) for a in argv], capture_output=True, timeout=timeout, check=False)
    return p.returncode, p.stdout, p.stderr.decode(errors="replace")


def probe(capture=demo, name="p1", *more):
    return run(binary, "analyze", "--redis", server.url, "--probe", name, "--key", key, "--inventory", inventory,
               "--format", "json", *more, capture)


def engine(*more):
    return [str(a) for a in (binary, "engine", "--redis", server.url, "--key", key, *more)]


def once(*more):
    return run(*engine("--once", *more))


def rules(*words):
    status, out, err = run(binary, "rules", *words, "--redis", server.url, "--by", "ann")
    assert status == 0, err
    return out.decode()


def pack(name, *changes):
    folder = work / name
    shutil.copytree(root / "rules", folder, ignore=shutil.ignore_patterns("services", "recognition"))
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def site():
    """Lines, scores and alerts of all shards."""
    lines, alerts = {}, {}
    for k in redis("KEYS", "rgs:*:resellers"):
        v = redis("HGETALL", k)
        lines.update(zip(v[::2], v[1::2]))
    for k in redis("KEYS", "rgs:*:alerts"):
        alerts[k] = [dict(zip(e[1][::2], e[1][1::2]))[b"json"] for e in redis("XRANGE", k, "-", "+")]
    return lines, alerts


def in_force():
    return {redis("HGET", k, "ruleset") for k in redis("KEYS", "rgs:*:position")}


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def forget_answer():
    """What engines wrote goes; the logs, and what the desk wrote, stay."""
    for what in ("lease", "position", "scores", "resellers", "alerts"):
        for k in redis("KEYS", f"rgs:*:{what}"):
            redis("DEL", k)


def sha_of(folder):
    status, out, err = run(binary, "rules", "check", folder)
    assert status == 0, err
    return out.decode().split("sha256 ")[1].split()[0]


renamed = pack("renamed", ("aggregates.yaml", "name: standard", "name: renamed"))
mild = pack("mild", ("aggregates.yaml", 'revision: "2026.2"', 'revision: "mild"'),
            *((f"typologies/{t}.yaml", f"alert: {at}", "alert: 99.5") for t, at in (("roaming_bank", 53), ("hosted_range", 55))))

# ---- a set that says the same ------------------------------------------------------------------------

probe()
status, _, err = once()
checks.ok(status == 0, "a site without pushed rules", err)
reference = site()
checks.ok(len(reference[0]) > 5, "it has lines", len(reference[0]))
redis("FLUSHALL")
rules("push", renamed, "--at", MIDDLE)
probe()
status, _, err = once()
checks.ok(status == 0 and "event=rules_turned" in err, "an engine takes the turn", err)
checks.ok(site() == reference, "a turn to a set that means the same changes nothing: windows and memory are kept",
          site()[1], reference[1])

# ---- a set that changes something -------------------------------------------------------------------

redis("FLUSHALL")
rules("push", mild, "--at", MIDDLE)
probe(demo, "p1", "--shards", "4")
status, _, err = once()
turned = site()
checks.ok(status == 0 and turned[0] != reference[0], "a turn to another set changes the answer", err)
checks.ok({v.decode()[:12] for v in in_force()} == {sha_of(mild)}, "the commits name the set in force", in_force())
before = [a for alerts in reference[1].values() for a in alerts if json.loads(a)["ts"] < 1773532800]
after = [a for alerts in turned[1].values() for a in alerts]
checks.ok(before and all(a in after for a in before), "what was told before the turn is the same", before, after)
status, _, err = once()
checks.ok(site() == turned, "and an engine that looks again changes nothing", err)
forget_answer()
once()
checks.ok(site() == turned, "an engine that comes later, and reads all at once, gives the same", site()[1], turned[1])

redis("FLUSHALL")
rules("push", mild, "--at", MIDDLE)
engines = [subprocess.Popen(engine("--lease", "400", "--shards", "4"), stderr=subprocess.PIPE) for _ in range(3)]
writer = subprocess.Popen([str(a) for a in (binary, "analyze", "--redis", server.url, "--probe", "p1", "--key", key,
                                            "--inventory", inventory, "--shards", "4", "--format", "json", demo)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
time.sleep(0.4)
engines[0].kill()
writer.communicate(timeout=120)
checks.ok(wait_for(lambda: site()[0] == turned[0]), "three engines, one of them killed, give the same", site()[0].keys())
for e in engines:
    e.terminate()
    e.communicate(timeout=60)
checks.ok(site() == turned, "and tell each alert once", site()[1], turned[1])

redis("FLUSHALL")
rules("push", mild)
_, own, err = probe()
_, want, _ = run(binary, "analyze", "--key", key, "--inventory", inventory, "--format", "json", "--rules", mild, demo)
_, shipped, _ = run(binary, "analyze", "--key", key, "--inventory", inventory, "--format", "json", demo)
checks.ok(own == want != shipped, "a probe's own result is by the rules of its site", err)
_, own, err = probe(demo, "p1", "--rules", root / "rules")
checks.ok(own == shipped, "unless it is given others", err)
redis("SET", "rgs:{main}:rulelog", "x")
_, own, err = probe()
checks.ok(own == shipped and "the folder's serve" in err, "what cannot be had is said", err)

# ---- in the middle of the work ----------------------------------------------------------------------

parts = []
for i, span in enumerate(("1-14000", "14001-99999999")):
    parts.append(work / f"part{i}.pcapng")
    subprocess.run(["editcap", "-r", demo, parts[-1], span], check=True)
redis("FLUSHALL")
running = subprocess.Popen(engine(), stderr=subprocess.PIPE)
probe(parts[0], "north")
checks.ok(wait_for(lambda: redis("HGET", "rgs:{main}:position", "upto")), "an engine works")
wait_for(lambda: redis("HGET", "rgs:{main}:lease", "sealed") == redis("HGET", "rgs:{main}:position", "upto"))
out = rules("push", mild)
checks.ok("in force from 2026-03-" in out, "a push in the middle is in force behind what was evaluated", out)
probe(parts[1], "south")
checks.ok(wait_for(lambda: {v.decode()[:12] for v in in_force()} == {sha_of(mild)}),
          "the running engine takes it up without a restart", in_force())
wait_for(lambda: redis("HGET", "rgs:{main}:lease", "sealed") == redis("HGET", "rgs:{main}:position", "upto"))
running.terminate()
log = running.communicate(timeout=60)[1].decode()
live = site()
checks.ok(log.count("event=rules_turned") == 1, "it took one turn", log)
forget_answer()
once()
checks.ok(site() == live, "an engine that replays the logs takes it at the same point", site()[1], live[1])

# ---- what is refused ---------------------------------------------------------------------------------

redis("FLUSHALL")
rules("push", mild, "--at", MIDDLE)
name = next(k for k in redis("KEYS", "rgs:{main}:rules:*"))
redis("SET", name, redis("GET", name).replace(b"99.5", b"10"))
probe()
status, _, err = once()
checks.ok(status == 0 and "event=rules_refused" in err and "was changed" in err, "a bundle that was changed is refused", err)
checks.ok(site() == reference, "and the old set stays")
redis("FLUSHALL")
rules("push", mild, "--at", MIDDLE)
redis("LSET", "rgs:{main}:rulelog", 0, redis("LINDEX", "rgs:{main}:rulelog", 0).replace(b"ann", b"eve"))
probe()
status, _, err = once()
checks.ok(status == 0 and "event=rules_refused" in err and "chain is broken" in err, "a log that was changed is refused", err)
checks.ok(site() == reference, "and the old set stays, too")
server.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
