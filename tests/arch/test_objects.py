# SPDX-License-Identifier: GPL-3.0-or-later
"""The laws of the core, read from its object code: what it calls, what it keeps, what calls itself. Prints TAP.

usage: test_objects.py libregsentry-core.a

Names in the source can hide behind macros; the linker's names cannot.
"""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

archive = sys.argv[1]
tap = Tap()

# All that the core calls outside of itself. None of it has a clock, a file, a socket, a log, or ends the process.
PURE = set("""
    memcpy memcmp memchr memmove memmem memset strlen strnlen strcmp strncmp strchr strrchr strstr strspn strcspn strpbrk
    explicit_bzero snprintf vsnprintf strtoll strtod qsort bsearch inet_pton __errno_location
    exp exp2 log log2 log10 pow sqrt round floor ceil fmin fmax fabs ldexp
    __stack_chk_fail _GLOBAL_OFFSET_TABLE_ __popcountdi2
""".split())
LIBRARIES = re.compile(r"(yaml_|hs_|nghttp2_hd_inflate_|inflate|EVP_|HMAC$|OSSL_PARAM_|OPENSSL_cleanse$|CRYPTO_memcmp$|gsm48_gmm_cause_names$)")
ALLOCATOR = {"calloc": {"base_alloc.c.o"}, "free": {"base_alloc.c.o", "classify_pattern.c.o"}}

# What may call itself, and what bounds it. Layers call each other through their table, where rgs_hand_on() counts.
RECURSION = {
    "conf_json_tree.c.o:value": "RGS_TREE_DEPTH",
    "conf_yaml.c.o:value": "RGS_TREE_DEPTH",
    "conf_yaml.c.o:copy": "RGS_TREE_DEPTH",
    "sig_ber.c.o:join": "RGS_BER_DEPTH",
    "sig_nas.c.o:inner_message": "once: a message in a message, and none in that",
    "sig_map_walk.c.o:elements": "MAX_DEPTH",
    "sig_diameter.c.o:avps": "MAX_GROUPED",
    "sig_sip.c.o:body_part": "DEEPEST",
    "rules_expr_parse.c.o:negation": "MAX_NESTING",
    "rules_compile.c.o:instance": "once: the check refuses a zscore of a zscore",
    "rgs_measure": "once, for the same reason",
}


def out(*args):
    return subprocess.run(args, capture_output=True, text=True, check=True).stdout


def symbols(*args):
    name = None
    for line in out("nm", *args, archive).splitlines():
        if line.endswith(".o:"):
            name = pathlib.Path(line[:-1]).name
        elif line:
            yield name, line.split()[-1], line.split()[-2]


defined = {symbol for _, symbol, _ in symbols("--defined-only")}


def calls():
    for name, symbol, _ in symbols("--undefined-only"):
        if symbol in defined or symbol in PURE or LIBRARIES.match(symbol) or name in ALLOCATOR.get(symbol, ()):
            continue
        yield f"{name}: {symbol}"


def state():
    """What can be written outlives a call; constants that hold addresses lie in .data.rel.ro."""
    name = None
    for line in out("objdump", "-h", archive).splitlines():
        if "file format" in line:
            name = pathlib.Path(line.split(":")[0]).name
        m = re.match(r"\s*\d+\s+(\.\S+)\s+([0-9a-f]{8})\s", line)
        if m and re.match(r"\.(data|bss|tdata|tbss|lbss|ldata)(?!\.rel\.ro)", m[1]) and int(m[2], 16):
            yield f"{name}: {int(m[2], 16)} bytes in {m[1]}"


def call_graph():
    """(object, function) or a global name to what it calls by name; what the compiler inlined is part of its caller."""
    graph, here, name, shown = {}, None, None, None

    def node(symbol):
        symbol = re.sub(r"\.(constprop|isra|part|cold)\b.*", "", symbol)
        return symbol if symbol.startswith("rgs_") else f"{name}:{symbol}"

    for line in out("objdump", "-dr", "--no-show-raw-insn", archive).splitlines():
        # Where a relocation follows it says what is called, and the name beside the instruction is by chance.
        relocation = re.search(r"\bR_\w+(?:PLT32|PC32|CALL26|JUMP26)\s+([^.+\-\s][^+\-\s]*)", line)
        if shown and not re.search(r"\bR_\w+", line):
            graph[here].add(shown)
        shown = None
        if relocation:
            if relocation[1] in defined:
                graph[here].add(node(relocation[1]))
        elif "file format" in line:
            name = pathlib.Path(line.split(":")[0]).name
        elif m := re.match(r"[0-9a-f]+ <(.+)>:", line):
            here = node(m[1])
            graph.setdefault(here, set())
        elif m := re.search(r"\b(call|jmp|bl|b)\s+[0-9a-f]+ <([^>+]+)>", line):
            if m[1] in ("call", "bl") or node(m[2]) != here:  # a jump to its own start is a loop
                shown = node(m[2])
    return graph


def cycles(graph):
    """Strongly connected parts of more than one function, or of one that calls itself (Tarjan)."""
    index, low, stack, on, found = {}, {}, [], set(), []

    def visit(v):
        work = [(v, iter(sorted(graph.get(v, ()))))]
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        while work:
            at, rest = work[-1]
            for w in rest:
                if w not in index:
                    index[w] = low[w] = len(index)
                    stack.append(w)
                    on.add(w)
                    work.append((w, iter(sorted(graph.get(w, ())))))
                    break
                if w in on:
                    low[at] = min(low[at], index[w])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    part = []
                    while True:
                        part.append(stack.pop())
                        on.discard(part[-1])
                        if part[-1] == at:
                            break
                    if len(part) > 1 or at in graph.get(at, ()):
                        found.append(sorted(part))

    for v in sorted(graph):
        if v not in index:
            visit(v)
    return found


def recursion():
    graph, unused = call_graph(), set(RECURSION)
    if len(graph) < 500:
        yield f"only {len(graph)} functions were read"
    for part in cycles(graph):
        known = RECURSION.keys() & part
        if not known:
            yield " and ".join(part)
        unused -= known
    for name in sorted(unused):
        yield f"{name} does not call itself: strike it out"


tap.none("the core calls nothing with a clock, files, sockets, logs or an end of the process", calls())
tap.none("the core keeps nothing between calls but what is passed in", state())
tap.none("what calls itself has a bound that is named", recursion())
tap.end()
