"""A server of the stack as a value: how it is started, where it listens, and how one sees that it is well."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx

from launcher.listening import free
from launcher.stack.ports import HOST, Listening

ANSWER_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackProcess:
    """`health` is http://… that answers 200 when it is ready, or redis://… that answers PING. `folders` and `files` are
    made in the stack's folder before it starts. Of the environment it sees PATH and the like and what stands here:
    LiveKit's servers take settings from variables with plain names, such as REDIS_HOST."""

    name: str
    command: Sequence[str]
    health: str
    ports: Sequence[Listening]
    folders: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def healthy(health: str) -> bool:
    """Whether who listens there answers as one that is ready; nobody there is a no, and no error."""
    where = urlsplit(health)
    try:
        if where.scheme == "redis":
            return _pong(str(where.hostname), int(where.port or 0))
        return httpx.get(health, timeout=ANSWER_SECONDS, trust_env=False).status_code == httpx.codes.OK
    except (OSError, httpx.HTTPError):
        return False


def _pong(host: str, port: int) -> bool:
    with socket.create_connection((host, port), timeout=ANSWER_SECONDS) as redis:
        redis.sendall(b"PING\r\n")
        return redis.recv(64).startswith(b"+PONG")


def taken(ports: Sequence[Listening]) -> list[str]:
    """Each port that somebody has, with the name that changes it, such as `7882/udp (CXB_STACK_LIVEKIT_UDP_PORT)`."""
    return [
        f"{port.number}/{port.protocol} ({port.setting})"
        for port in ports
        if not free(HOST, port.number, port.protocol)
    ]
