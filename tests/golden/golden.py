"""Captures against the records that they must give, byte by byte; and the same bytes on every run.

usage: golden.py REGSENTRY SOURCE_ROOT [--update]

Goldens lie beside this file: NAME.jsonl is `decode --format jsonl --clear` (captures of our own making: they show
nobody's messages), NAME.txt the same as text, with identifiers as tokens. --update writes them anew; read the
difference before you commit it. TAP on standard output.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

regsentry, root = sys.argv[1], pathlib.Path(sys.argv[2])
update = "--update" in sys.argv
here = root / "tests" / "golden"
tap = Tap()


def run(*args):
    return subprocess.run([regsentry, *map(str, args)], stdout=subprocess.PIPE, check=True).stdout


def decode(capture, *args):
    """The file's name is the run's own."""
    return re.sub(rb'"file":"[^"]*",', b"", run("decode", *args, capture))


def golden(capture, name):
    for suffix, args in ((".jsonl", ("--format", "jsonl", "--clear")), (".txt", ("--format", "text"))):
        got, path = decode(capture, *args), here / (name + suffix)
        got = got.replace(str(capture).encode(), capture.name.encode())
        if update:
            path.write_bytes(got)
        want = path.read_bytes() if path.exists() else b""
        tap.none(f"{name}{suffix}", list(difflib.unified_diff(
            want.decode().splitlines(), got.decode().splitlines(), "golden", "now", lineterm="", n=0)))


def twice(capture, inventory):
    """Same input, same bytes: in every format, and in another process."""
    formats = [("decode", "--format", f) for f in ("text", "jsonl")]
    formats += [("analyze", "--inventory", inventory, "--format", f) for f in ("text", "json", "csv")]
    for args in formats:
        first, second = run(*args, capture), run(*args, capture)
        problems = [] if first == second and first else [f"{len(first)} and {len(second)} bytes differ"]
        tap.none(f"the same bytes twice: {args[0]} {args[-1]} of {capture.name}", problems)


with tempfile.TemporaryDirectory() as directory:
    made = pathlib.Path(directory) / "layers.pcapng"
    subprocess.run([sys.executable, here / "make_capture.py", made], check=True)
    golden(made, "layers")
    golden(root / "captures" / "smpp-kannel.pcapng", "smpp-kannel")
    for name in ("sbi-http2", "sip-sipp", "gsup-osmo-hlr", "diameter-freediameter", "ucp-kannel"):
        golden(root / "captures" / f"{name}.pcapng", name)
    twice(root / "captures" / "demo.pcapng", root / "captures" / "demo.csv")
tap.end()
