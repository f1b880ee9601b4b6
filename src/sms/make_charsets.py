#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the code tables of national character sets as C, from the codecs that come with Python."""
import sys

SINGLE = [("iso_8859_5", "iso8859_5"), ("iso_8859_8", "iso8859_8")]
# 94 rows of 94: ISO 2022 sets, as their EUC forms carry them.
DOUBLE = [("jis_x_0208", "euc_jp", b""), ("jis_x_0212", "euc_jp", b"\x8f"), ("ks_x_1001", "euc_kr", b"")]


def code(raw, codec):
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return 0xFFFD
    return ord(text) if len(text) == 1 and ord(text) < 0x10000 else 0xFFFD


def table(name, values):
    rows = (", ".join(f"0x{v:04x}" for v in values[i:i + 12]) for i in range(0, len(values), 12))
    return f"const uint16_t rgs_{name}[{len(values)}] = {{\n    " + ",\n    ".join(rows) + ",\n};\n"


out = ['#include "sms/charset.h"\n']
for name, codec in SINGLE:
    out.append(table(name, [code(bytes([c]), codec) for c in range(0x80, 0x100)]))
for name, codec, lead in DOUBLE:
    out.append(table(name, [code(lead + bytes([0xA1 + r, 0xA1 + c]), codec) for r in range(94) for c in range(94)]))
with open(sys.argv[1], "w") as f:
    f.write("\n".join(out))
