"""Whether the catalogue has what the sites of the trade sell: every service on five or more of them.

usage: check_breadth.py RULES SERVICES_BREADTH.tsv

A service is there when its name, or each part of "A / B", is the name, a brand or a sender of a file in
RULES/services, by letters and digits. The sites' collections of whatever they have no name for are no services.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

SITES = 5
COLLECTIONS = {"other", "banks", "betting"}


def folded(name):
    return re.sub(r"[\W_]", "", name.lower())


def spellings(text):
    """What names the service in a file of the catalogue."""
    out = re.findall(r"^(?:id|name): *\"?([^\"\n]+?)\"? *(?:#.*)?$", text, re.M)
    for line in re.findall(r"^(?:brands|common|senders|domains): *\[(.*)\]", text, re.M):
        out += [a or b for a, b in re.findall(r"\"([^\"]*)\"|([^,\"\[\]]+)", line) if (a or b).strip()]
    return {folded(s) for s in out}


def main():
    rules, breadth = map(pathlib.Path, sys.argv[1:3])
    tap = Tap()
    if not breadth.exists():
        print("1..0 # SKIP the list of services of the sites is not there")
        return
    files = {p.stem: p.read_text(encoding="utf-8") for p in sorted((rules / "services").glob("*.yaml"))}
    known = set().union(*(spellings(t) for t in files.values()))
    with breadth.open(encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in list(f)[1:]]
    wanted = [r[0] for r in rows if int(r[1]) >= SITES and folded(r[0]) not in COLLECTIONS]
    missing = [w for w in wanted
               if folded(w) not in known and not all(folded(p) in known for p in re.split(r"[/,]", w))]
    tap.ok(len(wanted) > 400, f"{len(wanted)} services are on {SITES} sites or more")
    tap.none("the catalogue has each of them", missing)
    home = re.compile(r"^home: *[\"']?(?:[A-Z]{2}|unknown)[\"']? *(?:#.*)?$", re.M)
    nowhere = [i for i, t in files.items() if not home.search(t)]
    tap.none("each says where its home is, or that nobody knows", nowhere)
    name = re.compile(r"^(?:brands|common|senders|hashes|domains): *\[.", re.M)
    tap.none("each can be named by something", [i for i, t in files.items() if not name.search(t)])
    tap.end()


main()
