"""A process of its own that takes a large file of leads, and says how much memory that took."""

import asyncio
import json
import os
import resource
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
from dependency_injector import providers

from adapters.memory.password_hasher import MemoryPasswordHasher
from applications.api.app import create_app
from applications.api.cases import maker
from applications.api.container import Container, container_of, opened
from applications.api.sessions import open_session
from applications.api.use_cases.create_user import CreateUser
from applications.api.use_cases.run_imports import RunImports
from contract_tests.ports import specimens
from domain.ids import DEFAULT_BRAND, CampaignId
from domain.people.user import Role
from ports.settings import Media, Settings, Stores

CHUNK: Final = 64 * 1024
MOST_LEADS: Final = 2_000
"""Different numbers: what the store keeps in its own cache is not what is asked here."""


def lines() -> Iterator[bytes]:
    """Leads with a kilobyte of words each, and now and then what a spreadsheet never wrote."""
    yield b"phone,name,note\n"
    number = 0
    while True:
        number += 1
        yield b"+1415555%04d,Ada,%s\n" % (number % MOST_LEADS, b"good " * 200)
        if number % 100 == 0:
            yield b"+14155550000," + b"x" * 100_000 + b",huge\n"
        if number % 100 == 50:
            yield b'nonsense,"=cmd|1",\0\n'
        if number % 1_000 == 999:
            yield b"," * 200_000 + b"\n"


async def body(size: int) -> AsyncIterator[bytes]:
    held, sent = bytearray(), 0
    for line in lines():
        held += line
        if len(held) >= CHUNK:
            yield bytes(held)
            sent += len(held)
            held.clear()
            if sent >= size:
                return


async def token_of(container: Container) -> str:
    user = await maker(container, CreateUser)()(
        DEFAULT_BRAND, email="admin@example.com", password="correct horse battery", role=Role.ADMIN
    )
    return open_session(user, container.tokens(), at=container.clock().now(), minutes=60).token


async def taken(size: int, folder: Path) -> dict[str, Any]:
    settings = Settings(jwt_secret="j" * 40, core_secret="c" * 40, data=str(folder))
    container = container_of(replace(settings, stores=Stores.SQLITE, media=Media.MEMORY))
    container.passwords.override(providers.Singleton(MemoryPasswordHasher))
    watch = Watch()
    async with opened(container):
        headers = {"authorization": f"Bearer {await token_of(container)}", "content-type": "text/csv"}
        await container.campaigns().add(specimens.campaign(1, id=CampaignId("cmp_1"), brand=DEFAULT_BRAND))
        container.plan().read("+14155550101", "US")  # its tables are read once
        transport = httpx.ASGITransport(app=create_app(container))  # type: ignore[arg-type]  # an ASGI app
        async with httpx.AsyncClient(transport=transport, base_url="http://api/api/v1", headers=headers) as client:
            watch.start()
            before, began = anonymous(), time.perf_counter()
            answer = await client.post("/campaigns/cmp_1/imports?region=US", content=body(size))
            uploaded = time.perf_counter()
            await maker(container, RunImports)()()
            shown = (await client.get(f"/imports/{answer.json()['id']}")).json()
    return {
        "state": shown["state"],
        "size": shown["size"],
        "rows": shown["rows"],
        "added": shown["added"],
        "faults": shown["faults"],
        "upload_seconds": uploaded - began,
        "seconds": time.perf_counter() - began,
        "grown": max(watch.most, anonymous()) - before,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def anonymous() -> int:
    """Bytes of memory that are ours alone: pages of the mapped database can be dropped at any time."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


class Watch(threading.Thread):
    """Looks at the memory fifty times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0

    def run(self) -> None:
        while True:
            self.most = max(self.most, anonymous())
            time.sleep(0.02)


if __name__ == "__main__":
    os.nice(5)
    sys.stdout.write(json.dumps(asyncio.run(taken(int(sys.argv[1]), Path(sys.argv[2])))) + "\n")
