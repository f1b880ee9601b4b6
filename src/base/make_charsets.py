#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the code tables of national character sets as C, from the codecs that come with Python."""
import sys

SINGLE = ([(f"iso_8859_{i}", f"iso8859_{i}") for i in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)] +
          [(f"windows_{i}", f"cp{i}") for i in (874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)] +
          [("koi8_r", "koi8_r"), ("koi8_u", "koi8_u")])
# 94 rows of 94: ISO 2022 sets, as their EUC forms carry them.
DOUBLE = [("jis_x_0208", "euc_jp", b""), ("jis_x_0212", "euc_jp", b"\x8f"), ("ks_x_1001", "euc_kr", b"")]
# A lead octet from 0x81 and a trail octet from 0x40 on, both to 0xfe.
PAIRS = [("gbk", "gb18030"), ("big5", "big5hkscs")]


def code(raw, codec):
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return 0xFFFD
    return ord(text) if len(text) == 1 and ord(text) < 0x10000 else 0xFFFD


def table(name, values):
    rows = (", ".join(f"0x{v:04x}" for v in values[i:i + 12]) for i in range(0, len(values), 12))
    return f"const uint16_t rgs_{name}[{len(values)}] = {{\n    " + ",\n    ".join(rows) + ",\n};\n"


out = ['#include "base/charset_tables.h"\n']
for name, codec in SINGLE:
    out.append(table(name, [code(bytes([c]), codec) for c in range(0x80, 0x100)]))
for name, codec, lead in DOUBLE:
    out.append(table(name, [code(lead + bytes([0xA1 + r, 0xA1 + c]), codec) for r in range(94) for c in range(94)]))
for name, codec in PAIRS:
    out.append(table(name, [code(bytes([a, b]), codec) for a in range(0x81, 0xFF) for b in range(0x40, 0xFF)]))
with open(sys.argv[1], "w") as f:
    f.write("\n".join(out))
