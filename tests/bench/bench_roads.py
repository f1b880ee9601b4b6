"""Processor time of decode and of tshark on one capture per road, and the ratio.

usage: bench_roads.py REGSENTRY [--frames N] [--program NAME=FILE ...] [ROAD...]

One capture per road, of traffic on that road alone, written by `simulate`. tshark prints the fields that decode's records
have on that road. Times are of one core, the least of three runs of decode (and of each --program: builds to compare with it,
by turns), and one run of tshark: ratios come from one run on one machine, absolute times mean little.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile

SCENARIO = """
start: 2026-03-02T00:00:00Z
duration: 5d
seed: 1
keep_alive: 12h
ON_TOP
home: {country: HK, plmn: "45431", hlr: "85290000001", smsc: "85290000010", timezone: 8}
networks:
  home: {plmn: "45431", nodes: {first: "85290000100", count: 12}}
resellers:
  - {id: A, name: A, ranges: [85261000000-85261019999], numbers: NUMBERS, layout: scattered, codes_per_day: 3,
     services: 12, services_spread: 3, repeat: 0.5, notices_per_week: 6, chats_per_week: 20, sent_per_week: 20,
     moves_per_week: 3, failures: 0.05, languages: {en: 6, zht: 6, zh: 1, es: 1, ru: 1}, used_in: {home: 1}, OF_RESELLER}
"""
# On top of the scenario, the reseller's road, his numbers, fields beside number and time, what tshark must be told.
SMS = ["gsm_sms.tp-oa", "gsm_sms.tp-da", "gsm_sms.sms_text", "gsm_sms.udh.mm.msg_id"]
ACCOUNT = 'account: {system_id: "70700", ip: 202.96.10.13}'
ROADS = {
    "map": ("", "road: map", 2500, ["gsm_old.localValue", "e212.imsi", "e164.msisdn"] + SMS, ""),
    "sgsap": ("sgs: true", "road: map", 1500,
              ["gsm_old.localValue", "sgsap.msg_type", "e212.imsi", "e164.msisdn"] + SMS, ""),
    "bssap": ("access: bssap", "road: map", 1500,
              ["gsm_old.localValue", "gsm_a.rp.msg_type", "e212.imsi", "e164.msisdn"] + SMS, ""),
    "s1ap": ("access: s1ap", "road: map", 1500,
             ["gsm_old.localValue", "gsm_a.rp.msg_type", "e212.imsi", "e164.msisdn"] + SMS, ""),
    "diameter": ("", "road: diameter", 2500, ["diameter.cmd.code", "diameter.flags.request", "diameter.User-Name",
                                              "diameter.Result-Code", "e212.imsi", "e164.msisdn"] + SMS, ""),
    "sip": ("", "road: sip", 2000, ["sip.CSeq.method", "sip.Status-Code", "sip.from.addr", "sip.to.addr",
                                    "sip.P-Asserted-Identity", "e164.msisdn"] + SMS, ""),
    "nsmsf": ("", "road: nsmsf", 1000, ["http2.headers.path", "http2.headers.status", "gsm_a.rp.msg_type"] + SMS,
              "-d tcp.port==7777,http2"),
    "gsup": ("", "road: gsup", 2500, ["gsup.msg_type", "e212.imsi", "e164.msisdn"] + SMS, ""),
    "smpp": ("", "road: smpp, " + ACCOUNT, 7000,
             ["smpp.command_id", "smpp.source_addr", "smpp.destination_addr", "smpp.message_text"], ""),
    "ucp": ("", "road: ucp, " + ACCOUNT, 7000,
            ["ucp.hdr.OT", "ucp.hdr.O_R", "ucp.parm.AdC", "ucp.parm.OAdC", "ucp.parm.AMsg"], ""),
    "cimd2": ("", "road: cimd2, " + ACCOUNT, 7000, ["cimd.opcode", "cimd.da", "cimd.oa", "cimd.ud", "cimd.udb"], ""),
}


def processor(argv):
    """Seconds of processor that a program takes."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{shlex.join(argv)} ended with {status}")
    return usage.ru_utime + usage.ru_stime


def simulate(regsentry, folder, on_top, of_reseller, numbers, frames):
    scenario, full, capture = (os.path.join(folder, name) for name in ("road.yaml", "full.pcapng", "road.pcapng"))
    with open(scenario, "w", encoding="ascii") as out:
        out.write(SCENARIO.replace("ON_TOP", on_top).replace("OF_RESELLER", of_reseller).replace("NUMBERS", str(numbers)))
    subprocess.run([regsentry, "simulate", scenario, "-o", full, "--truth", os.devnull, "--inventory", os.devnull],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["editcap", "-r", full, capture, f"1-{frames}"], check=True, stderr=subprocess.DEVNULL)
    os.unlink(full)
    return capture


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regsentry")
    parser.add_argument("roads", nargs="*", metavar="ROAD")
    parser.add_argument("--frames", type=int, default=400_000)
    parser.add_argument("--program", action="append", default=[], metavar="NAME=FILE")
    args = parser.parse_args()
    programs = [("decode", args.regsentry)] + [tuple(p.split("=", 1)) for p in args.program]
    print(f"{'road':10} {'frames':>8} {'MB':>5} {'tshark s':>9}"
          + "".join(f" {name + ' s':>10} {'ratio':>6}" for name, _ in programs), flush=True)
    for road in args.roads or ROADS:
        *made_of, fields, options = ROADS[road]
        with tempfile.TemporaryDirectory() as folder:
            capture = simulate(args.regsentry, folder, *made_of, args.frames)
            decode = {name: [] for name, _ in programs}
            for _ in range(3):
                for name, program in programs:
                    decode[name].append(processor([program, "decode", "--format", "jsonl", capture]))
            tshark = processor(["tshark", "-r", capture, *options.split(), "-T", "fields"]
                               + [word for f in ["frame.number", "frame.time_epoch"] + fields for word in ("-e", f)])
            count = subprocess.run(["capinfos", "-M", "-rc", "-T", capture], check=True, capture_output=True,
                                   text=True).stdout.split()[-1]
            print(f"{road:10} {count:>8} {os.path.getsize(capture) / 1e6:5.0f} {tshark:9.2f}"
                  + "".join(f" {min(decode[name]):10.3f} {tshark / min(decode[name]):6.1f}" for name, _ in programs),
                  flush=True)


main()
