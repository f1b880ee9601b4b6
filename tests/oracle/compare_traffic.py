"""Compares `decode --format jsonl --clear` with the expected records of outside traffic, field by field.

usage: compare_traffic.py REGSENTRY SHARED_DATA NAME...

Every expected record must have a record of ours with the same frame, proto, op and phase whose given fields
agree; each of ours serves once. Prints agreement per protocol and field; TAP on standard output.
"""
import collections
import glob
import json
import subprocess
import sys

regsentry, shared = sys.argv[1:3]
names = sys.argv[3:]

# Accepted differences: (what, reason). Each is a function of (expected, ours, field) -> bool.
ACCEPTED = [
    ("numbers are written without '+'",
     lambda field, want, got: field in ("oa", "da", "msisdn", "smsc") and isinstance(want, str)
     and want.lstrip("+") == got),
    ("times agree to a millisecond: the expected ones are the sender's, ours the packet's",
     lambda field, want, got: field == "ts" and got is not None and abs(want - got) < 1e-3),
]


def same(field, want, got):
    if want == got:
        return True
    return any(accept(field, want, got) for _, accept in ACCEPTED)


def key(r):
    return r.get("frame"), r.get("proto"), r.get("op"), r.get("phase")


def show(r):
    """A record for a message: identifiers are test data, text is cut."""
    r = {k: v for k, v in r.items() if k not in ("file", "path")}
    if len(r.get("text", "")) > 60:
        r["text"] = r["text"][:60] + "…"
    return json.dumps(r, ensure_ascii=False)


failed = False
print(f"1..{len(names)}")
for number, name in enumerate(names, 1):
    captures = glob.glob(f"{shared}/traffic/capture-{name}.pcap*")
    if not captures:
        print(f"ok {number} - {name} # SKIP outside data are not here")
        continue
    run = subprocess.run([regsentry, "decode", "--format", "jsonl", "--clear", captures[0]],
                         stdout=subprocess.PIPE, check=False)
    ours = collections.defaultdict(list)
    for line in run.stdout.splitlines():
        r = json.loads(line)
        ours[key(r)].append(r)
    agree = collections.Counter()
    differ = collections.Counter()
    missing = collections.Counter()
    problems = []
    for line in open(f"{shared}/traffic/expected-{name}.jsonl", encoding="utf-8"):
        want = json.loads(line)
        what = (want["proto"], want["op"], want["phase"])
        candidates = ours[key(want)]
        if not candidates:
            missing[what] += 1
            problems.append(("missing", what, show(want), ""))
            continue
        best = max(candidates, key=lambda r: sum(same(f, v, r.get(f)) for f, v in want.items()))
        candidates.remove(best)
        for field, value in want.items():
            if same(field, value, best.get(field)):
                agree[what[0], field] += 1
            else:
                differ[what[0], field] += 1
                problems.append((f"{field} differs", what, show(want), show(best)))
    bad = bool(problems) or run.returncode != 0
    failed = failed or bad
    print(f"{'not ok' if bad else 'ok'} {number} - {name}")
    for (proto, field) in sorted(set(agree) | set(differ)):
        a, d = agree[proto, field], differ[proto, field]
        print(f"#   {proto:10} {field:14} {a:6} of {a + d:6} agree")
    for what, n in missing.items():
        print(f"#   missing {n} of {' '.join(what)}")
    if run.returncode:
        print(f"#   decode ended with {run.returncode}")
    seen = collections.Counter()
    for kind, what, want, got in problems:
        seen[kind, what] += 1
        if seen[kind, what] <= 2:
            print(f"#   {kind}: want {want}\n#      got {got}")
for what, _ in ACCEPTED:
    print(f"# accepted: {what}")
sys.exit(1 if failed else 0)
