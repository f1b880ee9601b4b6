# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as people use it. Prints TAP."""
import fcntl
import json
import os
import pathlib
import re
import resource
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap, expect  # noqa: E402

tap = Tap()
program = pathlib.Path(sys.argv[1]).resolve()
root = pathlib.Path(sys.argv[2]).resolve()
work = pathlib.Path(tempfile.mkdtemp(prefix="regsentry-cli-"))
env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "RGS_RULES", "MALLOC_PERTURB_")}
env.update(HOME=str(work), XDG_STATE_HOME=str(work / "state"), PATH=f"{work / 'bin'}:{os.environ['PATH']}",
           RGS_RULES=str(root / "rules"))


def run(*args, stdin=None, more=None, shell=False):
    return subprocess.run(args[0] if shell else [str(program), *map(str, args)], input=stdin, capture_output=True,
                          cwd=work, env={**env, **(more or {})}, timeout=300, shell=shell,
                          executable="/bin/bash" if shell else None)


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in line)


def exits(p, status, *texts):
    out = p.stdout.decode(errors="replace") + p.stderr.decode(errors="replace")
    expect(p.returncode == status, f"exit {p.returncode}, expected {status}:", out[:400])
    for text in texts:
        expect(text in out, f"'{text}' not in:", out[:400])
    expect("AddressSanitizer" not in out and "runtime error" not in out, out[:2000])


# What the examples of the help name.
(work / "bin").mkdir()
(work / "bin" / "regsentry").symlink_to(program)
simulated = run("simulate", root / "captures/demo.yaml", "-o", "trace.pcapng", "--truth", "truth.jsonl", "--inventory",
                "resellers.csv")
exits(simulated, 0)
trace = (work / "trace.pcapng").read_bytes()
for name in ("trace.pcap", "lab.pcapng", "week.pcapng", "big.pcapng"):
    (work / name).write_bytes(trace)
(work / "captures").mkdir()
(work / "captures" / "a.pcapng").write_bytes(trace)
shutil.copy(root / "captures/demo.yaml", work / "captures/demo.yaml")
shutil.copy(root / "captures/demo.yaml", work / "week.yaml")
shutil.copytree(root / "rules", work / "rules")
shutil.copytree(root / "rules", work / "changed")
usage = work / "changed/usage.yaml"
usage.write_text(usage.read_text().replace("weight: 22", "weight: 18", 1))
(work / "site.key").write_bytes(bytes(range(32)))
(work / "site.yaml").write_text("inventory: resellers.csv\nkey: site.key\nhome: HK\n"
                                "capacity: {tcp_flows: 4096, timeout: 90s}\n")
records = run("decode", "--key", "site.key", "--format", "jsonl", "trace.pcapng").stdout.decode()
token = re.search(r'"(n-[a-z0-9]+-[a-z2-7]+)"', records).group(1)
commands = re.findall(r"^  (\w+) ", run("--help").stdout.decode(), re.M)


@tap.case("the list of commands is the table")
def _():
    expect(len(commands) >= 6 and "analyze" in commands, commands)
    for line in run("--help").stdout.decode().splitlines():
        expect(width(line) <= 80, f"{width(line)} columns:", line)
    expect(run("help", "analyze").stdout == run("analyze", "--help").stdout, "two ways of help")
    exits(run("help", "analize"), 2, "did you mean 'analyze'?")


for command in commands:
    @tap.case(f"help of {command} is 80 columns wide at most")
    def _():
        p = run(command, "--help")
        exits(p, 0, "Usage: regsentry " + command, "Examples:")
        for line in p.stdout.decode().splitlines():
            expect(width(line) <= 80, f"{width(line)} columns:", line)

    @tap.case(f"the examples of {command} run")
    def _():
        text = run(command, "--help").stdout.decode().split("Examples:\n", 1)[1]
        for line in text.replace("\\\n", " ").splitlines():
            line = line.strip().replace("jq .text", "cat").replace("| head", "| cat")
            line = re.sub(r"n-[a-z0-9]{4}-[a-z2-7]{26}", token, line)
            if not line:
                continue
            if command == "engine":  # ends by a signal, and waits for a server that is not there
                line = "timeout --preserve-status -s INT 1 " + line
            elif "--redis" in line:  # a site, where there is none: it is understood, and fails
                line = re.sub(r"redis://[0-9.]+", "redis://127.0.0.1:1", line)
                exits(run("set -o pipefail; " + line, shell=True), 1, f"regsentry {command}: ", "Connection refused")
                continue
            if command == "ctl":  # a tap, where none runs
                exits(run("set -o pipefail; " + line, shell=True), 1, "regsentry ctl: ", "No such file or directory")
                continue
            if command == "tap":  # ends by a signal, listens where nothing passes, and needs the right to
                if "-i eth1" in line and os.geteuid() != 0:
                    continue
                line = "timeout --preserve-status -s INT 3 " + line.replace("-i eth1", "-i lo")
            exits(run("set -o pipefail; " + line, shell=True), 0)

    @tap.case(f"an option of {command} that is none")
    def _():
        exits(run(command, "--hepl"), 2, "did you mean --help?", f"regsentry {command} --help")


@tap.case("no command, and one that is none")
def _():
    exits(run(), 2, "Usage:")
    exits(run("anlyze"), 2, "did you mean 'analyze'?")
    exits(run("xyzzy"), 2, "there is no command")


@tap.case("choices name themselves")
def _():
    exits(run("analyze", "--format", "jsn", "trace.pcapng"), 2, "--format is one of: text json", "'jsn'")
    exits(run("analyze", "--format"), 2, "--format needs a value")
    exits(run("rules", "chekc"), 2, "did you mean 'check'?")
    exits(run("rules"), 2, "nothing said to do: one of check, test")
    for verb in ("check", "test"):
        exits(run("rules", verb, "nowhere"), 1, "nowhere: is no folder of rules; name one as DIR or with RGS_RULES")
    exits(run("analyze", "--rules", "nowhere", "trace.pcapng"), 1, "nowhere: is no folder of rules; name one with --rules or RGS_")
    exits(run("case"), 2, "nothing said to do: one of open, decide")


