"""What the benchmark of the API has behind every side: the same stores, filled the same, and the same use cases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from dependency_injector import providers

from adapters.memory.core_gateway import MemoryCore, MemoryCoreGateway
from adapters.system.clock import SystemClock
from applications.api.container import Container, container_of
from applications.api.keys import make_key
from benchmarks.http_load import request
from domain.bots.bot import Bot, BotSpec, BotVersion
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.calls.call import Call, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, ResultSource
from domain.calls.transcript import Speaker, Turn, Word
from domain.ids import DEFAULT_BRAND, ApiKeyId, BotId, CallId, ServerId, TrunkId, UserId
from domain.people.user import ApiKey
from domain.routing.fleet import CoreServer
from domain.routing.trunk import CarrierKind, Trunk
from ports.messages.results import ResultPackage
from ports.settings import LogFormat, Media, Settings, Stores

SECRET: Final = "a-secret-that-only-this-benchmark-uses-0"  # noqa: S105  # a benchmark's own
KEY: Final = make_key("benchmark")
NOON: Final = datetime(2026, 3, 2, 20, tzinfo=UTC)
"""Afternoon all over the United States, where the dialouts go: they may ring whenever this is measured."""

BOT, TRUNK, CORE_ID, CORE = BotId("bot_1"), TrunkId("trunk_1"), ServerId("core-1"), "http://core"
SPEC: Final = BotSpec(
    flow=FlowGraph(
        start="hello",
        steps=(
            *(
                Step(id=name, say=f"Hello {{name}}, {name}?", edges=(Edge(to="bye", kind=EdgeKind.DIGITS, when="1"),))
                for name in ("hello", "visit", "day", "hour", "who", "more")
            ),
            Step(id="bye", say="Goodbye", end="done"),
        ),
    ),
    variables=("name",),
)


class AtNoon(SystemClock):
    """Goes as the system's does, and began at NOON."""

    def __init__(self) -> None:
        self._ahead = NOON - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead


async def furnished(folder: Path, stores: Stores, calls: int) -> Container:
    """One bot, one key, one Core that takes everything, and so many calls."""
    settings = Settings(
        data=str(folder),
        stores=stores,
        media=Media.MEMORY,
        jwt_secret="j" * 40,
        core_secret=SECRET,
        log_format=LogFormat.JSON,
        api_requests=256,
    )
    container = container_of(settings)
    container.clock.override(providers.Singleton(AtNoon))
    core = MemoryCore(server_id=CORE_ID, capacity=1_000_000)
    container.cores.override(providers.Object(MemoryCoreGateway({CORE: core})))
    if stores is Stores.SQLITE:
        await container.file().open()
    await _fill(container, calls)
    return container


async def _fill(container: Container, calls: int) -> None:
    now = container.clock().now()
    version = BotVersion(number=1, spec=SPEC, published_at=now, published_by=UserId("usr_1"))
    await container.bots().add(Bot(id=BOT, brand=DEFAULT_BRAND, name="Ada", created_at=now, versions=(version,)))
    key_hash = KEY.hash(container.pepper())
    await container.api_keys().add(
        ApiKey(
            id=ApiKeyId("key_1"), brand=DEFAULT_BRAND, name="CRM", prefix=KEY.prefix, key_hash=key_hash, created_at=now
        )
    )
    await container.trunks().add(
        Trunk(
            id=TRUNK,
            brand=DEFAULT_BRAND,
            name="Main",
            carrier=CarrierKind.SIMULATED,
            channels=1_000_000,
            calls_per_second=100_000,
        )
    )
    server = CoreServer(id=CORE_ID, url=CORE)
    await container.fleet().put(
        server.beat(capacity=1_000_000, live=0, release="0.1.0", run="run-1", draining=False, at=now)
    )
    for number in range(calls):
        await container.calls().add(_call(number, now))


def _call(number: int, now: datetime) -> Call:
    return Call(
        id=CallId(f"call_{number}"),
        brand=DEFAULT_BRAND,
        direction=Direction.API,
        bot_id=BOT,
        bot_version=1,
        phone="+14155550101",
        caller_number="+14155550199",
        trunk_id=TRUNK,
        created_at=now,
        variables={"name": "Zoë"},
    )


def result_of(number: int, turns: int = 12) -> bytes:
    """About as much as comes of a talk of two minutes."""
    words = tuple(Word(text=word, start=0.25 * at, end=0.25 * at + 0.2) for at, word in enumerate(WORDS))
    said = Turn(speaker=Speaker.CALLEE, text=" ".join(WORDS), start=0.5, end=3.0, words=words, latency=0.4)
    package = ResultPackage(
        call_id=CallId(f"call_{number}"),
        brand=DEFAULT_BRAND,
        outcome=Outcome.COMPLETED,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=NOON,
        server=CORE_ID,
        answered_at=NOON - timedelta(minutes=2),
        turns=(said,) * turns,
        collected={"day": "Monday"},
        disposition="agreed",
    )
    return msgspec.json.encode(package)


WORDS: Final = ("yes", "that", "would", "suit", "me", "on", "Monday", "afternoon")


def config_request(number: int) -> bytes:
    headers = {"x-cxbcore-secret": SECRET, "x-cxb-call-id": f"call_{number}"}
    return request("GET", f"/api/v1/config/{BOT}", headers)


def result_request(number: int) -> bytes:
    return request("POST", "/api/v1/results", {"x-cxbcore-secret": SECRET}, result_of(number))


def dialout_request(number: int) -> bytes:
    """Each to a number of its own: nobody may be called often."""
    to = f"+1415{2_000_000 + number * 7:07}"
    order = {"bot_id": BOT, "to": to, "variables": {"name": "Zoë"}, "external_id": f"x-{number}"}
    headers = {"x-api-key": KEY.text, "idempotency-key": f"order-{number}"}
    return request("POST", "/api/v1/dialout", headers, msgspec.json.encode(order))
