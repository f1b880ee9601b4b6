"""Seeds out of the outside vectors: vector_seeds.py OUT VECTORS. Prints how many."""
import hashlib
import os
import pathlib
import sys

out, vectors = sys.argv[1:3]
LAYERS = {"sccp": "SCCP", "m3ua": "M3UA", "tcap": "TCAP", "smpp": "SMPP", "ucp": "UCP", "gsup": "GSUP",
          "sgsap": "SGSAP", "diameter": "DIAMETER", "sua": "SUA", "bssap": "BSSAP", "ethernet": "ETHERNET"}
# Kinds of the target "sms", enum rgs_sm_kind.
SMS = {"sms_tpdu_mt": 1, "sms_tpdu_mo": 2, "sms_tpdu_mo_forced_lang": 2}
count = 0
for path in sorted(pathlib.Path(vectors).glob("*.tsv")):
    for line in path.read_text(encoding="utf-8").split("\n"):
        cell = line.split("\t")
        if line.startswith("#") or len(cell) < 2 or cell[1] == "hex":
            continue
        data = bytes.fromhex(cell[1])
        if cell[0] in LAYERS:
            folder = LAYERS[cell[0]]
        elif cell[0] in SMS:
            folder, data = "sms", bytes([SMS[cell[0]], 0]) + data
        else:
            continue
        seed = len(data).to_bytes(2, "big") + data
        os.makedirs(f"{out}/{folder}", exist_ok=True)
        pathlib.Path(out, folder, hashlib.sha1(seed).hexdigest()).write_bytes(seed)
        count += 1
print(count)
