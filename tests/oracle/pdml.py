# SPDX-License-Identifier: GPL-3.0-or-later
"""What tshark and what `decode` say of the frames of a capture."""
import collections
import functools
import json
import re
import subprocess
import xml.etree.ElementTree as tree


def packets(capture, display, keep, *options):
    """tshark's dissection of what a display filter takes: pairs of a frame's number and its tree.

    keep: a pattern of the names of fields that are looked at. Others that hold none are left out before the XML is
    read, since PDML has some forty fields for one of them."""
    run = subprocess.run(["tshark", "-n", "-r", capture, "-Y", display, "-T", "pdml", *options],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if b"</pdml>" not in run.stdout[-64:]:
        return   # a file that tshark does not open; it opens all of ours
    unseen = re.compile(rb'^ *<field name="(?!(?:num|' + keep.encode() + rb')")[^\n]*/>\n', re.M)
    pdml = unseen.sub(b"", run.stdout)
    # tshark 4.0 writes the two halves of a surrogate pair one by one, and control characters and octets that are no
    # characters as they are.
    try:
        text = pdml.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except UnicodeDecodeError:
        text = pdml.decode("utf-8", "replace")
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", text)
    for packet in tree.fromstring(text).iter("packet"):
        yield int(packet.find("./proto[@name='geninfo']/field[@name='num']").get("show")), packet


def records(regsentry, capture):
    """decode's records, in the clear, by frame."""
    run = subprocess.run([regsentry, "decode", "--format", "jsonl", "--clear", capture], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=False)
    out = collections.defaultdict(list)
    for line in run.stdout.splitlines():
        r = json.loads(line)
        out[r["frame"]].append(r)
    return out


@functools.lru_cache(maxsize=4)
def payloads(capture):
    """What each frame carries over TCP, in hex."""
    run = subprocess.run(["tshark", "-n", "-r", capture, "-Y", "tcp.payload", "-T", "fields", "-e", "frame.number", "-e",
                          "tcp.payload"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return dict(line.split("\t") for line in run.stdout.decode().splitlines())


def begins_with_a_rest(capture, frame):
    """Whether a frame of SMPP begins inside of a PDU: tshark does not put together every one that two segments share."""
    payload = bytes.fromhex(payloads(capture)[str(frame)])
    return int.from_bytes(payload[:4], "big") != len(payload)
