"""The softphone's process, as a test has it."""

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.loopback import free_port
from contract_tests.carrier.tasks import PATIENCE, News

LONGEST = 64_000_000
"""Bytes of one line: what was heard comes as one."""


@dataclass(slots=True)
class Peer:
    """`told` is everything that the phone told, in order."""

    port: int
    process: asyncio.subprocess.Process
    told: list[dict[str, Any]] = field(default_factory=list)
    news: News = field(default_factory=News)
    orders: int = 0

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    async def read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.told.append(json.loads(line))
            self.news.tell()
        self.told.append({"event": "gone"})
        self.news.tell()

    async def until(self, holds: Callable[[dict[str, Any]], bool], within: float = PATIENCE) -> dict[str, Any]:
        """The first of what was told that is so."""
        await self.news.until(lambda: any(map(holds, self.told)), within, lambda: str(self.told)[-2000:])
        return next(filter(holds, self.told))

    async def hears_of(self, event: str, call: int = 1, within: float = PATIENCE) -> dict[str, Any]:
        return await self.until(lambda told: told["event"] == event and told.get("call") == call, within)

    async def does(self, what: str, **more: Any) -> dict[str, Any]:
        """Told to do it; what came of it, `done` or `failed`."""
        self.orders += 1
        number = self.orders
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, "id": number, **more}).encode() + b"\n")
        await self.process.stdin.drain()
        return await self.until(lambda told: told.get("order") == number, 2 * PATIENCE)

    async def heard(self, call: int = 1) -> Pcm:
        await self.does("heard", call=call)
        data = next(told["pcm"] for told in reversed(self.told) if told["event"] == "heard")
        return np.frombuffer(base64.b64decode(data), "<i2").astype(np.int16)


@asynccontextmanager
async def softphone(**account: Any) -> AsyncIterator[Peer]:
    """One that listens on a free port; on another, when somebody has taken that in the meantime."""
    while True:
        port = free_port(room=2)  # it takes the one above for TLS
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.carrier.softphone", str(port), json.dumps(account),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST,
        )  # fmt: skip
        peer = Peer(port, process)
        reading = asyncio.ensure_future(peer.read())
        try:
            begun = await peer.until(lambda _told: True, 2 * PATIENCE)
            if begun["event"] == "taken":
                continue
            assert begun["event"] == "open", "the softphone did not start"
            yield peer
            return
        finally:
            await _end(process)
            await reading


async def _end(process: asyncio.subprocess.Process) -> None:
    """It goes when its orders end; one that does not is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
