# SPDX-License-Identifier: GPL-3.0-or-later
"""A site's cases: who may decide on whom, and the log that cannot be changed unseen.

usage: check_cases.py REGSENTRY SOURCE_ROOT
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_log import check_heads, forged, restore, tampering  # noqa: E402
from site_server import Error, Server, need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-cases-"))
key = work / "key"
key.write_text("3c" * 32 + "\n")
server = Server(work / "server")
redis = server.client()
LOG = "rgs:{main}:cases"


def run(*argv):
    p = subprocess.run([str(a) for a in argv], capture_output=True, timeout=120, check=False)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def case(*words, by="ann", url=None):
    return run(binary, "case", *words, "--redis", url or server.url, "--by", by)


def log():
    return [json.loads(line) for line in redis("LRANGE", LOG, 0, -1)]


def states():
    status, out, err = case("list", "--format", "json")
    assert status == 0, err
    return {c["id"]: c["state"] for c in json.loads(out)["cases"]}


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


# ---- on whom -----------------------------------------------------------------------------------------

status, out, err = case("open", "R17")
checks.ok(status == 1 and "no such site" in err, "a site that there is not", out, err)
status, out, err = case("list")
checks.ok(status == 0 and "0 cases" in out, "has no cases", out, err)
status, _, err = run(binary, "analyze", "--redis", server.url, "--shards", 3, "--probe", "north", "--key", key,
                     "--inventory", root / "captures/demo.csv", root / "captures/demo.pcapng")
assert status == 0, err
status, _, err = run(binary, "engine", "--redis", server.url, "--key", key, "--once")
assert status == 0, err
SHARDS = [f"rgs:{{main{s}}}" for s in ("", ".1", ".2")]


def scores():
    return {k: (redis("ZRANGE", k + ":scores", 0, -1, "WITHSCORES"), sorted(redis("HGETALL", k + ":resellers")))
            for k in SHARDS}


before = scores()
known = [i.decode() for k in SHARDS for i in redis("ZRANGE", k + ":scores", 0, -1)]
checks.ok("R17" in known and len(known) > 3, "the site has lines", known)
status, out, err = case("open", "R999")
checks.ok(status == 1 and "no line for 'R999'" in err and redis("EXISTS", LOG) == 0, "who has no line gets no case", out, err)
for who in known:
    status, out, err = case("open", who, "--note", "T-114 \x1b]0;set\u202e")
    checks.ok(status == 0 and who in out and log()[-1]["id"] == who, f"{who} has, in whichever shard", out, err)

# ---- what may become of one ----------------------------------------------------------------------------

for words, ok, part in ((("open", "R17"), False, "open already"), (("decide", "R17", "--as", "watch"), True, "watch"),
                        (("open", "R17"), False, "open already"), (("decide", "R17", "--as", "cut-off"), True, "cut-off"),
                        (("decide", "R17", "--as", "cleared"), False, "is closed"), (("open", "R17"), True, "open"),
                        (("decide", "R17", "--as", "cleared"), True, "cleared"), (("decide", "R999", "--as", "watch"), False, "no such case")):
    n = len(log())
    status, out, err = case(*words, "--note", "because " * 30, by="bob")
    checks.ok((status == 0) == ok and part in (out if ok else err) and len(log()) == n + ok,
              f"{' '.join(words)}: {part}", status, out, err)
checks.ok(states() == {**dict.fromkeys(known, "open"), "R17": "cleared"}, "the list says where each stands", states())
checks.ok(scores() == before, "no case changes a score")
ttl = redis("TTL", LOG)
checks.ok(ttl > 86400, "the log has an end", ttl)
open_one = next(i for i in known if i != "R17")
many = [subprocess.Popen([binary, "case", "decide", open_one, "--as", "watch", "--redis", server.url, "--by", f"p{i}"],
                         stdout=subprocess.DEVNULL) for i in range(6)]
checks.ok([p.wait(timeout=60) for p in many] == [0] * 6 and {x["by"] for x in log()[-6:]} == {f"p{i}" for i in range(6)},
          "six at a time: each has its line", log()[-6:])

# ---- how it reads --------------------------------------------------------------------------------------

for words in (("list",), ("show", "R17")):
    status, out, err = case(*words)
    checks.ok(status == 0 and "R17" in out and "cleared" in out and "\x1b" not in out and "\u202e" not in out,
              f"{words[0]}: nothing in it steers a terminal", repr(out), err)
    checks.ok(all(width(line) <= 80 for line in out.splitlines()), f"{words[0]}: it fits 80 columns", out)
long = "N" * 64
status, _, err = case("decide", known[0] if known[0] != "R17" else known[1], "--as", "watch", "--note", "\u9999" * 130, by=long)
wide = case("show", log()[-1]["id"])[1] + case("list")[1]
checks.ok(status == 0 and long in wide and wide.count("\u9999") == 130 and all(width(line) <= 80 for line in wide.splitlines()),
          "so do a long name, and a note that is one word", wide, err)
checks.ok("bob" in out and "because because" in out and "T-114" in out, "a case says who and why", out)
status, out, err = case("show", "R17", "--format", "json")
story = json.loads(out)
checks.ok([x["state"] for x in story["lines"]] == ["open", "watch", "cut-off", "open", "cleared"] and story["state"] == "cleared"
          and story["lines"][0]["note"] == "T-114 \x1b]0;set\u202e", "as JSON, whole", out, err)
check_heads(checks, redis, LOG, lambda *words: case("list", *words))
status, out, err = case("show", "R999")
checks.ok(status == 1 and "R999" in err, "no case, no story", out, err)

# ---- what was changed ----------------------------------------------------------------------------------

lines = redis("LRANGE", LOG, 0, -1)


def refused(name, n):
    there = redis("LLEN", LOG)
    for words in (("list",), ("show", "R17"), ("open", "R17")):
        status, out, err = case(*words)
        checks.ok(status == 1 and f"cases, line {n}:" in err and not out and redis("LLEN", LOG) == there,
                  f"{name}: {words[0]} names the line", out, err)


for name, n in tampering(redis, LOG, lines, b"ann", b"eve"):
    refused(name, n)
end = len(lines) + 1
for name, change in (("a closed case decided", {"op": "decide", "id": "R17", "as": "watch"}),
                     ("no decision", {"op": "decide", "as": "sold"}), ("nobody's", {"by": ""}),
                     ("a number that jumps", {"n": end + 1})):
    redis("RPUSH", LOG, forged(lines, **change))
    refused(name, end)
    restore(redis, LOG, lines)
checks.ok(case("list")[0] == 0, "the log as it was is good")
redis("DEL", LOG)
redis("SET", LOG, "x")
status, out, err = case("list")
checks.ok(status == 1 and "WRONGTYPE" in err, "another kind of key is an error", out, err)
restore(redis, LOG, lines)

# ---- users ---------------------------------------------------------------------------------------------

for line in (root / "tools/redis/users.conf").read_text().splitlines():
    if (match := re.match(r"user (\S+) (.*)", line)) and match[1] != "default":
        redis("ACL", "SETUSER", match[1], *re.findall(r"\([^)]*\)|\S+", match[2]))
url = "redis://{0}:change-this-{0}@127.0.0.1:" + str(server.port)
status, out, err = case("open", "R17", url=url.format("desk"))
checks.ok(status == 0 and log()[-1]["user"] == "desk", "desk writes, as itself", out, err)
for name in ("desk", "reader"):
    for words in (("list",), ("show", "R17")):
        status, out, err = case(*words, url=url.format(name))
        checks.ok(status == 0 and "R17" in out, f"{name} sees {words[0]}", out, err)
there = redis("LLEN", LOG)
for name in ("reader", "probe", "engine"):
    status, out, err = case("decide", "R17", "--as", "cut-off", url=url.format(name))
    checks.ok(status == 1 and redis("LLEN", LOG) == there, f"{name} decides nothing", out, err)
for name, words in (("reader", ("RPUSH", LOG, "x")), ("probe", ("RPUSH", LOG, "x")), ("engine", ("RPUSH", LOG, "x")),
                    ("engine", ("EXPIRE", LOG, 1)), ("desk", ("DEL", LOG)), ("desk", ("LSET", LOG, 0, "x")),
                    ("desk", ("HSET", "rgs:{main}:resellers", "R17", "{}")), ("probe", ("LRANGE", LOG, 0, -1))):
    try:
        server.client(name, f"change-this-{name}")(*words)
        checks.ok(False, f"{name} may not {words[0]}")
    except Error as e:
        checks.ok("NOPERM" in str(e), f"{name} may not {words[0]} {words[1]}", e)

# ---- usage ---------------------------------------------------------------------------------------------

for words, part in ((("open",), "one reseller"), (("list", "R17"), "no more words"), (("decide", "R17"), "--as"),
                    (("decide", "R17", "--as", "sold"), "cut-off"), (("shw", "R17"), "did you mean 'show'"),
                    (("open", "R" * 200), "127"), (("open", "R17", "--note", "x" * 500), "--note")):
    status, out, err = case(*words)
    checks.ok(status == 2 and part in err, f"a usage error names {part}", status, err)
status, _, err = run(binary, "case", "list")
checks.ok(status == 2 and "--redis" in err, "a site is asked for", err)
server.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
