"""A stack of its own for a test: ports and a folder that nobody else has, and doubles of LiveKit's servers on PATH."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from contract_tests.backends.roll import RAN, leave_out
from launcher.stack.ports import StackPorts
from launcher.stack.records import Record, read_records
from tests.launcher.system import free_ports

REDIS = "redis"
DOUBLE = """\
#!{python}
'''Plays a server of LiveKit's as far as the stack sees it: config, node in Redis, health page, end.'''
import http.server, json, os, re, signal, socket, sys
from pathlib import Path

if sys.argv[1] == "--version":
    sys.exit(print("{name} version {version}"))
text = Path(sys.argv[2]).read_text()
number = lambda name: int(re.search(name + r': "?(?:127.0.0.1:)?([0-9]+)', text).group(1))
Path("{name}.seen").write_text(json.dumps(sorted(os.environ)))
if "{name}" == "livekit-server":
    socket.create_connection(("127.0.0.1", number("address"))).sendall(b"SET nodes me\\r\\n")

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()

def end(*_):
    with open("stopped", "a") as stopped:
        stopped.write("{name}\\n")
    sys.exit()

signal.signal(signal.SIGTERM, end)
http.server.HTTPServer(("127.0.0.1", number("{port}")), Page).serve_forever()
"""


def real_redis() -> None:
    """The test runs with one, or is left out aloud."""
    if not shutil.which("redis-server"):
        leave_out(REDIS, "redis-server is not on PATH")
    RAN.add(REDIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """`environ` is what `./cxb stack` gets."""

    data: Path
    ports: StackPorts
    environ: dict[str, str]

    @property
    def folder(self) -> Path:
        return self.data / "stack"

    def run(self, verb: str, timeout: float = 60, **environ: str) -> "subprocess.CompletedProcess[str]":
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CXB_")}
        return subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-m", "launcher", "stack", verb],
            env={**ours, **self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def up(self, timeout: float = 60) -> str:
        done = self.run("up", timeout)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def records(self) -> dict[str, Record]:
        return {record.name: record for record in read_records(self.folder)}

    def settings(self) -> dict[str, str]:
        """Those that make CXB use it."""
        return dict(line.split("=", 1) for line in (self.folder / "cxb.env").read_text().split())

    def secret(self) -> str:
        return self.settings()["CXB_LIVEKIT_SECRET"]


def stack(folder: Path, first_port: int) -> Stack:
    free = [*free_ports(first_port)[:4], free_ports(first_port + 10)[0]]  # the stand-in also takes the port above SIP's
    return stack_on(folder, free)


def stack_on(folder: Path, free: Sequence[int], **environ: str) -> Stack:
    """On these ports, in the order of StackPorts."""
    ports = StackPorts(**dict(zip((row.name for row in fields(StackPorts)), free, strict=True)))
    named = {row.metadata["name"]: str(getattr(ports, row.name)) for row in fields(StackPorts)}
    return Stack(data=folder / "data", ports=ports, environ={"CXB_DATA": str(folder / "data"), **named, **environ})


def with_doubles(one: Stack, folder: Path, *, sip: bool) -> Stack:
    """With doubles before all else on PATH."""
    folder.mkdir()
    _double(folder, "livekit-server", "1.13.5", "port")
    if sip:
        _double(folder, "livekit-sip", "1.11.0", "health_port")
    return Stack(
        data=one.data, ports=one.ports, environ={**one.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    )


def _double(folder: Path, name: str, version: str, port: str) -> None:
    file = folder / name
    file.write_text(DOUBLE.format(python=sys.executable, name=name, version=version, port=port))
    file.chmod(0o755)


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
