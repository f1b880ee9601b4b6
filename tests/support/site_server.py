# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis server of the test's own on loopback, a client for it, and a proxy that cuts connections."""
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time


def need(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        print(f"*** NOT TESTED: {', '.join(missing)} not installed (tools/install test) ***", file=sys.stderr)
        print(f"1..0 # SKIP {', '.join(missing)} not installed")
        sys.exit(0)


def die_with_test():
    """For preexec_fn: what a test started does not outlive it, however it ends (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Error(Exception):
    """What the server refused."""


class Client:
    """As much of RESP2 as the tests ask."""

    def __init__(self, port, *auth):
        self.s = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.f = self.s.makefile("rb")
        if auth:
            self("AUTH", *auth)

    def __call__(self, *words):
        parts = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.s.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
        return self._reply()

    def _reply(self):
        line = self.f.readline().rstrip(b"\r\n")
        if not line:
            raise ConnectionError("the server hung up")
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise Error(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            n = int(rest)
            return None if n < 0 else self.f.read(n + 2)[:-2]
        if kind == b"*":
            return None if int(rest) < 0 else [self._reply() for _ in range(int(rest))]
        return rest


class Server:
    """redis-server in a folder of its own."""

    def __init__(self, folder, *options, port=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.options = [str(o) for o in options]
        self.p = None
        self.start()

    def start(self):
        self.p = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder,
                                   "--save", "", "--loglevel", "warning", *self.options],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_test)
        end = time.monotonic() + 30
        while True:
            try:
                if Client(self.port)("PING"):
                    return self
            except Error as e:   # it asks for a password, or still loads
                if not str(e).startswith("LOADING"):
                    return self
            except OSError:
                pass
            if time.monotonic() > end or self.p.poll() is not None:
                raise RuntimeError("redis-server does not start")
            time.sleep(0.05)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def client(self, *auth):
        return Client(self.port, *auth)

    def kill(self, number=signal.SIGKILL):
        self.p.send_signal(number)
        self.p.wait(timeout=30)

    def stop(self):
        if self.p.poll() is None:
            self.kill()


class Proxy:
    """Between a client and the server; each connection ends after so many bytes of replies. What passes is seen by wire."""

    def __init__(self, port, allow, wire=None):
        self.target, self.allow, self.cuts, self.wire = port, allow, 0, wire
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        n = 0
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    client.close()   # who is not there yet may be so for the next one
                    continue
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=self._down, args=(client, server, self.allow(n)), daemon=True).start()
                n += 1

    def _up(self, client, server):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self.wire is not None:
                    self.wire.extend(data)
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _down(self, client, server, left):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if left is not None and len(data) >= left:
                    client.sendall(data[:left])
                    self.cuts += 1
                    break
                client.sendall(data)
                left = None if left is None else left - len(data)
        for s in (client, server):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def stop(self):
        self.listener.close()
