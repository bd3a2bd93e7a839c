"""Who answers in a demo: the simulated carrier in the exchange, or the same population behind real SIP."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from launcher.demo.client import ApiClient
from launcher.problem import LaunchProblem

MODULE: Final = "contract_tests.carrier.people"
SIMULATED: Final = "simulated"
START_SECONDS: Final = 30.0
SEEN: Final = "phones.ndjson"
"""What the far end saw of each call, a line each, in the demo's folder."""


class CarrierChoice(StrEnum):
    """`livekit` is SIP as well, over LiveKit's servers (`./cxb stack up`)."""

    SIMULATED = "simulated"
    SIP = "sip"
    LIVEKIT = "livekit"

    @property
    def is_sip(self) -> bool:
        return self is not CarrierChoice.SIMULATED


KNOWN_WITHIN: Final = 6.0
"""Seconds after which everybody goes by a new trunk: a Dialler looks every five, and LiveKit is told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who answers behind real SIP, and how: `speed` divides the times until the answer, and who hears nothing for
    `patience` seconds hangs up."""

    seed: int
    speed: float
    patience: float


@asynccontextmanager
async def calling_by(choice: CarrierChoice, api: ApiClient, folder: Path, people: People) -> AsyncIterator[None]:
    """Until the context ends, calls go to that carrier's people and to nobody else's. What people behind real SIP saw
    is then in `folder`."""
    if not choice.is_sip:
        yield
        return
    password = secrets.token_urlsafe(24)
    async with _far_end(password, people, folder / SEEN) as port:
        trunk = {
            "name": "Demo carrier",
            "carrier": "sip",
            "channels": 100,
            "calls_per_second": 20.0,
            "sip": {"host": "127.0.0.1", "port": port, "username": "cxb"},
            "password": password,
        }
        await api.post("/trunks", trunk)
        await api.patch(f"/trunks/{SIMULATED}", {"enabled": False})
        await asyncio.sleep(KNOWN_WITHIN)
        yield


@asynccontextmanager
async def _far_end(password: str, people: People, journal: Path) -> AsyncIterator[int]:
    """The far end as a process of its own; its SIP port."""
    told = {**asdict(people), "journal": journal}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "launcher.child", str(os.getpid()), MODULE),
        *(text for name, value in told.items() for text in (f"--{name}", str(value))),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CXB_TRUNK_PASSWORD": password},
    )
    try:
        assert process.stdout is not None  # noqa: S101  # asked for when it was started
        async with asyncio.timeout(START_SECONDS):
            said = await process.stdout.readline()
        if not said.startswith(b"listening on "):
            raise LaunchProblem("the demo's carrier did not start")
        yield int(said.split()[-1])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
