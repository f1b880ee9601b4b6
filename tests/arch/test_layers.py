"""Each row of the layer table has a unit test, a fuzz target and a golden record that went through it. Prints TAP.

usage: test_layers.py SOURCE_ROOT
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

root = pathlib.Path(sys.argv[1])
rows = re.findall(r'^L\((\w+), "([^"]+)"', (root / "src/event/layers.def").read_text(encoding="utf-8"), re.M)
unit = {p.stem: p.read_text(encoding="utf-8") for p in (root / "tests/unit").glob("test_*.c")}

# Unit tests that reach a layer from the one below it, where no test names the layer itself.
THROUGH = {row: "test_link" for row in ("VLAN SLL SLL2 NULL MPLS PPPOE PPP CHDLC FRAME_RELAY GRE ERSPAN ETHERIP VXLAN "
                                        "GENEVE GTPU ERF NFLOG UPPER_PDU").split()}
THROUGH.update(ANSI_TCAP="test_ansi41", ANSI41="test_ansi41", CAP="test_map")
# Rows that share their name in a path, with the golden frames that tell them apart: (file, frame).
FRAMES = {"SLL": ("layers", 12), "SLL2": ("layers", 13), "MTP2": ("layers", 23), "MTP2_PHDR": ("layers", 24)}

seen = {}
frames = {}
for path in sorted((root / "tests/golden").glob("*.jsonl")):
    for line in path.read_text(encoding="utf-8").splitlines():
        r = json.loads(line)
        frames[path.stem, r["frame"]] = r["path"].split(":")
        for name in r["path"].split(":"):
            seen.setdefault(name, f"{path.stem} {r['frame']}")

fuzzed = "layers.def" in (root / "tests/fuzz/meson.build").read_text(encoding="utf-8")
names = [name for _, name in rows]
tap = Tap()
for row, name in rows:
    tests = [t for t, text in unit.items() if re.search(rf"\bRGS_LAYER_{row}\b", text)]
    if not tests and row in THROUGH and THROUGH[row] in unit:
        tests = [THROUGH[row]]
    if names.count(name) > 1:
        where = FRAMES.get(row)
        golden = f"{where[0]} {where[1]}" if where and name in frames.get(where, []) else None
    else:
        golden = seen.get(name)
    tap.ok(tests and golden and fuzzed, f"{row}: unit {tests[0] if tests else 'MISSING'}, "
           f"fuzz {'layer_' + row if fuzzed else 'MISSING'}, golden {golden or 'MISSING'}")
tap.end()
