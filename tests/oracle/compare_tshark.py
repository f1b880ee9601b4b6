"""Compares what decode says with tshark's dissection of the same frames, over every capture and every road.

usage: compare_tshark.py REGSENTRY SOURCE_ROOT SHARED_DATA

Every PDU in which tshark sees a short message, or an operation that binds or answers for a subscriber, must have a
record of ours in the same frame with the same operation, phase, addresses, IMSI and text; and every record of ours must
be such a PDU of tshark's. Captures: all of the outside ones, those of the tree, and what `simulate` writes. Prints the
agreement per protocol and field; what is known to differ is listed below with its reason. TAP on standard output.
"""
import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

from pdml import begins_with_a_rest, packets, records

regsentry, root, shared = sys.argv[1:4]

# TS 29.002 17.5: operations that carry a message, bind a subscriber or answer for one.
MAP_OPS = {2: "updateLocation", 3: "cancelLocation", 7: "insertSubscriberData", 22: "sendRoutingInfo",
           23: "updateGprsLocation", 24: "sendRoutingInfoForGprs", 43: "checkIMEI", 44: "mt-forwardSM",
           45: "sendRoutingInfoForSM", 46: "mo-forwardSM", 47: "reportSM-DeliveryStatus", 48: "noteSubscriberPresent",
           49: "alertServiceCentreWithoutResult", 56: "sendAuthenticationInfo", 57: "restoreData",
           63: "informServiceCentre", 64: "alertServiceCentre", 66: "readyForSM", 67: "purgeMS",
           70: "provideSubscriberInfo", 71: "anyTimeInterrogation", 89: "noteMM-Event", 8: "deleteSubscriberData",
           21: "mt-ForwardSM-VGCS", 26: "noteMsPresentForGprs", 83: "provideSubscriberLocation", 86: "subscriberLocationReport",
           55: "sendIdentification", 58: "sendIMSI", 4: "provideRoamingNumber", 85: "sendRoutingInfoForLCS"}
# TS 29.272 7.2, TS 29.338 5.3 and 6.3, TS 29.229 6.1, TS 29.329 6.1: (application, command) -> name without R and A.
DIAMETER = {(16777251, 316): "UL", (16777251, 317): "CL", (16777251, 318): "AI", (16777251, 319): "ID",
            (16777251, 320): "DS", (16777251, 321): "PU", (16777251, 323): "NO", (16777252, 324): "EC",
            (16777312, 8388647): "SR", (16777312, 8388648): "AL", (16777312, 8388649): "RD",
            (16777313, 8388645): "OF", (16777313, 8388646): "TF", (16777313, 8388648): "AL",
            (16777216, 300): "UA", (16777216, 301): "SA", (16777216, 302): "LI", (16777216, 303): "MA",
            (16777216, 304): "RT", (16777216, 305): "PP", (16777217, 306): "UD", (16777217, 307): "PU",
            (16777217, 308): "SN", (16777217, 309): "PN"}
# Protocols of tshark's that can carry what we take, outermost first.
FILTER = ("gsm_map || tcap.abort_element || gsm_sms || smpp || diameter || gsup || ucp || "
          "sip.CSeq.method in {\"MESSAGE\",\"REGISTER\"} || "
          "http2 || s1ap || ngap || sgsap || camel || cimd || ansi_map || gsm_a.rp || gsm_a.dtap.msg_mm_type || gsm_a.dtap.msg_rr_type == 0x27")
# Texts per part, as our records have them; streams and segments put together.
PREFERENCES = ["gsm_sms.reassemble:FALSE", "sccp.defragment_xudt:TRUE",
               "smpp.decode_sms_over_smpp:GSM 7-bit", "nas-eps.null_decipher:TRUE", "nas-5gs.null_decipher:TRUE"]


