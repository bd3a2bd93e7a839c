"""A far end that falls silent, floods junk, or repeats and reorders messages harms no call but its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from benchmarks.rounds import percentile
from contract_tests.backends.sip import SipWorld, sip_world
from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.flooder import flood_from_outside
from contract_tests.carrier.measure import gaps, heard, missing, tone_level
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.sounds import tone
from contract_tests.carrier.speaker import Trouble
from ports.audio_links import Heard
from ports.telephony import HangUp
from tests.adapters.sip_party import Carried, calling, speak, wide_tone

GOOD, BAD = "+15557000001", "+15557000002"
LONG = 60.0
FLOOD = 3000
"""Datagrams a second."""

INVITES = 200
"""Calls a second; every one has a Call-ID of its own and is never acknowledged."""

SECONDS = 3.0


@pytest.fixture
async def world() -> AsyncIterator[SipWorld]:
    """Its far end takes the times of packets from the system, so that it does not matter when it reads them."""
    async with sip_world(stamped=True) as opened:
        opened.far.number(GOOD, scripts.answers(scripts.says(tone(440, LONG))))
        yield opened


@dataclass(slots=True)
class GoodCall:
    """Both sides of it speak without a pause; `heard` counts the frames that the room got."""

    leg: CalledLeg
    carried: Carried
    heard: int = 0

    async def listen(self) -> None:
        async for event in self.carried.party.core.events():
            self.heard += isinstance(event, Heard)

    async def unharmed(self, *, while_: Awaitable[object]) -> None:
        media = self.leg.seen.media
        began, sent, heard_before = len(media.audio), media.sent, self.heard
        await while_
        audio = media.audio[began:]
        between = gaps(audio)
        assert len(audio) >= 40 * SECONDS, "it was worth a look"
        assert missing(audio) == 0
        assert percentile(between, 0.5) == pytest.approx(0.02, abs=0.002)
        assert percentile(between, 0.95) < 0.06
        assert percentile(between, 0.99) < 0.2
        assert self.heard - heard_before > 0.5 * (media.sent - sent), "what a busy machine sends late may be too late"
        await self.leg.until(lambda seen: tone_level(heard(seen.media)[-2000:], 700) > 6000)
        assert not self.carried.leg.done()


@pytest.fixture
async def good(world: SipWorld) -> AsyncIterator[GoodCall]:
    async with calling(world, GOOD, "call_good") as carried, asyncio.TaskGroup() as tasks:
        await carried.party.met.wait()
        call = GoodCall(await world.far.called(GOOD), carried)
        beside = [
            tasks.create_task(speak(carried.party.core, wide_tone(700, LONG))),
            tasks.create_task(call.listen()),
        ]
        await call.leg.until(lambda seen: tone_level(heard(seen.media)[-2000:], 700) > 6000)
        try:
            yield call
        finally:
            for task in beside:
                task.cancel()


@asynccontextmanager
async def bad_calls(world: SipWorld, count: int) -> AsyncIterator[list[Carried]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(calling(world, BAD, f"call_bad_{n}")) for n in range(count)]


async def answered(world: SipWorld) -> CalledLeg:
    """The one bad call, once it has sound."""
    leg = await world.far.called(BAD)
    await leg.until(lambda seen: seen.media.audio)
    return leg


async def falls_silent(leg: CalledLeg) -> None:
    """Neither sound nor an answer to anything, from now on."""
    leg.stop_rtp()
    leg.mute = True


async def test_a_far_end_that_never_answers_an_invite(world: SipWorld, good: GoodCall) -> None:
    world.far.number(BAD, scripts.silent)

    async def wait_and_give_up() -> None:
        async with bad_calls(world, 10) as calls:
            await asyncio.sleep(SECONDS)
            assert not any(call.leg.done() for call in calls)
            await asyncio.gather(*(call.cancel() for call in calls))

    await good.unharmed(while_=wait_and_give_up())


async def test_a_far_end_that_falls_silent_in_a_call(world: SipWorld, good: GoodCall) -> None:
    world.far.number(BAD, scripts.answers(scripts.waits(0.5), falls_silent))

    async def wait_and_hang_up() -> None:
        async with bad_calls(world, 10) as calls:
            for call in calls:
                await call.party.met.wait()
            await asyncio.sleep(SECONDS)
            await asyncio.gather(*(call.cancel() for call in calls))

    await good.unharmed(while_=wait_and_hang_up())


@pytest.mark.parametrize(("kind", "a_second"), [("sip", FLOOD), ("invite", INVITES)])
async def test_junk_and_strangers_calls_that_flood_the_port_of_sip(
    world: SipWorld, good: GoodCall, kind: str, a_second: int
) -> None:
    async def flood() -> None:
        count = await flood_from_outside(kind, world.here[1], a_second=a_second, seconds=SECONDS)
        assert count > a_second * SECONDS / 2

    await good.unharmed(while_=flood())
    world.far.number(BAD, scripts.refuses(486))
    async with bad_calls(world, 1) as (another,):
        assert (await another.end()).status == 486


async def test_junk_that_floods_the_sound_of_another_call(world: SipWorld, good: GoodCall) -> None:
    world.far.number(BAD, scripts.answers(scripts.says(tone(440, LONG))))

    async def flood() -> None:
        async with bad_calls(world, 1) as (call,):
            await call.party.met.wait()
            await call.party.hears(0.5)
            leg = await answered(world)
            assert leg.media.remote is not None
            port = leg.media.remote[1]
            count = await flood_from_outside("rtp", port, a_second=FLOOD, seconds=SECONDS)
            assert count > FLOOD * SECONDS / 2
            await leg.hang_up()
            assert (await call.end()).by is HangUp.CALLEE

    await good.unharmed(while_=flood())


async def answers_backwards(leg: CalledLeg) -> None:
    leg.send_answer()
    for status in (183, 180, 100):
        leg.progress(status)
    leg.respond(leg.invite, 486)
    leg.send_answer()
    await leg.until(lambda seen: seen.acknowledged_at)


async def repeats_itself(leg: CalledLeg) -> None:
    """Every packet three times and many after their successors; requests three times, and one of the past with each."""
    send = leg.media.speaker.send

    def send_thrice(data: bytes) -> None:
        for _ in range(3):
            send(data)

    leg.media.speaker.send, leg.media.speaker.trouble = send_thrice, Trouble(swap=0.3)
    leg.play(tone(440, LONG))
    late = leg.dialog.request("INFO").to_bytes()
    for _ in range(20):
        again = leg.ask("OPTIONS").request.to_bytes()
        for data in (again, again, late):
            leg.wire.send(data)
        leg.progress(180)
        await asyncio.sleep(SECONDS / 20)


async def ends_before_it_began(leg: CalledLeg) -> None:
    """A BYE with a number that is long past, before the true one."""
    leg.wire.send(leg.dialog.request("BYE", number=1).to_bytes())
    await leg.hang_up()


async def test_messages_and_packets_that_are_repeated_and_out_of_order(world: SipWorld, good: GoodCall) -> None:
    """Of another call, which goes its way all the same."""

    async def script(leg: CalledLeg) -> None:
        for act in (answers_backwards, repeats_itself, ends_before_it_began):
            await act(leg)

    async def go_through() -> None:
        async with bad_calls(world, 1) as (call,):
            assert (await call.end()).by is HangUp.CALLEE
            assert call.party.said.count("answered") == 1
        assert world.far.calls_to(BAD)[0].ended_by is EndedBy.US

    world.far.number(BAD, script)
    await good.unharmed(while_=go_through())
