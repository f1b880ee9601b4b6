# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and other programs see of a site: top, explain, and what redis-cli reads.

usage: check_desk.py REGSENTRY SOURCE_ROOT
"""
import contextlib
import fcntl
import json
import os
import pathlib
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_server import Server, need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server", "redis-cli")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-desk-"))
key = work / "key"
key.write_text("3c" * 32 + "\n")
server = Server(work / "server")
redis = server.client()
inventory = root / "captures/demo.csv"


def run(*argv, **env):
    p = subprocess.run([str(a) for a in argv], capture_output=True, timeout=120, check=False, env={**os.environ, **env})
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def desk(command, *words, **env):
    return run(binary, command, *words, "--redis", server.url, **env)


def cli(*words):
    return run("redis-cli", "-p", server.port, *words)[1]


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


for command in (("top", "--once"), ("explain", "R17")):
    status, out, err = desk(*command)
    checks.ok(status == 1 and "no such site" in err, f"{command[0]}: a site that there is not", out, err)
status, _, err = run(binary, "analyze", "--redis", server.url, "--shards", 3, "--probe", "north", "--key", key,
                     "--inventory", inventory, root / "captures/demo.pcapng")
assert status == 0, err
engine = [str(a) for a in (binary, "engine", "--redis", server.url, "--key", key)]
status, _, err = run(*engine, "--once")
assert status == 0, err
result = work / "result.json"
run(binary, "analyze", "--key", key, "--inventory", inventory, "--format", "json", "-o", result, root / "captures/demo.pcapng")
embedded = json.loads(result.read_text())

# ---- top ---------------------------------------------------------------------------------------------

status, page, err = desk("top", "--once", COLUMNS="80")
first = embedded["resellers"][0]
checks.ok(status == 0 and first["id"] in page and "main.2" in page and "north:" in page, "a page shows resellers, shards, probes",
          page, err)
order = [line.split()[2] for line in page.splitlines()[4:4 + len(embedded["resellers"])]]
checks.ok(order[0][:12] == first["id"][:12] and len(order) == len(embedded["resellers"]), "in the order of the result", order)
checks.ok(all(width(line) <= 80 for line in page.splitlines()), "which fits 80 columns",
          [line for line in page.splitlines() if width(line) > 80])
checks.ok("case" not in page and " * " not in page, "no case is open", page)
status, _, err = desk("case", "open", first["id"], "--by", "ann")
other = embedded["resellers"][1]["id"]
desk("case", "open", other, "--by", "ann")
desk("case", "decide", other, "--as", "cleared", "--by", "bob")
status, page, err = desk("top", "--once", COLUMNS="80")
marked = [line.split()[3] for line in page.splitlines() if line.split()[2:3] == ["*"]]
checks.ok(status == 0 and [m[:12] for m in marked] == [first["id"][:12]] and "1 in all" in page,
          "an open case is marked, a closed one is not", page, err)
checks.ok(all(width(line) <= 80 for line in page.splitlines()), "within 80 columns", page)
line = redis("LINDEX", "rgs:{main}:cases", 0)
redis("LSET", "rgs:{main}:cases", 0, line.replace(b"ann", b"eve"))
status, page, err = desk("top", "--once", COLUMNS="80")
checks.ok(status == 0 and "cases: the log of cases, line 1" in page and first["id"] in page, "a log of cases that was changed is said so", page)
redis("LSET", "rgs:{main}:cases", 0, line)
running = subprocess.Popen(engine, stderr=subprocess.DEVNULL)
end = time.monotonic() + 30
while "engines 1" not in page and time.monotonic() < end:
    page = desk("top", "--once")[1]
checks.ok("engines 1" in page and " ago" in page, "and engines that live", page)

evil = '\x1b]0;title\x07\u202e<b>'
shard = 0
redis("ZADD", "rgs:{main}:scores", 100.5, evil)
redis("HSET", "rgs:{main}:resellers", evil,
      json.dumps({**first, "id": evil, "name": "\u9999\u6e2f" * 40, "score": 100.5}, ensure_ascii=False))
redis("ZADD", "rgs:{main}:scores", 101, "broken")
redis("HSET", "rgs:{main}:resellers", "broken", '{"id":')
redis("ZADD", "rgs:{main}:engines", 1, "\x1b[2Jengine")
redis("HSET", "rgs:{main}:lease", "owner", "\x1b[31mred\n\n")
status, page, err = desk("top", "--once", COLUMNS="80")
checks.ok(status == 0 and "\x1b" not in page and "\x07" not in page and "\u202e" not in page and "title" in page,
          "nothing that others wrote steers the terminal", repr(page), err)
checks.ok(all(width(line) <= 80 for line in page.splitlines()), "nor breaks its columns",
          [line for line in page.splitlines() if width(line) > 80])
checks.ok(first["id"] in page, "a line that cannot be read hides no other", page)


def live(rows, columns, keys, seconds=20):
    """What a terminal of this size gets until the program ends."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(binary, [binary, "top", "--every", "1", "--redis", server.url])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                more = os.read(fd, 65536)
            except OSError:
                break
            if not more:
                break
            data += more
        if data.count(b"\x1b[H") >= 2 and keys:
            os.write(fd, keys)
            keys = b""
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    return data.decode(errors="replace"), os.waitstatus_to_exitcode(status)


