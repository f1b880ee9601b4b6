# SPDX-License-Identifier: GPL-3.0-or-later
"""
Reduces numbering-plan sources to the facts that lie beside this file. Not part of the build: run it
when a newer source is at hand.

    python3 reduce.py RANGES.tsv COUNTRY_CODES.tsv METADATA.json MCC_MNC.tsv OUTDIR

RANGES.tsv: country_code, national_prefix_pattern, length, type, operator_id, regions (libphonenumber's
resources/metadata/*/ranges.csv in one table). METADATA.json: metadata.max.json of npm libphonenumber-js,
for the country codes that RANGES.tsv lacks and for premium-rate and VoIP ranges everywhere. See README.md.
"""
import collections
import csv
import json
import re
import sys

try:
    import re._parser as sre_parse
except ImportError:
    import sre_parse

ALL = frozenset("0123456789")
TYPES = {"MOBILE": "mobile", "FIXED_LINE": "fixed", "FIXED_LINE_OR_MOBILE": "either", "VOIP": "voip",
         "PREMIUM_RATE": "premium"}
# The order of types in METADATA.json.
META_TYPES = ["fixed", "mobile", "other", "premium", "other", "other", "other", "other", "voip", "other"]


class Node:
    __slots__ = ("child", "own")

    def __init__(self):
        self.child = {}
        self.own = {}  # national length -> [type, {regions}, rank of the source]


def sequences(parsed):
    """All sequences of digit sets that a regular expression of libphonenumber's subset describes."""
    out = [[]]
    for op, arg in parsed:
        if op is sre_parse.LITERAL:
            parts = [[frozenset(chr(arg))]]
        elif op is sre_parse.IN:
            digits = set()
            for kind, value in arg:
                if kind is sre_parse.RANGE:
                    digits |= {chr(c) for c in range(value[0], value[1] + 1)}
                elif kind is sre_parse.CATEGORY:
                    digits |= ALL
                else:
                    digits.add(chr(value))
            parts = [[frozenset(digits)]]
        elif op is sre_parse.SUBPATTERN:
            parts = sequences(arg[-1])
        elif op is sre_parse.BRANCH:
            parts = [s for branch in arg[1] for s in sequences(branch)]
        elif op is sre_parse.MAX_REPEAT:
            low, high, inner = arg
            unit = sequences(inner)
            parts = []
            for n in range(low, high + 1):
                rows = [[]]
                for _ in range(n):
                    rows = [r + u for r in rows for u in unit]
                parts += rows
        else:
            raise ValueError(op)
        out = [a + b for a in out for b in parts]
    return out


def insert(root, sets, length, kind, regions, rank):
    nodes = [root]
    for digits in sets:
        nodes = [n.child.setdefault(d, Node()) for n in nodes for d in sorted(digits)]
    for n in nodes:
        have = n.own.get(length)
        if have is None or rank < have[2]:
            n.own[length] = [kind, set(regions), rank]
        elif rank == have[2]:
            have[1] |= set(regions)
            if have[0] != kind:
                have[0] = "either" if {have[0], kind} <= {"mobile", "fixed", "either"} else have[0]


def push(node, inherited, main):
    """Values to the leaves; a leaf's value is a tuple of (type, country, lengths), None where nothing is assigned."""
    merged = dict(inherited)
    for length, value in node.own.items():
        have = merged.get(length)
        if have is None or value[2] <= have[2]:
            merged[length] = value
    if not node.child:
        groups = collections.defaultdict(list)
        for length, (kind, regions, _) in merged.items():
            country = next((r for r in main if r in regions), min(regions))
            groups[kind, country].append(length)
        node.own = tuple(sorted((k, c, tuple(sorted(n))) for (k, c), n in groups.items())) or None
        return
    for d in ALL:
        if d not in node.child and merged:
            node.child[d] = Node()
    for c in node.child.values():
        push(c, merged, main)
    node.own = None


def choices(node):
    """Shortest prefix table (ORTC): the set of values with which this subtree needs fewest rows."""
    if not node.child:
        node.own = frozenset([node.own]) if node.own else None
        return node.own
    votes = collections.Counter()
    for c in node.child.values():
        for v in choices(c) or ():
            votes[v] += 1
    best = max(votes.values(), default=0)
    node.own = frozenset(v for v, n in votes.items() if n == best) or None
    return node.own


def emit(node, prefix, inherited, rows):
    if node.own is None:
        return
    value = inherited
    if inherited not in node.own:
        value = min(node.own)
        rows.append((prefix, value))
    for d, c in sorted(node.child.items()):
        emit(c, prefix + d, value, rows)


def lengths_of(text):
    for part in text.split(","):
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)


