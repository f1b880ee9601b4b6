#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""build_mark.py HEADER DEPFILE FOLDER...: a header with a hash of the sources in some folders."""
import hashlib
import pathlib
import sys

header, depfile, *folders = sys.argv[1:]
names = sorted(path for folder in folders for path in pathlib.Path(folder).iterdir() if path.is_file())
digest = hashlib.sha256()
for name in names:
    digest.update(name.name.encode() + b"\0" + name.read_bytes() + b"\0")
pathlib.Path(header).write_text(
    "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
    "/* Made by build_mark.py of the sources that say what a catalogue is. */\n"
    f"#define RGS_BUILD_MARK UINT64_C(0x{digest.hexdigest()[:16]})\n")
escaped = " ".join(str(name).replace(" ", "\\ ") for name in names)
pathlib.Path(depfile).write_text(f"{header}: {escaped}\n")
