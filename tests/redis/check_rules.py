# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's rule sets: who may change them, the log that cannot be changed unseen, and going back.

usage: check_rules.py REGSENTRY SOURCE_ROOT
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_log import check_heads, forged, restore, tampering  # noqa: E402
from site_server import Server, need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-rules-"))
server = Server(work / "server")
redis = server.client()
LOG = "rgs:{main}:rulelog"


def rules(*words, by="ann", url=None):
    argv = [binary, "rules", *words, "--redis", url or server.url, "--by", by]
    p = subprocess.run([str(a) for a in argv], capture_output=True, timeout=120, check=False)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def pack(name, *changes):
    folder = work / name
    shutil.copytree(root / "rules", folder, ignore=shutil.ignore_patterns("services", "recognition"))
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def log():
    return [json.loads(line) for line in redis("LRANGE", LOG, 0, -1)]


# ---- one person ------------------------------------------------------------------------------------

status, out, err = rules("log")
checks.ok(status == 0 and "0 lines" in out, "a site without rules has an empty log", out, err)
first = pack("first")
status, out, err = rules("push", first, "--note", "the first \x1b]0;set")
checks.ok(status == 0 and "revision 1 " in out and "first observation" in out, "a set is in force from the beginning", out, err)
second = pack("second", ("aggregates.yaml", 'revision: "2026.2"', 'revision: "2026.22"'))
status, out, err = rules("push", second, "--at", "2026-03-15T00:00:00Z", by="bob")
checks.ok(status == 0 and "revision 2 " in out and "2026-03-15 00:00:00" in out, "or from a point of event time", out, err)
status, out, err = rules("push", first, "--at", "2026-03-14T00:00:00Z")
checks.ok(status == 1 and "earlier" in err, "points of event time do not go back", out, err)
bad = pack("bad", ("aggregates.yaml", "engine:", "enginge:"))
status, out, err = rules("push", bad)
checks.ok(status == 1 and "aggregates.yaml:" in err and len(log()) == 2, "a bad set is refused with the place of the mistake",
          out, err)
status, out, err = rules("push", second)
checks.ok(status == 0 and "revision 2 " in out, "the same files are the same revision", out, err)
status, out, err = rules("push", "--revert", "1", by="bob")
checks.ok(status == 0 and "revision 1 " in out, "a former revision comes back", out, err)
status, out, err = rules("push", "--revert", "9")
checks.ok(status == 1 and "'9'" in err, "one that there is not does not", out, err)

# ---- two persons -----------------------------------------------------------------------------------

status, out, err = rules("policy", "two")
checks.ok(status == 0 and "two persons" in out, "two persons may be asked for", out, err)
third = pack("third", ("aggregates.yaml", 'revision: "2026.2"', 'revision: "2026.3"'))
status, out, err = rules("push", third, "--note", "T-114")
checks.ok(status == 0 and "proposed" in out and log()[-1]["op"] == "propose", "a push is a proposal then", out, err)
for who in ("ann", "ANN"):
    status, out, err = rules("push", "--approve", "3", by=who)
    checks.ok(status == 1 and "another person" in err, f"who proposed it does not approve it ({who})", out, err)
status, out, err = rules("push", "--approve", log()[-1]["sha256"][:12], by="bob")
checks.ok(status == 0 and log()[-1]["op"] == "promote" and log()[-1]["proposed_by"] == "ann", "another person does", out, err)
status, out, err = rules("push", "--approve", "3", by="cleo")
checks.ok(status == 1 and "not proposed" in err, "once", out, err)
status, out, err = rules("push", "--revert", "2", by="bob")
checks.ok(status == 0 and "proposed" in out, "going back needs two as well", out, err)
status, out, err = rules("push", "--approve", "2", by="cleo")
checks.ok(status == 0 and log()[-1]["rev"] == 2, "and has them", out, err)
for who, words in (("ann", "two persons; one was asked for"), ("ann", "two persons; one was asked for"), ("bob", "one person")):
    status, out, err = rules("policy", "one", by=who)
    checks.ok(status == 0 and words in out, f"fewer persons are asked for by two ({who})", out, err)
rules("policy", "two")

# ---- users of the server -----------------------------------------------------------------------------

for user in ("u1", "u2"):
    redis("ACL", "SETUSER", user, "on", ">secret", "~*", "&*", "+@all")
