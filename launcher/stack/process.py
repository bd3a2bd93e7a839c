"""A server of the stack as a value: how it is started, where it listens, and how one sees that it is well."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

from launcher.listening import free
from launcher.stack.ports import HOST, Listening

ANSWER_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackProcess:
    """It is well when every address of `health` is: http://… answers 200, redis://… answers PING, and redis://…/KEY has
    that key. `forgets` are keys that are removed before it starts; `folders` and `files` are made in the stack's
    folder. Of the environment it sees PATH and the like and what stands here: LiveKit's servers take settings from
    variables with plain names, such as REDIS_HOST."""

    name: str
    command: Sequence[str]
    health: tuple[str, ...]
    ports: Sequence[Listening]
    forgets: Sequence[str] = ()
    folders: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def healthy(health: Sequence[str]) -> bool:
    """Whether all of them answer as they should; nobody there is a no, and no error."""
    return all(map(_answers, health))


def _answers(address: str) -> bool:
    where = urlsplit(address)
    try:
        if where.scheme == "redis":
            return _redis(where, "EXISTS") == ":1" if where.path else _redis(where, "PING") == "+PONG"
        return httpx.get(address, timeout=ANSWER_SECONDS, trust_env=False).status_code == httpx.codes.OK
    except (OSError, httpx.HTTPError):
        return False


def forget(address: str) -> None:
    """Removes the key. Raises OSError when there is no Redis."""
    _redis(urlsplit(address), "DEL")


def _redis(where: SplitResult, command: str) -> str:
    """The first line of the answer to a command about the address's key."""
    with socket.create_connection((where.hostname, where.port), timeout=ANSWER_SECONDS) as redis:
        redis.sendall(f"{command} {where.path.strip('/')}\r\n".encode())
        with redis.makefile("r") as lines:
            return lines.readline().strip()


def taken(ports: Sequence[Listening]) -> list[str]:
    """Each port that somebody has, with the name that changes it, such as `7882/udp (CXB_STACK_LIVEKIT_UDP_PORT)`."""
    return [
        f"{port.number}/{port.protocol} ({port.setting})"
        for port in ports
        if not free(HOST, port.number, port.protocol)
    ]
