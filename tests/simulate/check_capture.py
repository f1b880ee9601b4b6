# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated capture as tshark sees it: no complaint, good checksums, as many messages as were written. Prints TAP."""
import collections
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

program, scenario = sys.argv[1:3]
tap = Tap()

# Expert infos of these severities are remarks, not complaints (Wireshark: 1048576 comment, 2097152 chat, 4194304 note).
REMARKS = {"1048576", "2097152"}


def check(name, problem):
    tap.ok(not problem, name, problem)


def simulate(folder, *more):
    out = subprocess.run([program, "simulate", scenario, "-o", f"{folder}/c.pcapng", "--truth", f"{folder}/t.jsonl",
                          "--inventory", f"{folder}/i.csv", *more], capture_output=True, text=True, check=True)
    return {k: int(v) for k, v in (line.split() for line in out.stdout.splitlines())}


def sha(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def fields(path, *names, display=None):
    """One pass of tshark: of each frame the values of these fields, those that it has several times with commas."""
    args = ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
            "-o", "udp.check_checksum:TRUE", "-o", "sctp.checksum:crc-32c", "-d", "tcp.port==7777,http2", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]
    for name in names:
        args += ["-e", name]
    if display:
        args += ["-Y", display]
    out = subprocess.run(args, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in out.split("\n") if line]


def complaints_in(rows):
    """Messages of expert infos that are more than a remark, from pairs of severities and messages."""
    return {message for severity, message in rows if any(s not in REMARKS for s in severity.split(",") if s)}


def look(counts, path):
    rows = fields(path, "frame.protocols", "_ws.expert.severity", "_ws.expert.message", "ip.checksum.status",
                  "tcp.checksum.status", "udp.checksum.status", "sctp.checksum.status", "smpp.command_id", "tcap.tid",
                  "http2.type")
    seen, complaints = collections.Counter(), set()
    bad_sums = smpp = tpdus = tids = 0
    for protocols, severity, message, ip, tcp, udp, sctp, commands, tid, http2 in rows:
        # tshark takes the body of SIP for a string, too, and RP-DATA always has a zero octet in its midst.
        if message != "Trailing stray characters" or not protocols.endswith(":sip:gsm_a.rp:gsm_sms"):
            complaints |= complaints_in([(severity, message)])
        bad_sums += ip != "1" or (tcp or udp or sctp) != "1"
        smpp += len([c for c in commands.split(",") if c])
        names = set(protocols.split(":"))
        seen.update(names)
        tpdus += {"gsm_sms", "gsm_map"} <= names   # a TPDU inside of a result would be counted, too; there is none
        tids += bool(tid)
        seen["headers of HTTP/2"] += "1" in http2.split(",")
    check("tshark sees as many frames as were written",
          "" if len(rows) == counts["frames"] else f"{len(rows)} of {counts['frames']}")
    check("tshark has no complaint", f"{complaints}" if complaints else "")
    check("all checksums are good", f"{bad_sums} are not" if bad_sums else "")
    check("tshark sees every SMPP PDU", "" if smpp == counts["smpp"] else f"{smpp} of {counts['smpp']}")
    check("tshark sees every short message of MAP",
          "" if tpdus == counts["tpdus"] else f"{tpdus} of {counts['tpdus']}")
    for name, theirs in (("ucp", "ucp"), ("diameter", "diameter"), ("sgsap", "sgsap"), ("sip", "sip"), ("gsup", "gsup"),
                         ("cimd2", "cimd"), ("nsmsf", "headers of HTTP/2")):
        check(f"tshark sees every message of {name}",
              "" if seen[theirs] == counts[name] else f"{seen[theirs]} of {counts[name]}")
    check("tshark sees every TCAP message", "" if tids == counts["map"] else f"{tids} of {counts['map']}")


def verified(folder):
    """How many codes analyze counts in what was simulated there."""
    out = subprocess.run([program, "analyze", "--inventory", f"{folder}/i.csv", "--format", "json",
                          f"{folder}/c.pcapng"], capture_output=True, text=True, check=True).stdout
    return json.loads(out)["capture"]["verifications"]


def verifications(*settings):
    with tempfile.TemporaryDirectory() as folder:
        simulate(folder, "--set", "duration=2d " + " ".join(settings))
        return verified(folder)


