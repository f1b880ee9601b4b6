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
