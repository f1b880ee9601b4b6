# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of a live tap, as Prometheus sees them: scraped by a real one, with the shipped rules and dashboard.

usage: check_metrics.py REGSENTRY SOURCE_ROOT
"""
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import live  # noqa: E402
from site_server import Server  # noqa: E402
from tap import Tap  # noqa: E402

live.enter_namespace("metrics of a live tap")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work, key = live.room("metrics")
demo = live.frames(root / "captures/demo.pcapng")
prometheus_rules = root / "ops/prometheus"
live.ip("link", "set", "lo", "up")


def get(port, path, **query):
    url = f"http://127.0.0.1:{port}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
    with urllib.request.urlopen(url, timeout=10) as r:
        return r.read().decode()


def listeners(port):
    """Addresses that a TCP port is listened on, as /proc has them."""
    found = []
    for name in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and int(words[1].split(":")[1], 16) == port:
                found.append(words[1].split(":")[0])
    return found


def promtool(*words, text=None):
    return subprocess.run(["promtool", *words], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


class Prometheus:
    """A real one, on the shipped configuration with the tap's port in it."""

    def __init__(self, tap_port):
        self.port = live.free_port()
        text = (prometheus_rules / "prometheus.yml").read_text()
        assert "127.0.0.1:9464" in text and "scrape_interval: 15s" in text
        text = text.replace("127.0.0.1:9464", f"127.0.0.1:{tap_port}").replace("scrape_interval: 15s",
                                                                              "scrape_interval: 1s")
        (work / "prometheus.yml").write_text(text.replace("global:", "global:\n  evaluation_interval: 1s"))
        shutil.copy(prometheus_rules / "regsentry.rules.yml", work)
        self.log = (work / "prometheus.log").open("w")
        self.p = subprocess.Popen(["prometheus", f"--config.file={work}/prometheus.yml",
                                   f"--storage.tsdb.path={work}/tsdb", f"--web.listen-address=127.0.0.1:{self.port}"],
                                  stdout=self.log, stderr=self.log)

    def query(self, expression):
        return json.loads(get(self.port, "/api/v1/query", query=expression))["data"]["result"]

    def value(self, expression):
        return float(self.query(expression)[0]["value"][1])

    def end(self):
        self.p.terminate()
        self.p.wait(30)


def names_in(text):
    return set(re.findall(r"\b(?:regsentry|process)_[a-z0-9_]+", text))


def scraped():
    live.veth("ta0", "tb0")
    port = live.free_port()
    state = work / "state"
    state.mkdir()
    server_of_site = Server(work / "redis")
    tap = live.Tap(binary, "-i", "tb0", "-f", "", "--key", str(key), "--inventory", str(root / "captures/demo.csv"),
                   "--workers", "2", "--alerts", str(work / "alerts.jsonl"), "--metrics", str(port),
                   "--state", str(state), "--checkpoint", "1", "--redis", server_of_site.url, "--spool", str(work / "spool"))
    tap.wait_log("event=started")
    checks.ok(listeners(port) == ["0100007F"], "metrics are on loopback, and nowhere else", listeners(port))
    server = Prometheus(port)
    up = live.until(lambda: server.value('up{job="regsentry"}') == 1)
    live.send("ta0", demo, per_second=20000)
    seen = live.until(lambda: server.value("regsentry_packets_total") == len(demo))
    checks.ok(up and seen, "Prometheus scrapes a live tap", (work / "prometheus.log").read_text()[-3000:], tap.log)
    text = get(port, "/metrics")
    lint = promtool("check", "metrics", text=text)
    checks.ok(lint.returncode == 0 and not lint.stdout.strip(), "names, types and units as Prometheus wishes them",
              lint.stdout)
    def sums():
        v = live.values(get(port, "/metrics"))
        by_service = sum(n for name, n in v.items() if name.startswith("regsentry_codes_total"))
        by_worker = sum(n for name, n in v.items() if name.startswith("regsentry_worker_packets_total"))
        return (by_service == v["regsentry_verifications_total"] > 100 and by_worker == len(demo) and
                v['regsentry_pdus_total{protocol="map"}'] > 0 and v['regsentry_entities{grain="block"}'] > 0 and
                v['regsentry_interface_up{interface="tb0"}'] == 1 and
                v['regsentry_alerts_waiting{receiver="file"}'] == 0)

    checks.ok(live.until(sums, 20), "sums by service and by worker are those of the whole",
              [line for line in get(port, "/metrics").splitlines() if "anomalies" not in line and "pdus" not in line])
    rules = json.loads(get(server.port, "/api/v1/rules"))["data"]["groups"][0]["rules"]
    checks.ok(live.until(lambda: all(r["health"] == "ok" for r in json.loads(
        get(server.port, "/api/v1/rules"))["data"]["groups"][0]["rules"])) and len(rules) > 10,
        "the shipped alert rules are evaluated without errors", rules)
    # The series that the shipped expressions name, all of them.
    known = {name for name in re.findall(r"^# TYPE (\S+)", text, re.M)}
    for file in ("prometheus/regsentry.rules.yml", "grafana/regsentry.json"):
        used = names_in((root / "ops" / file).read_text())
        checks.ok(used and used <= known, f"{file} names metrics that there are", used - known)
    queries = [t["expr"].replace("$instance", ".*") for p in json.loads(
        (root / "ops/grafana/regsentry.json").read_text())["panels"] for t in p["targets"]]
    wrong = [q for q in queries if json.loads(get(server.port, "/api/v1/query", query=q))["status"] != "success"]
    checks.ok(len(queries) > 20 and not wrong, "each expression of the dashboard is answered", wrong)
    checks.ok(live.until(lambda: site_has_all(port)), "what the site acknowledged is what it was told",
              [line for line in get(port, "/metrics").splitlines() if "site_" in line])
    server_of_site.kill(signal.SIGKILL)
    live.send("ta0", demo[:3000], per_second=20000)
    checks.ok(live.until(lambda: site_waits(port)), "while its server is away that is told, and what waits",
              [line for line in get(port, "/metrics").splitlines() if "site_" in line])
    checks.ok(re.search(r'level=warning event=site note="the Redis server is away', tap.read_log()), "and logged", tap.log)
    slow_clients(port)
    tap.stop()
    checks.ok(live.until(lambda: server.value('up{job="regsentry"}') == 0), "a tap that has ended is seen to be down")
    server.end()


