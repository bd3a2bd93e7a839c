"""What every implementation of Carrier promises."""

import asyncio

import pytest

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.rooms import MemoryRooms
from contract_tests.backends.phone_world import CarrierWorld, RoomWorld, order
from contract_tests.ports.company import EVERYBODY, PATIENCE, is_a, join, until
from domain.calls.room import CALLEE
from domain.routing.trunk import CarrierKind
from ports.audio_links import AudioLink, Heard, Left
from ports.carrier import LegEnd, Progress, Refer
from ports.telephony import HangUp


class Listening(Progress):
    """Leads the callee into a room of this process and keeps what the carrier said, in order."""

    def __init__(self, world: CarrierWorld) -> None:
        self.world = world
        self.rooms = MemoryRooms(world.clock)
        self.links = MemoryAudioLinks(self.rooms, world.clock)
        self.said: list[str] = []
        self.rang = asyncio.Event()
        self.met = asyncio.Event()

    async def ringing(self) -> None:
        self.said.append("ringing")
        self.rang.set()

    async def answered(self, refer: Refer | None = None) -> AudioLink:
        self.said.append("answered")
        await self.rooms.open("call_1")
        invitation = await self.rooms.invite("call_1", CALLEE, hears=EVERYBODY, heard_by=EVERYBODY)
        link = await self.links.join(invitation)
        self.met.set()
        return link

    async def core(self) -> AudioLink:
        world = RoomWorld(rooms=self.rooms, links=self.links, clock=self.world.clock)
        return await join(world, "call_1", "core")


async def carried(world: CarrierWorld, to: str, progress: Progress) -> LegEnd:
    return await world.carrier.carry(order("call_1", to), progress)


async def test_it_says_what_stands_behind_it(carrier: CarrierWorld) -> None:
    assert carrier.carrier.kind in CarrierKind


async def test_a_busy_number_ends_with_486_and_no_answer(carrier: CarrierWorld) -> None:
    progress = Listening(carrier)

    async with asyncio.timeout(PATIENCE):
        end = await carried(carrier, carrier.busy, progress)

    assert end.status == 486
    assert "answered" not in progress.said


async def test_an_answer_comes_after_ringing_and_brings_the_callee_into_the_room(carrier: CarrierWorld) -> None:
    progress = Listening(carrier)
    async with asyncio.TaskGroup() as group:
        leg = group.create_task(carried(carrier, carrier.speaks, progress))
        await progress.met.wait()
        core = await progress.core()

        await until(core.events(), is_a(Heard, CALLEE))

        leg.cancel()
    assert progress.said == ["ringing", "answered"]


async def test_being_cancelled_while_it_rings_ends_it_without_an_answer(carrier: CarrierWorld) -> None:
    progress = Listening(carrier)
    async with asyncio.TaskGroup() as group:
        leg = group.create_task(carried(carrier, carrier.never_answers, progress))
        await progress.rang.wait()
        leg.cancel()

    assert progress.said == ["ringing"]


async def test_being_cancelled_after_the_answer_takes_the_callee_out(carrier: CarrierWorld) -> None:
    progress = Listening(carrier)
    async with asyncio.TaskGroup() as group:
        leg = group.create_task(carried(carrier, carrier.answers, progress))
        await progress.met.wait()
        core = await progress.core()
        leg.cancel()

    assert leg.cancelled()
    await until(core.events(), is_a(Left, CALLEE))


@pytest.mark.parametrize("soon", [True, False])
async def test_the_end_of_the_room_ends_the_leg(carrier: CarrierWorld, soon: bool) -> None:
    progress = Listening(carrier)
    async with asyncio.TaskGroup() as group:
        leg = group.create_task(carried(carrier, carrier.answers, progress))
        await progress.met.wait()
        await carrier.clock.sleep(0.0 if soon else 0.5)
        await progress.rooms.close("call_1")
        async with asyncio.timeout(PATIENCE):
            end = await leg

    assert (end.status, end.by) != (200, HangUp.CALLEE)


async def test_two_legs_do_not_disturb_one_another(carrier: CarrierWorld) -> None:
    one, two = Listening(carrier), Listening(carrier)
    async with asyncio.TaskGroup() as group:
        leg = group.create_task(carried(carrier, carrier.speaks, one))
        busy = group.create_task(carried(carrier, carrier.busy, two))
        await one.met.wait()
        core = await one.core()
        await until(core.events(), is_a(Heard, CALLEE))
        assert (await busy).status == 486
        leg.cancel()
