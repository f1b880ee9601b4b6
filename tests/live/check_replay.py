# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic that another program replays (tcpreplay): the scores of analyze, and reloads while it comes.

usage: check_replay.py REGSENTRY SOURCE_ROOT
"""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from tap import Tap  # noqa: E402

live.enter_namespace("traffic of tcpreplay")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
if not shutil.which("tcpreplay"):
    print("*** NOT TESTED: traffic of tcpreplay (the package is not installed) ***", file=sys.stderr)
    print("1..0 # SKIP tcpreplay is not installed")
    sys.exit(0)
checks = Tap()
work, key = live.room("replay")
demo = root / "captures/demo.pcapng"
frames = len(live.frames(demo))
rules, inventory = work / "rules", work / "inventory.csv"
shutil.copytree(root / "rules", rules)
shutil.copy(root / "captures/demo.csv", inventory)
common = ["--key", str(key), "--inventory", str(inventory), "--rules", str(rules), "--format", "json"]


class Recorder:
    """The frames as they came, for analyze."""

    def __init__(self, interface, path):
        self.path = path
        self.p = live.start(["dumpcap", "-q", "-i", interface, "-w", str(path), "-B", "64"], stderr=subprocess.PIPE)
        live.until(lambda: path.exists() and path.stat().st_size > 0)
        time.sleep(0.3)

    def analyze(self):
        self.p.send_signal(signal.SIGINT)
        self.p.communicate(timeout=20)
        return live.result(subprocess.run([binary, "analyze", *common, str(self.path)], stdout=subprocess.PIPE,
                                          check=True).stdout)


def replay(interface, *options):
    return live.start(["tcpreplay", "-i", interface, "--preload-pcap", *options, str(demo)], stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT, text=True)


def sent(p):
    out = p.communicate(timeout=60)[0]
    found = re.search(r"Successful packets:\s+(\d+)", out)
    return int(found[1]) if found else out


def same_scores_as_offline():
    live.veth("ra0", "rb0")
    recorder = Recorder("rb0", work / "seen.pcapng")
    tap = live.Tap(binary, "-i", "rb0", "-f", "", "--snaplen", "262144", *common)
    tap.wait_log("event=started")
    n = sent(replay("ra0", "--pps", "20000"))
    time.sleep(1)
    status, out, _ = tap.stop(signal.SIGTERM)
    got, expected = live.result(out), recorder.analyze()
    checks.ok(status == 0 and n == frames == got["capture"]["packets"] and not got["capture"]["dropped"],
              "the tap takes every frame that tcpreplay sent", n, frames, got["capture"], tap.log)
    for r in (got, expected):
        r["capture"].pop("files")
    checks.ok(got == expected and max(r["score"] for r in got["resellers"]) > 50,
              "the replayed demo has the scores of analyze", got["capture"], expected["capture"])


def numbers(result):
    """Of the inventory's resellers; which clusters have a line of their own may hang on what was told before."""
    return {r["id"]: (r["numbers"], r["verifications"]) for r in result["resellers"] if ":" not in r["id"]}