def site_has_all(port):
    v = live.values(get(port, "/metrics"))
    return (v["regsentry_site_up"] == 1 and v["regsentry_site_observations_total"] > 1000 and
            v["regsentry_site_blocks_total"] == v["regsentry_site_blocks_acknowledged_total"] > 0 and
            v["regsentry_site_spool_bytes"] == v["regsentry_site_observations_dropped_total"] == 0 and
            v["regsentry_site_stuck_seconds"] == 0 and v["regsentry_checkpoints_total"] > 0)


def site_waits(port):
    v = live.values(get(port, "/metrics"))
    return (v["regsentry_site_up"] == 0 and v["regsentry_site_stuck_seconds"] > 1 and
            v["regsentry_site_blocks_total"] > v["regsentry_site_blocks_acknowledged_total"])


def slow_clients(port):
    """More than it serves at once, who say nothing: the next one is served all the same, a little later."""
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    checks.ok(live.until(lambda: "regsentry_packets_total" in get(port, "/metrics"), 30), "idle clients do not block it")
    for s in idle:
        s.close()


def shipped_rules():
    for words in (("check", "rules", "regsentry.rules.yml"), ("test", "rules", "regsentry.rules.test.yml"),
                  ("check", "config", "prometheus.yml")):
        p = subprocess.run(["promtool", *words], cwd=prometheus_rules, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
        checks.ok(p.returncode == 0 and "SUCCESS" in p.stdout, f"promtool {' '.join(words)}", p.stdout)
    alerts = set(re.findall(r"- alert: (\w+)", (prometheus_rules / "regsentry.rules.yml").read_text()))
    tests = (prometheus_rules / "regsentry.rules.test.yml").read_text()
    fire = set(re.findall(r"- alertname: (\w+)\n +eval_time: \S+\n +exp_alerts:\n +- exp_labels", tests))
    quiet = set(re.findall(r"alertname: (\w+), eval_time: \S+, exp_alerts: \[\]", tests))
    checks.ok(alerts == fire == quiet, "each alert has a case that fires and one that does not", alerts ^ fire,
              alerts ^ quiet)


if not shutil.which("prometheus") or not shutil.which("promtool") or not shutil.which("redis-server"):
    print("*** NOT TESTED: metrics with a real Prometheus (package prometheus or redis-server is not installed) ***", file=sys.stderr)
    print("1..0 # SKIP prometheus or redis-server is not installed")
    sys.exit(0)
shipped_rules()
scraped()
shutil.rmtree(work, ignore_errors=True)
checks.end()