# The fields that the readers below ask for.
FIELDS = frozenset("""
    _ws.expert _ws.expert.message ansi_637_tele.user_data.text camel.invoke_element camel.local cimd.da cimd.opcode
    diameter.Experimental-Result-Code diameter.Result-Code diameter.User-Name diameter.applicationId diameter.cmd.code
    diameter.flags.request e164.msisdn e212.imsi gsm_a.dtap.msg_mm_type gsm_a.dtap.msg_rr_type gsm_a.rp.msg_type
    gsm_map.invoke_element gsm_map.reject_element gsm_map.returnError_element gsm_map.returnResultLast_element
    gsm_map.returnResult_element gsm_map.ms.msisdn gsm_map.sm.msisdn gsm_map.sm.serviceCentreAddressDA
    gsm_map.sm.serviceCentreAddressOA gsm_old.invoke_element gsm_old.localValue gsm_old.reject_element
    gsm_old.returnError_element gsm_old.returnResultLast_element gsm_old.returnResult_element gsm_sms.ie_identifier
    gsm_sms.sms_text gsm_sms.tp-da gsm_sms.tp-oa gsup.msg_type http2.headers.path nas_5gs.mm.message_type
    nas_eps.nas_msg_emm_type nas_eps.security_header_type sctp.retransmission sgsap.msg_type sip.CSeq.method
    sip.Status-Code smpp.command_id tcap.abort_element ucp.hdr.OT ucp.hdr.O_R ucp.parm.AdC ucp.parm.NACK ucp.parm.OAdC
    """.split())


def fields_of(node, *names):
    assert FIELDS.issuperset(names), names
    return (f for f in node.iter("field") if f.get("name") in names)


def find(node, name):
    return next(fields_of(node, name), None)


def first(node, name):
    f = find(node, name)
    return None if f is None else f.get("show")


def all_of(node, name):
    return [f.get("show") for f in fields_of(node, name)]


def number(text):
    return text[1:] if re.fullmatch(r"\+[0-9]+", text) else text


def short_messages(node):
    """What the TPDUs below a node say: one dictionary each."""
    out = []
    for sms in [p for p in node.iter("proto") if p.get("name") == "gsm_sms"]:
        r = {}
        for field, key in (("gsm_sms.tp-oa", "oa"), ("gsm_sms.tp-da", "da"), ("gsm_sms.sms_text", "text")):
            value = first(sms, field)
            if value:
                r[key] = number(value) if key != "text" else value
        r["#values"] = {"#ies": set(all_of(sms, "gsm_sms.ie_identifier"))}
        out.append(r)
    return out


def merge(r, node):
    for sms in short_messages(node)[:1]:
        r.update(sms)
    return r


def rp_phase(node):
    """An RP-ACK or RP-ERROR answers (TS 24.011 8.2.2), whatever carries it."""
    kinds = all_of(node, "gsm_a.rp.msg_type")
    return {2: "response", 3: "response", 4: "error", 5: "error"}.get(int(kinds[0], 16), "request") if kinds else None


class Pdu(dict):
    """Fields of a PDU, and whether we must have it."""
    required = True
    ops = None


def map_pdus(packet):
    protos = list(packet)
    if find(packet, "tcap.abort_element") is not None:
        r = Pdu(proto="map", phase="error")   # ends what was asked for; tshark has no MAP in it
        r.required = False
        yield r
    for i, proto in enumerate(protos):
        if proto.get("name") != "gsm_map":
            continue
        kind = next((k for k in ("invoke", "returnResultLast", "returnResult", "returnError", "reject")
                     if find(proto, f"gsm_old.{k}_element") is not None
                     or find(proto, f"gsm_map.{k}_element") is not None), None)
        code = first(proto, "gsm_old.localValue")
        r = Pdu()
        r["proto"] = "map"
        imsi = first(proto, "e212.imsi")
        if kind == "invoke" and code is not None:
            op = MAP_OPS.get(int(code))
            if op is None:
                continue
            r.update(op=op, phase="request")
            if op == "mo-forwardSM":
                # Versions 1 and 2 have one forwardSM for both ways; tshark calls it by its number.
                del r["op"]
                r.ops = ("mo-forwardSM", "mt-forwardSM", "forwardSM")
            r.required = op != "sendIdentification" or bool(imsi)
        elif kind in ("returnResultLast", "returnResult"):
            op = MAP_OPS.get(int(code)) if code is not None else None
            if code is not None and op is None:
                continue
            r["phase"] = "response"
            if op:
                r["op"] = op
            r.required = bool(imsi)
        elif kind == "returnError":
            r["phase"] = "error"
            r.required = False
            shown = find(proto, "gsm_old.localValue")
            if shown is not None:
                r["result"] = re.sub(r"^.*: (.*) \(\d+\)$", r"\1", shown.get("showname"))
        else:
            continue
        if imsi:
            r["imsi"] = imsi
        for field, key in (("gsm_map.sm.serviceCentreAddressOA", "smsc"), ("gsm_map.sm.serviceCentreAddressDA", "smsc"),
                           ("gsm_map.sm.msisdn", "msisdn"), ("gsm_map.ms.msisdn", "msisdn")):
            holder = find(proto, field)
            digits = None if holder is None else first(holder, "e164.msisdn")
            if digits:
                r.setdefault(key, digits)
        if i + 1 < len(protos) and protos[i + 1].get("name") == "gsm_sms":
            holder = tree.Element("packet")
            holder.append(protos[i + 1])
            merge(r, holder)
        merge(r, proto)
        yield r


