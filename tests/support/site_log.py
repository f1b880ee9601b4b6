# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody who may write to the server can do to a log that is a hash chain."""
import hashlib
import json


def forged(lines, **change):
    """A next line that the chain takes, being the last one but for the change."""
    last = json.loads(lines[-1])
    entry = {**last, "n": len(lines) + 1, **change, "previous": last["hash"]}
    del entry["hash"]
    text = json.dumps(entry, separators=(",", ":"))[:-1]
    return text + ',"hash":"' + hashlib.sha256((last["hash"] + text).encode()).hexdigest() + '"}'


def restore(redis, log, lines):
    redis("DEL", log)
    redis("RPUSH", log, *lines)


def tampering(redis, log, lines, old, new):
    """Pairs of a name and the number of the line that must be named; the log is as described while one is looked at."""
    changes = (("a word changed", 2, lambda: redis("LSET", log, 1, lines[1].replace(old, new))),
               ("a line gone", 4, lambda: redis("LREM", log, 1, lines[3])),
               ("two lines swapped", 3, lambda: (redis("LSET", log, 2, lines[3]), redis("LSET", log, 3, lines[2]))),
               ("a line added", len(lines) + 1, lambda: redis("RPUSH", log, lines[0])),
               ("rubbish", 1, lambda: redis("LPUSH", log, b"\x00{")))
    assert old in lines[1]
    for name, n, change in changes:
        change()
        yield name, n
        restore(redis, log, lines)


def check_heads(checks, redis, log, ask):
    """A head that was remembered: ask(words...) prints the log, or says what is wrong with it."""
    lines = redis("LRANGE", log, 0, -1)
    status, out, err = ask()
    head = out.split("head ")[1].split()[0] if "head " in out else ""
    early = f'2:{json.loads(lines[1])["hash"]}'
    checks.ok(status == 0 and head == f'{len(lines)}:{json.loads(lines[-1])["hash"]}', "a log tells its head", out, err)
    for known in (head, early):
        status, out, err = ask("--known", known)
        checks.ok(status == 0 and "goes on from the head" in out, f"and goes on from head {known[:3]}", out, err)
    redis("RPOP", log)
    checks.ok(ask()[0] == 0, "without its last line it is whole to whoever remembers nothing")
    status, out, err = ask("--known", head)
    checks.ok(status == 1 and "gone from its end" in err, "and not to who does", out, err)
    status, out, err = ask("--known", early)
    checks.ok(status == 0, "an earlier head is still passed", out, err)
    # All of it made anew, by somebody who can reckon.
    anew, before = [], "0" * 64
    for line in lines:
        entry = json.loads(line)
        entry |= {"note": "mallory", "previous": before}
        del entry["hash"]
        text = json.dumps(entry, separators=(",", ":"))[:-1]
        before = hashlib.sha256((before + text).encode()).hexdigest()
        anew.append(f'{text},"hash":"{before}"}}')
    restore(redis, log, anew)
    status, out, err = ask()
    checks.ok(status == 0, "a log made anew is whole to whoever remembers nothing", out, err)
    for known, n in ((head, len(lines)), (early, 2)):
        status, out, err = ask("--known", known)
        checks.ok(status == 1 and f"line {n}:" in err, f"and not to who knows head {n}", out, err)
    restore(redis, log, lines)
    for wrong in ("1", "x:" + "0" * 64, "0:" + "0" * 64, "1:" + "0" * 63, "1:" + "0" * 65, "1:" + "G" * 64, "-1:" + "0" * 64):
        status, out, err = ask("--known", wrong)
        checks.ok(status == 2 and "--known" in err, f"{wrong[:8]} is no head", out, err)
