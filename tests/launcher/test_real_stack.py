"""The real stack: a real Redis and the real livekit-server, built where it has to be, with rooms that really open."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import psutil
import pytest

from contract_tests.backends.roll import RAN, leave_out
from launcher.stack.plan import KEY
from launcher.stack.programs import missing
from launcher.stack.versions import versions
from tests.launcher.stack import Stack, connects, real_redis, stack

LIVEKIT_SERVER = "livekit_server"
LONGEST_BUILD = 1500.0
"""Ten times what it takes on two cores from an empty cache."""


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Stack]:
    real_redis()
    if lacking := missing(versions(), os.environ):
        leave_out(LIVEKIT_SERVER, "; ".join(lacking))
    RAN.add(LIVEKIT_SERVER)
    one = stack(tmp_path, 24300)
    yield one
    assert one.run("down").returncode == 0


def open_room(one: Stack, name: str) -> "httpx.Response":
    """By LiveKit's own interface, with the key and the secret that were written down for CXB."""
    claims = {"iss": KEY, "nbf": int(time.time()) - 60, "exp": int(time.time()) + 600, "video": {"roomCreate": True}}
    return httpx.post(
        f"http://127.0.0.1:{one.ports.livekit}/twirp/livekit.RoomService/CreateRoom",
        json={"name": name},
        headers={"authorization": f"Bearer {jwt.encode(claims, one.secret(), 'HS256')}"},
        timeout=20,
        trust_env=False,
    )


def test_rooms_open_after_a_start_and_after_any_server_was_killed(real: Stack) -> None:
    said = real.up(LONGEST_BUILD)
    first = real.records()
    assert versions().livekit_server in said
    assert open_room(real, "one").json()["name"] == "one"
    assert open_room(real, "one").status_code == 200

    sip = next(reversed(first))  # livekit-sip, or the stand-in
    for victim in ("livekit-server", "redis", sip, "livekit-server"):
        os.kill(real.records()[victim].pid, signal.SIGKILL)
        assert real.run("status").returncode == 1
        real.up()
        assert real.run("status").returncode == 0
        for name in ("one", "two"):  # a room that the killed one had, and another
            assert open_room(real, name).status_code == 200, victim

    assert not {record.pid for record in real.records().values()} & {record.pid for record in first.values()}
    assert all(real.secret() not in log.read_text() for log in real.folder.glob("*.log"))


def test_it_listens_on_this_machine_alone(real: Stack) -> None:
    real.up(LONGEST_BUILD)
    open_room(real, "one")

    for record in real.records().values():
        sockets = psutil.Process(record.pid).net_connections("inet")
        listening = [one.laddr for one in sockets if one.status in {"LISTEN", "NONE"} and not asks_for_names(one)]
        assert listening, record.name
        assert {address.ip for address in listening} == {"127.0.0.1"}, record.name


def asks_for_names(one: Any) -> bool:
    """The stand-in's SIP stack keeps two sockets from which it asks name servers: of UDP, on ports that it did not
    choose."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    return one.type is socket.SOCK_DGRAM and one.laddr.ip in {"0.0.0.0", "::"} and one.laddr.port >= first  # noqa: S104


def test_down_ends_it_and_frees_its_ports(real: Stack) -> None:
    real.up(LONGEST_BUILD)
    down = real.run("down")

    assert down.returncode == 0
    assert "was killed" not in down.stdout
    assert not connects(real.ports.redis)
    assert not connects(real.ports.livekit)