def diameter_pdus(packet):
    for proto in packet.findall("./proto[@name='diameter']"):
        name = DIAMETER.get(tuple(int(first(proto, f"diameter.{key}") or 0) for key in ("applicationId", "cmd.code")))
        if not name:
            continue
        request = first(proto, "diameter.flags.request") == "1"
        codes = all_of(proto, "diameter.Result-Code") + all_of(proto, "diameter.Experimental-Result-Code")
        failed = not request and codes and not codes[0].startswith("2")
        r = Pdu(proto="diameter", op=name + ("R" if request else "A"),
                phase="request" if request else "error" if failed else "response")
        user = first(proto, "diameter.User-Name")
        if user and re.fullmatch(r"\d{14,15}", user):
            r["imsi"] = user
        r.required = request or bool(user) or bool(short_messages(proto))
        merge(r, proto)
        yield r


def sip_pdus(packet):
    for proto in packet.findall("./proto[@name='sip']"):
        method = first(proto, "sip.CSeq.method")
        if method not in ("MESSAGE", "REGISTER"):
            continue
        status = first(proto, "sip.Status-Code")
        if status and int(status) < 200:
            continue
        r = Pdu(proto="sip", op=method,
                phase="request" if not status else "error" if int(status) >= 300 else "response")
        r.required = not status
        if not status and rp_phase(proto):
            r["phase"] = rp_phase(proto)
            r.required = r["phase"] == "request" or bool(short_messages(proto))
        yield merge(r, proto)


def gsup_pdus(packet):
    for proto in packet.findall("./proto[@name='gsup']"):
        shown = find(proto, "gsup.msg_type").get("showname")
        kind = re.match(r".*Message Type: (.*) (Request|Error|Result) \(", shown)
        if not kind:
            continue
        r = Pdu(proto="gsup", phase={"Request": "request", "Error": "error", "Result": "response"}[kind.group(2)])
        if first(proto, "e212.imsi"):
            r["imsi"] = first(proto, "e212.imsi")
        r.required = bool(short_messages(proto))
        yield merge(r, proto)


def ucp_pdus(packet):
    for proto in packet.findall("./proto[@name='ucp']"):
        op, kind = first(proto, "ucp.hdr.OT"), first(proto, "ucp.hdr.O_R")
        if op is None or kind is None:
            continue
        r = Pdu(proto="ucp", op=f"{int(op):02}")
        nack = find(proto, "ucp.parm.NACK") is not None
        r["phase"] = "request" if "O" in kind else "error" if nack else "response"
        r.required = r["phase"] == "request" and r["op"] in ("01", "51", "52", "53", "60")
        for field, key in (("ucp.parm.AdC", "da"), ("ucp.parm.OAdC", "oa")):
            value = first(proto, field)
            if value and r["phase"] == "request" and r["op"] in ("51", "52") and re.fullmatch(r"\d+", value):
                r[key] = value
        yield r


def sgsap_pdus(packet):
    for proto in packet.findall("./proto[@name='sgsap']"):
        shown = find(proto, "sgsap.msg_type").get("showname")
        name = re.match(r".*SGsAP-(.*) \(0x", shown)
        r = Pdu(proto="sgsap")
        if name:
            r["op"] = name.group(1).lower()
        if first(proto, "e212.imsi"):
            r["imsi"] = first(proto, "e212.imsi")
        r.required = bool(short_messages(proto))
        yield merge(r, proto)


# TS 24.008 9.2: messages that show an identity.
MM = {"Location Updating Request": "request", "Location Updating Accept": "response",
      "Location Updating Reject": "error", "Identity Response": "response", "CM Service Request": "request",
      "IMSI Detach Indication": "request", "CM Re-establishment Request": "request",
      "TMSI Reallocation Complete": "response", "Paging Response": "response"}


