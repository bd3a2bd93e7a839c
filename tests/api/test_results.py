"""What Cores tell of calls: configs, results, news."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from applications.api.use_cases.conclude_call import ConcludeCall
from applications.api.use_cases.fetch_config import FetchConfig
from applications.api.use_cases.receive_news import ReceiveNews
from applications.api.use_cases.receive_result import ReceiveResult
from contract_tests.ports import specimens
from domain.calls.call import Call, CallState
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, ResultSource
from domain.calls.transcript import Speaker, Turn
from domain.errors import IllegalMove, RuleBroken
from domain.ids import BotId, BrandId, CallId, ServerId
from ports.errors import NotFound, Refused, Stale
from ports.messages.calls import CoreJoined, TurnHeard
from ports.messages.results import ResultPackage
from tests.api.call_world import BOT, BRAND, World

CALL = CallId("cal_000001")
CORE = ServerId("core-1")


async def stored(world: World, **changes: object) -> Call:
    call: Call = await world.calls.add(specimens.call(1, brand=BRAND, bot_id=BOT, **changes))
    return call


def package(**changes: object) -> tuple[ResultPackage, bytes]:
    one = ResultPackage(
        call_id=CALL,
        brand=BRAND,
        outcome=Outcome.COMPLETED,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=specimens.later(60),
        server=CORE,
    )
    changed = msgspec.structs.replace(one, **changes)
    return changed, msgspec.json.encode(changed)


async def test_a_config_is_the_version_and_variables_of_the_call() -> None:
    world = World()
    await world.bot()
    await stored(world, variables={"name": "Zoë"})
    config = await world.case(FetchConfig)(BOT, CALL)
    assert (config.bot_version, config.variables, config.call_id) == (1, {"name": "Zoë"}, CALL)
    call = await world.calls.get(BRAND, CALL)
    assert (config.trunk_id, config.phone, config.caller_number) == (call.trunk_id, call.phone, call.caller_number)
    assert config.recording_key == f"recordings/{BRAND}/2026/01/05/{CALL}.wav"


async def test_a_config_is_refused_with_the_reason() -> None:
    world = World()
    fetch = world.case(FetchConfig)
    bot = await world.bot()
    call = await stored(world, bot_version=7)
    with pytest.raises(Refused) as refused:
        await fetch(BOT, CALL)
    assert refused.value.reason == "version_missing"
    await world.bots.save(bot.archive())
    with pytest.raises(Refused) as refused:
        await fetch(BOT, CALL)
    assert refused.value.reason == "archived"
    await world.calls.save(call.conclude(specimens.result()))
    with pytest.raises(Refused) as refused:
        await fetch(BOT, CALL)
    assert refused.value.reason == "call_ended"


async def test_there_is_no_config_for_unknown_calls_or_another_bot() -> None:
    world = World()
    await world.bot()
    fetch = world.case(FetchConfig)
    with pytest.raises(NotFound):
        await fetch(BOT, CALL)
    await stored(world)
    with pytest.raises(NotFound):
        await fetch(BotId("other"), CALL)


async def test_a_result_is_stored_once_with_its_event() -> None:
    world = World()
    await stored(world)
    receive = world.case(ReceiveResult)
    first, second = await receive(*package()), await receive(*package())
    assert (first.repeated, second.repeated) == (False, True)
    call = await world.calls.get(BRAND, CALL)
    assert call.state is CallState.ENDED
    assert [event.id for event in call.events] == [f"{CALL}.concluded.1"]


async def test_a_different_result_is_refused_and_the_first_stands() -> None:
    world = World()
    await stored(world)
    receive = world.case(ReceiveResult)
    await receive(*package())
    with pytest.raises(RuleBroken):
        await receive(*package(outcome=Outcome.FAILED))
    assert (await world.calls.get(BRAND, CALL)).result.outcome is Outcome.COMPLETED


async def test_the_stand_in_of_the_api_is_replaced_once() -> None:
    world = World()
    await stored(world)
    await world.case(ConcludeCall)(BRAND, CALL, Outcome.CORE_LOST, detail="gone")
    receive = world.case(ReceiveResult)
    assert not (await receive(*package(source=ResultSource.JOURNAL))).repeated
    with pytest.raises(RuleBroken):
        await receive(*package())
    call = await world.calls.get(BRAND, CALL)
    assert call.result.source is ResultSource.JOURNAL
    assert len(call.events) == 2


async def test_a_stand_in_never_replaces_a_result() -> None:
    world = World()
    await stored(world)
    await world.case(ReceiveResult)(*package())
    await world.case(ConcludeCall)(BRAND, CALL, Outcome.CORE_LOST, detail="gone")
    assert (await world.calls.get(BRAND, CALL)).result.outcome is Outcome.COMPLETED


async def test_results_of_unknown_calls_and_of_other_brands_are_unknown() -> None:
    world = World()
    receive = world.case(ReceiveResult)
    with pytest.raises(NotFound):
        await receive(*package())
    await stored(world)
    with pytest.raises(NotFound):
        await receive(*package(brand=BrandId("other")))


class Contested:
    """A call store in which somebody else writes between each load and save, some times."""

    def __init__(self, calls: object, times: int) -> None:
        self._calls = calls
        self._times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._calls, name)

    async def save(self, call: Call) -> Call:
        if self._times:
            self._times -= 1
            await self._calls.save(replace(await self._calls.find(call.id)))  # type: ignore[attr-defined]
        return await self._calls.save(call)  # type: ignore[attr-defined, no-any-return]


async def test_a_result_is_stored_although_others_write_first() -> None:
    world = World()
    await stored(world)
    world.calls = Contested(world.calls, 3)
    assert not (await world.case(ReceiveResult)(*package())).repeated


async def test_whoever_never_gets_to_write_says_so() -> None:
    world = World()
    await stored(world)
    world.calls = Contested(world.calls, 1_000)
    with pytest.raises(Stale):
        await world.case(ReceiveResult)(*package())


async def test_the_same_result_twice_at_once_is_one() -> None:
    world = World()
    await stored(world)
    receive = world.case(ReceiveResult)
    answers = await asyncio.gather(*(receive(*package()) for _ in range(8)))
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 7


async def test_a_core_that_joins_makes_the_call_live_once() -> None:
    world = World()
    await stored(world)
    news = world.case(ReceiveNews)
    await news(CALL, CoreJoined(server_id=CORE))
    await news(CALL, CoreJoined(server_id=CORE))
    call = await world.calls.get(BRAND, CALL)
    assert (call.state, call.server_id) == (CallState.LIVE, CORE)
    assert [each.event.kind for each in await world.events.read(BRAND, after=0, limit=10)] == ["call.joined"]
    with pytest.raises(IllegalMove):
        await news(CALL, CoreJoined(server_id=ServerId("core-2")))


async def test_a_turn_is_in_the_log_once_with_its_words() -> None:
    world = World()
    await stored(world)
    news = world.case(ReceiveNews)
    for speaker in (Speaker.BOT, Speaker.BOT, Speaker.CALLEE):
        await news(CALL, TurnHeard(turn=Turn(speaker=speaker, text="Hello.", start=1.0, end=2.0, latency=0.4)))
    read = await world.events.read(BRAND, after=0, limit=10)
    assert [each.event.data["speaker"] for each in read] == ["bot", "callee"]
    assert read[0].event.data["text"] == "Hello."
    assert read[0].event.subject == CALL
    with pytest.raises(NotFound):
        await news(CallId("nobody"), TurnHeard(turn=Turn(speaker=Speaker.BOT, text="", start=0, end=0)))
