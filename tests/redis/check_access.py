# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to a site's server: sentinels that name another master, users that may do little, TLS through stunnel, a
socket file. Each gives the bytes of the embedded analysis.

usage: check_access.py REGSENTRY SOURCE_ROOT
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from redis_cluster import free_pair, slot_of  # noqa: E402
from site_run import Site, feed, found, is_embedded, run, same_as_embedded, start, wait_for  # noqa: E402
from site_server import Client, Error, Proxy, Server, die_with_test, free_port, need  # noqa: E402
from tap import Tap  # noqa: E402

need("redis-server", "redis-cli", "openssl")
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
checks = Tap()
work = pathlib.Path(tempfile.mkdtemp(prefix="rgs-access-"))
commands = Site(binary, work, root / "captures/demo.pcapng", root / "captures/demo.csv")
status, embedded, err = commands.embedded()
assert status == 0, err


def expect(client, what):
    lines, _, alerts = found(lambda key, *words: client(*words))
    same_as_embedded(checks, embedded, lines, alerts, what)


# ---- sentinels -----------------------------------------------------------------------------------------

master = Server(work / "master")
replica = Server(work / "replica", "--replicaof", "127.0.0.1", master.port)
sentinels = []
for i in range(3):
    folder = work / f"sentinel{i}"
    folder.mkdir()
    conf = folder / "sentinel.conf"
    port = free_port()
    # Sentinels that let nobody in without a password: each other, and a user who may ask one thing.
    conf.write_text(f"requirepass among-them\nsentinel sentinel-pass among-them\nuser asker on >ask-1 -@all +auth "
                    f"+sentinel|get-master-addr-by-name\nport {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor site 127.0.0.1 {master.port} 2\n"
                    "sentinel down-after-milliseconds site 1000\nsentinel failover-timeout site 5000\n")
    sentinels.append((port, subprocess.Popen(["redis-server", conf, "--sentinel"], stdout=subprocess.DEVNULL)))