def radio_pdus(packet):
    """CP-DATA and identities over BSSAP, RANAP and GSMTAP."""
    names = {p.get("name") for p in packet.iter("proto")}
    roads = {"ranap": "ranap", "gsmtap": "gsmtap", "bssap": "bssap", "gsm_a.bssmap": "bssap"}
    proto = next((roads[n] for n in roads if n in names), None)
    if proto is None or names & {"sgsap", "gsm_map", "sip", "diameter", "gsup", "smpp"}:
        return
    phase = rp_phase(packet)
    if phase:
        r = Pdu(proto=proto, op="CP-DATA", phase=phase)
        r.required = bool(short_messages(packet))
        yield merge(r, packet)
    for f in fields_of(packet, "gsm_a.dtap.msg_mm_type", "gsm_a.dtap.msg_rr_type"):
        name = re.match(r".*: (.*) \(0x", f.get("showname") or "")
        if not name or name.group(1) not in MM:
            continue
        r = Pdu(proto=proto, op=name.group(1).upper(), phase=MM[name.group(1)])
        if first(packet, "e212.imsi"):
            r["imsi"] = first(packet, "e212.imsi")
        r.required = "imsi" in r
        yield r


def nas_pdus(packet):
    """Short messages and subscribers by IMSI in messages of EPS and 5GS that are not ciphered."""
    if not {"s1ap", "ngap"} & {p.get("name") for p in packet.findall("./proto")}:
        return
    phase = rp_phase(packet)
    if phase:
        r = Pdu(proto="nas", op="CP-DATA", phase=phase)
        r.required = bool(short_messages(packet))
        yield merge(r, packet)
    for f in fields_of(packet, "nas_eps.nas_msg_emm_type", "nas_5gs.mm.message_type", "nas_eps.security_header_type"):
        if f.get("name") != "nas_eps.security_header_type":
            name = re.match(r".*: (.*?)( \(UE (?:originating|terminated)\))? \(0x", f.get("showname") or "")
            if not name or "transport" in name.group(1).lower():
                continue
            r = Pdu(proto="nas", op=name.group(1).upper())
            if first(packet, "e212.imsi"):
                r["imsi"] = first(packet, "e212.imsi")
            r.required = "imsi" in r
            yield r
        elif f.get("show") == "12":
            r = Pdu(proto="nas", op="SERVICE REQUEST")   # TS 24.301 8.2.25: has no message type
            r.required = False
            yield r


def smpp_pdus(packet):
    """Field by field in compare_smpp.py; here that nothing is missed or invented."""
    silent = {"enquire_link", "param_retrieve", "query_last_msgs"}
    for proto in packet.findall("./proto[@name='smpp']"):
        shown = find(proto, "smpp.command_id")
        name = re.match(r"Operation: (.*) \(0x", shown.get("showname")) if shown is not None else None
        if not name:
            continue
        op = name.group(1).removesuffix(" - resp").lower()
        if op in silent:
            continue
        yield Pdu(proto="smpp", op=op)


def camel_pdus(packet):
    for proto in packet.findall("./proto[@name='camel']"):
        shown = find(proto, "camel.local")
        name = re.match(r".*: (\S+) \(\d+\)$", shown.get("showname") or "") if shown is not None else None
        invoke = find(proto, "camel.invoke_element") is not None
        if name and invoke and name.group(1) in ("initialDP", "initialDPSMS"):
            r = Pdu(proto="cap", op=name.group(1), phase="request")
            if first(proto, "e212.imsi"):
                r["imsi"] = first(proto, "e212.imsi")
            r.required = "imsi" in r
            yield r


def cimd2_pdus(packet):
    """Operations but those that are about the session alone; an address that is given once."""
    silent = {8, 9, 40}   # set and get parameters, alive
    for proto in packet.findall("./proto[@name='cimd']"):
        operation = int(first(proto, "cimd.opcode") or 0)
        if operation % 50 in silent:
            continue
        r = Pdu(proto="cimd2", phase="request" if operation < 50 else "response")
        if operation >= 50:
            del r["phase"]   # the error code may be any parameter
        to = all_of(proto, "cimd.da")
        if operation < 50 and len(to) == 1:
            r["da"] = number(to[0])
        yield r


def ansi41_pdus(packet):
    """The text of a message; of the parameters tshark names too few."""
    for _ in packet.findall("./proto[@name='ansi_map']"):
        r = Pdu(proto="ansi-41")
        text = first(packet, "ansi_637_tele.user_data.text")
        if text:
            r["text"] = text
        yield r


