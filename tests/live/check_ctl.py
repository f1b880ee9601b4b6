# SPDX-License-Identifier: GPL-3.0-or-later
"""A running tap is asked and told: status, top, reload of rules (a bad set is refused), log level; its memory plan.

usage: check_ctl.py REGSENTRY SOURCE_ROOT
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work, key = live.room("ctl")
rules = work / "rules"
shutil.copytree(root / "rules", rules)
inventory = work / "inventory.csv"
shutil.copy(root / "captures/demo.csv", inventory)
folder = work / "captures"
folder.mkdir()
path = work / "ctl"
control = live.Control(binary, path)
ask = control.ask
common = ["--key", str(key), "--inventory", str(inventory), "--rules", str(rules), "--format", "json"]


p = subprocess.run([binary, "tap", "-i", "nosuch0,nosuch1", "--workers", "2", "--kernel-ring", "8", "--plan"],
                   stdout=subprocess.PIPE, check=False)
plan = {line[:14].strip(): float(line[14:24]) for line in p.stdout.decode().splitlines()}
checks.ok(p.returncode == 0 and plan["kernel rings"] == 32 and plan["scoring"] > 10 and
          abs(sum(v for k, v in plan.items() if k not in ("in all", "for a reload")) - plan["in all"]) < 1,
          "the plan adds up, and needs neither key nor interface", plan)

tap = live.Tap(binary, "--follow", str(folder), "--settle", "0", "--ctl", str(path), *common)
tap.wait_log("event=started")
second = subprocess.run([binary, "tap", "--follow", str(folder), "--position", str(work / "second"), "--ctl", str(path),
                         *common], stderr=subprocess.PIPE, check=False)
checks.ok(second.returncode == 1 and b"another tap" in second.stderr and control.count("packets") == 0,
          "a second tap does not take the socket away", second.stderr)
checks.ok(path.stat().st_mode & 0o777 == 0o660, "only the user and his group may ask", oct(path.stat().st_mode))
demo = root / "captures/demo.pcapng"
shutil.copy(demo, work / "temporary")
(work / "temporary").rename(folder / "one.pcapng")
expected = live.result(subprocess.run([binary, "analyze", *common, str(demo)], stdout=subprocess.PIPE,
                                      check=True).stdout)
read = live.until(lambda: control.count("packets") == expected["capture"]["packets"] and
             control.count("verifications") == expected["capture"]["verifications"])
checks.ok(read and control.count("lost") == 0, "status says what was read", ask("status"), tap.log)
best = max(expected["resellers"], key=lambda r: r["score"])
whole = [r["id"] for r in sorted(expected["resellers"], key=lambda r: -r["score"]) if not r["parent"]][:3]
status, out, err = ask("top", "3")  # a score is as of when he was last seen: the end of the capture lets it fade
top = [line.split() for line in out.splitlines()]
checks.ok(status == 0 and len(top) == 3 and [row[0] for row in top] == whole and whole[0] == best["id"] and
          100 >= float(top[0][1]) > best["score"] - 1 and
          float(top[0][1]) >= float(top[1][1]) >= float(top[2][1]), "top names who scores highest", out, best)
status, out, _ = ask("counters")
checks.ok(status == 0 and "regsentry_packets_total " in out, "counters are the metrics", out[:200])
status, out, _ = ask("workers")
checks.ok(status == 0 and out.startswith("worker 0 packets ") and "ring_ordinary 0" in out, "workers, one by one", out)

before = control.said("ruleset")
file = next(f for f in sorted((rules / "typologies").glob("*.yaml")) if re.search(r"alert: \d+", f.read_text()))
good = file.read_text()
file.write_text(good + "\n  - nonsense: [\n")
status, out, err = ask("reload")
tap.wait_log("event=reload-refused")
checks.ok(status == 1 and "old one stays" in err and control.said("ruleset") == before,
          "a bad set of rules is refused, and the old one stays", status, err, tap.log)
file.write_text(good)
inventory.write_text("no inventory at all\n")
status, _, err = ask("reload")
checks.ok(status == 1 and control.said("ruleset") == before, "a bad inventory, too", err)
inventory.write_text((root / "captures/demo.csv").read_text().replace(best["id"] + ",", best["id"] + "renamed,"))
checks.ok(ask("reload")[0] == 0 and not [line for line in ask("top", "50")[1].splitlines()
                                         if line.startswith(best["id"] + " ")],
          "a reseller that is not in the new inventory is not named any more", ask("top", "50"))
inventory.write_text((root / "captures/demo.csv").read_text())
tap.kill(signal.SIGHUP)
checks.ok(live.until(lambda: control.count("reloads") == 2), "SIGHUP reloads", ask("status"), tap.log)
file.write_text(re.sub(r"alert: \d+", "alert: 79", good, count=1))
status, _, err = ask("reload")
checks.ok(status == 0 and control.said("ruleset") != before, "other rules have another revision", err, ask("status"))
file.write_text(good)
checks.ok(ask("reload")[0] == 0 and control.said("ruleset") == before, "and back", ask("status"))
# An update that moves the whole folder away and another into its place, as packages do.
other = work / "other"
shutil.copytree(rules, other)
(other / file.relative_to(rules)).write_text(re.sub(r"alert: \d+", "alert: 77", good, count=1))
rules.rename(work / "former")
other.rename(rules)
status, out, err = ask("reload")
checks.ok(status == 0 and control.said("ruleset") != before and control.said("ruleset") in out and "services" not in out,
          "a folder that took the other's place is read", status, out, err, tap.read_log())
service = next(iter(sorted((rules / "services").glob("*.yaml"))))
text = service.read_text()
service.write_text(text + "\n# changed\n")
status, out, err = ask("reload")
checks.ok(status == 0 and "services changed" in out and "event=services-not-reloaded" in tap.read_log(),
          "services that changed are said not to be read", status, out, err, tap.log)
shutil.rmtree(rules)
status, out, err = ask("reload")
checks.ok(status == 1 and control.said("packets") != "", "a folder that is gone is refused", status, out, err)
(work / "former").rename(rules)
checks.ok(ask("reload")[0] == 0 and control.said("ruleset") == before, "and back again", ask("status"), tap.read_log())
if "event=caged" not in tap.log:
    print("*** NOT TESTED: a folder that is replaced under Landlock (this kernel has none) ***", file=sys.stderr)
checks.ok(ask("log", "debug")[0] == 0 and ask("log", "loud")[0] == 1, "the log's level")
checks.ok(ask("nonsense")[0] == 1 and "help" in ask("nonsense")[2] and ask("help")[0] == 0, "what is no question")
with socket.socket(socket.AF_UNIX) as a, socket.socket(socket.AF_UNIX) as b:
    a.connect(str(path))
    b.connect(str(path))
    a.sendall(b"x" * 4096)
    checks.ok(ask("status")[0] == 0, "who asks nothing, or too much, holds nobody up")
status, out, seconds = tap.stop(signal.SIGTERM)
got = live.result(out)
for r in (got, expected):
    r["capture"].pop("files")
checks.ok(status == 0 and seconds < 5 and not path.exists(), "the socket goes with the tap", tap.log)


def counts(result):
    """Of the inventory's resellers; which clusters are worth a line of their own may hang on what was told before."""
    return {r["id"]: (r["numbers"], r["verifications"]) for r in result["resellers"] if ":" not in r["id"]}


checks.ok(got["capture"] == expected["capture"] and counts(got) == counts(expected), "windows came through all of that",
          counts(got), counts(expected))
checks.ok(ask("status")[0] == 1 and "no tap" in ask("status")[2], "without a tap it says so", ask("status"))
os.chmod(work, 0o700)
shutil.rmtree(work)
checks.end()
