# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of this folder share: which rows and seeds they are asked for, and where a row's capture lies."""
import argparse
import contextlib
import os
import tempfile


def arguments(seeds, quick=False, keep=True, **lists):
    """The command line; .seeds is a range, and each of `lists` an option of whole numbers with its default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("regsentry")
    parser.add_argument("--seeds", default=seeds, help="FIRST-LAST, or one")
    parser.add_argument("--only", default="", help="beginnings of rows, separated by commas")
    if quick:
        parser.add_argument("--quick", action="store_true")
    if keep:
        parser.add_argument("--keep", help="a folder for the captures; they are thrown away without")
    for name, default in lists.items():
        parser.add_argument(f"--{name}", default=default)
    args = parser.parse_args()
    first, _, last = args.seeds.partition("-")
    args.seeds = range(int(first), int(last or first) + 1)
    args.only = tuple(o for o in args.only.split(",") if o)
    for name in lists:
        setattr(args, name, [int(n) for n in getattr(args, name).split(",")])
    return args


def wanted(args, name):
    return not args.only or name.startswith(args.only)


@contextlib.contextmanager
def stem(args, *parts):
    """The path that a capture's files begin with: "honest/none", 24, 1 is honest-none-24-1."""
    with tempfile.TemporaryDirectory() as folder:
        yield os.path.join(args.keep or folder, "-".join(str(p).replace("/", "-") for p in parts))