def nsmsf_pdus(packet):
    """Requests of the service based interfaces by their path; tshark reads the short message as NAS or RP, which CP is
    not, so that texts are compared where it finds them."""
    identity = {"imsi": "imsi", "msisdn": "msisdn", "imei": "imei"}
    for proto in packet.findall("./proto[@name='http2']"):
        for f in fields_of(proto, "http2.headers.path"):
            if not re.search("/n[a-z0-9]+-[a-z-]+/v[0-9]/", f.get("show")):
                continue
            r = Pdu(proto="nsmsf")
            for kind, digits in re.findall(r"\b(imsi|msisdn|imei)-([0-9]+)", f.get("show")):
                r[identity[kind]] = digits
            r.required = False   # its body may come in a later frame
            yield r


READERS = [nsmsf_pdus, map_pdus, diameter_pdus, sip_pdus, gsup_pdus, ucp_pdus, sgsap_pdus, radio_pdus, nas_pdus, smpp_pdus, camel_pdus, cimd2_pdus, ansi41_pdus]


def theirs(capture, frames, in_order=True):
    """PDUs by frame, and whether the frame repeats an earlier one."""
    options = ["-c", str(frames)] if frames else []
    for port in (17777, 7777):   # tests/peers/sbi-http2, `simulate`
        options += ["-d", f"tcp.port=={port},http2"]
    for p in PREFERENCES + ["tcp.reassemble_out_of_order:" + ("TRUE" if in_order else "FALSE")]:
        options += ["-o", p]
    out = collections.defaultdict(list)
    for frame, packet in packets(capture, FILTER, "|".join(map(re.escape, FIELDS)), *options):
        again = any("etransmi" in (f.get("showname") or "") for f in fields_of(
            packet, "sctp.retransmission", "_ws.expert", "_ws.expert.message"))
        for read in READERS:
            for pdu in read(packet):
                pdu.again = again
                out[frame].append(pdu)
    return out


# What is known to differ in a field: (reason, holds(field, theirs, ours, their values)).
ACCEPTED_FIELDS = [
    ("white space of a text is all blanks in PDML, and escaped in part",
     lambda field, want, got, values: field == "text" and got is not None
     and re.sub(r"\\[rn]|\s", " ", got).split() == re.sub(r"\\[rn]|\s", " ", want).split()),
    ("tshark 4.0 ignores national language tables (TS 23.038 6.2.1.2), announced by these information elements",
     lambda field, want, got, values: field == "text" and got is not None and len(got) == len(want)
     and {"0x24", "0x25"} & values.get("#ies", set())),
]
# Whole PDUs: (reason, holds(capture, frame, pdu)) for those that only tshark has, or only we have.
ACCEPTED_MISSING = [
    ("tshark takes RTP and TLS for SMPP",
     lambda capture, frame, r: r["proto"] == "smpp"
     and os.path.basename(capture) in ("rtp_rtcp_sip_ipv4_udp.pcap", "tlssaved.pcap")),
    ("operations of a private application context are not MAP's: here Ericsson's 1.2.826.0.1249.51.1.1.1.0.1",
     lambda capture, frame, r: r["proto"] == "map" and os.path.basename(capture) == "attach_sccp_xudts.pcap"),
]
ACCEPTED_EXTRA = [
    ("tshark does not put together every SMPP PDU that two segments share",
     lambda capture, frame, r: r["proto"] == "smpp" and begins_with_a_rest(capture, frame)),
    ("tshark reads TCAP only on subsystem numbers that it knows; CAP's is what an operator chooses",
     lambda capture, frame, r: r["proto"] == "cap"),
    ("tshark does not pair an answer over HTTP/2 with its request, nor a body in another frame with its headers",
     lambda capture, frame, r: r["proto"] == "nsmsf"),
    ("tshark reads WebSocket only behind an answered handshake",
     lambda capture, frame, r: "websocket" in r["path"]),
]


def same(field, want, got, values):
    return want == got or any(holds(field, want, got, values) for _, holds in ACCEPTED_FIELDS)


def explain(capture, frames, extra, agree, differ, said):
    """Records that only we have: behind gaps of a stream, and PDUs that tshark does not put together."""
    unordered = theirs(capture, frames, False) if any("tcp" in r["path"] for _, r in extra) else {}
    for frame, r in extra:
        if any(w["proto"] == r["proto"] and w.get("op") in (None, r["op"]) for w in unordered.get(frame, [])):
            agree[r["proto"], "PDUs"] += 1
        elif any(holds(capture, frame, r) for _, holds in ACCEPTED_EXTRA):
            agree[r["proto"], "accepted"] += 1
        else:
            differ[r["proto"], "PDUs"] += 1
            said.append(f"{os.path.basename(capture)} frame {frame}: only we have {r['proto']} {r['op']} {r['phase']} "
                        f"{r['path']}")


