"""Core and Dialler to API: each interaction against the real API, and against the clients that the others use."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar

import httpx
import msgspec
import pytest
from dependency_injector import providers

from adapters.http.carrier_desk import HttpCarrierDesk
from adapters.http.channel_desk import HttpChannelDesk
from adapters.http.config_source import HttpConfigSource
from adapters.http.fleet_desk import HttpFleetDesk
from adapters.http.result_sink import HttpResultSink
from adapters.memory.clock import MemoryClock
from adapters.memory.core_gateway import MemoryCore, MemoryCoreGateway
from applications.api.app import create_app
from applications.api.container import Container, container_of
from applications.api.trunk_password import about_password
from contract_tests.boundary.interaction import Interaction, check_request, check_response, interactions
from contract_tests.boundary.samples import BOT, CALL, NOON, SAMPLES, SERVER, SIP
from domain.bots.bot import Bot, BotVersion
from domain.calls.call import Call, Direction
from domain.calls.transcript import Turn
from domain.calls.transfer import second_leg
from domain.hours import CallingHours
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TrunkId, UserId
from domain.routing.did import Did, TurnedAway
from domain.routing.fleet import CoreServer
from domain.routing.shares import PARTS_A_CALL, channels_of, rate_of
from domain.routing.trunk import CarrierKind, Trunk
from ports.errors import Busy, NotFound, PortError, Refused
from ports.messages.calls import CoreJoined, LegMoved, LegProgress, TurnHeard
from ports.messages.fleet import Grant, Reservation, ReservationRequest
from ports.messages.inbound import Received
from ports.messages.sip import SipAccount
from ports.settings import Media, Settings, Stores

API: Final = interactions("api")
URL: Final = "http://peer"
SECRET: Final = "a-secret-between-processes-that-tests-use"
UNKNOWN: Final = CallId("call_nobody_knows")
TURN: Final[Turn] = SAMPLES["turn_heard"].turn
CONFIG: Final = replace(
    SAMPLES["runtime_config"], bot_version=1, recording_key="recordings/default/2026/03/02/call_1.wav"
)
RESULT: Final = SAMPLES["result_package"]
ASKS: Final = ReservationRequest(holder="dialler_1", slots=5)
ACCOUNTS: Final = (
    SipAccount(trunk_id=TrunkId("trunk_sip"), brand=DEFAULT_BRAND, sip=SIP, password="open", channels=10),
)
ARRIVED: Final = msgspec.structs.replace(SAMPLES["arrived"], call_id=CallId("call_in_1"), trunk_id=TrunkId("trunk_sip"))
GRANTED: Final = Reservation(
    grants=(
        Grant(server_id=SERVER, url="http://core-1", slots=3),
        Grant(server_id=ServerId("core-2"), url="http://core-2", slots=2),
    ),
    cores=2,
)


@asynccontextmanager
async def api_that_is(given: str) -> AsyncIterator[httpx.AsyncClient]:
    """Over memory: one bot, one call, two Cores, two trunks, and whatever `given` names beyond that."""
    settings = Settings(
        stores=Stores.MEMORY, media=Media.MEMORY, jwt_secret="j" * 40, core_secret=SECRET, secrets_key="k" * 40
    )
    container = container_of(settings)
    container.clock.override(providers.Singleton(MemoryClock))
    container.cores.override(providers.Singleton(MemoryCoreGateway))
    await _fill(container, given)
    transport = httpx.ASGITransport(app=create_app(container))  # type: ignore[arg-type]  # an ASGI app
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        if given == "concluded":
            await client.send(API["result"].request.sent())
        if given == "received":
            await client.send(API["inbound"].request.sent())
        yield client


async def _fill(container: Container, given: str) -> None:
    version = BotVersion(number=1, spec=CONFIG.spec, published_at=NOON, published_by=UserId("user_1"))
    bot = Bot(id=BOT, brand=DEFAULT_BRAND, name="Ada", created_at=NOON, versions=(version,))
    await container.bots().add(bot.archive() if given == "archived" else bot)
    await container.calls().add(_call(9 if given == "unpublished" else 1))
    for trunk in SAMPLES["trunk_list"].trunks:
        await container.trunks().add(trunk)
    if given in SPENT:
        await _spend(container, given)
    if given in INBOUND:
        await _fill_inbound(container, given)
    if given == "without Cores":
        return
    for name, capacity in (("core-1", 3), ("core-2", 2)):
        server = CoreServer(id=ServerId(name), url=f"http://{name}")
        await container.fleet().put(
            server.beat(capacity=capacity, live=0, release="0.1.0", run="run_1", draining=False, at=NOON)
        )


async def _spend(container: Container, given: str) -> None:
    trunk = SAMPLES["trunk_list"].trunks[0]
    name, limit = (
        (channels_of(trunk.id), trunk.channels) if "channels" in given else (rate_of(trunk.id), PARTS_A_CALL * 2)
    )
    await container.allotments().hold(name, "dialler_1", units=limit, limit=limit, seconds=60.0)


async def _fill_inbound(container: Container, given: str) -> None:
    box, brand = container.secret_box(), DEFAULT_BRAND
    trunk = Trunk(
        id=TrunkId("trunk_sip"),
        brand=brand,
        name="SIP",
        carrier=CarrierKind.SIP,
        channels=10,
        calls_per_second=2.0,
        sip=SIP,
        sealed_password=box.seal("open", about=about_password(brand, TrunkId("trunk_sip"))),
    )
    await container.trunks().add(trunk)
    if given == "with a password that does not open":
        await container.trunks().add(replace(trunk, id=TrunkId("trunk_moved")))
    hours = CallingHours(default=()) if given == "closed" else CallingHours()
    await container.dids().add(Did(number="+12025550100", brand=brand, bot_id=BOT, hours=hours))
    for name in ("core-1", "core-2"):
        container.cores().cores[f"http://{name}"] = MemoryCore(server_id=ServerId(name))


def _call(bot_version: int) -> Call:
    return Call(
        id=CALL,
        brand=DEFAULT_BRAND,
        direction=Direction.API,
        bot_id=BOT,
        bot_version=bot_version,
        phone="+12025550123",
        caller_number="+12025550100",
        trunk_id=SAMPLES["dial"].trunk_id,
        created_at=NOON,
        variables=CONFIG.variables,
    )


@pytest.mark.parametrize("name", API)
async def test_the_api_answers_as_it_is_written_down(name: str) -> None:
    interaction = API[name]
    async with api_that_is(interaction.given) as client:
        check_response(await client.send(interaction.request.sent()), interaction.response)


def result(**changes: Any) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(RESULT, **changes))


CONFIGS: Final[dict[str, tuple[BotId, CallId, object]]] = {
    "config": (BOT, CALL, CONFIG),
    "config_archived": (BOT, CALL, "archived"),
    "config_version_missing": (BOT, CALL, "version_missing"),
    "config_of_a_call_that_is_over": (BOT, CALL, "call_ended"),
    "config_unknown": (BOT, UNKNOWN, NotFound),
    "wrong_secret": (BOT, CALL, Refused),
}
"""The call that is asked for, and what the client makes of the answer: a config, an error or a refusal's reason."""

