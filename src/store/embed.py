# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a text file as a C array: embed.py IN OUT NAME."""
import sys

data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "w", encoding="ascii") as out:
    out.write("#include \"store/library.h\"\n")
    out.write(f"const char {sys.argv[3]}[] = {{")
    for i in range(0, len(data), 16):
        out.write("\n    " + " ".join(f"{b}," for b in data[i:i + 16]))
    out.write(" 0};\n")
    out.write(f"const unsigned {sys.argv[3]}_size = {len(data)};\n")
