"""What a Dialler does with leads whose phones ring, are busy, are answered by people and by machines."""

import pytest

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.carrier import BUSY, NO_ANSWER, UNKNOWN_NUMBER, Callee
from domain.calls.call import CallState
from domain.calls.outcome import Outcome
from domain.calls.room import Invitation
from domain.campaigns.attempt import AttemptState, Verdict
from domain.campaigns.lead import LeadState
from domain.ids import DEFAULT_BRAND
from ports.audio_links import AudioLink, AudioLinks
from ports.errors import Unavailable
from ports.messages.core import Attach, End, LeaveMessage, SafeHarbour, Talk
from tests.dialler.world import BEEP, GREETING, HELLO, Dialler, World, concluded, working

pytestmark = pytest.mark.virtual_time

PHONE, BUSY_PHONE = "+442079460001", "+442079460002"
PERSON = Callee(answers_after=2.0, says=HELLO)
MACHINE = Callee(answers_after=2.0, says=(*GREETING, *(BEEP,) * 20))


async def test_a_person_who_answers_gets_a_core_and_the_core_its_order() -> None:
    world = World(callees={PHONE: PERSON})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)

    (attempt,) = await world.tried()
    assert isinstance(core.calls[attempt.call_id], Attach)
    assert core.orders == [(attempt.call_id, Talk())]
    assert (attempt.state, attempt.verdict) == (AttemptState.HANDED_OVER, Verdict.HUMAN)
    assert attempt.answered_at is not None
    assert attempt.verdict_at is not None
    assert (attempt.verdict_at - attempt.answered_at).total_seconds() < 1.5


class SlowDoor(AudioLinks):
    """It takes longer to come in than a hello lasts."""

    def __init__(self, world: World) -> None:
        self._links = MemoryAudioLinks(world.rooms, world.clock)
        self._clock = world.clock

    async def join(self, invitation: Invitation) -> AudioLink:
        await self._clock.sleep(0.7)
        return await self._links.join(invitation)


async def test_a_hello_at_once_is_heard_however_long_it_takes_to_come_into_a_room() -> None:
    world = World(callees={PHONE: PERSON})
    world.links = SlowDoor(world)
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)

    (attempt,) = await world.tried()
    assert attempt.verdict is Verdict.HUMAN


async def test_a_room_that_cannot_be_joined_makes_nobody_a_machine() -> None:
    world = World(callees={PHONE: MACHINE, BUSY_PHONE: BUSY})
    world.links = NoDoor()
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE, BUSY_PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)

    assert [order for _, order in core.orders] == [Talk()]


class NoDoor(AudioLinks):
    async def join(self, invitation: Invitation) -> AudioLink:
        raise Unavailable(f"nobody lets {invitation.party} in")


async def test_a_machine_hears_its_message_after_the_beep() -> None:
    world = World(callees={PHONE: MACHINE})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)
        (attempt,) = await world.tried()

    assert core.orders == [(attempt.call_id, LeaveMessage())]
    answered = attempt.answered_at
    assert answered is not None
    assert (world.clock.now() - answered).total_seconds() > 3.4


async def test_a_machine_without_a_beep_is_left_alone() -> None:
    world = World(callees={PHONE: Callee(says=GREETING)})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)

    assert [order for _, order in core.orders] == [End(reason="machine")]


async def test_busy_is_tried_again_after_its_delay_and_then_given_up() -> None:
    world = World(callees={PHONE: BUSY})
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: _done(world))

    lead, (first, second) = await world.lead(PHONE), await world.tried()
    assert (lead.end, lead.attempts) == (Outcome.BUSY, 2)
    assert [first.outcome, second.outcome] == [Outcome.BUSY, Outcome.BUSY]
    assert first.ended_at is not None
    assert 5 <= (second.opened_at - first.ended_at).total_seconds() <= 21
    call = await world.calls.get(DEFAULT_BRAND, first.call_id)
    assert call.state is CallState.ENDED
    assert [event.kind for event in call.events] == ["call.concluded"]
    assert call.result is not None
    assert call.result.sip_status == 486


async def test_nobody_answers_within_the_ring_timeout() -> None:
    world = World(callees={PHONE: NO_ANSWER})
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: _done(world))

    first, _ = await world.tried()
    assert first.outcome is Outcome.NO_ANSWER
    assert first.ringing_at is not None
    assert first.ended_at is not None
    assert (first.ended_at - first.opened_at).total_seconds() == pytest.approx(25, abs=1)


async def test_a_number_that_does_not_exist_is_not_tried_again() -> None:
    world = World(callees={PHONE: UNKNOWN_NUMBER})
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: _done(world))

    assert (await world.lead(PHONE)).end == Outcome.INVALID_NUMBER
    assert len(await world.tried()) == 1


async def test_a_core_that_is_full_at_the_answer_still_gives_the_safe_harbour_message() -> None:
    world = World(callees={PHONE: PERSON})
    core = await world.add_core(slots=5, capacity=0, messages=1)
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)

    assert [order for _, order in core.orders] == [SafeHarbour()]


@pytest.mark.parametrize("callee", [Callee(), Callee(says=GREETING)], ids=["who says nothing", "who goes on and on"])
async def test_whoever_gets_the_safe_harbour_message_gets_it_within_two_seconds_of_the_answer(callee: Callee) -> None:
    world = World(callees={PHONE: callee})
    core = await world.add_core(slots=5, capacity=0, messages=1)
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: core.orders)
        (attempt,) = await world.tried()

    assert [order for _, order in core.orders] == [SafeHarbour()]
    assert attempt.answered_at is not None
    assert (world.clock.now() - attempt.answered_at).total_seconds() <= 1.2


async def test_a_person_for_whom_no_core_is_there_in_two_seconds_is_hung_up_on_and_counted_as_abandoned() -> None:
    world = World(callees={PHONE: PERSON})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world)):
        await world.until(lambda: world.carrier.orders)
        core.dead = True
        await world.until(lambda: _outcome(world))

    (attempt, *_) = await world.tried()
    assert attempt.outcome is Outcome.ABANDONED
    assert attempt.answered_at is not None
    assert attempt.ended_at is not None
    assert (attempt.ended_at - attempt.answered_at).total_seconds() == pytest.approx(2.0, abs=0.2)


async def test_seat_and_channel_are_free_again_when_the_leg_has_ended() -> None:
    world = World(callees={PHONE: PERSON})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)
    dialler = Dialler(world=world)

    async with working(dialler):
        await world.until(lambda: core.orders)
        assert dialler.slots.in_use == 1
        await concluded(world, core.orders[0][0], Outcome.COMPLETED)
        await world.until(lambda: dialler.slots.in_use == 0)
        await world.until(lambda: _done(world))

    assert (await world.lead(PHONE)).end == Outcome.COMPLETED


async def _done(world: World) -> bool:
    return (await world.lead(PHONE)).state is LeadState.DONE


async def _outcome(world: World) -> bool:
    return any(attempt.outcome for attempt in await world.tried())