data, code = live(24, 80, b"q")
checks.ok(code == 0 and data.count("\x1b[H") >= 2, "a terminal is drawn on again and again, until q", code, repr(data[-300:]))
checks.ok(data.startswith("\x1b[?1049h") and data.rstrip().endswith("\x1b[?1049l"), "and is given back as it was",
          repr(data[:40]), repr(data[-40:]))
frames = data.split("\x1b[H")[1:]
checks.ok(all(f.count("\r\n") < 24 for f in frames), "no page is longer than the terminal", [f.count("\r\n") for f in frames])
sock = work / "tmux"
tmux = ["tmux", "-S", sock]
if shutil.which("tmux"):
    home = subprocess.Popen([str(a) for a in (*tmux, "-D", "-f", "/dev/null")], env={**os.environ, "TERM": "xterm"},
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end, screen = time.monotonic() + 30, ""
    while not sock.exists() and time.monotonic() < end:
        time.sleep(0.05)
    run(*tmux, "new-session", "-d", "-x", 80, "-y", 24, f"{binary} top --every 1 --redis {server.url}", TERM="xterm")
    while first["id"] not in screen and time.monotonic() < end:
        time.sleep(0.2)
        screen = run(*tmux, "capture-pane", "-p")[1]
    checks.ok(first["id"] in screen and screen.startswith("regsentry top"), "it works under tmux", screen)
    run(*tmux, "kill-server")
    home.wait(timeout=30)
else:
    checks.skip("it works under tmux", "tmux is not installed")
for k, m in (("scores", "ZREM"), ("resellers", "HDEL")):
    for name in (evil, "broken"):
        redis(m, "rgs:{main}:" + k, name)
redis("ZREM", "rgs:{main}:engines", "\x1b[2Jengine")

# ---- explain -----------------------------------------------------------------------------------------

for who in (first["id"], first["name"], "R23"):
    status, out, err = desk("explain", who)
    _, want, _ = run(binary, "explain", who, "--result", result)
    keep = [line for line in want.splitlines() if "alert:" not in line and "review:" not in line]
    checks.ok(status == 0 and all(line in out.splitlines() for line in keep), f"explain {who} says what the result says", out,
              want, err)
status, out, err = desk("explain", "R999")
checks.ok(status == 1 and "R17" in err, "who is not there is named, and who is", err)
status, out, err = desk("explain", "R17", "--result", result)
checks.ok(status == 2, "one source at a time", err)

redis("CONFIG", "RESETSTAT")
status, out, err = desk("explain", "R17")
checks.ok(status == 0 and not err and "cmdstat_hvals" not in redis("INFO", "commandstats").decode(), "one line is asked for by its id", err)
for name, text in (("broken", '{"id":'), ("two", json.dumps(first) + "," + json.dumps(first)), ("empty", ""), ("deep", "[" * 100000),
                   ("odd", '{"id":"odd"}')):
    redis("HSET", "rgs:{main}:resellers", name, text)
status, out, err = desk("explain", "R17")
checks.ok(status == 0 and out.startswith("R17") and not err, "lines of others that cannot be read do not matter to one", out, err)
status, out, err = desk("explain", first["name"])
checks.ok(status == 3 and out.startswith(first["id"]) and "5 of the lines and alerts of the site cannot be read" in err,
          "nor to one that is asked for by its name, and it is said how many", status, out, err)
status, out, err = desk("explain", "broken")
checks.ok(status == 1 and "'broken' cannot be read" in err, "and of that line itself", status, out, err)
status, out, err = desk("explain", "R999")
checks.ok(status == 1 and "R17" in err and "5 of the lines" in err, "who is not there, beside them", err)
for name in ("broken", "two", "empty", "deep", "odd"):
    redis("HDEL", "rgs:{main}:resellers", name)
_, want, _ = desk("explain", "R17")
entries = [redis("XADD", f"rgs:{{main{s}}}:alerts", "*", *words) for s in ("", ".1")
           for words in (("json", '{"ts":'), ("json", '{"ts":1,"id":"R17"}'), ("other", "x"))]
status, out, err = desk("explain", "R17")
checks.ok(status == 3 and out == want and "6 of the lines and alerts" in err, "nor do alerts that cannot be read", status, out, err)
for i, entry in enumerate(entries):
    redis("XDEL", f"rgs:{{main{'' if i < 3 else '.1'}}}:alerts", entry)
status, out, err = desk("explain", "R17")
checks.ok(status == 0 and out == want and not err, "and all is as before without them", status, err)

# ---- other programs ----------------------------------------------------------------------------------

shards = [f"rgs:{{main{s}}}" for s in ("", ".1", ".2")]
lines = [json.loads(cli("HGET", k + ":resellers", i)) for k in shards for i in cli("ZRANGE", k + ":scores", 0, -1).split()]
checks.ok({x["id"]: x for x in lines} == {x["id"]: x for x in embedded["resellers"]}, "redis-cli reads scores and lines as JSON")
top = max((float(s), i) for k in shards
          for i, s in zip(*[iter(cli("ZREVRANGE", k + ":scores", 0, 0, "WITHSCORES").split())] * 2))
checks.ok(top[0] == first["score"], "the highest score stands first in a sorted set", top)
read = []
for k in shards:
    cli("XGROUP", "CREATE", k + ":alerts", "siem", 0, "MKSTREAM")
    for consumer in ("a", "b"):
        out = subprocess.run(["redis-cli", "-p", str(server.port), "--json", "XREADGROUP", "GROUP", "siem", consumer, "COUNT", "3",
                              "STREAMS", k + ":alerts", ">"], capture_output=True, check=False).stdout
        with contextlib.suppress(ValueError):
            for stream in json.loads(out) or []:
                entries = stream[1] if isinstance(stream, list) else json.loads(out)[stream]
                for place, fields in entries:
                    f = dict(zip(fields[::2], fields[1::2])) if isinstance(fields, list) else fields
                    read.append((k, place, f))
                    cli("XACK", k + ":alerts", "siem", place)
    checks.ok(json.loads(cli("--json", "XPENDING", k + ":alerts", "siem"))[0] == 0, f"{k}: what was taken is acknowledged")
checks.ok(len(read) == len({r[:2] for r in read}) > 3, "two consumers of a group get each alert once", len(read))
checks.ok(all({"ts", "id", "typology", "score", "level", "rules"} <= json.loads(f["json"]).keys() and
              json.loads(f["json"])["level"] == f["level"] for _, _, f in read), "as JSON that a SIEM takes", read[:2])
running.terminate()
running.wait(timeout=60)
for argv, part in (((binary, "top"), "--redis"), ((binary, "top", "--redis", server.url, "x"), "'x'"),
                   ((binary, "top", "--redis", "http://x"), "--redis")):
    status, _, err = run(*argv)
    checks.ok(status == 2 and part in err, f"a usage error names {part}", status, err)
server.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