def compare(capture, frames=0):
    their, mine = theirs(capture, frames), records(regsentry, capture)
    agree, differ, said = collections.Counter(), collections.Counter(), []
    extra = []
    for frame in sorted(set(their) | set(mine)):
        if frames and frame > frames:
            break
        left = list(mine.get(frame, []))
        for want in their.get(frame, []):
            fits = [r for r in left if r["proto"] == want["proto"] and all(
                r.get(k) == want[k] for k in ("op", "phase") if k in want) and (not want.ops or r["op"] in want.ops)]
            proto = want["proto"]
            if not fits:
                if not want.required or want.again:
                    continue
                if any(holds(capture, frame, want) for _, holds in ACCEPTED_MISSING):
                    agree[proto, "accepted"] += 1
                    continue
                differ[proto, "PDUs"] += 1
                said.append(f"{os.path.basename(capture)} frame {frame}: only tshark has "
                            f"{ {k: v for k, v in want.items() if k[0] != '#'} }")
                continue
            values = want.get("#values", {})
            fields = [k for k in want if k[0] != "#" and k not in ("proto", "op", "phase")]
            got = max(fits, key=lambda r: sum(same(k, want[k], r.get(k), values) for k in fields))
            left.remove(got)
            agree[proto, "PDUs"] += 1
            for k in fields:
                if same(k, want[k], got.get(k), values):
                    agree[proto, k] += 1
                else:
                    differ[proto, k] += 1
                    said.append(f"{os.path.basename(capture)} frame {frame} {proto} {want.get('op')} {k}: "
                                f"{want[k]!r}, ours {got.get(k)!r}")
        extra += [(frame, r) for r in left]
    if extra:
        explain(capture, frames, extra, agree, differ, said)
    return agree, differ, said


def outside(folder):
    return sorted(p for p in glob.glob(f"{shared}/{folder}/**/*", recursive=True)
                  if re.search(r"\.(pcap|pcapng|erf|cap)(\.gz)?$", p))


def simulated(directory):
    made = f"{directory}/layers.pcapng"
    subprocess.run([sys.executable, f"{root}/tests/golden/make_capture.py", made], check=True)
    out = [(made, 0)]
    scenario = f"{root}/tests/simulate/roads.yaml"
    # By its settings: every road of the simulator, the common ones at length.
    for number, (settings, frames) in enumerate([("access=bssap", 4000), ("access=ranap carrier=m2pa", 1500),
                                                 ("access=s1ap carrier=m2ua", 1500), ("access=ngap carrier=sua", 1500)]):
        name = f"{directory}/roads-{number}.pcapng"
        subprocess.run([regsentry, "simulate", scenario, "-o", name, "--truth", f"{directory}/t.jsonl", "--inventory",
                        f"{directory}/i.csv", "--seed", "1", "--set", settings + " duration=1d"], check=True,
                       stdout=subprocess.DEVNULL)
        out.append((name, frames))
    return out


def main():
    groups = [("outside captures", [(c, 0) for c in outside("captures")]),
              ("outside traffic", [(c, 0) for c in outside("traffic")]),
              ("captures of the tree", [(c, 2500) for c in sorted(glob.glob(f"{root}/captures/*.pcapng"))])]
    failed = False
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        groups.append(("simulated traffic", simulated(directory)))
        print(f"1..{len(groups)}")
        for i, (name, captures) in enumerate(groups, 1):
            if not captures:
                print(f"ok {i} - {name} # SKIP outside data are not here")
                continue
            agree, differ, said = collections.Counter(), collections.Counter(), []
            for a, d, s in pool.map(lambda c: compare(*c), captures):
                agree += a
                differ += d
                said += s
            bad = bool(differ) or not agree
            failed |= bad
            print(f"{'not ok' if bad else 'ok'} {i} - {name}: {len(captures)} captures")
            for key in sorted(set(agree) | set(differ)):
                print(f"#   {key[0]:10} {key[1]:10} {agree[key]:6} of {agree[key] + differ[key]:6}")
            for line in said[:40]:
                print(f"# {line}")
    for table in (ACCEPTED_FIELDS, ACCEPTED_MISSING, ACCEPTED_EXTRA):
        for reason, _ in table:
            print(f"# accepted: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