TOLD: Final[dict[str, tuple[Callable[[HttpResultSink], Awaitable[None]], type[PortError] | None]]] = {
    "result": (lambda sink: sink.hand_over(result()), None),
    "result_again": (lambda sink: sink.hand_over(result()), None),
    "result_different": (lambda sink: sink.hand_over(result(detail="another")), Refused),
    "result_unknown": (lambda sink: sink.hand_over(result(call_id=UNKNOWN)), Refused),
    "joined": (lambda sink: sink.tell(CALL, CoreJoined(server_id=SERVER)), None),
    "joined_when_over": (lambda sink: sink.tell(CALL, CoreJoined(server_id=SERVER)), Refused),
    "leg": (lambda sink: sink.tell(CALL, LegMoved(progress=LegProgress.RINGING)), None),
    "turn": (lambda sink: sink.tell(CALL, TurnHeard(turn=TURN)), None),
    "turn_unknown": (lambda sink: sink.tell(UNKNOWN, TurnHeard(turn=TURN)), NotFound),
}

SPENT: Final = frozenset({"with all channels taken", "with its rate spent"})
LEG: Final = second_leg(CALL, 1)

CHANNELS: Final[dict[str, tuple[Callable[[HttpChannelDesk], Awaitable[None]], str | type[PortError] | None]]] = {
    "channel": (lambda desk: desk.hold(CALL, LEG), None),
    "channel_none_free": (lambda desk: desk.hold(CALL, LEG), "no_channel"),
    "channel_rate_spent": (lambda desk: desk.hold(CALL, LEG), Busy),
    "channel_when_over": (lambda desk: desk.hold(CALL, LEG), "call_ended"),
    "channel_unknown": (lambda desk: desk.hold(UNKNOWN, second_leg(UNKNOWN, 1)), "unknown_call"),
    "channel_given_back": (lambda desk: desk.give_back(CALL, LEG), None),
    "channel_given_back_unknown": (lambda desk: desk.give_back(UNKNOWN, second_leg(UNKNOWN, 1)), None),
}
"""What is asked, and what the client makes of the answer: nothing, a refusal's reason or an error."""

