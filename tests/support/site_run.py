# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of a site share: its probes and engines as commands, and what a reader finds there."""
import json
import pathlib
import subprocess
import threading
import time

from site_server import die_with_test

SITE_KEY = "3c" * 32 + "\n"


class Site:
    """Commands for one capture and inventory, with a key in the work folder."""

    def __init__(self, binary, work, capture, inventory):
        self.binary, self.capture, self.inventory = binary, capture, inventory
        self.key = pathlib.Path(work) / "key"
        self.key.write_text(SITE_KEY)

    def embedded(self):
        return run([self.binary, "analyze", "--key", self.key, "--inventory", self.inventory, "--format", "json", self.capture])

    def probe(self, url, *more, name="p1", capture=None):
        return [self.binary, "analyze", "--redis", url, "--probe", name, "--key", self.key, "--inventory", self.inventory,
                "--format", "json", *more, capture or self.capture]

    def engine(self, url, *more):
        return [self.binary, "engine", "--redis", url, "--key", self.key, *more]


def run(argv, timeout=120, **options):
    try:
        p = subprocess.run([str(a) for a in argv], capture_output=True, timeout=timeout, check=False, **options)
    except subprocess.TimeoutExpired as e:
        e.add_note("it had said: " + (e.stderr or b"").decode(errors="replace"))
        raise
    return p.returncode, p.stdout, p.stderr.decode(errors="replace")


def start(argv, **options):
    return subprocess.Popen([str(a) for a in argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            preexec_fn=die_with_test, **options)


def feed(process, path, seconds):
    """Gives a file to a process's standard input in even pieces over so many seconds."""
    data = pathlib.Path(path).read_bytes()
    pieces = max(1, int(seconds * 20))
    size = len(data) // pieces + 1

    def write():
        for i in range(0, len(data), size):
            process.stdin.write(data[i:i + size])
            process.stdin.flush()
            time.sleep(seconds / pieces)
        process.stdin.close()
    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def shard_names(n, site="main"):
    return [site] + [f"{site}.{k}" for k in range(1, n)]


def found(call, shards=1):
    """Lines, scored ids and alerts, as a reader of the site finds them; call(key, words...) asks the server of a key."""
    lines, scored, alerts = {}, [], []
    for name in shard_names(shards):
        key = f"rgs:{{{name}}}:"
        row = call(key, "HGETALL", key + "resellers")
        lines |= {row[i].decode(): row[i + 1] for i in range(0, len(row), 2)}
        scored += [m.decode() for m in call(key, "ZRANGE", key + "scores", 0, -1)]
        alerts += [dict(zip(e[1][::2], e[1][1::2]))[b"json"] for e in call(key, "XRANGE", key + "alerts", "-", "+")]
    return lines, sorted(scored), alerts


def is_embedded(embedded, lines):
    """Whether a site's lines are those of an embedded result, each to the byte, and none is missing."""
    ids = {x["id"] for x in json.loads(embedded)["resellers"]}
    return ids == set(lines) and all(line in embedded for line in lines.values())


def same_as_embedded(tap, embedded, lines, alerts, what):
    """Each line and each alert of an embedded result, to the byte, and nothing else."""
    result = json.loads(embedded)
    tap.ok(is_embedded(embedded, lines), f"{what}: each line is the embedded one, byte for byte", sorted(lines))
    told = [json.loads(a) for a in alerts]
    reported = [{k: v for k, v in a.items() if k != "raised_as"} | {"id": a.get("raised_as", a["id"])}
                for a in result["alerts"]]
    tap.ok(all(a in told for a in reported) and len(set(alerts)) == len(alerts) > 0,
           f"{what}: its alerts are there, none twice", len(alerts), len(set(alerts)), len(reported))
