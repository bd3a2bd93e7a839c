"""A CRM's calls where LiveKit carries them: what is on record of a leg says whether anybody may dial again."""

from collections.abc import AsyncIterator

import pytest

from adapters.livekit.telephony import LiveKitTelephony
from adapters.system.clock import SystemClock
from applications.api.no_room import NoRoom
from applications.api.use_cases.start_dialout import StartDialout, dialout_id
from ports.telephony import LegState
from tests.adapters.scripted_livekit import ScriptedLiveKit, clients
from tests.api.call_world import World
from tests.api.test_dialout_limits import request


@pytest.fixture
def livekit() -> ScriptedLiveKit:
    return ScriptedLiveKit()


@pytest.fixture
async def world(livekit: ScriptedLiveKit) -> AsyncIterator[World]:
    """One trunk, one bot, one Core, and the API's own look at LiveKit: Cores dial with ledgers of their own."""
    world = World(clock=SystemClock())
    await world.bot()
    await world.trunk()
    await world.core("core-1")
    async with livekit.serving() as url, clients(url) as (server, sip):
        world.telephony = LiveKitTelephony(server, sip, world.legs, world.clock, authoritative=True)
        async with world.telephony.running():
            yield world


async def test_without_room_nothing_is_placed_and_the_same_request_works_later(world: World) -> None:
    core = world.cores.cores["http://core-1"]
    core.draining = True
    dial = world.case(StartDialout)
    with pytest.raises(NoRoom):
        await dial(world.key(), "one", request())

    core.draining = False
    made = await dial(world.key(), "one", request())

    assert not made.repeated
    assert made.call.id in core.calls


async def test_a_call_that_no_core_was_asked_for_was_never_placed_and_any_other_may_have_been(world: World) -> None:
    await world.case(StartDialout)(world.key(), "one", request())

    asked, not_asked = dialout_id(world.key(), "one"), dialout_id(world.key(), "another")
    assert (await world.telephony.find(asked)).state is LegState.UNKNOWN
    assert (await world.telephony.find(not_asked)).state is LegState.NEVER_PLACED


@pytest.mark.parametrize(("room", "asked"), [(None, False), ("", True), ('{"cxb.dialled": ["CALL"]}', False)])
async def test_after_silence_the_next_core_is_asked_only_where_the_room_says_that_nobody_dialled(
    world: World, livekit: ScriptedLiveKit, room: str | None, asked: bool
) -> None:
    """No room may be one that is closed already; one without the mark was never dialled into."""
    other = await world.core("core-2", capacity=1)
    world.cores.cores["http://core-1"].dead = True
    call_id = dialout_id(world.key(), "one")
    if room is not None:
        livekit.rooms[call_id] = room.replace("CALL", call_id)

    made = await world.case(StartDialout)(world.key(), "one", request())

    assert (call_id in other.calls, made.call.id) == (asked, call_id)
    assert (await world.case(StartDialout)(world.key(), "one", request())).repeated