def named():
    """The master's port, as sentinels name it; 0 while they do not know enough."""
    ports = set()
    for port, _ in sentinels:
        try:
            c = Client(port, "default", "among-them")
            info = c("SENTINEL", "MASTER", "site")
            info = dict(zip(info[::2], info[1::2]))
            if int(info[b"num-slaves"]) < 1 or int(info[b"num-other-sentinels"]) < 2:
                return 0
            ports.add(int(c("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "site")[1]))
        except (OSError, Error):
            return 0
    return ports.pop() if len(ports) == 1 else 0


checks.ok(wait_for(lambda: named() == master.port), "three sentinels know master and replica")
url = "redis-sentinel://" + ",".join(f"127.0.0.1:{port}" for port, _ in sentinels) + "/site"
for env, words in (({}, "NOAUTH"), ({"RGS_SENTINEL_PASSWORD": "wrong"}, "WRONGPASS"),
                   ({"RGS_SENTINEL_PASSWORD": "ask-1", "RGS_SENTINEL_USER": "nobody"}, "WRONGPASS")):
    status, _, err = run(commands.probe(url, "--patience", "1"), env={**os.environ, **env})
    checks.ok(status == 1 and words in err and "ask-1" not in err, f"sentinels that ask for a password: {words} is said", err)
os.environ |= {"RGS_SENTINEL_PASSWORD": "ask-1", "RGS_SENTINEL_USER": "asker"}
engine = start(commands.engine(url, "--lease", "1000"))
probe = start(commands.probe(url, "--patience", "60", capture="-"), stdin=subprocess.PIPE)
fed = feed(probe, commands.capture, 4)
checks.ok(wait_for(lambda: master.client()("XLEN", "rgs:{main}:obs") > 0), "the log grows behind sentinels")
master.kill()
checks.ok(wait_for(lambda: named() == replica.port), "the replica becomes the master")
fed.join()
checks.ok(probe.wait(timeout=120) == 0, "the probe ends well at the new master", probe.stderr.read().decode())
ended = wait_for(lambda: is_embedded(embedded, found(lambda key, *words: replica.client()(*words))[0]))
checks.ok(ended, "and so does the engine")
expect(replica.client(), "a master that sentinels replaced")
engine.send_signal(signal.SIGTERM)
checks.ok(engine.wait(timeout=60) == 0, "SIGTERM ends it", engine.stderr.read().decode())
replica.stop()
for _, p in sentinels:
    p.kill()
    p.wait(timeout=30)

# ---- users ---------------------------------------------------------------------------------------------

server = Server(work / "users")
c = server.client()
c("ACL", "SETUSER", "admin", "on", ">admin", "~*", "&*", "+@all")
admin = server.client("admin", "admin")
for line in (root / "tools/redis/users.conf").read_text().splitlines():
    if match := re.match(r"user (\S+) (.*)", line):
        # Words in parentheses are one rule.
        admin("ACL", "SETUSER", match[1], *re.findall(r"\([^)]*\)|\S+", match[2]))
users = {name: f"redis://{name}:change-this-{name}@127.0.0.1:{server.port}" for name in ("probe", "engine", "desk", "reader")}
log = work / "early.log"
with log.open("wb") as out:
    early = subprocess.Popen([str(a) for a in commands.probe(users["probe"], "--spool", work / "spool")],
                             stdout=subprocess.DEVNULL, stderr=out)
    checks.ok(wait_for(lambda: b"away" in log.read_bytes()), "a probe that comes before every engine says what it lacks")
    engine = start(commands.engine(users["engine"]))
    checks.ok(early.wait(timeout=60) == 0, "and goes on when there is one", log.read_text())
checks.ok(wait_for(lambda: admin("HGET", "rgs:{main}:position", "observations") not in (None, b"0")), "an engine as its user")
engine.send_signal(signal.SIGTERM)
err = engine.communicate(timeout=60)[1].decode()
checks.ok(engine.returncode == 0 and "event=checkpoint " in err and "failed" not in err, "and its end, its state being kept", err)
status, _, err = run(commands.engine(users["engine"], "--once"))
checks.ok(status == 0 and "event=resumed" in err, "an engine as its user goes on with a state and ends the work", err)
expect(admin, "users of their own")
status, _, err = run(commands.probe(users["probe"].replace("change-this", "wrong"), "--patience", "1"))
checks.ok(status == 1 and "WRONGPASS" in err, "a wrong password is an error that says so", status, err)


def refused(name, *words):
    client = server.client(name, f"change-this-{name}")
    try:
        client(*words)
    except Error as e:
        return checks.ok(str(e).startswith("NOPERM") or "NOPERM" in str(e) or "ermission" in str(e),
                         f"{name} may not {' '.join(str(w) for w in words[:3])}", e)
    return checks.ok(False, f"{name} may not {' '.join(str(w) for w in words[:3])}")


obs, lease, scores = "rgs:{main}:obs", "rgs:{main}:lease", "rgs:{main}:scores"
for words in (("XRANGE", obs, "-", "+"), ("XREAD", "STREAMS", obs, "0"), ("DEL", obs), ("XTRIM", obs, "MAXLEN", "0"),
              ("FCALL", "rgs_lease", "2", lease, "rgs:{main}:position", "x", "1", "1", "1"), ("GET", "other"),
              ("HGETALL", "rgs:{main}:resellers"), ("ZADD", scores, "1", "R1"), ("FLUSHALL",), ("KEYS", "*"),
              ("FUNCTION", "DELETE", "regsentry"), ("FUNCTION", "LOAD", "REPLACE", "#!lua name=regsentry\n"), ("CONFIG", "GET", "*")):
    refused("probe", *words)
for words in (("SET", "other", "1"), ("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*"), ("FUNCTION", "DELETE", "regsentry"),
              ("EVAL", "return 1", "0"), ("ACL", "LIST"), ("SHUTDOWN",), ("RPUSH", "rgs:{main}:rulelog", "x"), ("DEL", obs),
              ("SET", "rgs:{main}:rules:00", "x"), ("FCALL", "rgs_append", "2", obs, "rgs:{main}:probes", "x", "1", "x", "1", "1")):
    refused("engine", *words)
for words in (("XRANGE", obs, "-", "+"), ("HSET", lease, "owner", "x"), ("DEL", "rgs:{main}:rulelog"), ("KEYS", "*"),
              ("ZADD", scores, "1", "R1"), ("FCALL", "rgs_lease", "2", lease, "rgs:{main}:position", "x", "1", "1", "1")):
    refused("desk", *words)
for words in (("XRANGE", obs, "-", "+"), ("ZADD", scores, "1", "R1"), ("XADD", "rgs:{main}:alerts", "*", "a", "b"),
              ("FCALL", "rgs_lease", "2", lease, "rgs:{main}:position", "x", "1", "1", "1"), ("DEL", scores), ("KEYS", "*"),
              ("HGETALL", "rgs:{main}:poisoned"), ("FUNCTION", "LIST"), ("FLUSHALL",)):
    refused("reader", *words)
status, _, err = run([binary, "rules", "push", "--redis", users["desk"], "--by", "ann", "--note", "of the desk", root / "rules"])
checks.ok(status == 0, "desk pushes rules", err)
status, out, err = run([binary, "rules", "log", "--redis", users["reader"]])
checks.ok(status == 0 and b"of the desk" in out, "reader reads their log", status, out, err)
reader = server.client("reader", "change-this-reader")
checks.ok(reader("ZREVRANGE", scores, 0, 0) and reader("HGET", "rgs:{main}:resellers", "R17"), "reader reads scores and lines")
reader("XGROUP", "CREATE", "rgs:{main}:alerts", "siem", "0")
alert = reader("XREADGROUP", "GROUP", "siem", "one", "COUNT", "1", "STREAMS", "rgs:{main}:alerts", ">")[0][1][0]
checks.ok(reader("XACK", "rgs:{main}:alerts", "siem", alert[0]) == 1, "and takes alerts by consumer group")

# ---- the desk, who may change the rules, and whoever may not

rules = [commands.binary, "rules", "push", root / "rules", "--by", "ann", "--redis"]
for name in ("reader", "probe"):
    status, _, err = run([*rules, users[name]])
    checks.ok(status == 1 and admin("LLEN", "rgs:{main}:rulelog") == 1, f"{name} pushes no rules", err)
for name in ("desk", "reader"):
    for words in (("rules", "log"), ("rules", "show", "1")):
        status, out, err = run([commands.binary, *words, "--redis", users[name]])
        checks.ok(status == 0, f"{name} sees {words[1]}", err)
for words in (("top", "--once"), ("explain", "R17")):
    status, out, err = run([commands.binary, *words, "--redis", users["reader"]])
    checks.ok(status == 0 and b"R17" in out, f"reader sees {words[0]}", err)
status, _, err = run(commands.engine(users["engine"], "--once"))
checks.ok(status == 0 and "rules_refused" not in err, "an engine reads the rules", err)
for words in (("XRANGE", obs, "-", "+"), ("ZADD", scores, "1", "R1"), ("DEL", "rgs:{main}:rulelog"), ("KEYS", "*"),
              ("LSET", "rgs:{main}:rulelog", "0", "x"), ("SET", lease, "x"), ("SET", "rgs:{main}:rulelog", "x"), ("HSET", lease, "sealed", "0")):
    refused("desk", *words)
refused("engine", "SET", "rgs:{main}:rules:x", "y")
for name in ("probe", "desk", "reader"):
    refused(name, "HGET", "rgs:{main}:state.0", "0")
    refused(name, "DEL", "rgs:{main}:states")
server.stop()

# ---- a socket file ---------------------------------------------------------------------------------------

path = work / "redis.sock"
server = Server(work / "socket", "--unixsocket", path)
status, _, err = run(commands.probe(f"redis+unix://{path}?db=3"))
checks.ok(status == 0 and not server.client()("KEYS", "*"), "a probe through a socket file, into another database", err)
status, _, err = run(commands.engine(f"redis+unix://{path}?db=3", "--once"))
c = server.client()
c("SELECT", 3)
checks.ok(status == 0, "and an engine", err)
expect(c, "a socket file")
c("FLUSHALL")

# ---- TLS -------------------------------------------------------------------------------------------------


def openssl(*words):
    subprocess.run(["openssl", *[str(w) for w in words]], check=True, capture_output=True, cwd=work)


def certificate(name):
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (work / "ext").write_text(f"subjectAltName=DNS:{name}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "ext", "-out", f"{name}.crt")
    (work / f"{name}.pem").write_text((work / f"{name}.crt").read_text() + (work / f"{name}.key").read_text())


if shutil.which("stunnel4"):
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=site", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("redis.example.net", "client", "elsewhere.example.net"):
        certificate(name)
    outside, wire = free_port(), bytearray()
    shipped = (root / "tools/redis/stunnel.conf").read_text()
    server_part = "\n".join(re.sub(r"\s+\(.*", "", line[1:]) for line in shipped.splitlines()
                            if line.startswith(";   ") and "cluster-" not in line)

    def tunnel(name, text, values):
        for key, value in values.items():
            text, n = re.subn(rf"(?m)^\s*{key} = .*$", f"{key} = {value}", text)
            assert n == 1, key
        (work / f"{name}.conf").write_text("foreground = yes\npid =\n" + text.replace("foreground = yes\n", ""))
        return subprocess.Popen(["stunnel4", work / f"{name}.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def client_tunnel(name, host, to):
        port = free_port()
        return port, tunnel(name, shipped, {"accept": f"127.0.0.1:{port}", "connect": f"127.0.0.1:{to}", "cert": work / "client.pem",
                                            "CAfile": work / "ca.pem", "checkHost": host})

    def answers(port):
        try:
            return Client(port)("PING") == b"PONG"
        except (OSError, Error):
            return False

    ends = [tunnel("server", server_part, {"accept": f"127.0.0.1:{outside}", "connect": f"127.0.0.1:{server.port}",
                                           "cert": work / "redis.example.net.pem", "CAfile": work / "ca.pem"})]
    proxy = Proxy(outside, lambda n: None, wire)
    port, p = client_tunnel("tls", "redis.example.net", proxy.port)
    wrong, q = client_tunnel("other", "elsewhere.example.net", outside)
    ends += [p, q]
    checks.ok(wait_for(lambda: answers(port)), "the shipped stunnel configuration carries to the server")
    checks.ok(not answers(wrong) and not answers(outside), "neither under another name, nor without TLS")
    status, _, err = run(commands.probe(f"redis://127.0.0.1:{port}"))
    checks.ok(status == 0, "a probe through TLS", err)
    status, _, err = run(commands.engine(f"redis://127.0.0.1:{port}", "--once"))
    checks.ok(status == 0, "an engine through TLS", err)
    expect(server.client(), "TLS")
    checks.ok(len(wire) > 100000 and b"rgs_append" not in wire and b"roaming_bank" not in wire, "nothing of it is to be read on the wire")
    for p in ends:
        p.terminate()
        p.wait(timeout=30)
    proxy.stop()

    # A cluster, whose nodes are at another address than clients are told: they reach it through tunnels only.
    inside, nodes, ends = "127.0.0.2", [free_pair() for _ in range(3)], []
    settings = dict(line.split()[1:] for line in shipped.splitlines() if line.startswith(";   cluster-"))
    assert len(settings) == 2
    for node in nodes:
        folder = work / f"node{node}"
        folder.mkdir()
        ends.append(subprocess.Popen(["redis-server", "--port", str(node), "--bind", inside, "--bind-source-addr", inside, "--dir", folder,
                                      "--save", "", "--cluster-enabled", "yes", *[w for k, v in settings.items() for w in (f"--{k}", v)]],
                                     stdout=subprocess.DEVNULL, preexec_fn=die_with_test))
        outside = free_port()
        ends.append(tunnel(f"node{node}.tls", server_part, {"accept": f"127.0.0.1:{outside}", "connect": f"{inside}:{node}",
                                                            "cert": work / "redis.example.net.pem", "CAfile": work / "ca.pem"}))
        ends.append(tunnel(f"node{node}.client", shipped, {"accept": f"127.0.0.1:{node}", "connect": f"127.0.0.1:{outside}",
                                                           "cert": work / "client.pem", "CAfile": work / "ca.pem"}))
    checks.ok(wait_for(lambda: all(answers(node) for node in nodes)), "tunnels to the nodes of a cluster")
    made = subprocess.run(["redis-cli", "--cluster", "create", *[f"{inside}:{n}" for n in nodes], "--cluster-yes"],
                          capture_output=True, check=False)
    checks.ok(wait_for(lambda: all(b"cluster_state:ok" in Client(n)("CLUSTER", "INFO") for n in nodes)), "a cluster", made.stdout)
    url = f"redis-cluster://localhost:{nodes[0]},localhost:{nodes[1]}"
    status, _, err = run(commands.probe(url, "--shards", 6))
    checks.ok(status == 0, "a probe through TLS to a cluster", err,
              *([] if status == 0 else [f"{n}: {Client(n)('CLUSTER', 'NODES')}" for n in nodes]))
    status, _, err = run(commands.engine(url, "--once"))
    checks.ok(status == 0, "an engine through TLS to a cluster", err)

    def of_key(key, *words):
        node = next(row[2][1] for row in Client(nodes[0])("CLUSTER", "SLOTS") if row[0] <= slot_of(key) <= row[1])
        return Client(node)(*words)

    lines, _, alerts = found(of_key, 6)
    same_as_embedded(checks, embedded, lines, alerts, "TLS to a cluster")
    for p in ends:
        p.terminate()
        p.wait(timeout=30)
else:
    checks.skip("TLS", "stunnel4 is not installed")
server.stop()
shutil.rmtree(work, ignore_errors=True)
checks.end()