DESK: Final[dict[str, tuple[Callable[[HttpFleetDesk], Awaitable[object]], object]]] = {
    "reservation": (lambda desk: desk.reserve(ASKS), GRANTED),
    "reservation_without_cores": (lambda desk: desk.reserve(ASKS), Reservation(grants=(), cores=0)),
    "lookup": (lambda desk: desk.trunks(), SAMPLES["trunk_list"].trunks),
}

INBOUND: Final = frozenset(
    {"answering", "received", "closed", "archived", "without Cores", "with a password that does not open"}
)
"""States in which there is a SIP trunk, and a DID that the bot answers."""

CARRIERS: Final[dict[str, tuple[Callable[[HttpCarrierDesk], Awaitable[object]], object]]] = {
    "sip_accounts": (lambda desk: desk.accounts(), ACCOUNTS),
    "sip_accounts_unopened": (lambda desk: desk.accounts(), ACCOUNTS),
    "inbound": (lambda desk: desk.receive(ARRIVED), Received()),
    "inbound_again": (lambda desk: desk.receive(ARRIVED), Received()),
    "inbound_full": (lambda desk: desk.receive(ARRIVED), Received(turned_away=TurnedAway.FULL)),
    "inbound_closed": (lambda desk: desk.receive(ARRIVED), Received(turned_away=TurnedAway.CLOSED)),
    "inbound_bot_away": (lambda desk: desk.receive(ARRIVED), Received(turned_away=TurnedAway.BOT_AWAY)),
    "inbound_unknown": (
        lambda desk: desk.receive(msgspec.structs.replace(ARRIVED, number="+12025550199")),
        Received(turned_away=TurnedAway.UNKNOWN_NUMBER),
    ),
}

Client = TypeVar("Client", HttpConfigSource, HttpResultSink, HttpChannelDesk)


@pytest.mark.parametrize("name", CONFIGS)
async def test_the_config_source_asks_and_understands_as_it_is_written_down(name: str) -> None:
    bot_id, call_id, expected = CONFIGS[name]
    source = client_of(HttpConfigSource, API[name])
    if isinstance(expected, str):
        with pytest.raises(Refused) as refused:
            await source.fetch(bot_id, call_id)
        assert refused.value.reason == expected
    elif isinstance(expected, type) and issubclass(expected, PortError):
        with pytest.raises(expected):
            await source.fetch(bot_id, call_id)
    else:
        assert await source.fetch(bot_id, call_id) == expected
    await source.aclose()


@pytest.mark.parametrize("name", TOLD)
async def test_the_result_sink_tells_and_understands_as_it_is_written_down(name: str) -> None:
    tell, error = TOLD[name]
    sink = client_of(HttpResultSink, API[name])
    if error is None:
        await tell(sink)
    else:
        with pytest.raises(error):
            await tell(sink)
    await sink.aclose()


@pytest.mark.parametrize("name", CHANNELS)
async def test_the_channel_desk_asks_and_understands_as_it_is_written_down(name: str) -> None:
    ask, expected = CHANNELS[name]
    desk = client_of(HttpChannelDesk, API[name])
    if expected is None:
        await ask(desk)
    else:
        with pytest.raises(Refused if isinstance(expected, str) else expected) as raised:
            await ask(desk)
        assert getattr(raised.value, "reason", expected) == expected
    await desk.aclose()


@pytest.mark.parametrize("name", DESK)
async def test_the_fleet_desk_asks_and_understands_as_it_is_written_down(name: str) -> None:
    ask, expected = DESK[name]
    transport = httpx.MockTransport(_answering(API[name]))
    desk = HttpFleetDesk(URL, SECRET, clock=MemoryClock(), transport=transport)
    assert await ask(desk) == expected
    await desk.aclose()


@pytest.mark.parametrize("name", CARRIERS)
async def test_the_carrier_desk_asks_and_understands_as_it_is_written_down(name: str) -> None:
    ask, expected = CARRIERS[name]
    desk = HttpCarrierDesk(URL, SECRET, transport=httpx.MockTransport(_answering(API[name])))
    assert await ask(desk) == expected
    await desk.aclose()


def client_of(kind: type[Client], interaction: Interaction) -> Client:
    secret = interaction.request.headers["X-CXBCore-Secret"]
    return kind(URL, secret, transport=httpx.MockTransport(_answering(interaction)))


def _answering(interaction: Interaction) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        check_request(request, interaction.request)
        return interaction.response.came()

    return answer


def test_each_interaction_is_replayed_on_both_sides() -> None:
    assert set(API) - {"result_bad"} == {*CONFIGS, *TOLD, *CHANNELS, *DESK, *CARRIERS}
    secrets = {name: interaction.request.headers["X-CXBCore-Secret"] for name, interaction in API.items()}
    assert {name for name, secret in secrets.items() if secret != SECRET} == {"wrong_secret"}
