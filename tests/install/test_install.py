# SPDX-License-Identifier: GPL-3.0-or-later
"""`meson install` into an empty folder: what a packager, a user and an embedding program find there. Prints TAP.

usage: test_install.py SOURCE_ROOT BUILD_ROOT
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root, build = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
sys.path.insert(0, str(root / "tests" / "support"))
from tap import Tap, expect  # noqa: E402

tap = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="regsentry-install-"))
env = {k: v for k, v in os.environ.items() if k not in ("RGS_RULES", "LD_LIBRARY_PATH", "MALLOC_PERTURB_")}
env.update(HOME=str(work / "home"), LC_ALL="C")
env.pop("XDG_CACHE_HOME", None)
capture, inventory = root / "captures" / "demo.pcapng", root / "captures" / "demo.csv"
options = {o["name"]: o["value"] for o in json.loads((build / "meson-info" / "intro-buildoptions.json").read_text())}
sanitized = options["b_sanitize"] != "none"


def run(*args, status=0, **more):
    p = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=600, env={**env, **more})
    expect(p.returncode == status, f"{args[0]}: exit {p.returncode}:", p.stderr[-2000:])
    return p


dest = work / "dest"
subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", dest], check=True, env=env,
               stdout=subprocess.DEVNULL)
prefix = dest / options["prefix"].lstrip("/")
libdir = prefix / options["libdir"]


@tap.case("everything is there, and nothing of the build")
def tree():
    for path in ("bin/regsentry", "include/regsentry/regsentry.h", "include/regsentry/version.h",
                 "share/regsentry/rules/usage.yaml", "share/regsentry/rules/services", "share/man/man1/regsentry.1",
                 "share/bash-completion/completions/regsentry", "share/doc/regsentry/LICENSE",
                 "lib/systemd/system/regsentry-tap@.service"):
        expect((prefix / path).exists(), path, "is missing")
    expect((libdir / "pkgconfig" / "regsentry.pc").exists(), "no regsentry.pc")
    for path in dest.rglob("*"):
        expect(path.suffix not in (".a", ".o", ".in", ".pyc"), path, "was installed")
        if path.is_file() and ".so" not in path.name and path.name != "regsentry":
            expect(str(root).encode() not in path.read_bytes(), path, "names the source tree")


@tap.case("the unit starts the program where it was installed")
def unit():
    text = (prefix / "lib/systemd/system/regsentry-tap@.service").read_text()
    expect(f"\nExecStart={options['prefix']}/bin/regsentry tap " in text, text)
    expect("@" not in re.sub(r"regsentry-tap@|@eth1|@system-service", "", text), "a placeholder is left")


@tap.case("the man page is that of the program")
def man():
    page = (prefix / "share/man/man1/regsentry.1").read_text()
    for command in ("analyze", "decode", "tap", "rules"):
        expect(command in page, command)
    if shutil.which("groff"):
        p = run("groff", "-man", "-Tascii", "-ww", prefix / "share/man/man1/regsentry.1")
        expect(not p.stderr, p.stderr)


@tap.case("the completion knows commands and options")
def completion():
    script = (prefix / "share/bash-completion/completions/regsentry")
    p = run("bash", "-c", f". '{script}'; complete -p regsentry; COMP_WORDS=(regsentry ana) COMP_CWORD=1; "
            "f=$(complete -p regsentry | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f regsentry ana regsentry; echo ${COMPREPLY[@]}")
    expect("analyze" in p.stdout, p.stdout)


@tap.case("the program finds its rules, also when its tree was moved")
def relocated():
    moved = work / "elsewhere"
    shutil.copytree(prefix, moved, symlinks=True)
    args = ("analyze", "--inventory", inventory, "--format", "json", capture)
    there = json.loads(run(prefix / "bin/regsentry", *args).stdout)
    here = json.loads(run(moved / "bin/regsentry", *args).stdout)
    expect(there == here and there["resellers"], "the results differ")
    expect("regsentry " in run(moved / "bin/regsentry", "--version").stdout)
    # It is its own rules that it takes, not those of the tree that it was built in.
    for path in (moved / "share/regsentry/rules/services").rglob("*.yaml"):
        path.unlink()
    p = run(moved / "bin/regsentry", *args, status=1)
    expect(str(moved) in p.stderr, p.stderr)


@tap.case("the library shows what the headers declare, and no more")
def symbols():
    text = "".join(p.read_text() for p in (prefix / "include/regsentry").glob("*.h"))
    text = text.replace(next(line for line in text.splitlines() if line.startswith("#define RGS_API")), "")
    declared = set(re.findall(r"\bRGS_API\b[^;()]*?(\w+)(?:\(|;)", text))
    library = next(libdir.glob("libregsentry.so.*.*.*"))
    p = run("nm", "-D", "--defined-only", library)
    shown = {line.split()[-1] for line in p.stdout.splitlines()}
    if sanitized:
        shown = {s for s in shown if not s.startswith(("__asan", "__ubsan", "__odr_asan", "__sanitizer"))}
    expect(declared == shown, "differing:", sorted(declared ^ shown))
    expect(len(declared) > 20, declared)


@tap.case("each header compiles by itself, without extensions")
def headers():
    for header in (prefix / "include/regsentry").glob("*.h"):
        source = work / "one.c"
        source.write_text(f"#include <regsentry/{header.name}>\nint main(void) {{ return 0; }}\n")
        run("cc", "-std=c17", "-Wall", "-Wextra", "-pedantic-errors", "-Werror", "-fsyntax-only",
            f"-I{prefix / 'include'}", source)


def pkg_config(*what):
    p = run("pkg-config", *what, PKG_CONFIG_PATH=str(libdir / "pkgconfig"), PKG_CONFIG_SYSROOT_DIR=str(dest))
    return p.stdout.split()


embed = work / "embed"


def embedded(**more):
    key = work / "site.key"
    key.write_bytes(bytes(range(32)))
    rules = run("pkg-config", "--variable=rulesdir", "regsentry", PKG_CONFIG_PATH=str(libdir / "pkgconfig")).stdout.strip()
    p = run(embed, str(dest) + rules, inventory, key, capture, LD_LIBRARY_PATH=str(libdir), **more)
    said = dict(line.rsplit(" ", 1) for line in p.stderr.splitlines() if not line.startswith("alert "))
    result = json.loads(p.stdout)
    expect(p.stdout == run(prefix / "bin/regsentry", "analyze", "--key", key, "--inventory", inventory, "--format", "json",
                           capture).stdout, "another result than that of analyze")
    expect(int(said["operations"]) == result["capture"]["operations"], said)
    expect(int(said["observations"]) >= result["capture"]["verifications"] > 0, said)
    expect(int(said["tokens"]) > 0 and said["in clear"] == "0", "identifiers in clear:", said)
    raised = [line.split()[2] for line in p.stderr.splitlines() if line.startswith("alert ")]
    expect({a["id"] for a in result["alerts"]} <= set(raised), raised)


@tap.case("a program built with the installed headers gets the result of analyze, byte by byte")
def embedding():
    flags = ["-fsanitize=" + options["b_sanitize"]] if sanitized else []
    run("cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-o", embed, root / "tests/install/embed.c", *flags,
        *pkg_config("--cflags", "--libs", "regsentry"), "-lpcap")
    embedded()


@tap.case("the same under a locale with a decimal comma")
def comma():
    if run("localedef", "--help", status=0).returncode or not pathlib.Path("/usr/share/i18n/locales/de_DE").exists():
        return "no sources of locales"
    run("localedef", "-i", "de_DE", "-f", "UTF-8", work / "de_DE.UTF-8")
    point = run("bash", "-c", "printf %.1f 0,5", LOCPATH=str(work), LC_ALL="de_DE.UTF-8").stdout
    expect(point == "0,5", "the locale is not taken:", point)
    # The C library keeps what it reads of LOCPATH; leaks of our own are found above.
    asan = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    embedded(LOCPATH=str(work), LC_ALL="de_DE.UTF-8", ASAN_OPTIONS=asan)


shutil.rmtree(work, ignore_errors=True)
tap.end()
