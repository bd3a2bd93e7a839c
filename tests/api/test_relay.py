"""The relay: everybody who must know of a call knows, whatever dies on the way, and nobody twice."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from applications.api.crm_event import LARGEST
from applications.api.use_cases.conclude_call import ConcludeCall
from applications.api.use_cases.receive_result import ReceiveResult
from applications.api.use_cases.relay_events import RelayEvents
from contract_tests.ports import specimens
from domain.calls.call import Direction, Origin
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Recording, ResultSource
from domain.calls.transcript import Speaker, Turn
from domain.calls.transfer import TransferHow, TransferTried
from domain.campaigns.attempt import AttemptState
from domain.event import LoggedEvent
from domain.ids import CallId, ServerId, TrunkId
from ports.delivery_log import DeliveryFilter
from ports.messages.results import ResultPackage
from tests.api.call_world import BRAND, Crash, Crashes, World

CALL = CallId("cal_000001")
PORTS = ("calls", "events", "attempts", "dnc", "targets", "deliveries", "allotments")


async def concluded(world: World, direction: Direction = Direction.CAMPAIGN, **changes: Any) -> None:
    """A call that opted out, with an attempt and two targets of which one is switched off."""
    call = specimens.call(1, brand=BRAND, direction=direction, trunk_id=TrunkId("trunk-1"), **changes)
    await world.calls.add(call)
    if direction is Direction.CAMPAIGN:
        await world.attempts.open(specimens.attempt(1, brand=BRAND))
    await world.targets.add(specimens.target(1, brand=BRAND))
    await world.targets.add(specimens.target(2, brand=BRAND).disable("by hand"))
    await world.case(ReceiveResult)(*result())


async def stood_in() -> World:
    """Where the API has concluded a call whose Core is gone, and told nobody yet."""
    world = World()
    await world.calls.add(specimens.call(1, brand=BRAND))
    await world.attempts.open(specimens.attempt(1, brand=BRAND))
    await world.targets.add(specimens.target(1, brand=BRAND))
    await world.case(ConcludeCall)(BRAND, CALL, Outcome.CORE_LOST, detail="gone")
    return world


def result(**changes: Any) -> tuple[ResultPackage, bytes]:
    one = ResultPackage(
        call_id=CALL,
        brand=BRAND,
        outcome=Outcome.OPTED_OUT,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=specimens.later(60),
        answered_at=specimens.later(30),
        server=ServerId("core-1"),
        turns=(Turn(speaker=Speaker.CALLEE, text="Never call me again!", start=1.0, end=2.0),),
        collected={"wish": "none"},
        disposition="opted_out",
        recording=Recording(key="k", backend="memory", seconds=30.0, size=9, sha256="ab"),
    )
    changed = msgspec.structs.replace(one, **changes)
    return changed, msgspec.json.encode(changed)


async def everything_known(world: World) -> dict[str, Any]:
    """The end state, as all those see it who are told."""
    deliveries = await world.deliveries.page(BRAND, where=DeliveryFilter(), after=None, limit=100)
    log: list[LoggedEvent] = await world.events.read(BRAND, after=0, limit=100)
    found = await world.dnc.find(BRAND, specimens.phone(1))
    known: dict[str, Any] = {
        "log": [each.event.id for each in log],
        "dnc": (await world.dnc.count(BRAND), found and found.source),
        "deliveries": [(each.id, each.body, each.state) for each in deliveries.items],
        "events left": (await world.calls.get(BRAND, CALL)).events,
        "slots": dict(await world.allotments.held("core:core-1")),
        "channels": dict(await world.allotments.held("trunk:trunk-1")),
    }
    call = await world.calls.get(BRAND, CALL)
    if call.direction is Direction.CAMPAIGN:
        attempt = await world.attempts.of_call(BRAND, CALL)
        known["attempt"] = (attempt.state, attempt.outcome)
    return known


async def test_a_concluded_call_is_told_to_all_who_must_know() -> None:
    world = World()
    await concluded(world)
    assert await world.case(RelayEvents)() == 1
    known = await everything_known(world)
    assert known["log"] == [f"{CALL}.concluded.1"]
    assert known["attempt"] == (AttemptState.ENDED, Outcome.OPTED_OUT)
    assert known["dnc"] == (1, CALL)
    assert len(known["deliveries"]) == 1
    assert known["events left"] == ()
    assert await world.case(RelayEvents)() == 0


async def test_the_push_says_what_came_of_the_call() -> None:
    world = World()
    await concluded(world, origin=Origin(external_id="crm-7"), variables={"name": "Zoë"})
    await world.case(RelayEvents)()
    body = msgspec.json.decode((await everything_known(world))["deliveries"][0][1])
    data = body["data"]
    assert body["type"] == "call.concluded"
    assert data["call_id"] == CALL
    assert (data["outcome"], data["disposition"], data["collected"]) == ("opted_out", "opted_out", {"wish": "none"})
    assert (data["external_id"], data["variables"], data["phone"]) == ("crm-7", {"name": "Zoë"}, specimens.phone(1))
    assert data["transcript"] == "callee: Never call me again!"
    assert data["talk_seconds"] == 30.0
    assert data["recording_url"] == f"https://cxb.example.com/api/v1/recordings/{CALL}"
    assert data["transfer"] is None
    assert data["cut"] == []


async def test_the_push_says_to_whom_the_call_was_transferred() -> None:
    world = World()
    await world.calls.add(specimens.call(1, brand=BRAND, direction=Direction.API))
    await world.targets.add(specimens.target(1, brand=BRAND))
    tried = TransferTried(to="+14155550188", how=TransferHow.DIAL, at=specimens.later(40))
    await world.case(ReceiveResult)(*result(outcome=Outcome.TRANSFERRED, ended_by=EndedBy.TARGET, transfer=tried))
    await world.case(RelayEvents)()
    data = msgspec.json.decode((await everything_known(world))["deliveries"][0][1])["data"]
    assert (data["outcome"], data["ended_by"]) == ("transferred", "target")
    assert data["transfer"] == {
        "to": "+14155550188",
        "how": "dial",
        "at": msgspec.to_builtins(specimens.later(40)),
        "failure": None,
    }


@pytest.mark.parametrize("letter", ["a", "é", "\n", "\\"], ids=["plain", "two bytes", "newline", "backslash"])
async def test_a_push_stays_small_however_long_they_talked(letter: str) -> None:
    world = World()
    variables = {"note": letter * 9_000, "more": letter * 9_000}
    await world.calls.add(specimens.call(1, brand=BRAND, direction=Direction.API, variables=variables))
    await world.targets.add(specimens.target(1, brand=BRAND))
    turns = tuple(Turn(speaker=Speaker.BOT, text=letter * 500, start=n, end=n + 1) for n in range(100))
    await world.case(ReceiveResult)(*result(turns=turns))
    await world.case(RelayEvents)()
    text = (await everything_known(world))["deliveries"][0][1]
    assert len(text.encode()) <= LARGEST
    assert "transcript" in msgspec.json.decode(text)["data"]["cut"]


@pytest.mark.parametrize("direction", [Direction.CAMPAIGN, Direction.API])
@pytest.mark.parametrize("after", [False, True])
async def test_a_relay_that_dies_at_any_step_comes_to_the_same_end_when_repeated(
    direction: Direction, *, after: bool
) -> None:
    whole = World()
    await concluded(whole, direction)
    await whole.case(RelayEvents)()
    expected = await everything_known(whole)
    step = 0
    while True:
        step += 1
        world = World()
        await concluded(world, direction)
        for name in ("core:core-1", "trunk:trunk-1"):
            if direction is Direction.API:
                await world.allotments.hold(name, CALL, units=1, limit=5, seconds=60.0)
        real = {name: getattr(world, name) for name in PORTS}
        crashes = Crashes(at=step, after=after)
        for name, port in real.items():
            setattr(world, name, crashes.around(port))
        dying = world.case(RelayEvents)
        for name, port in real.items():
            setattr(world, name, port)
        await _until_dead(dying)
        await world.case(RelayEvents)()
        assert await everything_known(world) == expected, f"after a crash at step {step}"
        if crashes.count < step:
            break
    assert step > 6


async def _until_dead(relay: RelayEvents) -> None:
    """A crash at the first step is the caller's to see, a later one is of one call."""
    with suppress(Crash):
        await relay()


