"""Counts subtests in a meson JSON test log: prints "PASSED FAILED"."""
import json
import re
import sys

passed = failed = 0
for line in open(sys.argv[1], encoding="utf-8"):
    test = json.loads(line)
    out = test.get("stdout") or ""
    good = len(re.findall(r"^ok\b", out, re.M))
    bad = len(re.findall(r"^not ok\b", out, re.M))
    if test["result"] in ("SKIP",):
        continue
    if good + bad == 0:
        good = test["result"] == "OK"
        bad = not good
    elif test["result"] != "OK" and not bad:
        bad = 1
    passed += good
    failed += bad
print(passed, failed)
