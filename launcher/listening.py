"""Whether the ports are free that CXB's processes listen on."""

import asyncio
import socket
import time
from dataclasses import fields
from typing import Final

from launcher.problem import LaunchProblem
from ports.settings import Media, Settings

PORTS: Final = ("console_port", "api_port", "core_port", "dialler_port", "exchange_port")
LOOK_EVERY: Final = 0.2


def taken(settings: Settings) -> list[str]:
    """Each port that somebody else has, with the setting that gives it, such as `8601 (CXB_API_PORT)`."""
    names = {field.name: field.metadata["name"] for field in fields(Settings)}
    return [
        f"{getattr(settings, port)} ({names[port]})"
        for port in PORTS
        if not (port == "exchange_port" and settings.media is Media.LIVEKIT)
        and not free(settings.host, getattr(settings, port))
    ]


async def until_free(settings: Settings, seconds: float) -> None:
    """Returns when all are free: those who were left behind by a killed supervisor may take `seconds` to drain.

    Raises LaunchProblem that names those which are not. Without this, somebody else's process on a port would pass
    for one of ours, because it answers.
    """
    end = time.monotonic() + seconds
    if waiting := taken(settings):
        print(f"cxb: waiting for {', '.join(waiting)}: another process listens there", flush=True)
    while waiting := taken(settings):
        if time.monotonic() > end:
            raise LaunchProblem(f"another process listens on {', '.join(waiting)}; stop it, or set other ports")
        await asyncio.sleep(LOOK_EVERY)


def free(host: str, port: int, protocol: str = "tcp") -> bool:
    """Whether somebody could listen there now; `protocol` is tcp or udp."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM) as probe:
        if protocol == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: ports of closed calls are free
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