url = f"redis://{{}}:secret@127.0.0.1:{server.port}"
fourth = pack("fourth", ("aggregates.yaml", 'revision: "2026.2"', 'revision: "2026.4"'))
status, out, err = rules("push", fourth, by="dan", url=url.format("u1"))
status, out, err = rules("push", "--approve", "4", by="eve", url=url.format("u1"))
checks.ok(status == 1 and "another person" in err, "one user of the server is one person, by whatever name", out, err)
status, out, err = rules("push", "--approve", "4", by="eve", url=url.format("u2"))
checks.ok(status == 0 and log()[-1]["user"] == "u2", "another user is another", out, err)

# ---- what is there -----------------------------------------------------------------------------------

status, out, err = rules("show", "3")
checks.ok(status == 0 and "2026.3" in out and "typologies/roaming_bank.yaml" in out and "lists/partners.yaml" in out,
          "a revision is shown with all of its files", out[:400], err)
status, out, err = rules("show", "3", "-o", work / "unpacked")
same = {p.relative_to(third): p.read_bytes() for p in third.rglob("*.yaml")}
got = {p.relative_to(work / "unpacked"): p.read_bytes() for p in (work / "unpacked").rglob("*.yaml")}
checks.ok(status == 0 and got == same, "and unpacked as it was pushed", out, err, set(got) ^ set(same))
status, out, err = rules("log")
checks.ok(status == 0 and "the chain holds" in out and "T-114" in out and "bob, proposed by ann" in out,
          "the log says who, what and why", out, err)
checks.ok("\x1b" not in out, "nothing in it steers a terminal", repr(out))
ttls = {k: redis("TTL", k) for k in redis("KEYS", "*")}
checks.ok(len(ttls) == 5 and all(t > 0 for t in ttls.values()), "every key has an end", ttls)

check_heads(checks, redis, LOG, lambda *words: rules("log", *words))

# ---- what was changed --------------------------------------------------------------------------------

lines = redis("LRANGE", LOG, 0, -1)
sha = log()[0]["sha256"]
bundle = redis("GET", "rgs:{main}:rules:" + sha)
redis("SET", "rgs:{main}:rules:" + sha, bundle.replace(b"weight: 24", b"weight: 25"))
status, out, err = rules("show", "1")
checks.ok(status == 1 and "was changed" in err, "a bundle that was changed is refused", out, err)
status, out, err = rules("push", "--revert", "1")
checks.ok(status == 1 and "was changed" in err and redis("LLEN", LOG) == len(lines), "and not put in force", out, err)
redis("DEL", "rgs:{main}:rules:" + sha)
status, out, err = rules("push", "--revert", "1")
checks.ok(status == 1 and "not there" in err, "nor one that is gone", out, err)
for name, n in tampering(redis, LOG, lines, b"bob", b"eve"):
    status, out, err = rules("log")
    checks.ok(status == 1 and f"line {n}:" in err, f"{name}: named with its line", out[-300:], err)
    status, out, err = rules("push", first)
    checks.ok(status == 1 and f"line {n}:" in err, f"{name}: and nothing is added to it", out, err)

# A chain that is whole, and breaks the law all the same.
for name, words, change in (
        ("promoted without a proposal", "nobody has proposed", {"op": "promote", "rev": 3, "sha256": log()[-1]["sha256"]}),
        ("a number that jumps", "no line of a log", {"n": len(lines) + 2}),
        ("other files under a known number", "another content", {"op": "propose", "rev": 4, "sha256": "0" * 64}),
        ("nobody's", "who did it", {"by": ""})):
    redis("RPUSH", LOG, forged(lines, **change))
    status, out, err = rules("log")
    checks.ok(status == 1 and words in err, f"a forged line is refused: {name}", err)
    restore(redis, LOG, lines)

# ---- usage -------------------------------------------------------------------------------------------

for words, part in ((("push",), "--approve"), (("push", first, "--approve", "1"), "--approve"), (("show",), "one revision"),
                    (("policy", "three"), "'one' or 'two'"), (("push", first, "--at", "soon"), "--at"),
                    (("pull",), "did you mean 'push'"), (("log", "all"), "no more words")):
    status, out, err = rules(*words)
    checks.ok(status == 2 and part in err, f"a usage error names {part}", status, err)
p = subprocess.run([binary, "rules", "log"], capture_output=True, check=False)
checks.ok(p.returncode == 2 and b"--redis" in p.stderr, "a site is asked for", p.stderr)
server.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
