# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis Cluster of three masters and three replicas on loopback, and a client that finds the node of a key."""
import pathlib
import random
import socket
import subprocess
import time

from site_server import Error, Server

NODE_TIMEOUT_MS = 1500


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xffff if crc & 0x8000 else crc << 1
    return crc


def slot_of(key):
    tag = key.partition("{")[2].partition("}")[0]
    return crc16((tag or key).encode()) % 16384


def free_pair():
    """A port that is free together with the one 10000 above, where nodes talk with each other: both below those that
    connections go out from (32768 and above), one of which would take it before its node does."""
    while True:
        port = random.SystemRandom().randrange(10000, 22768)
        try:
            with socket.socket() as a, socket.socket() as b:
                a.bind(("127.0.0.1", port))
                b.bind(("127.0.0.1", port + 10000))
                return port
        except OSError:
            continue


class Cluster:
    def __init__(self, folder, *options):
        folder = pathlib.Path(folder)
        self.nodes = [Server(folder / f"node{i}", "--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT_MS,
                             "--cluster-config-file", "nodes.conf", *options, port=free_pair()) for i in range(6)]
        subprocess.run(["redis-cli", "--cluster", "create", *[f"127.0.0.1:{n.port}" for n in self.nodes],
                        "--cluster-replicas", "1", "--cluster-yes"], check=True, stdout=subprocess.DEVNULL)
        self.wait(lambda: all(b"cluster_state:ok" in n.client()("CLUSTER", "INFO") for n in self.nodes))
        self.wait(lambda: all(b"master_link_status:up" in n.client()("INFO", "replication") for n in self.nodes
                              if b"role:slave" in n.client()("INFO", "replication")))

    @staticmethod
    def wait(condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the cluster does not come to rest")
            time.sleep(0.05)

    @property
    def url(self):
        return "redis-cluster://" + ",".join(f"127.0.0.1:{n.port}" for n in self.nodes[:3])

    def alive(self):
        return [n for n in self.nodes if n.p.poll() is None]

    def masters(self):
        """Port of the master, and the slots it serves."""
        slots = {}
        for row in self.alive()[0].client()("CLUSTER", "SLOTS"):
            slots.setdefault(row[2][1], set()).update(range(row[0], row[1] + 1))
        return slots

    def node(self, port):
        return next(n for n in self.nodes if n.port == port)

    def master_of(self, key):
        slot = slot_of(key)
        return next((self.node(port) for port, slots in self.masters().items() if slot in slots), None)

    def call(self, key, *words):
        """One command on the node of a key, wherever that is at the moment."""
        end = time.monotonic() + 30
        while True:
            node = self.master_of(key)
            try:
                if node and node.p.poll() is None:
                    return node.client()(*words)
            except (OSError, Error):
                if time.monotonic() > end:
                    raise
            time.sleep(0.05)

    def move_slot(self, slot, to, pause):
        """Moves one slot to the master at this port, key by key and slowly, so that clients meet ASK and TRYAGAIN."""
        self.wait(lambda: all(b"cluster_state:ok" in n.client()("CLUSTER", "INFO") for n in self.alive()))
        source = next(port for port, slots in self.masters().items() if slot in slots)
        a, b = self.node(source).client(), self.node(to).client()
        names = {port: self.node(port).client()("CLUSTER", "MYID") for port in (source, to)}
        b("CLUSTER", "SETSLOT", slot, "IMPORTING", names[source])
        a("CLUSTER", "SETSLOT", slot, "MIGRATING", names[to])
        while keys := a("CLUSTER", "GETKEYSINSLOT", slot, 1):
            a("MIGRATE", "127.0.0.1", to, keys[0], 0, 10000)
            time.sleep(pause)
        for port in (to, source, *[p for p in self.masters() if p not in (source, to)]):
            self.node(port).client()("CLUSTER", "SETSLOT", slot, "NODE", names[to])

    def stop(self):
        for n in self.nodes:
            n.stop()