def count_on(reseller):
    """Codes on the road of one reseller alone, some of which need a second attempt: each is counted once."""
    others = [f"resellers.{r}.numbers=0" for r in "ABUSPDIGNCK" if r != reseller]
    alone = verifications("behaviours.busy.failures=0", *others)
    n = verifications(*others)
    check(f"a code that {reseller}'s road fails to deliver at first is counted once",
          "" if alone and abs(n - alone) <= alone // 50 else f"{n} and {alone}")


def look_at_access(access, alone):
    """The radio side of the home network on each of its roads: all of it known to tshark, and read to the last text. A code
    that is seen on MAP, on SGs and at the radio is one observation. (Taps draw other random numbers, so that a handful of
    messages fail that did not.)"""
    node = "10.20.5.1"
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/c.pcapng"
        counts = simulate(folder, "--set", f"access={access} duration=2d")
        rows, theirs = [], 0
        for protocols, addresses, *infos in fields(path, "frame.protocols", "ip.addr", "_ws.expert.severity",
                                                   "_ws.expert.message", display=f"{access} || ip.addr == {node}"):
            names, near = set(protocols.split(":")), node in addresses.split(",")
            theirs += near and "gsm_sms" in names
            if access in ("s1ap", "ngap") and access in names or access in ("bssap", "ranap") and (
                    names & {"bssap", "ranap"} or near and "sccp" in names):
                rows.append(infos)
        complaints = complaints_in(rows)
        check(f"tshark has no complaint of {access}", f"{complaints}" if complaints else "")
        check(f"tshark sees every message of {access}",
              "" if rows and len(rows) == counts["access"] else f"{len(rows)} of {counts['access']}")
        records = decoded(path)
        odd = collections.Counter(a for r in records for a in r.get("anomalies", []))
        ours = [r for r in records if r["op"] == "CP-DATA" and r["phase"] == "request"]
        whole = [r for r in ours if "text" in r and "imsi" in r and "cell" in r]
        check(f"decode has text, IMSI and cell of every short message of {access}",
              f"{dict(odd)}" if odd else "" if ours and len(ours) == len(whole) == theirs else
              f"{len(whole)} of {len(ours)}, tshark {theirs}")
        n = verified(folder)
        check(f"a code seen on MAP, SGsAP and {access} is counted once",
              "" if alone and abs(n - alone) <= alone // 100 else f"{n} and {alone}")


def look_at_carrier(carrier):
    """What carries MAP: tshark knows it, and nothing is lost on it."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/c.pcapng"
        counts = simulate(folder, "--set", f"carrier={carrier} duration=1d")
        rows = fields(path, "_ws.expert.severity", "_ws.expert.message", "tcap.tid", display=carrier)
        complaints = complaints_in(row[:2] for row in rows)
        check(f"tshark has no complaint of {carrier}", f"{complaints}" if complaints else "" if rows else "it sees none")
        tids = sum(bool(row[2]) for row in rows)
        check(f"tshark sees every TCAP message on {carrier}",
              "" if tids == counts["map"] else f"{tids} of {counts['map']}")
        records = decoded(path)
        odd = collections.Counter(a for r in records for a in r.get("anomalies", []))
        n = sum(r["proto"] == "map" and r["op"] in ("mt-forwardSM", "mo-forwardSM") and r["phase"] == "request"
                and f":{carrier}:" in r["path"] for r in records)
        check(f"decode finds every short message on {carrier}",
              f"{dict(odd)}" if odd else "" if n == counts["tpdus"] else f"{n} of {counts['tpdus']}")


def decoded(path):
    out = subprocess.run([program, "decode", "--format", "jsonl", "--clear", path], capture_output=True, text=True,
                         check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def decode(counts, path):
    """The decoders, which share nothing with the encoders, find the same and nothing odd."""
    records = decoded(path)
    odd = collections.Counter(a for r in records for a in r.get("anomalies", []))
    check("decode finds no anomaly", f"{dict(odd)}" if odd else "")
    n = sum(r["proto"] == "map" and r["op"] in ("mt-forwardSM", "mo-forwardSM") and r["phase"] == "request"
            for r in records)
    check("decode finds every short message of MAP", "" if n == counts["tpdus"] else f"{n} of {counts['tpdus']}")
    # SRI-SM and results carry none; status and enquire_link PDUs have no record.
    silent = [r for r in records if r["phase"] == "request" and "text" not in r and r["op"] in
              ("mt-forwardSM", "mo-forwardSM", "TFR", "OFR", "deliver_sm", "submit_sm", "51", "52", "downlink-unitdata", "MESSAGE",
               "submit message", "deliver message",
               "Namf_Communication_N1N2MessageTransfer", "Nsmsf_SMService_UplinkSMS")]
    check("every message has its text", f"{silent[:2]}" if silent else "")


if not shutil.which("tshark"):
    print("1..0 # SKIP tshark is not installed")
    sys.exit(0)
with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
    counts = simulate(a)
    simulate(b)
    check("the same seed gives the same bytes",
          "" if all(sha(f"{a}/{f}") == sha(f"{b}/{f}") for f in ("c.pcapng", "t.jsonl", "i.csv")) else "they differ")
    simulate(b, "--seed", "123456")
    check("another seed gives other bytes", "" if sha(f"{a}/c.pcapng") != sha(f"{b}/c.pcapng") else "the same")
    look(counts, f"{a}/c.pcapng")
    decode(counts, f"{a}/c.pcapng")
    if counts["access"]:
        alone = verifications("sgs=false", "access=none")
        for access in ("bssap", "ranap", "s1ap", "ngap"):
            look_at_access(access, alone)
        for reseller in "DIGN":  # Diameter, SIP, GSUP, Nsmsf
            count_on(reseller)
        for carrier in ("m2pa", "m2ua", "sua"):
            look_at_carrier(carrier)
    committed = pathlib.Path(scenario).with_suffix(".pcapng")
    if committed.exists():
        for kind, made in (("pcapng", "c.pcapng"), ("csv", "i.csv"), ("jsonl", "t.jsonl")):
            check(f"{committed.stem}.{kind} is what the scenario gives",
                  "" if sha(committed.with_suffix("." + kind)) == sha(f"{a}/{made}") else "run tools/demo")

tap.end()