def reload_under_load():
    """Rules, inventory and the whole folder change while traffic comes; bad ones are refused. No frame is lost, no window."""
    live.veth("ra1", "rb1")
    recorder = Recorder("rb1", work / "load.pcapng")
    control = live.Control(binary, work / "ctl")
    tap = live.Tap(binary, "-i", "rb1", "-f", "", "--snaplen", "262144", "--workers", "2", "--ctl", str(control.path),
                   *common)
    tap.wait_log("event=started")
    file = next(f for f in sorted((rules / "typologies").glob("*.yaml")) if re.search(r"alert: \d+", f.read_text()))
    good, first = file.read_text(), control.said("ruleset")
    sender = replay("ra1", "--pps", "5000", "--loop", "0")
    live.until(lambda: control.count("verifications") > 200)
    answers, revisions, seen = [], set(), []
    for i in range(4):
        file.write_text(re.sub(r"alert: \d+", f"alert: {70 + i}", good, count=1))
        answers.append(control.ask("reload")[0])
        revisions.add(control.said("ruleset"))
        seen.append(control.count("packets"))
        file.write_text(good + "\n  - nonsense: [\n")
        answers.append(control.ask("reload")[0])
        revisions.add(control.said("ruleset"))
        inventory.write_text("nonsense\n")
        tap.kill(signal.SIGHUP)
        live.until(lambda n=i: tap.read_log().count("event=reload-refused") >= 2 * n + 2)
        shutil.copy(root / "captures/demo.csv", inventory)
    running = sender.poll() is None
    file.write_text(good)
    tap.kill(signal.SIGHUP)
    back = live.until(lambda: control.said("ruleset") == first)
    live.until(lambda: control.count("packets") > frames, 30)  # all of the demo once, however fast the machine reloads
    sender.send_signal(signal.SIGINT)
    sender.communicate(timeout=60)
    n = live.sent_by("ra1")
    took_all = live.until(lambda: control.count("packets") == n, 20)
    status, out, seconds = tap.stop(signal.SIGTERM)
    got, expected = live.result(out), recorder.analyze()
    checks.ok(answers == [0, 1] * 4 and len(revisions) == 4 and back and tap.log.count("event=reload-refused") == 8,
              "four sets are taken, and eight bad ones refused", answers, revisions, tap.log)
    checks.ok(running and seen[0] < seen[-1], "while traffic came", seen)
    checks.ok(n > frames and took_all and got["capture"]["packets"] == n and not got["capture"]["dropped"],
              "no frame is lost", n, got["capture"])
    checks.ok(status == 0 and seconds < 5 and got["capture"] == dict(expected["capture"], files=["rb1"]) and
              numbers(got) == numbers(expected) and len(numbers(got)) > 5, "and no window", got["capture"],
              expected["capture"], numbers(got), numbers(expected))


def lost_frames_stand_in_what_it_tells():
    """A tap that stood still loses frames: alerts whose windows that touches say so, and reports, also after a restart."""
    live.veth("ra2", "rb2")
    alerts, state = work / "alerts.jsonl", work / "state"
    state.mkdir()
    file = rules / "aggregates.yaml"
    file.write_text(file.read_text() + "\nevery: 1m\n")
    argv = [binary, "-i", "rb2", "-f", "", "--kernel-ring", "1", "--state", str(state), "--alerts", str(alerts), *common]
    tap = live.Tap(*argv)
    tap.wait_log("event=started")
    tap.kill(signal.SIGSTOP)
    sent(replay("ra2", "--pps", "50000"))
    tap.kill(signal.SIGCONT)
    tap.wait_log("event=dropped")
    sent(replay("ra2", "--pps", "20000"))
    time.sleep(61 - time.time() % 60)  # scores are worked out by the minute, once traffic says that it is over
    sent(replay("ra2", "--limit", "200", "--pps", "20000"))
    live.until(lambda: alerts.read_text(), 20)
    _, out, _ = tap.stop(signal.SIGTERM)
    lost = live.result(out)["capture"]["dropped"].get("kernel", 0)
    told = [json.loads(line) for line in alerts.read_text().splitlines()]
    checks.ok(lost > 0 and told and 0 < told[-1]["dropped"] <= lost, "what was lost stands in report and alerts", lost,
              told[-1:], tap.log)
    tap = live.Tap(*argv)
    tap.wait_log("event=started")
    _, out, _ = tap.stop(signal.SIGTERM)
    again = live.result(out)["capture"]["dropped"].get("kernel", 0)
    checks.ok(again == lost and "event=resumed" in tap.log, "and still does after a restart", again, lost, tap.log)


same_scores_as_offline()
reload_under_load()
lost_frames_stand_in_what_it_tells()
shutil.rmtree(work)
checks.end()
