"""An API and a Core on a disk that fills up and is freed: `python -m contract_tests.faults.full_disk.story DISK`."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import structlog

from adapters.directory.call_journal import DirectoryCallJournal
from adapters.directory.object_store import DirectoryObjectStore
from adapters.directory.result_outbox import DirectoryResultOutbox
from applications.api.app import create_app
from applications.api.cases import maker
from applications.api.container import container_of, opened
from applications.api.use_cases.create_first_administrator import CreateFirstAdministrator
from contract_tests.faults.full_disk.small_disk import Ballast
from domain.calls.outcome import Outcome
from domain.ids import CallId
from ports.messages.core import Talk
from ports.settings import Media, Settings, Stores
from ports.telephony import LegState
from tests.core.stage import NUMBER, Stage, said

CALL: Final = CallId("call_1")
SECRET: Final = "a-secret-for-a-story-about-a-full-disk"
PATIENCE: Final = 30.0
BACK_WITHIN: Final = 5.0
"""Seconds after there is room again until everything goes on."""

ROWS: Final = b"Phone\n" + b"".join(b"+1212736%04d\n" % number for number in range(5000))


@dataclass(kw_only=True)
class Desk:
    """Somebody who keeps asking the API for things, and remembers what was promised."""

    api: httpx.AsyncClient
    promised: set[str] = field(default_factory=set)
    uploaded: set[str] = field(default_factory=set)

    async def bot(self, name: str) -> httpx.Response:
        """Of some size, so that the room that SQLite has in its files is soon used up."""
        answer = await self.api.post("/bots", json={"name": name, "draft": {"prompt": "Be brief. " * 300}})
        if answer.status_code == 201:
            self.promised.add(answer.json()["id"])
        return answer

    async def upload(self, campaign: str) -> httpx.Response:
        headers = {"content-type": "text/csv"}
        answer = await self.api.post(f"/campaigns/{campaign}/imports?region=US", content=ROWS, headers=headers)
        if answer.status_code == 202:
            self.uploaded.add(answer.json()["id"])
        return answer

    async def all(self, path: str) -> set[str]:
        return {item["id"] for item in (await self.api.get(path, params={"limit": 200})).json()["items"]}


@asynccontextmanager
async def desk_on(disk: Path) -> AsyncIterator[Desk]:
    data = {"data": str(disk / "api"), "jwt_secret": SECRET, "core_secret": SECRET}
    container = container_of(Settings(stores=Stores.SQLITE, media=Media.MEMORY, **data))  # type: ignore[arg-type]
    async with opened(container):
        password = await maker(container, CreateFirstAdministrator)()()
        app: Any = create_app(container)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8601/api/v1") as api:
            who = {"email": "admin@example.com", "password": password}
            token = (await api.post("/auth/login", json=who)).json()["token"]
            api.cookies.clear()
            api.headers["authorization"] = f"Bearer {token}"
            yield Desk(api=api)


@asynccontextmanager
async def core_on(disk: Path) -> AsyncIterator[Stage]:
    kept: dict[str, Any] = {
        "journal": DirectoryCallJournal(disk / "core" / "journals"),
        "outbox": DirectoryResultOutbox(disk / "core" / "outbox"),
        "objects": DirectoryObjectStore(disk / "objects"),
    }
    async with Stage(callees={NUMBER: await said("yes", after=2.5)}, **kept).running() as core:
        yield core


async def tell(disk: Path) -> None:
    ballast = Ballast(disk)
    async with desk_on(disk) as desk, core_on(disk) as core:
        campaign = await with_room(desk)
        await core.take_call(await core.answered(CALL))
        await core.order_call(CALL, Talk())
        await until(lambda: said_something(core), "talking")
        ballast.take_all()
        await without_room(desk, campaign)
        await until(lambda: leg_is_over(core), "a call that ends although nothing can be kept of it")
        assert CALL not in core.sink.packages
        ballast.throw_away()
        await with_room_again(desk, campaign)
        result = await core.result(CALL, within=PATIENCE)
        assert result.outcome is Outcome.COMPLETED, result
        assert [turn.text for turn in result.turns] == ["Do you want it?", "yes", "Goodbye."], result.turns


async def with_room(desk: Desk) -> str:
    bot = await desk.bot("first")
    assert bot.status_code == 201, bot.text
    campaign = await desk.api.post("/campaigns", json={"name": "Spring", "bot_id": bot.json()["id"]})
    assert campaign.status_code == 201, campaign.text
    assert (await desk.upload(campaign.json()["id"])).status_code == 202
    return str(campaign.json()["id"])


async def without_room(desk: Desk, campaign: str) -> None:
    """Writes are refused in words that a program understands, for as long as it lasts; reads are answered."""
    answers = [await desk.bot(f"bot {number}") for number in range(300)]
    answers.append(await desk.upload(campaign))
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(refused) > 100, f"{len(refused)} of {len(answers)} refused"
    for answer in refused:
        assert answer.status_code in {503, 507}, answer.text
        assert answer.headers["content-type"] == "application/problem+json", answer.headers
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["status"] == answer.status_code
    for path in ("/bots", f"/campaigns/{campaign}", f"/campaigns/{campaign}/imports", "/calls"):
        assert (await desk.api.get(path)).status_code == 200, path
    await whole(desk, campaign)


async def with_room_again(desk: Desk, campaign: str) -> None:
    async def goes_on() -> bool:
        answers = (await desk.bot("afterwards"), await desk.upload(campaign))
        return [answer.status_code for answer in answers] == [201, 202]

    await until(goes_on, "writing again", within=BACK_WITHIN)
    await whole(desk, campaign)


async def whole(desk: Desk, campaign: str) -> None:
    """What was promised is there, and nothing else."""
    assert await desk.all("/bots") == desk.promised
    assert await desk.all(f"/campaigns/{campaign}/imports") == desk.uploaded


async def said_something(core: Stage) -> bool:
    return bool(core.sink.news)


async def leg_is_over(core: Stage) -> bool:
    return (await core.telephony.find(CALL)).state is LegState.ENDED


async def until(holds: Callable[[], Awaitable[bool]], what: str, within: float = PATIENCE) -> None:
    end = time.monotonic() + within
    while not await holds():
        assert time.monotonic() < end, f"no {what} within {within} s"
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    with structlog.testing.capture_logs():
        asyncio.run(tell(Path(sys.argv[1])))