@tap.case("input that is missing, damaged, empty, or all of these")
def _():
    exits(run("analyze"), 2, "no capture file given")
    exits(run("analyze", "nowhere.pcap"), 1, "nowhere.pcap", "No such file")
    (work / "damaged.pcapng").write_bytes(trace[:len(trace) // 2 + 1])
    p = run("analyze", "damaged.pcapng")
    exits(p, 3, "damaged.pcapng", "packets")
    exits(run("decode", "damaged.pcapng"), 3)
    exits(run("analyze", "nowhere.pcap", "trace.pcapng"), 3, "codes")
    # A header, and one packet of a link type for users (147).
    (work / "user.pcap").write_bytes(struct.pack("<IHHiIII4I4s", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 147, 1, 0, 4, 4, b"abcd"))
    # Ethernet of 60 octets, of which 14 were kept.
    (work / "cut.pcap").write_bytes(struct.pack("<IHHiIII4I14x", 0xa1b2c3d4, 2, 4, 0, 0, 14, 1, 1, 0, 14, 60))
    exits(run("decode", "cut.pcap"), 0, "1 packets were cut when they were captured")
    unread = "1 packets are of link types that are not decoded, such as 147"
    exits(run("decode", "user.pcap"), 3, unread)
    exits(run("analyze", "user.pcap"), 3, unread, "link.unsupported_type")
    exits(run("analyze", "user.pcap", "trace.pcapng"), 3, unread, "codes")
    # A section more, with an interface of that type beside an Ethernet's; only what has packets counts.
    section = struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
    interfaces = b"".join(struct.pack("<IIHHII", 1, 20, linktype, 0, 65535, 20) for linktype in (1, 147))
    packets = [struct.pack("<IIIIIII4sI", 6, 36, i, 0, 0, 4, 4, b"abcd", 36) for i in (0, 1)]
    for more, status in ((packets[0], 0), (packets[0] + packets[1], 3)):
        (work / "mixed.pcapng").write_bytes(trace + section + interfaces + more)
        for command in ("decode", "analyze"):
            p = run(command, "mixed.pcapng")
            exits(p, status)
            expect((unread.encode() in p.stderr) == (status == 3), p.stderr)
    (work / "text.pcap").write_text("this is no capture")
    exits(run("analyze", "text.pcap"), 1, "text.pcap", "pcap and pcapng are read")
    (work / "empty").mkdir()
    exits(run("analyze", "empty"), 1, "empty", "holds no capture file")


@tap.case("a failed run leaves the report of the last one, and nothing beside it")
def _():
    (work / "kept.json").write_text("the last one")
    exits(run("analyze", "-o", "kept.json", "nowhere.pcap"), 1)
    exits(run("analyze", "-o", "nowhere/kept.json", "trace.pcapng"), 1, "nowhere/kept.json", "No such file")
    (work / "link.pcapng").symlink_to("trace.pcapng")
    for command in ("analyze", "decode"):
        exits(run(command, "-o", "link.pcapng", "empty", "trace.pcapng"), 1, "link.pcapng: is one of the captures")
    expect((work / "trace.pcapng").read_bytes() == trace, "a capture was replaced by what is said of it")
    (work / "link.pcapng").unlink()
    expect((work / "kept.json").read_text() == "the last one" and not (work / "kept.json.part").exists(), os.listdir(work))


@tap.case("no output replaces what is read, or another output, whatever name leads there")
def spared():
    here = work / "spared"
    here.mkdir()
    shutil.copytree(work / "rules", here / "rules")
    for name in ("trace.pcapng", "resellers.csv", "site.key", "site.yaml", "week.yaml"):
        shutil.copy(work / name, here)
    shutil.copy(work / "trace.pcapng", here / "x.part")
    (here / "link").symlink_to("site.key")
    os.link(here / "resellers.csv", here / "hard")
    shutil.copytree(here / "rules", here / "against", ignore=lambda *_: ["services"])
    aggregates = sorted((here / "rules").glob("*.yaml"))[0].name
    service = sorted((here / "rules/services").iterdir())[0].relative_to(here)
    before = {f: f.read_bytes() for f in here.rglob("*") if f.is_file()}

    def refused(what, *args, stdin=None):
        p = subprocess.run([str(program), *map(str, args)], capture_output=True, cwd=here, env=env, stdin=stdin, timeout=300)
        exits(p, 1, f": is {what}; name another file for the output")
        expect({f: f.read_bytes() for f in here.rglob("*") if f.is_file()} == before, args, "something was written")
        return p

    with_all = ("--config", "site.yaml", "--rules", "rules", "trace.pcapng")
    for path, what in (("trace.pcapng", "one of the captures"), ("link", "the key"), ("hard", "the inventory"),
                       ("site.yaml", "the configuration"), (f"rules/{aggregates}", "one of the rules"), (service, "one of the services")):
        refused(what, "analyze", "-o", path, *with_all)
        drawn = refused(what, "backtest", "--svg", path, *with_all)
        expect(not drawn.stdout, "it was found after the work")
    refused("one of the captures", "analyze", "-o", "x", "x.part")
    with open(here / "trace.pcapng", "rb") as capture:
        refused("one of the captures", "decode", "-o", "trace.pcapng", "-", stdin=capture)
    refused("the key", "analyze", "--redis", "redis://127.0.0.1:1", "--spool", "link", *with_all)
    refused("the key", "decode", "--key", "site.key", "-o", "link", "trace.pcapng")
    refused("one of the rules", "backtest", "--against", "against", "--svg", f"against/{aggregates}", *with_all)
    refused("one of the captures", "sanitize", "trace.pcapng", "./trace.pcapng")
    refused("the key", "sanitize", "--key", "site.key", "trace.pcapng", "site.key")
    refused("one of the scenarios", "simulate", "week.yaml", "-o", "week.yaml")
    refused("one of the scenarios", "simulate", "week.yaml", "-o", "new", "--truth", "week.yaml")
    for a, b in (("new", "./new"), ("new", f"{here}/new"), ("link", "site.key"), ("new", "new.part"), ("new.part", "new"), ("-", "-")):
        refused("another output", "simulate", "week.yaml", "-o", a, "--truth", b)
        refused("another output", "simulate", "week.yaml", "-o", "other", "--inventory", a, "--truth", b)
    follow = ("tap", "--follow", ".", "--key", "site.key", "--rules", "rules")
    refused("one of the captures", *follow, "--position", "new", "-o", "trace.pcapng")
    refused("another output", *follow, "--alerts", "new", "--position", "new")
    for option in ("-o", "--alerts", "--position", "--spool"):
        refused("the key", *follow, option, "link")
    # What is no file is written to by all who want to.
    exits(run("simulate", "week.yaml", "-o", "/dev/null", "--truth", "/dev/null", "--inventory", "/dev/null"), 0)
    exits(run("analyze", "-o", "/dev/null", "trace.pcapng"), 0)
    exits(run("backtest", "--svg", "nowhere/x.svg", "trace.pcapng"), 1, "nowhere/x.svg: No such file")


@tap.case("standard input, and a file of the output")
def _():
    whole = run("analyze", "--format", "json", "-i", "resellers.csv", "-o", "out.json", "trace.pcapng")
    exits(whole, 0)
    expect(whole.stdout == b"", "something on standard output, too")
    a = json.loads((work / "out.json").read_text())
    p = run("analyze", "--format", "json", "-i", "resellers.csv", "-", stdin=trace)
    exits(p, 0)
    b = json.loads(p.stdout)
    expect(a["resellers"] == b["resellers"] and len(a["resellers"]) >= 5, "the same resellers")
    expect(not list(work.glob("*.part")), "a half-written file is left")
    exits(run("analyze", "-o", "trace.pcapng/x", "trace.pcapng"), 1, "trace.pcapng/x")


@tap.case("one SIGINT ends the reading of a pipe that stays open, with the report of what came")
def open_pipe():
    # Cut within a packet, before and behind what is read at the start; and a header alone.
    for n in (24, 30001, 200001):
        (work / "part.pcapng").write_bytes(trace[:n])
        for args in (("analyze", "--key", "site.key", "--format", "json"), ("decode", "--key", "site.key")):
            whole = run(*args, "part.pcapng").stdout
            for name in ("-", "pipe"):
                os.mkfifo(work / "pipe")
                with open(work / "error", "wb+") as error, open(work / "out", "wb+") as out:
                    held = os.open(work / "pipe", os.O_RDWR)  # so that neither side waits for the other
                    p = subprocess.Popen([str(program), *args, name], cwd=work, env=env, stdin=held, stdout=out, stderr=error)
                    left = trace[:n]
                    while left:
                        left = left[os.write(held, left[:4096]):]
                    for _ in range(600):
                        if not struct.unpack("i", fcntl.ioctl(held, termios.FIONREAD, bytes(4)))[0]:
                            break
                        time.sleep(0.1)
                    time.sleep(0.2)
                    expect(p.poll() is None, "it did not wait for more")
                    p.send_signal(signal.SIGINT)
                    try:
                        status = p.wait(20)
                    except subprocess.TimeoutExpired:
                        p.kill()
                        p.wait()
                        status = "after SIGINT it goes on"
                    os.close(held)
                    (work / "pipe").unlink()
                    said = (work / "error").read_text()
                expect(status == 0 and not said, args[0], name, n, status, said)
                expect((work / "out").read_bytes().replace(f'["{name}"]'.encode(), b'["part.pcapng"]') == whole and whole
                       or args[0] == "decode" and n == 24, args[0], name, n, "another report than of a file so long")


@tap.case("simulate: a scenario that is wrong, and a run that is stopped, leave the files of the last one")
def _():
    kept = {name: (work / name).read_bytes() for name in ("trace.pcapng", "truth.jsonl", "resellers.csv")}
    files = ("-o", "trace.pcapng", "--truth", "truth.jsonl", "--inventory", "resellers.csv")
    (work / "wrong.yaml").write_text((work / "week.yaml").read_text().replace("numbers:", "numbrs:", 1))
    exits(run("simulate", "wrong.yaml", *files), 1, "wrong.yaml:", "did you mean 'numbers'?")
    exits(run("simulate", "week.yaml", *files[:-1], "nowhere/r.csv"), 1, "nowhere/r.csv: No such file")
    exits(run("simulate", "week.yaml", "-o", "/dev/full"), 1, "/dev/full: No space left on device")
    p = subprocess.Popen([str(program), "simulate", "week.yaml", *files, "--set", "ordinary.numbers=2000"], cwd=work, env=env,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (work / "trace.pcapng.part").exists() or not (work / "trace.pcapng.part").stat().st_size:
        expect(p.poll() is None, "it was done before it could be stopped")
        time.sleep(0.001)
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=60)
    expect(p.returncode == 1 and b"stopped" in err, p.returncode, err)
    expect(kept == {name: (work / name).read_bytes() for name in kept}, "others than before")
    expect(not list(work.glob("*.part")), "a half-written file is left")


@tap.case("tables fit 80 and 100 columns")
def _():
    for columns in (80, 100):
        p = run("analyze", "-i", "resellers.csv", "trace.pcapng", more={"COLUMNS": str(columns)})
        exits(p, 0, "R17")
        for line in p.stdout.decode().splitlines():
            expect(width(line) <= columns, f"{width(line)} columns:", line)


@tap.case("colour on a terminal only, and never with NO_COLOR")
def _():
    exits(run("analyze", "trace.pcapng"), 0)
    expect(b"\x1b" not in run("analyze", "-i", "resellers.csv", "trace.pcapng").stdout, "escapes in a pipe")
    script = shutil.which("script")
    if not script or run(f"{script} -qec true /dev/null", shell=True).returncode:
        return "script(1) is not installed, or has no pseudo-terminal"
    line = f"{program} analyze -i resellers.csv trace.pcapng"
    plain = run(f"NO_COLOR=1 {script} -qec '{line}' /dev/null 2>/dev/null", shell=True).stdout
    colour = run(f"TERM=xterm {script} -qec '{line} 2>/dev/null' /dev/null", shell=True).stdout
    expect(b"\x1b[" in colour, "no colour on a terminal")
    expect(not re.search(rb"\x1b\[[0-9;]*m", plain), "colour despite NO_COLOR")


@tap.case("a reader that goes away")
def _():
    p = run(f"{program} decode --format jsonl trace.pcapng | head -1", shell=True)
    exits(p, 0)
    expect(json.loads(p.stdout), "one record")
    for words in ("analyze trace.pcapng", "decode trace.pcapng", "--help", "analyze --help", "--man", "rules check"):
        exits(run(f"{program} {words} >/dev/full", shell=True), 1, "cannot be written: No space left on device")


@tap.case("the man page renders")
def _():
    page = run("--man")
    exits(page, 0, ".TH REGSENTRY")
    groff = shutil.which("groff")
    if not groff:
        return "groff is not installed"
    p = subprocess.run([groff, "-man", "-ww", "-Tutf8"], input=page.stdout, capture_output=True)
    expect(p.returncode == 0 and not p.stderr, p.stderr.decode()[:400])
    for command in commands:
        expect(command in p.stdout.decode(), command, "is missing")


@tap.case("the bash completion is bash")
def _():
    p = run("--bash-completion")
    exits(p, 0)
    check = subprocess.run(["bash", "-n"], input=p.stdout, capture_output=True)
    expect(check.returncode == 0, check.stderr.decode())
    (work / "two words.pcap").write_bytes(b"")

    def completed(*words):
        line = " ".join(map(shlex.quote, ("regsentry", *words)))
        q = subprocess.run(["bash", "-c", f"{p.stdout.decode()}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _regsentry; "
                            "printf '%s\\n' \"${COMPREPLY[@]}\""], capture_output=True, cwd=work)
        expect(not q.stderr, q.stderr.decode())
        return q.stdout.decode().splitlines()
    expect(completed("an") == ["analyze"], completed("an"))
    expect(completed("analyze", "--fo") == ["--format"], completed("analyze", "--fo"))
    expect(completed("analyze", "--format", "h") == ["html"], completed("analyze", "--format", "h"))
    expect(completed("analyze", "two") == ["two words.pcap"], completed("analyze", "two"))
    for command in ("rules", "case"):
        verbs = re.search(r"one of ([a-z, ]+)", run(command, "nonsense").stderr.decode()).group(1).split(", ")
        found = [word for word in completed(command, "") if not word.startswith("--")]
        expect(found == verbs, command, found, verbs)
    expect(completed("rules", "check", "two") == ["two words.pcap"], completed("rules", "check", "two"))


@tap.case("the configuration: used, checked, outranked by options")
def _():
    a = run("analyze", "--config", "site.yaml", "trace.pcapng")
    exits(a, 0, "R17")
    (work / "bad.yaml").write_text("inventry: x\nhome: Hongkong\nprivacy: {content: perhaps}\ncapacity: {tcp_flows: 1}\n")
    exits(run("analyze", "--config", "bad.yaml", "trace.pcapng"), 1, "bad.yaml:1:1", "did you mean 'inventory'", "bad.yaml:2:7",
          "neither read nor never", "bad.yaml:4:23")
    (work / "blind.yaml").write_text("inventory: nowhere.csv\nprivacy: {content: never}\n")
    exits(run("analyze", "--config", "blind.yaml", "trace.pcapng"), 1, "nowhere.csv")
    exits(run("analyze", "--config", "blind.yaml", "-i", "resellers.csv", "trace.pcapng"), 0, "R17")
    (work / "geo.yaml").write_text("geoip: site.key\n")
    exits(run("analyze", "--config", "geo.yaml", "trace.pcapng"), 1, "site.key")


@tap.case("explain: from captures and from a result")
def _():
    exits(run("analyze", "-i", "resellers.csv", "--format", "json", "-o", "result.json", "trace.pcapng"), 0)
    a, b = run("explain", "R17", "-i", "resellers.csv", "trace.pcapng"), run("explain", "R17", "--result", "result.json")
    for p in (a, b):
        exits(p, 0, "What happened", "What was counted", "Why: roaming_bank", "What would change it", "alert")
        for line in p.stdout.decode().splitlines():
            expect(width(line) <= 100, f"{width(line)} columns:", line)
    # What both can tell is the same, of every line; captures add the course of time and the devices.
    for line in json.loads((work / "result.json").read_text())["resellers"]:
        a, b = (run("explain", line["id"], *rest).stdout.decode().splitlines()
                for rest in (("-i", "resellers.csv", "trace.pcapng"), ("--result", "result.json")))
        charts = [i for i, text in enumerate(a) if re.fullmatch(r" +codes from \S+ to \S+, \d+ hours a step, \d+ at most", text)]
        for i in charts:
            a[i - 2:i + 1] = [None] * 3
        told = [text for text in a if text is not None and not re.search(r" of its numbers on devices that carry ", text)]
        expect(told == b, line["id"], [x for x in told if x not in b], [x for x in b if x not in told])
        expect(len(charts) == 1 or (not charts and line["id"] != "R17"), line["id"], charts)
    exits(run("explain", "Harbour Link Telecom", "--result", "result.json"), 0, "R17")
    counted = run("explain", "R17", "--result", "result.json").stdout.decode()
    total = int(re.search(r"took (\d+) verification codes", counted).group(1))
    parts = [int(n) for n in re.findall(r"^ +(\d+) +[\d.]+ %  \S", counted, re.M)]
    expect(sum(parts) == total and "other services" in counted, "the services do not add up:", sum(parts), total)
    expect("offshore SIMs parked" in counted, "a typology without its words")
    exits(run("explain", "X", "--result", "result.json"), 1, "no line for 'X'\n", "It has: R17 R23")
    exits(run("explain", "R18", "--result", "result.json"), 1, "did you mean 'R17'?", "It has: R17 R23")
    exits(run("explain", "Habour Link Telecom", "--result", "result.json"), 1, "did you mean 'Harbour Link Telecom'?")
    exits(run("explain"), 2)
    exits(run("explain", "R17"), 2, "--result")
    (work / "half.json").write_text((work / "result.json").read_text()[:3000])
    exits(run("explain", "R17", "--result", "half.json"), 1, "half.json:")
    (work / "other.json").write_text('{"version":1,"resellers":[{"id":"R17"}]}')
    exits(run("explain", "R17", "--result", "other.json"), 1, "no result of analyze")


@tap.case("explain: a result of 20,000 resellers, in time and memory that grow as it does")
def _():
    exits(run("analyze", "-i", "resellers.csv", "--format", "json", "-o", "result.json", "trace.pcapng"), 0)
    whole = json.loads((work / "result.json").read_text())
    line, spent = whole["resellers"][0], {}
    alerts = json.dumps([a for a in whole["alerts"] if a["id"] == line["id"]])
    text = json.dumps({**line, "id": "<id>", "name": "Reseller <id>"}, ensure_ascii=False)
    told = run("explain", line["id"], "--result", "result.json").stdout.decode().splitlines()[1:]
    large = work / "large.json"
    for n in (5000, 20000):
        lines = ",".join(text.replace("<id>", f"Q{i}") for i in range(n))
        large.write_text(f'{{"version":1,"resellers":[{lines}],"alerts":{alerts.replace(line["id"], f"Q{n - 1}")}}}\n')
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        p = run("explain", f"reseller q{n - 1}", "--result", "large.json")
        spent[n] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        exits(p, 0, f"Q{n - 1}  Reseller Q{n - 1}")
        expect(p.stdout.decode().splitlines()[1:] == told, p.stdout.decode(), told)
    expect(spent[20000] < 8 * spent[5000] + 1, spent)
    if b"__asan_init" not in program.read_bytes():
        room = 3 * large.stat().st_size // 1024 + 100000
        exits(run(f"ulimit -v {room}; {shlex.quote(str(program))} explain Q0 --result large.json", shell=True), 0, "Q0  Reseller Q0")
    with large.open("r+b") as f:
        f.truncate(large.stat().st_size - 10000)
    exits(run("explain", "Q0", "--result", "large.json"), 1, "large.json:1:", "ends too early")
    large.unlink()


@tap.case("rules test: the cases in rules/README.md hold")
def _():
    taught = re.search(r"\n((?:    .*\n)+)", (root / "rules/README.md").read_text().split("## Cases")[1]).group(1)
    folder = work / "taught"
    shutil.copytree(work / "rules", folder)
    shutil.rmtree(folder / "services")
    shutil.rmtree(folder / "recognition")
    (folder / "cases.yaml").write_text("".join(line[4:] for line in taught.splitlines(True)))
    p = run("rules", "test", "taught")
    exits(p, 0)
    expect(re.search(rf"^rules +{taught.count('{rule')+taught.count('{typology')} passed, 0 failed", p.stdout.decode(), re.M),
           p.stdout.decode(), p.stderr.decode())


@tap.case("backtest: two rule sets, and each threshold alone")
def _():
    weaker = work / "weaker"
    shutil.copytree(work / "rules", weaker)
    for name in ("usage.yaml", "typologies/hidden_trade.yaml"):
        (weaker / name).write_text(re.sub(r"weight: \d+", "weight: 3", (weaker / name).read_text()))
    common = ("-i", "resellers.csv", "trace.pcapng")
    same = run("backtest", "--rules", "rules", "--against", "rules", "--no-sweep", *common)
    exits(same, 0, "B - A")
    for word in ("falls", "rises", "appears", "moves"):
        expect(word not in same.stdout.decode(), same.stdout.decode())
    p = run("backtest", "--rules", "rules", "--against", "weaker", "--svg", "sweep.svg", *common)
    exits(p, 0)
    out = p.stdout.decode()
    expect(re.search(r"^  R23 .*alert .* falls$", out, re.M), out[:600])
    back = run("backtest", "--rules", "weaker", "--against", "rules", "--no-sweep", *common).stdout.decode()
    expect(re.search(r"^  R23 .* rises$", back, re.M), back[:600])
    # The rule set is the same again after the sweep: as written, nothing has moved.
    rows = re.findall(r"^  (\S+ (?:alert|[<≥] \S+)) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\S+) +(\S+)$", out, re.M)
    expect(len(rows) > 20 and len({row[3] for row in rows}) == 1, "rows of the sweep", len(rows))
    most = max(max(float(row[6]), float(row[7])) for row in rows)
    expect(re.search(rf"^  \d+ of {len(rows)} move a score; most of all .* by {most:.1f} points$", out, re.M), out[-200:])
    expect(max(map(len, out.splitlines())) <= 80, "wider than a terminal of 80 columns")
    analysed = json.loads(run("analyze", "--rules", "rules", "--format", "json", *common).stdout)
    swept = run("backtest", "--rules", "rules", *common).stdout.decode()
    alerts = sum(x["status"] == "alert" for x in analysed["resellers"])
    expect(f"{alerts} in alert" in swept and re.search(rf"^  U14 ≥ \S+ +\d+ +\d+ +{alerts} ", swept, re.M), swept[:400])
    import xml.etree.ElementTree as tree
    expect(tree.parse(work / "sweep.svg").getroot().tag.endswith("svg"), "no drawing")
    exits(run("backtest", "--against", "nowhere", "trace.pcapng"), 1, "nowhere")
    exits(run("backtest", "--svg", "x.svg", "--no-sweep", "trace.pcapng"), 2, "--svg")


def analysed(rules):
    p = run("analyze", "--rules", rules, "--format", "json", "-i", "resellers.csv", "trace.pcapng")
    exits(p, 0)
    return json.loads(p.stdout)


@tap.case("explain: what it says would clear a line does, under the rules as they are")
def _():
    scale = {" %": 0.01, " minutes": 60, " hours": 3600, " days": 86400, "": 1}
    cases, expected = [], []
    pack = "".join(f.read_text() for f in sorted((work / "rules").glob("**/*.yaml")) if f.name != "cases.yaml")
    uses = dict(re.findall(r"^  - id: (\w+)\n(?:    .*\n)*?    uses: (\w+)", pack, re.M))
    sums = dict(re.findall(r"^  (\w+):\n(?:    .*\n)*?    sum: \[(.*)\]", pack, re.M))
    for line in analysed("rules")["resellers"]:
        expect(len(line["counterfactual"]) == (line["status"] in ("alert", "review")), line["id"])
        for text in line["counterfactual"]:
            expect(text.startswith(f"below {line['status']} if "), text)
            typology = line["typologies"][0]
            values = {r["id"]: r["value"] for r in typology["rules"]}
            changes = re.findall(r"were ([\d.]+)( %| minutes| hours| days|) instead of ([\d.]+)( %| minutes| hours| days|) \((\w+)\)", text)
            expect(changes and len(changes) == text.count(" instead of "), text)
            there = dict(values)
            for then, unit, now, unit_now, rule in changes:
                if rule in values:
                    expect(abs(float(now) * scale[unit_now] - values[rule]) <= 0.06 * max(1, scale[unit_now]), text, values)
                    # One value to a reader, whichever rules look at it.
                    there.update({r: float(then) * scale[unit] for r in sums[typology["id"]].split(", ") if uses[r] == uses[rule]})
            for level, at in ((line["status"], values), ("alert", there)):
                cases.append(f"  - {{typology: {typology['id']}, values: {json.dumps(at)}, level: {level}}}\n".replace('"', ""))
            expected.append(len(cases) + 1)  # of each pair the second fails: it is no alert any more
    expect(len(expected) >= 3, expected)
    (work / "rules/own_cases.yaml").write_text("cases:\n" + "".join(cases))
    out = run("rules", "test", "rules")
    (work / "rules/own_cases.yaml").unlink()
    told = out.stdout.decode() + out.stderr.decode()
    failed = [int(n) for n in re.findall(r"own_cases\.yaml:(\d+): \w+: expected alert, got (?:review|clear)", told)]
    expect(failed == expected and f"{len(expected)} failed" in told, expected, told[-900:], cases)


@tap.case("backtest: says what two runs of analyze say")
def _():
    shutil.copytree(work / "rules", work / "others")
    other = work / "others/aggregates.yaml"
    other.write_text(other.read_text().replace("home_origins: [CN]", "home_origins: [TW]"))
    (work / "others/typologies/hidden_trade.yaml").unlink()
    (work / "others/typologies/hijacked_handsets.yaml").unlink()
    rank = {"not named": -1, "insufficient": 0, "clear": 1, "review": 2, "alert": 3}
    words = set()
    for pair in (("rules", "weaker"), ("weaker", "rules"), ("rules", "others"), ("others", "weaker"), ("rules", "changed")):
        results = [analysed(rules) for rules in pair]
        p = run("backtest", "--rules", pair[0], "--against", pair[1], "--no-sweep", "-i", "resellers.csv", "trace.pcapng")
        exits(p, 0)
        out = p.stdout.decode()
        for letter, r in zip("AB", results):
            n = [sum(x["status"] == status for x in r["resellers"]) for status in ("alert", "review", "clear")]
            expect(re.search(rf"^{letter}: .* sha256 {r['ruleset']['sha256'][:12]}\n   {n[0]} in alert, {n[1]} to review, {n[2]} clear; "
                             rf"{len(r['alerts'])} alerts", out, re.M), letter, pair, n, len(r["alerts"]), out[:400])
        rows = [(m[0], *m[1:]) for m in re.findall(
            r"^  (\S+) +([\d.]+|-) (\S+|not named) +([\d.]+|-) (\S+|not named) +([-+][\d.]+)  (\w*)$", out, re.M)]
        want = {}
        for i, r in enumerate(results):
            for x in r["resellers"]:
                want.setdefault(x["id"], [("-", "not named")] * 2)[i] = (f"{x['score']:.1f}", x["status"])
        want = {k: v for k, v in want.items() if max(rank[v[0][1]], rank[v[1][1]]) > 0}
        expect(sorted(want) == sorted(row[0] for row in rows), pair, sorted(want), [row[0] for row in rows])
        for name, score, status, score_b, status_b, moved, word in rows:
            expect([(score, status), (score_b, status_b)] == want[name], name, want[name], (score, status, score_b, status_b))
            a, b = (float(x) if x != "-" else 0 for x in (score, score_b))
            expect(abs(float(moved) - (b - a)) < 0.051, name, moved)
            rise = rank[status_b] - rank[status]
            is_ = ("appears" if status == "not named" else "disappears" if status_b == "not named" else "rises" if rise > 0 else
                   "falls" if rise < 0 else "moves" if a != b else "")
            expect(word == is_, name, word, is_)
            words.add(word)
    expect(words >= {"appears", "disappears", "rises", "falls", "moves"}, words)


@tap.case("backtest: the sweep says what analyze says under each of its thresholds")
def _():
    shutil.copytree(work / "rules", work / "moved")
    hosted, usage = (work / "moved" / name for name in ("typologies/hosted_range.yaml", "usage.yaml"))
    for name in ("number_trade", "agent_resale", "hijacked_handsets", "hidden_trade"):  # else they say it where hosted_range no longer does
        (work / f"moved/typologies/{name}.yaml").unlink()
    hosted.write_text(hosted.read_text().replace("alert: 55", "alert: 83").replace("review: 46", "review: 60")
                      .replace("cap: 100", "cap: 90"))
    out = run("backtest", "--rules", "moved", "-i", "resellers.csv", "trace.pcapng").stdout.decode()
    base = {x["id"]: x["score"] for x in analysed("moved")["resellers"]}
    seen = set()
    for name, path, pattern in (("hosted_range alert", hosted, r"(?<=alert: )(83)\b"), ("U15 ≥ 0.2", usage, r"(?<=ge: )(0\.2)(?=, lt: 0.5, weight: 15)"),
                                ("U13 ≥ 0.9", usage, r"(?<=ge: )(0\.9)(?=, weight: 19)"), ("U14 ≥ 0.3", usage, r"(?<=ge: )(0\.3)(?=, weight: 33)")):
        row = re.search(rf"^  {name} +(.*)$", out, re.M).group(1).split()
        text, alerts, moved = path.read_text(), [], []
        for factor in (0.8, 0.9, 1, 1.1, 1.2):
            changed, n = re.subn(pattern, lambda m: f"{float(m.group(1)) * factor:.6g}", text)
            expect(1 <= n <= 2, name, n)
            path.write_text(changed)
            r = analysed("moved")["resellers"]
            alerts.append(sum(x["status"] == "alert" for x in r))
            moved.append(max(abs(x["score"] - base[x["id"]]) for x in r if x["id"] in base))
        path.write_text(text)
        seen.update(alerts)
        expect([int(x) for x in row[:5]] == alerts, name, row, alerts)
        for said, most in ((row[5], max(moved[1], moved[3])), (row[6], max(moved[0], moved[4]))):
            expect(abs(float(said) - most) < 0.051, name, row, moved)
    expect(len(seen) > 1, "no threshold of these changes anything")


@tap.case("sanitize: decoded as before, and nothing of before in it")
def _():
    exits(run("sanitize", "trace.pcapng", "shared.pcapng", "--key", "site.key"), 0, "packets cleaned")
    clean = (work / "shared.pcapng").read_bytes()
    before, after = ([json.loads(line) for line in run("decode", "--clear", "--format", "jsonl", f).stdout.splitlines()]
                     for f in ("trace.pcapng", "shared.pcapng"))
    expect(len(after) >= 0.99 * len(before), len(after), "of", len(before))
    expect(not any("anomalies" in r for r in after), "anomalies")
    kinds = [sum((r["proto"], r["op"], r["phase"]) == k for r in after) for k in {(r["proto"], r["op"], r["phase"]) for r in before}]
    expect(all(kinds), "an operation is gone")
    for key in ("msisdn", "imsi", "imei", "account", "text", "smsc", "serving_node"):
        common = {r[key] for r in before if key in r} & {r[key] for r in after if key in r}
        expect(not common, key, "came through:", sorted(common)[:3])
    for r in before:
        if len(r.get("text", "")) > 6:
            expect(r["text"].encode() not in clean, "a text came through")
    parties = {r[k] for r in before for k in ("oa", "da") if k in r} & {r[k] for r in after for k in ("oa", "da") if k in r}
    expect(not any(re.fullmatch(r"\d{7,}", x) for x in parties), "a number came through")
    # One number is the same other number everywhere: as many as before, in as many blocks.
    numbers = [{r["msisdn"] for r in records if "msisdn" in r} for records in (before, after)]
    expect(len(numbers[1]) >= 0.99 * len(numbers[0]), len(numbers[0]), len(numbers[1]))
    expect(len({n[:-4] for n in numbers[1]}) <= len({n[:-4] for n in numbers[0]}), "blocks fell apart")
    exits(run("sanitize", "trace.pcapng", "again.pcapng", "--key", "site.key"), 0)
    expect((work / "again.pcapng").read_bytes() == clean, "the same key gives other bytes")
    exits(run("sanitize", "trace.pcapng"), 2)
    exits(run("sanitize", "nowhere.pcap", "x.pcapng"), 1, "nowhere.pcap")
    expect(not (work / "x.pcapng").exists(), "an empty capture is left")


def complaints(page):
    """What a browser's console says about a page, without a network."""
    p = subprocess.run([shutil.which("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
                        "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND",
                        f"--user-data-dir={work / 'browser'}", page.as_uri()], capture_output=True, timeout=120)
    expect(b"</html>" in p.stdout, "the browser gave nothing:", p.stderr.decode()[-400:])
    return [line for line in p.stderr.decode().splitlines() if "CONSOLE" in line]


@tap.case("the HTML report is whole, and asks for nothing")
def _():
    exits(run("analyze", "-i", "resellers.csv", "--format", "html", "-o", "report.html", "trace.pcapng"), 0)
    page = (work / "report.html").read_text()
    for text in ("Harbour Link Telecom", "<svg", "How the score comes about", "Verification codes by service",
                 "Active parts of number blocks", "prefers-color-scheme:dark", "@media print", "Content-Security-Policy"):
        expect(text in page, text, "is missing")
    for pattern in (r"<script", r"https?:", r"url\(", r"@import", r"<link", r"\bsrc=", r"\bon\w+="):
        expect(not re.search(pattern, page), pattern, "stands in the page")
    # No number of a subscriber: a block's prefix has seven digits behind 852 at most.
    expect(not re.search(r"852\d{5,}", page), "a number is printed")
    for section in page.split("<section")[1:]:
        # A cluster is told by what its numbers do together; its reseller's time line would not be its own.
        expect("How the score comes about" in section, "a score without its reasons:", section[:160])
        expect("cluster:" in section[:400] or section.count("class=total") > 3, "a time line without codes:", section[:120])
    again = run("analyze", "-i", "resellers.csv", "--format", "html", "trace.pcapng")
    expect(again.stdout.decode() == page, "the same capture gives other bytes")


@tap.case("a browser shows the HTML report without a complaint")
def _():
    if not shutil.which("chromium"):
        return "chromium is not installed (tools/install browser)"
    expect(complaints(work / "report.html") == [], "console:", complaints(work / "report.html"))
    spoilt = work / "spoilt.html"
    spoilt.write_text((work / "report.html").read_text().replace("</main>", "<img src=http://example.com/x.png></main>"))
    expect(complaints(spoilt), "a request to elsewhere went unnoticed")


@tap.case("rules: every error at once, cases, differences")
def _():
    shutil.copytree(work / "rules", work / "broken")
    bad = work / "broken/usage.yaml"
    bad.write_text(bad.read_text().replace("weight: 22", "wieght: 22", 1).replace("uses: asked_again\n", "uses: asked_agan\n"))
    service = work / "broken/services/glovo.yaml"
    service.write_text(service.read_text().replace("category: food", "category: fud"))
    exits(run("rules", "check", "broken"), 1, "did you mean 'weight'", "asked_agan", "glovo.yaml", "^")
    exits(run("rules", "check", "rules"), 0, "services")
    shutil.copytree(work / "rules", work / "idle")
    (work / "idle/idle.yaml").write_text("aggregates:\n  alone: {by: reseller, over: sliding 7d/1d, fn: count}\n"
                                         "rules:\n  - {id: Z1, family: usage, uses: codes, bands: [{ge: 1, weight: 1, why: x}]}\n")
    said = run("rules", "check", "idle")
    exits(said, 0)
    expect([line for line in said.stdout.decode().splitlines() if line.startswith("note:")] ==
           ["note: rule 'Z1' stands in no typology: it counts for nothing", "note: no rule uses the aggregate 'alone'"],
           said.stdout.decode())
    p = run("rules", "test", "rules")
    exits(p, 0)
    for kind in ("services", "rules"):
        expect(re.search(rf"^{kind} +\d\d+ passed, 0 failed$", p.stdout.decode(), re.M), p.stdout.decode()[-300:])
    exits(p, 0, "must pass, which they do")
    tested = (work / "rules/cases.yaml").read_text()
    for path in work.glob("rules/**/*.yaml"):
        for rule in re.findall(r"^  - id: ([A-Z]\d\d)$", path.read_text(), re.M):
            expect(f"{{rule: {rule}," in tested, f"no case of {rule}")
    for path in work.glob("rules/typologies/*.yaml"):
        for level in ("alert", "clear"):
            expect(re.search(rf"typology: {path.stem},.* level: {level}}}", tested), f"no {level} case of {path.stem}")
    (work / "rules/own_cases.yaml").write_text(
        "cases:\n  - {rule: U15, value: 1, weight: 22}\n  - {rule: U15, value: 0, weight: 3}\n"
        "  - {typology: roaming_bank, values: {U15: 0}, level: clear}\n"
        "  - {captures: [../trace.pcapng], inventory: ../resellers.csv, expect: {R17: alert, R31: alert}}\n")
    exits(run("rules", "test", "rules"), 1, "own_cases.yaml:3: U15 at 0: expected the weight 3",
          "R31: expected alert", "2 failed")
    (work / "rules/own_cases.yaml").write_text("cases:\n  - {rule: U99, value: 1, weight: 1}\n")
    exits(run("rules", "test", "rules"), 1, "own_cases.yaml:2:5")
    (work / "rules/own_cases.yaml").unlink()
    p = run("rules", "diff", "rules", "changed")
    exits(p, 0, "~ rule U15", "22 → 18", "0 added, 0 removed, 1 changed")
    why = "why: " + "x" * 150
    (work / "idle/idle.yaml").write_text("rules:\n  - {id: Z1, family: usage, uses: codes, bands: "
                                         f"[{{ge: 1, lt: 2, weight: 1, {why}}}, {{ge: 2, lt: 3, weight: 2, {why}}}, {{ge: 3, weight: 3, {why}}}]}}\n")
    exits(run("rules", "diff", "rules", "idle"), 0, "+ rule Z1\n", "\n      uses: codes\n      bands: [{ge: 1,", "weight: 3, why: xxx", "1 added")
    exits(run("rules", "diff", "rules", "nowhere"), 1, "nowhere")
    exits(run("rules", "diff", "rules"), 2)


def memory_has(pid, marker):
    """Whether a process that waits has the bytes anywhere it could write them."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            area, rights = line.split()[:2]
            if "w" not in rights:
                continue
            start, end = (int(x, 16) for x in area.split("-"))
            if end - start > 1 << 30:
                continue  # a sanitizer's shadow
            try:
                memory.seek(start)
                if marker in memory.read(end - start):
                    return True
            except OSError:
                pass
    return False


@tap.case("classify: no byte of a text is left in memory while it waits for the next")
def classify_memory():
    if b"__asan_init" in program.read_bytes():
        return  # a sanitizer keeps frames and freed blocks to look at them later
    end, terminal = os.openpty()  # answers come line by line to a terminal
    p = subprocess.Popen([str(program), "classify"], stdin=subprocess.PIPE, stdout=terminal, stderr=subprocess.DEVNULL,
                         cwd=work, env=env)
    try:
        for text in (b"Zyxwvutsrq, 75319864 is your verification code, Qponmlkjih",
                     b"Zyxwvutsrq \xe2\x80\x8b75319864 is your verification code, Qponmlkjih",
                     b"Zyxwvutsrq and Qponmlkjih meet at noon"):
            p.stdin.write(b"MARKSENDER\t" + text + b"\n")
            p.stdin.flush()
            answer = os.read(end, 200)
            expect(answer.split(b"\t")[0] in (b"otp", b"other"), answer)
            for marker in (b"Zyxwvuts", b"75319864", b"Qponmlkj"):
                expect(not memory_has(p.pid, marker), "in memory:", marker, "of", text)
            expect(memory_has(p.pid, answer.rstrip()), "the search finds nothing at all")
    finally:
        p.stdin.close()
        p.wait(60)
        os.close(end)
        os.close(terminal)


@tap.case("classify: what a start keeps for the next is private, and remade when it is damaged or another's")
def classify_cache():
    more = {"XDG_CACHE_HOME": str(work / "kept")}
    text = b"WhatsApp\tYour WhatsApp code is 482-913\n"
    first = run("classify", stdin=text, more=more)
    exits(first, 0, "whatsapp")
    (kept,) = (work / "kept/regsentry").glob("*.db")
    whole = kept.read_bytes()
    expect(kept.stat().st_mode & 0o777 == 0o600, oct(kept.stat().st_mode))
    expect(kept.parent.stat().st_mode & 0o777 == 0o700, oct(kept.parent.stat().st_mode))

    def again(remade, what):
        before = kept.stat().st_ino
        p = run("classify", stdin=text, more=more)
        expect(p.stdout == first.stdout and p.returncode == 0, what, p.stdout, p.stderr)
        expect((kept.stat().st_ino != before) == remade, what, "was" if not remade else "was not", "remade")
        expect(kept.read_bytes() == whole, what, "other bytes")

    again(False, "a whole one")
    kept.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    again(True, "a damaged one")
    kept.write_bytes(whole[:70000])
    again(True, "a cut one")
    kept.chmod(0o666)
    again(True, "one that all may write")


@tap.case("classify: service files that an earlier start has read are read again when they were changed, and only then")
def classify_known_files():
    services = work / "known/services"
    services.mkdir(parents=True)
    for name in ("words.yaml", "weights.yaml"):
        shutil.copy(root / "rules/recognition" / name, services)
    acme = services / "acme.yaml"
    acme.write_text("id: acme\nname: Acme\nhome: unknown\ncategory: shop\nbrands: [Acmezon]\n" + "# filled\n" * 100000)
    more = {"XDG_CACHE_HOME": str(work / "kept-known")}

    def start(brand):
        """Whether the files were read, by a process that waits for its second line."""
        end, terminal = os.openpty()
        p = subprocess.Popen([str(program), "classify", "--rules", str(work / "known")], stdin=subprocess.PIPE,
                             stdout=terminal, stderr=subprocess.PIPE, cwd=work, env={**env, **more})
        os.close(terminal)  # when the process ends without an answer, so does reading it
        try:
            p.stdin.write(b"X\tYour " + brand + b" code is 482913\n")
            p.stdin.flush()
            answer = b""
            while not answer.endswith(b"\n"):  # a terminal gives a line in pieces
                answer += os.read(end, 200)
            expect(answer.startswith(b"otp\tacme\t"), brand, answer)
            read = re.search(r"^rchar: (\d+)", pathlib.Path(f"/proc/{p.pid}/io").read_text(), re.M)[1]
            return int(read) > acme.stat().st_size
        finally:
            _, err = p.communicate()
            os.close(end)
            expect(p.returncode == 0 and not err, err)

    start(b"Acmezon")
    expect(start(b"Acmezon"), "files that were changed a moment ago are trusted")
    time.sleep(2.1)
    expect(start(b"Acmezon"), "what nothing is known of is not read")
    expect(not start(b"Acmezon"), "what is known is read")
    was = acme.stat()
    acme.write_text(acme.read_text().replace("Acmezon", "Bcmezon"))
    os.utime(acme, ns=(was.st_atime_ns, was.st_mtime_ns))
    expect(acme.stat().st_size == was.st_size and acme.stat().st_mtime_ns == was.st_mtime_ns, "no such edit")
    expect(start(b"Bcmezon"), "an edit that gives size and time back is not seen")
    time.sleep(2.1)
    expect(start(b"Bcmezon") and not start(b"Bcmezon"), "the new one does not become known")
    (known,) = (work / "kept-known/regsentry").glob("known-*")
    whole = known.read_bytes()
    known.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    expect(start(b"Bcmezon") and not start(b"Bcmezon"), "damaged, it is believed, or not remade")


@tap.case("classify: who asks through pipes has each answer before the next question")
def _():
    p = subprocess.Popen([str(program), "classify"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=work, env=env)
    try:
        for text, answer in ((b"Your WhatsApp code: 123-456", b"otp\twhatsapp\t"), (b"lunch at noon?", b"other\t-\t")):
            p.stdin.write(b"X\t" + text + b"\n")
            p.stdin.flush()
            expect(select.select([p.stdout], [], [], 60)[0], "no answer while standard input stays open")
            line = os.read(p.stdout.fileno(), 100)
            expect(line.startswith(answer) and line.endswith(b"\n"), line)
    finally:
        p.stdin.close()
        p.wait(60)
        p.stdout.close()


@tap.case("classify: answers keep in step behind a line that is too long")
def classify_long_line():
    p = run("classify", stdin=b"A\t" + b"x" * 200000 + b"\nWhatsApp\tYour WhatsApp code is 482-913\n")
    exits(p, 0)
    expect([x.split(b"\t")[0] for x in p.stdout.splitlines()] == [b"other", b"otp"], p.stdout)


@tap.case("errors: what files and words are called steers no terminal")
def _():
    folder = work / "odd"
    folder.mkdir()
    (folder / "a\x1b]0;t\x07\u202eb.pcap").write_bytes(trace[:100])
    other = json.loads(run("analyze", "--format", "json", "trace.pcapng").stdout)
    other["resellers"][0]["id"] = "account:\x1b[31m"
    (folder / "result.json").write_text(json.dumps(other))
    for p in (run("analyze", folder), run("decode", folder / "none\x1b[1m"), run("\x1b[31mfoo"), run("analyze", "--\x1b[31m"),
              run("explain", "R1", "--result", folder / "result.json"), run("rules", "check", folder / "\x1b[1m")):
        expect(p.returncode != 0 and p.stderr, p.args)
        expect(not any(c in p.stderr for c in (b"\x1b", b"\x07", "\u202e".encode())), p.stderr)


@tap.case("classify: unknown senders with few numbers are named when they can be no person, and hold no code")
def _():
    def smpp(command, number, body):
        return struct.pack(">IIII", 16 + len(body), command, 0, number) + body

    stream = smpp(9, 1, b"acct\0pw\0\0\x34\0\0\0")  # bind_transceiver, SMPP 3.4 4.1.5
    senders = [(5, b"Zqapp"), (1, b"85298765432"), (0, b"482913"), (5, b"Code 482913"), (5, b"joe@a.example")]
    for n, (ton, sender) in enumerate(senders):
        text = b"Your verification code is 77291%d" % n
        stream += smpp(4, 2 + n, b"\0" + bytes([ton, 0]) + sender + b"\0\1\0" + b"8529123000%d\0" % n + bytes(3) + b"\0\0" +
                       bytes(4) + bytes([len(text)]) + text)  # submit_sm, 4.4.1
    tcp = struct.pack(">HHIIBBHHH", 40000, 2775, 1, 1, 0x50, 0x18, 65535, 0, 0) + stream
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + tcp
    (work / "senders.pcap").write_bytes(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) +
                                        struct.pack("<IIII", 1772400000, 0, len(ip), len(ip)) + ip)
    p = run("classify", "--unknown", "senders.pcap")
    exits(p, 0)
    expect(p.stdout == b"Zqapp\t1\n", p.stdout)
    expect(b"4 senders of 4 messages" in p.stderr, p.stderr)


@tap.case("classify: unknown senders, counted, without text")
def _():
    p = run("classify", "--unknown", "trace.pcapng")
    exits(p, 0)
    rows = [line.split("\t") for line in p.stdout.decode().splitlines()]
    expect(rows and all(len(r) == 2 and int(r[1]) > 0 for r in rows), rows[:3])
    expect([int(r[1]) for r in rows] == sorted((int(r[1]) for r in rows), reverse=True), "order")
    expect(not any(re.fullmatch(r"\+?\d{7,}", r[0]) for r in rows), "a number is printed")


@tap.case("reveal: on the record, or not at all")
def _():
    log = work / "audit.jsonl"
    p = run("reveal", token, "--key", "site.key", "--reason", "case 2026-1, a test", "--audit", log)
    exits(p, 0, "number ")
    digits = p.stdout.split()[1]
    expect(digits.isdigit() and digits not in log.read_bytes(), "the identifier is in the log")
    exits(run("reveal", token, "--key", "site.key", "--reason", "another reason", "--audit", log), 0)
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    expect([e["n"] for e in entries] == [1, 2] and entries[1]["previous"] == entries[0]["hash"], entries)
    exits(run("reveal", "--verify", "--audit", log), 0, "2 lines")
    exits(run("reveal", token, "--key", "site.key", "--reason", "x", "--audit", log), 2, "--reason")
    exits(run("reveal", token, "--key", "site.key", "--audit", log), 2, "--reason")
    exits(run("reveal", "n-nonsense", "--key", "site.key", "--reason", "a long reason", "--audit", log), 1, "no token")
    (work / "other.key").write_bytes(bytes(range(1, 33)))
    exits(run("reveal", token, "--key", "other.key", "--reason", "a long reason", "--audit", log), 1, "another key")
    # Two people: the site's key as the exclusive or of two.
    (work / "one.key").write_bytes(bytes(b ^ 0x5a for b in range(32)))
    (work / "two.key").write_bytes(b"\x5a" * 32)
    p = run("reveal", token, "--key", "one.key", "--second-key", "two.key", "--reason", "with two people", "--audit", log)
    exits(p, 0, digits.decode())
    before = log.read_text()
    log.write_text(before.replace("another reason", "another seazon"))
    p = run("reveal", token, "--key", "site.key", "--reason", "a long reason", "--audit", log)
    exits(p, 1, "audit.jsonl:2", "chain is broken")
    expect(digits not in p.stdout, "revealed all the same")
    p = run("reveal", token, "--key", "site.key", "--reason", "a long reason", "--audit", "trace.pcapng/a")
    exits(p, 1, "nothing is revealed")
    expect(digits not in p.stdout, "revealed all the same")


shutil.rmtree(work, ignore_errors=True)
tap.end()
