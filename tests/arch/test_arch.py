"""The laws of the house as tests: one way, no I/O in the core, banned functions, rows covered. Prints TAP."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from tap import Tap  # noqa: E402

root = pathlib.Path(sys.argv[1])
src = root / "src"

# The way of the data. A room may include itself and what stands to its left.
CHAIN = ["base", "conf", "event", "link", "xport", "sig", "sms", "classify", "numplan", "track", "rules", "engine",
         "store", "capture", "sink", "simulate", "tap", "cli"]
SHELLS = {"store", "capture", "sink", "simulate", "tap", "cli"}
# No clock, files, sockets, logging, exit or global state that changes in the core.
CORE_BANNED = re.compile(
    r"\b(fopen|open|openat|read|write|socket|connect|recv|send|printf|fprintf|puts|fputs|perror|syslog|exit|_exit|"
    r"abort|assert|time|clock_gettime|gettimeofday|rand|random|getenv|malloc|calloc|realloc|free|LOGP|localtime)\s*\(")
CORE_HEADERS = re.compile(r"(time|unistd|assert|pthread|signal|fcntl|dirent|threads|locale|setjmp|sys/\w+|hiredis/\w+|pcap/\w+)\.h")
# Allowed where they stand, with the reason.
CORE_ALLOWED = {
    ("base/alloc.c", "calloc"): "the allocator that is passed in",
    ("base/alloc.c", "free"): "the allocator that is passed in",
    ("classify/pattern.c", "free"): "bytes that Hyperscan allocated itself: its allocator is one for the process",
}
# No bound, no error, no thread, a shell, or (hiredis) a format where words from the wire belong.
BANNED = re.compile(
    r"\b(strcpy|stpcpy|strcat|strncat|strncpy|sprintf|vsprintf|gets|strtok|alloca|system|popen|tmpnam|tempnam|mktemp|atoi|atol|"
    r"atoll|atof|setjmp|longjmp|asctime|ctime|gmtime|localtime|strerror_r|redisv?(?:Append)?Command|redisAsyncCommand)\s*\(")

tap = Tap()


def code(path):
    """The source without comments and strings, lines kept."""
    text = path.read_text(encoding="utf-8")
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


files = sorted(p for p in src.rglob("*") if p.suffix in (".c", ".h", ".def"))
public = sorted((root / "include/regsentry").glob("*.h*"))
rel = {p: p.relative_to(src).as_posix() for p in files}


def arrows_back():
    for p in files:
        room = rel[p].split("/")[0]
        for n, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m:
                continue
            to = m.group(1).split("/")[0]
            if to == "regsentry":
                continue
            if to not in CHAIN:
                yield f"{rel[p]}:{n}: include by room, as \"room/file.h\": {m.group(1)}"
            elif CHAIN.index(to) > CHAIN.index(room):
                yield f"{rel[p]}:{n}: {room} may not look at {to}"
    for p in public:
        for m in re.finditer(r'^\s*#\s*include\s+(\S+)', p.read_text(encoding="utf-8"), re.M):
            if not re.fullmatch(r"<(regsentry/\w+|std(bool|def|int))\.h>", m[1]):
                yield f"{p.name}: the public face may not look at {m[1]}"


def core_io():
    for p in files:
        room = rel[p].split("/")[0]
        if room in SHELLS:
            continue
        text = code(p)
        for n, line in enumerate(text.splitlines(), 1):
            for m in CORE_BANNED.finditer(line):
                before = line[:m.start()].rstrip()
                if before.endswith((".", "->")) or (rel[p], m.group(1)) in CORE_ALLOWED:
                    continue
                yield f"{rel[p]}:{n}: {m.group(1)}() in the core"
        for n, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1):
            m = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if m and CORE_HEADERS.fullmatch(m.group(1)):
                yield f"{rel[p]}:{n}: <{m.group(1)}> in the core"


def banned():
    for p in files:
        for n, line in enumerate(code(p).splitlines(), 1):
            m = BANNED.search(line)
            if m:
                yield f"{rel[p]}:{n}: {m.group(1)}()"


def globals_that_change():
    """File-scope or static variables without const in the core."""
    for p in files:
        if rel[p].split("/")[0] in SHELLS or p.suffix != ".c":
            continue
        for n, line in enumerate(code(p).splitlines(), 1):
            m = re.match(r"\s*static\s+(?!const\b|inline\b)[^()=]*?\b\w+(\[[^\]]*\])*\s*(=[^(]|;)", line)
            if m and "const" not in line and "_Thread_local" not in line:
                yield f"{rel[p]}:{n}: a variable that outlives the call: {line.strip()}"


def names_of_two_things():
    """What two headers call by one name cannot be read by one file, and is one thing to a debugger and a grep."""
    known = {}
    for p in files + public:
        if p.suffix == ".c":
            continue
        text = code(p)
        found = [(m.group(1), m.start()) for m in re.finditer(r"^(?:struct|enum|union) (\w+)\s*\{", text, re.M)]
        for m in re.finditer(r"\benum\b[^{};()]*\{([^}]*)\}", text):
            body = re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", lambda x: re.sub(r"[^\n]", " ", x.group(0)), m.group(1), flags=re.M)
            found += [(x.group(1), m.start(1) + x.start(1)) for x in re.finditer(r"(?:^|,)\s*(\w+)\s*(?==|,|$)", body)]
        for name, at in found:
            here = f"{p.relative_to(root)}:{text.count(chr(10), 0, at) + 1}"
            if known.setdefault(name, here) != here:
                yield f"{here}: {name} is another thing in {known[name]}"


def headers():
    for p in files + public:
        first = p.read_text(encoding="utf-8").split("\n", 1)[0]
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in first:
            yield f"{p.relative_to(root)}:1: no SPDX line"


def lines():
    for p in files:
        for n, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > 120 and p.suffix != ".def":  # tables are wider
                yield f"{rel[p]}:{n}: {len(line)} columns"
            if line != line.rstrip():
                yield f"{rel[p]}:{n}: white space at the end"


def plan():
    """CONTRIBUTING.md has a line for each room, in the order of the chain, and names each folder of tests."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| `src/(\w+)` \|", text, re.M)
    if rooms != CHAIN or set(rooms) != {p.name for p in src.iterdir() if p.is_dir()}:
        yield f"rooms {' '.join(rooms)}"
    named = re.search(r"^\| `tests` \| `([^`]+)` \|", text, re.M)
    folders = {p.name for p in (root / "tests").iterdir() if p.is_dir() and any(p.iterdir()) and p.name != "__pycache__"}
    if not named or set(named[1].split()) != folders:
        yield f"tests {' '.join(sorted(folders))}"


tap.none("data goes one way", arrows_back())
tap.none("the core does no I/O and allocates through its parameter", core_io())
tap.none("no function that cannot be used safely", banned())
tap.none("no state outside of what is passed in", globals_that_change())
tap.none("a name stands for one thing", names_of_two_things())
tap.none("every file names its licence", headers())
tap.none("lines fit", lines())
tap.none("CONTRIBUTING.md shows the house as it is", plan())
tap.end()
