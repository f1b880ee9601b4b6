"""Compares what decode says about SMPP with tshark's dissection of the same frames, PDU by PDU.

usage: compare_smpp.py REGSENTRY SOURCE_ROOT SHARED_DATA

Every PDU that tshark finds and that is about a message or an account must have a record of ours, in the same order
and with the same operation, phase, addresses, text, account and error; and we may have no others. Prints the
agreement per field; TAP on standard output.
"""
import collections
import glob
import os
import re
import sys

from pdml import begins_with_a_rest, packets, records

regsentry, root, shared = sys.argv[1:4]
captures = sorted(glob.glob(f"{root}/captures/smpp-*.pcapng"))
captures += [f"{shared}/traffic/capture-{name}.pcap" for name in ("smpp", "encodings")]
# Here tshark takes TLS and RTP for SMPP: nothing may come out of them.
impostors = [f"{shared}/captures/{name}" for name in ("sngrep/tlssaved.pcap", "heplify/rtp_rtcp_sip_ipv4_udp.pcap")]

SILENT = {"enquire_link", "param_retrieve", "query_last_msgs"}
BINDS = {"bind_receiver", "bind_transmitter", "bind_transceiver"}
# Status names are ours to know; tshark's words for the same numbers are sentences.
STATUS = {0x02: "ESME_RINVCMDLEN", 0x03: "ESME_RINVCMDID", 0x08: "ESME_RSYSERR", 0x0b: "ESME_RINVDSTADR",
          0x0d: "ESME_RBINDFAIL", 0x0e: "ESME_RINVPASWD", 0x0f: "ESME_RINVSYSID", 0x14: "ESME_RMSGQFUL",
          0x45: "ESME_RSUBMITFAIL", 0x58: "ESME_RTHROTTLED", 0x64: "ESME_RX_T_APPN", 0x65: "ESME_RX_P_APPN",
          0x66: "ESME_RX_R_APPN"}

# What tshark 4.0 says otherwise, field by field: (reason, holds(field, theirs, ours, values)).
ACCEPTED = [
    ("white space of a text is all blanks in PDML",
     lambda field, want, got, values: field == "text" and got is not None
     and re.split(r"\s", got) == re.split(r"\s", want)),
    ("octets of a name above ASCII are shown as U+FFFD; we read them as ISO 8859-1",
     lambda field, want, got, values: field in ("oa", "da") and got is not None and "\ufffd" in want
     and re.sub("[\x80-\xff]", "\ufffd", got) == want),
    ("the user data header in front of a message_payload is shown as characters",
     lambda field, want, got, values: field == "text" and got is not None and want.endswith(got)
     and values.get("smpp.esm.submit.features") in ("0x01", "0x40") and "smpp.message_payload" in values),
]


def number(text):
    return text[1:] if re.fullmatch(r"\+[0-9]+", text) else text


def theirs(capture):
    """One dictionary per PDU, by frame."""
    out = collections.defaultdict(list)
    for frame, packet in packets(capture, "smpp", r"smpp\.[^\"]*", "-o", "smpp.decode_sms_over_smpp:GSM 7-bit",
                                 "-o", "tcp.reassemble_out_of_order:TRUE"):
        for pdu in packet.findall("./proto[@name='smpp']"):
            values = {}
            for f in pdu.iter("field"):
                values.setdefault(f.get("name"), f.get("show"))
            shown = pdu.find("./field[@name='smpp.command_id']").get("showname")
            name = re.match(r"Operation: (.*) \(0x", shown).group(1)
            answer = name.endswith(" - resp")
            op = name.removesuffix(" - resp").lower()
            if op in SILENT:
                continue
            status = int(values.get("smpp.command_status", "0"), 16)
            failed = status != 0 or op == "generic_nack"
            r = {"op": op, "phase": "error" if failed else "response" if answer or op == "generic_nack" else "request"}
            if failed:
                r["result"] = STATUS.get(status, status)
            for field, key in (("smpp.source_addr", "oa"), ("smpp.destination_addr", "da")):
                if values.get(field):
                    r[key] = number(values[field])
            if op in BINDS and not answer:
                r["account"] = values["smpp.system_id"]
            receipt = values.get("smpp.esm.submit.msg_type") in ("0x01", "0x08") and op in ("deliver_sm", "data_sm")
            if "smpp.message_text" in values and not receipt:
                r["text"] = values["smpp.message_text"]
            out[frame].append((r, values))
    return out


def ours(capture):
    found = {frame: [r for r in rs if r["proto"] == "smpp"] for frame, rs in records(regsentry, capture).items()}
    return collections.defaultdict(list, {frame: rs for frame, rs in found.items() if rs})


failed = False
print(f"1..{len(captures) + len(impostors)}")
for i, capture in enumerate(captures + impostors, 1):
    name = os.path.basename(capture)
    if not os.path.exists(capture):
        print(f"ok {i} - {name} # SKIP outside data are not here")
        continue
    mine = ours(capture)
    their = {} if capture in impostors else theirs(capture)
    agree, differ, said = collections.Counter(), collections.Counter(), []
    for frame in sorted(set(mine) | set(their)):
        a, b = their.get(frame, []), mine.get(frame, [])
        if not a and len(b) == 1 and capture not in impostors and begins_with_a_rest(capture, frame):
            agree["PDUs only we put together"] += 1
            continue
        if len(a) != len(b):
            differ["PDUs"] += abs(len(a) - len(b))
            said.append(f"frame {frame}: tshark has {len(a)} PDUs, we have {len(b)}")
        for (want, values), got in zip(a, b):
            agree["PDUs"] += 1
            for field, value in want.items():
                same = got.get(field) == value
                if not same:
                    same = any(holds(field, value, got.get(field), values) for _, holds in ACCEPTED)
                (agree if same else differ)[field] += 1
                if not same:
                    said.append(f"frame {frame} {want['op']} {field}: {value!r}, ours {got.get(field)!r}")
    bad = bool(differ) or (capture in captures and not agree)
    failed |= bad
    counts = ", ".join(f"{f} {agree[f]}/{agree[f] + differ[f]}" for f in sorted(agree | differ))
    print(f"{'not ok' if bad else 'ok'} {i} - {name}: {counts}")
    for line in said[:20]:
        print(f"# {line}")
sys.exit(1 if failed else 0)
