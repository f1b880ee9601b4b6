"""Capture and rules to verdicts: every label of a truth file against the result of the analysis. Prints TAP.

usage: check_verdicts.py REGSENTRY CAPTURE INVENTORY TRUTH

Sellers and clusters are at alert, everybody honest is clear, a victim is not blamed for the cluster inside of it,
and the same input gives the same bytes, through a pipe and out of a compressed file as well.
"""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

regsentry, capture, inventory, truth_file = sys.argv[1:]
tap = Tap()


def check(name, good, detail=""):
    tap.ok(good, name, detail)


def analyze(paths, form="json", stdin=None):
    run = subprocess.run([regsentry, "analyze", "--inventory", inventory, "--format", form, *paths], stdin=stdin,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    check(f"analyze --format {form} {os.path.basename(paths[0])} ends well", run.returncode == 0, run.stderr.decode())
    return run.stdout


first = analyze([capture])
result = json.loads(first)
truth = [json.loads(line) for line in open(truth_file, encoding="utf-8")]
by_id = {r["id"]: r for r in result["resellers"]}
fraud_parents = {t.get("parent") for t in truth if t["label"] == "fraud"}

for t in truth:
    name = t["id"]
    own = by_id.get(name)
    if t["label"] == "fraud" and "parent" not in t:
        check(f"{name} is at alert", own and own["status"] == "alert", str(own and own["status"]))
        check(f"{name} is judged by {t['typology']}",
              own and own["typologies"] and own["typologies"][0]["id"] == t["typology"])
        check(f"{name} has reasons of two families or more",
              own and len({r["family"] for r in own["typologies"][0]["rules"] if r["weight"] > 0}) >= 2)
        check(f"{name} says what would clear it", own and own["counterfactual"])
    elif t["label"] == "fraud":
        inside = [r for r in result["resellers"] if r["parent"] == t["parent"] and r["status"] == "alert"]
        check(f"the cluster {name} is at alert inside of its parent", bool(inside))
    else:
        status = own["status"] if own else "not seen"
        check(f"{name}, {t['label']}, is left alone", status in ("clear", "insufficient", "not seen"), status)

for c in result["resellers"]:
    if c["id"].startswith("cluster:"):
        check(f"{c['id']} says what its codes were for, and where", c["services"] and c["origins"])
        check(f"{c['id']} has no more codes for services than codes",
              sum(s["count"] for s in c["services"]) <= c["verifications"])
        twice = [r["id"] for r in result["resellers"] if r["parent"] == c["parent"] and r["id"].startswith(("device:", "cell:"))]
        check(f"{c['id']} is not told again by its devices", not twice, str(twice))
check("there is a cluster", any(r["id"].startswith("cluster:") for r in result["resellers"]))
for r in result["resellers"]:
    if r["status"] == "insufficient":
        check(f"{r['id']} is below the support and has no score", r["numbers"] < 20 and r["score"] == 0, str(r))
order = [(-r["score"], r["id"]) for r in result["resellers"]]
check("sorted by score, then id", order == sorted(order))
alerted = {r["id"] for r in result["resellers"] if r["status"] == "alert"}
raised = {a["id"] for a in result["alerts"] if a["level"] == "alert"}
check("everybody at alert stands in the list of alerts", alerted <= raised, str(alerted - raised))

check("the same bytes on every run", analyze([capture]) == first)
cores = os.sched_getaffinity(0)
os.sched_setaffinity(0, {min(cores)})
check("the same bytes on one core, in one thread", analyze([capture]) == first)
os.sched_setaffinity(0, cores)
with tempfile.TemporaryDirectory() as folder:
    packed = os.path.join(folder, os.path.basename(capture) + ".gz")
    with open(capture, "rb") as plain, gzip.open(packed, "wb", compresslevel=1) as out:
        out.write(plain.read())
    compressed = json.loads(analyze([packed]))
with open(capture, "rb") as stdin:
    piped = json.loads(analyze(["-"], stdin=stdin))
for name, other in (("a pipe", piped), ("gzip", compressed)):
    check(f"the same verdicts through {name}",
          other["resellers"] == result["resellers"] and other["alerts"] == result["alerts"])
with tempfile.TemporaryDirectory() as folder:
    # A typology that looks at devices alone, since a device in a cluster has no line beside the cluster's.
    rules = os.path.join(folder, "rules")
    shutil.copytree(os.path.join(os.environ["RGS_SOURCE_ROOT"], "rules"), rules)
    for name in os.listdir(os.path.join(rules, "typologies")):
        path = os.path.join(rules, "typologies", name)
        if name == "roaming_bank.yaml":
            with open(path, "a", encoding="utf-8") as f:
                f.write("    by: [device]\n")
        else:
            os.remove(path)
    tokens = []
    for byte in (1, 2):
        key = os.path.join(folder, f"key{byte}")
        with open(key, "wb") as f:
            f.write(bytes([byte]) * 32)
        os.chmod(key, 0o600)
        found = json.loads(analyze([capture, "--key", key, "--rules", rules]))["resellers"]
        tokens.append({r["id"] for r in found if r["id"].startswith(("device:", "cell:"))})
    check("devices and cells have tokens that another key changes",
          tokens[0] and len(tokens[0]) == len(tokens[1]) and not tokens[0] & tokens[1], str(tokens))
for form in ("text", "csv"):
    check(f"the same {form} on every run", analyze([capture], form) == analyze([capture], form))
text = analyze([capture], "text").decode()
for t in truth:
    if t["label"] == "fraud" and "parent" not in t:
        check(f"the text names {t['id']}", f" {t['id']}  " in text)
tap.end()