async def test_a_call_that_cannot_be_relayed_holds_up_no_other() -> None:
    world = World()
    await concluded(world)
    poison = specimens.call(2, brand=BRAND, direction=Direction.API)
    await world.calls.add(poison)
    await world.case(ConcludeCall)(BRAND, poison.id, Outcome.UNKNOWN, detail="x")
    crashes = Crashes(at=1, after=False)
    world.events = crashes.around(world.events)
    assert await world.case(RelayEvents)() == 2
    left = [call.id for call in await world.calls.unrelayed(limit=10)]
    assert len(left) == 1
    await world.case(RelayEvents)()
    assert not await world.calls.unrelayed(limit=10)


async def test_a_result_that_replaces_a_stand_in_is_told_anew() -> None:
    world = await stood_in()
    await world.case(RelayEvents)()
    await world.case(ReceiveResult)(*result(source=ResultSource.JOURNAL))
    await world.case(RelayEvents)()
    known = await everything_known(world)
    assert known["attempt"] == (AttemptState.ENDED, Outcome.OPTED_OUT)
    assert known["log"] == [f"{CALL}.concluded.1", f"{CALL}.concluded.2"]
    assert len(known["deliveries"]) == 2


async def test_a_stand_in_that_was_replaced_before_anybody_heard_of_it_is_not_told() -> None:
    world = await stood_in()
    await world.case(ReceiveResult)(*result(source=ResultSource.JOURNAL))
    await world.case(RelayEvents)()
    known = await everything_known(world)
    assert known["attempt"] == (AttemptState.ENDED, Outcome.OPTED_OUT)
    assert known["log"] == [f"{CALL}.concluded.1", f"{CALL}.concluded.2"]
    assert len(known["deliveries"]) == 1
    assert not await world.calls.unrelayed(limit=10)


async def test_an_attempt_that_others_write_to_is_finished_all_the_same() -> None:
    world = World()
    await concluded(world)
    real = world.attempts

    class Busy:
        renewals = 3

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        async def save(self, attempt: Any) -> Any:
            if self.renewals:
                self.renewals -= 1
                fresh = await real.of_call(BRAND, CALL)
                await real.save(fresh.renew(fresh.lease.until + timedelta(seconds=1)))
            return await real.save(attempt)

    world.attempts = Busy()
    await world.case(RelayEvents)()
    world.attempts = real
    assert (await everything_known(world))["attempt"] == (AttemptState.ENDED, Outcome.OPTED_OUT)
