"""What livekit-sip was seen to do when it dials, asked of whatever plays its part, through LiveKit's own clients."""

import asyncio

import pytest
from google.protobuf.duration_pb2 import Duration
from livekit.api import RoomParticipantIdentity, TwirpError

from contract_tests.livekit.dialling import CALLER, dial, request
from contract_tests.livekit.far_ends import (
    CALLEES,
    ECHOES,
    HANGS_UP,
    IS_NOT_THERE,
    NUMBERS,
    PLAYS_BEFORE,
    PRESSED,
    PRESSES,
    RINGS_ON,
    SAID,
    SAYS_NO,
    SPEAKS,
    STAYS,
)
from contract_tests.livekit.observer import observing
from contract_tests.livekit.recorded import (
    AT_ANSWER,
    CALLEE_HANGS_UP,
    FROM_THE_START,
    NO_ANSWER,
    NOBODY_THERE,
    REFUSALS,
    REMOVED,
    TALKED,
    TIMED_OUT,
    Recorded,
)
from contract_tests.livekit.service import CalledWorld, SipWorld


async def refused(world: SipWorld, room: str, to: str, recorded: Recorded, ring: int = 10) -> TwirpError:
    """Dials, and sees it fail as it was recorded."""
    async with observing(world.livekit, room) as core:
        asked = await request(world, room, to)
        asked.ringing_timeout.seconds = ring
        with pytest.raises(TwirpError) as raised:
            await world.sip.create_sip_participant(asked)
        assert await core.until_gone() == recorded.reason
        assert tuple(core.statuses) == recorded.shown
    error = raised.value
    assert (error.code, error.status) == (recorded.code, recorded.http)
    return error


@pytest.mark.parametrize(("status", "phrase"), REFUSALS)
async def test_a_far_end_that_says_no_is_told_by_its_exact_status(
    world: SipWorld, room: str, status: int, phrase: str
) -> None:
    error = await refused(world, room, SAYS_NO[status], REFUSALS[status, phrase])

    assert error.metadata["sip_status_code"] == str(status)
    assert error.metadata["sip_status"] == phrase


async def test_who_lets_it_ring_is_cancelled_in_time(world: SipWorld, room: str) -> None:
    error = await refused(world, room, RINGS_ON, NO_ANSWER, ring=1)

    assert (error.message, error.metadata) == (TIMED_OUT, {})


async def test_an_address_with_nobody_there_is_given_up_in_time(world: SipWorld, room: str) -> None:
    error = await refused(world, room, IS_NOT_THERE, NOBODY_THERE, ring=1)

    assert (error.message, error.metadata) == (TIMED_OUT, {})


async def test_an_answer_ends_the_wait_and_a_callee_who_hangs_up_leaves(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        answer = await dial(world, room, HANGS_UP)
        assert (answer.participant_identity, answer.room_name) == ("callee", room)
        assert answer.participant_id.startswith("PA_")
        assert answer.sip_call_id.startswith("SCL_")

        assert await core.until_gone() == CALLEE_HANGS_UP.reason
        assert tuple(core.statuses) == CALLEE_HANGS_UP.shown


async def test_what_is_shown_from_the_start_and_at_the_answer(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        await dial(world, room, STAYS)
        await core.until(lambda seen: seen.statuses[-1:] == ["active"])

        first, phone = core.shown[0], core.phone
        assert phone is not None
        assert (phone.identity, phone.name, phone.metadata) == ("callee", "The callee", "a word")
        assert set(FROM_THE_START) <= first.keys()
        assert first["sip.phoneNumber"] == STAYS
        assert first["sip.trunkPhoneNumber"] == CALLER
        assert first["cxb.call"] == room
        assert not set(AT_ANSWER) & first.keys()
        before = {name for shown in core.shown[:-1] for name in shown}
        assert set(AT_ANSWER) <= before
        assert core.shown[-1]["sip.callStatus"] == "active"


async def test_who_is_removed_is_hung_up_on(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        await dial(world, room, STAYS)
        await core.until(lambda seen: tuple(seen.statuses) == TALKED)
        await world.api.room.remove_participant(RoomParticipantIdentity(room=room, identity="callee"))

        assert await core.until_gone() == REMOVED.reason
        assert tuple(core.statuses) == REMOVED.shown
    await until_idle(world)


async def until_idle(world: SipWorld) -> None:
    """No leg is left, and so no carrier at work."""
    async with asyncio.timeout(20):
        while not world.idle():  # noqa: ASYNC110  # nobody tells of all calls at once
            await asyncio.sleep(0.02)


async def test_the_callees_track_is_there_before_the_answer_and_silent(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        dialling = asyncio.ensure_future(dial(world, room, RINGS_ON))
        await core.until(lambda seen: len(seen.heard) > 10)

        assert tuple(core.statuses) == NO_ANSWER.shown
        assert not core.loud()
        assert not dialling.done()
        await world.rooms.close(room)
        with pytest.raises(TwirpError):
            await dialling
    await until_idle(world)


async def test_both_hear_one_another(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        await core.publish()
        await dial(world, room, ECHOES)

        await core.say("hello")

        await core.until(lambda seen: seen.words() == ["hello"])


async def test_the_callees_words_are_heard(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        await dial(world, room, SPEAKS)
        await core.until(lambda seen: seen.words() == list(SAID))


async def test_the_callees_keys_are_heard(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        await dial(world, room, PRESSES)
        await core.until(lambda seen: "".join(seen.keys) == PRESSED)


async def test_sound_before_the_answer_shows_as_ringing(called: CalledWorld) -> None:
    await called.rooms.open("early")
    async with observing(called.livekit, "early") as core:
        await dial(called, "early", PLAYS_BEFORE)
        await core.until(lambda seen: tuple(seen.statuses) == TALKED)
        assert (await called.far.called(PLAYS_BEFORE)).seen.answered_at is not None
    await called.rooms.close("early")


async def test_keys_of_ours_reach_the_callee(world: SipWorld, room: str) -> None:
    if not isinstance(world, CalledWorld):
        pytest.skip("the carrier of this process has no ear for keys")
    async with observing(world.livekit, room) as core:
        await dial(world, room, STAYS, dtmf="1w2")
        leg = await world.far.called(STAYS)
        await leg.until_digits("12")

        await core.press("#")

        await leg.until_digits("12#")


async def test_without_waiting_the_answer_comes_before_the_far_ends(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        answer = await dial(world, room, SAYS_NO[486], wait_until_answered=False)

        assert answer.participant_identity == "callee"
        assert not core.reason
        assert await core.until_gone() == REFUSALS[486, "Busy Here"].reason


async def test_the_longest_duration_ends_a_call(world: SipWorld, room: str) -> None:
    async with observing(world.livekit, room) as core:
        await dial(world, room, STAYS, max_call_duration=Duration(seconds=1))

        await core.until_gone()
        assert tuple(core.statuses) == CALLEE_HANGS_UP.shown
    await until_idle(world)


def test_every_far_end_has_a_number() -> None:
    assert set(SAYS_NO.values()) <= CALLEES.keys() & NUMBERS.keys()