def e164(ranges, codes, meta, out):
    main = {r["country_code"]: r["regions(main first)"].split(",") for r in csv.DictReader(codes, delimiter="\t")}
    roots = collections.defaultdict(Node)
    for r in csv.DictReader(ranges, delimiter="\t"):
        sets = [ALL if m == "x" else frozenset(chr(c) for a, b in re.findall(r"(\d)(?:-(\d))?", m)
                                               for c in range(ord(a), ord(b or a) + 1))
                for m in re.findall(r"\[[^\]]*\]|\d|x", r["national_prefix_pattern"])]
        for n in lengths_of(r["length"]):
            insert(roots[r["country_code"]], sets, n, TYPES.get(r["type"], "other"), r["regions"].split(","), 0)
    known = set(roots)
    sources = [(row[0], region, row[11] if len(row) > 11 else None) for region, row in meta["countries"].items()]
    sources += [(cc, "001", row[11] if len(row) > 11 else None) for cc, row in meta["nonGeographic"].items()]
    for cc, region, types in sources:
        for i, t in enumerate(types or []):
            kind = META_TYPES[i]
            if kind == "fixed" and len(types) > 1 and types[1] and types[1][0] == "":
                kind = "either"  # an empty mobile pattern: the plan does not tell them apart
            if not t or not t[0] or (cc in known and kind not in ("premium", "voip")):
                continue
            for s in sequences(sre_parse.parse(t[0])):
                n = len(s)
                while s and s[-1] == ALL:
                    s = s[:-1]
                insert(roots[cc], s, n, kind, [region], 1)
    rows = []
    for cc in sorted(roots):
        order = main.get(cc, []) + ["001"]
        push(roots[cc], {}, order)
        choices(roots[cc])
        emit(roots[cc], cc, None, rows)
    with open(f"{out}/cc.tsv", "w", encoding="utf-8") as f:
        f.write("country\tcountry_code\n")
        for region, cc in sorted((r, cc) for cc, regions in main.items() for r in regions if re.fullmatch("[A-Z]{2}", r)):
            f.write(f"{region}\t{cc}\n")
    with open(f"{out}/e164.tsv", "w", encoding="utf-8") as f:
        f.write("prefix\tcc_len\tplan\n")
        for prefix, value in rows:
            cc = next(c for c in (prefix[:1], prefix[:2], prefix[:3]) if c in roots)
            plan = ";".join(f"{c if c != '001' else '-'} {k} {','.join(map(str, n))}" for k, c, n in value)
            f.write(f"{prefix}\t{len(cc)}\t{plan}\n")


# Codes that several countries share, by the main one of the plan.
SHARED = {"AU/CC/CX": "AU", "BL/GF/GP/MF/MQ": "GP", "BQ/CW/SX": "CW", "GE-AB": "GE", "YT/RE": "RE", "-": "-"}
# Codes in which another country has networks of its own. The table lists those under the main country, too;
# in North America's codes the same columns mean networks that reach both, so they stay with the main country.
SPLIT = {"234", "425"}


def e212(rows, out):
    networks = [(r["mcc"], r["mnc"], SHARED.get(r["iso"], r["iso"])) for r in csv.DictReader(rows, delimiter="\t")
                if re.fullmatch(r"\d{3}", r["mcc"] or "")]
    votes = collections.defaultdict(collections.Counter)
    lens = collections.defaultdict(lambda: collections.defaultdict(set))
    owners = collections.defaultdict(set)
    for mcc, mnc, iso in networks:
        votes[mcc][iso] += 1
        if re.fullmatch(r"\d{2,3}", mnc or ""):
            lens[mcc][len(mnc)].add(mnc)
            owners[mcc, mnc].add(iso)
    with open(f"{out}/mcc.tsv", "w", encoding="utf-8") as f:
        f.write("mcc\tcountry\tmnc_len\n")
        for mcc in sorted(votes):
            by = lens[mcc]
            # North American networks have three digits, whatever a table of brands says.
            usual = 3 if mcc[:2] == "31" and mcc >= "310" else max(by, key=lambda n: (len(by[n]), -n), default=0)
            f.write(f"{mcc}\t{votes[mcc].most_common(1)[0][0]}\t{usual}\n")
    with open(f"{out}/mnc.tsv", "w", encoding="utf-8") as f:
        f.write("mcc\tmnc\tcountry\n")
        for mcc in sorted(lens):
            mixed = len(lens[mcc]) > 1
            home = votes[mcc].most_common(1)[0][0]
            for mnc in sorted({m for n in lens[mcc].values() for m in n}, key=lambda m: (len(m), m)):
                other = sorted(owners[mcc, mnc] - {home}) if mcc in SPLIT else []
                if mixed or other:
                    f.write(f"{mcc}\t{mnc}\t{other[0] if other else home}\n")


def main():
    ranges, codes, meta, mcc, out = sys.argv[1:]
    sys.setrecursionlimit(10000)
    with open(ranges, encoding="utf-8") as r, open(codes, encoding="utf-8") as c, open(meta, encoding="utf-8") as m:
        e164(r, c, json.load(m), out)
    with open(mcc, encoding="utf-8") as f:
        e212(f, out)


main()
