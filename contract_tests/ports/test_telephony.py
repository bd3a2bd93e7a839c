"""What every implementation of Telephony promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from contract_tests.backends.phone_world import (
    CANNOT_BE_REFERRED,
    DIGITS,
    ECHOES,
    GIVES_UP,
    HANGS_UP,
    IS_BUSY,
    IS_CONGESTED,
    IS_NOBODY,
    LISTENS,
    NEVER_ANSWERS,
    NO_TRUNK,
    PRESSES,
    SAYS_NO,
    SPEAKS,
    SPOKEN,
    PhoneWorld,
    order,
)
from contract_tests.backends.vocabulary import words
from contract_tests.ports.company import frames, is_a, is_kind, join, rest, say, settled, until, until_said
from domain.ids import CallId
from ports.audio_links import AudioLink, Joined, Left, Pressed
from ports.errors import NotFound, Refused
from ports.telephony import REFERRED, TOO_LATE, DialOrder, HangUp, LegEvent, LegKind, LegState

KINDS = [LegKind.RINGING, LegKind.ANSWERED, LegKind.ENDED]


async def dial(world: PhoneWorld, leg: DialOrder) -> AudioLink:
    """Into a room where Core listens already."""
    core = await join(world, leg.room, "core")
    await world.telephony.dial(leg)
    return core


async def reached(world: PhoneWorld, leg: DialOrder, kind: LegKind) -> LegEvent:
    return (await until(world.telephony.watch(leg.call_id), is_kind(kind)))[-1]


async def ended(world: PhoneWorld, leg: DialOrder) -> LegEvent:
    return await reached(world, leg, LegKind.ENDED)


@pytest.mark.parametrize(
    ("number", "status", "rings", "by"),
    [
        (IS_BUSY, 486, False, HangUp.CALLEE),
        (SAYS_NO, 603, True, HangUp.CALLEE),
        (IS_NOBODY, 404, False, HangUp.NETWORK),
        (IS_CONGESTED, 503, False, HangUp.NETWORK),
    ],
)
async def test_a_no_ends_the_leg_with_its_status(
    telephony: PhoneWorld, number: str, status: int, rings: bool, by: HangUp
) -> None:
    leg = order("call_1", number)
    await dial(telephony, leg)

    events = await rest(telephony.telephony.watch(leg.call_id))

    assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ENDED][0 if rings else 1 :]
    assert (events[-1].status, events[-1].by) == (status, by)
    assert events[-1].reason


async def test_a_leg_that_is_answered_rings_answers_and_ends_once_each_in_order(telephony: PhoneWorld) -> None:
    leg = order("call_1", HANGS_UP)
    await dial(telephony, leg)

    events = await rest(telephony.telephony.watch(leg.call_id))

    assert [event.kind for event in events] == KINDS
    assert (events[-1].status, events[-1].by) == (200, HangUp.CALLEE)
    assert [event.at for event in events] == sorted(event.at for event in events)


async def test_who_watches_late_sees_it_all_from_the_first(telephony: PhoneWorld) -> None:
    leg = order("call_1", HANGS_UP)
    await dial(telephony, leg)
    first = await rest(telephony.telephony.watch(leg.call_id))

    assert await rest(telephony.telephony.watch(leg.call_id)) == first


async def test_nobody_can_watch_what_was_never_placed(telephony: PhoneWorld) -> None:
    with pytest.raises(NotFound):
        await rest(telephony.telephony.watch(CallId("call_never")))


async def test_the_callee_joins_when_it_answers_and_leaves_when_it_hangs_up(telephony: PhoneWorld) -> None:
    leg = order("call_1", HANGS_UP)
    core = await dial(telephony, leg)

    seen = await until(core.events(), is_a(Left, "callee"))

    assert [event.party for event in seen if isinstance(event, Joined)] == ["callee"]


async def test_a_phone_that_nobody_answers_is_given_up_after_the_ring_timeout(telephony: PhoneWorld) -> None:
    leg = order("call_1", NEVER_ANSWERS, ring=0.3)
    await dial(telephony, leg)

    end = await ended(telephony, leg)

    assert (end.status, end.reason, end.by) == (408, "ring timeout", HangUp.US)


async def test_a_call_is_ended_by_us_at_its_longest(telephony: PhoneWorld) -> None:
    leg = order("call_1", LISTENS, longest=0.3)
    core = await dial(telephony, leg)

    end = await ended(telephony, leg)

    assert (end.status, end.by) == (200, HangUp.US)
    assert "max duration" in end.reason
    await until(core.events(), is_a(Left, "callee"))


async def test_hanging_up_while_it_rings_cancels(telephony: PhoneWorld) -> None:
    leg = order("call_1", NEVER_ANSWERS)
    core = await dial(telephony, leg)
    await reached(telephony, leg, LegKind.RINGING)

    await telephony.telephony.hang_up(leg.call_id)

    events = await rest(telephony.telephony.watch(leg.call_id))
    assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ENDED]
    assert (events[-1].status, events[-1].by) == (487, HangUp.US)
    await telephony.rooms.close(leg.room)
    assert not any(isinstance(event, Joined) for event in await rest(core.events()))


async def test_hanging_up_before_it_rings_cancels(telephony: PhoneWorld) -> None:
    leg = order("call_1", LISTENS)
    await dial(telephony, leg)
    await telephony.telephony.hang_up(leg.call_id)

    end = await ended(telephony, leg)

    assert (end.status, end.by) == (487, HangUp.US)


async def test_hanging_up_after_the_answer_ends_it(telephony: PhoneWorld) -> None:
    leg = order("call_1", LISTENS)
    core = await dial(telephony, leg)
    await reached(telephony, leg, LegKind.ANSWERED)

    await telephony.telephony.hang_up(leg.call_id)
    await telephony.telephony.hang_up(leg.call_id)

    end = await ended(telephony, leg)
    assert (end.status, end.by) == (200, HangUp.US)
    await until(core.events(), is_a(Left, "callee"))


async def test_hanging_up_what_is_over_or_was_never_placed_is_nothing(telephony: PhoneWorld) -> None:
    leg = order("call_1", IS_BUSY)
    await dial(telephony, leg)
    before = await ended(telephony, leg)

    await telephony.telephony.hang_up(leg.call_id)
    await telephony.telephony.hang_up(CallId("call_never"))

    assert await ended(telephony, leg) == before


@pytest.mark.parametrize("delay", [0.055, 0.065, 0.0695, 0.07, 0.0705, 0.075, 0.085])
async def test_a_cancel_that_crosses_the_answer_leaves_no_doubt(telephony: PhoneWorld, delay: float) -> None:
    legs = [order(f"call_{number}", LISTENS) for number in range(5)]
    for leg in legs:
        await dial(telephony, leg)

    await telephony.clock.sleep(delay)
    for leg in legs:
        await telephony.telephony.hang_up(leg.call_id)

    for leg in legs:
        events = await rest(telephony.telephony.watch(leg.call_id))
        answered = any(event.kind is LegKind.ANSWERED for event in events)
        assert (events[-1].status, events[-1].by) == (200 if answered else 487, HangUp.US)


@pytest.mark.parametrize(("number", "kind", "status"), [(NEVER_ANSWERS, KINDS[0], 487), (LISTENS, KINDS[1], 200)])
async def test_the_end_of_the_room_is_the_end_of_the_leg(
    telephony: PhoneWorld, number: str, kind: LegKind, status: int
) -> None:
    leg = order("call_1", number)
    await dial(telephony, leg)
    await reached(telephony, leg, kind)

    await telephony.rooms.close(leg.room)

    end = await ended(telephony, leg)
    assert (end.status, end.by) == (status, HangUp.US)


async def test_dialling_twice_places_one_leg(telephony: PhoneWorld) -> None:
    leg = order("call_1", HANGS_UP)
    core = await dial(telephony, leg)
    await telephony.telephony.dial(leg)
    await ended(telephony, leg)
    await telephony.telephony.dial(leg)

    await telephony.rooms.close(leg.room)

    assert [event.party for event in await rest(core.events()) if isinstance(event, Joined)] == ["callee"]
    assert [event.kind for event in await rest(telephony.telephony.watch(leg.call_id))] == KINDS


async def test_find_says_what_became_of_a_leg(telephony: PhoneWorld) -> None:
    ringing, talking, over = order("call_r", NEVER_ANSWERS), order("call_t", LISTENS), order("call_o", IS_BUSY)
    for leg in (ringing, talking, over):
        await dial(telephony, leg)
    await reached(telephony, ringing, LegKind.RINGING)
    await reached(telephony, talking, LegKind.ANSWERED)
    end = await ended(telephony, over)

    find = telephony.telephony.find

    assert (await find(CallId("call_never"))).state is LegState.NEVER_PLACED
    assert ((await find(ringing.call_id)).state, (await find(ringing.call_id)).end) == (LegState.RINGING, None)
    assert (await find(talking.call_id)).state is LegState.ANSWERED
    assert ((await find(over.call_id)).state, (await find(over.call_id)).end) == (LegState.ENDED, end)


@pytest.mark.parametrize(
    "wrong",
    [order("call_1", LISTENS, trunk=NO_TRUNK), order("call_1", "emergency"), order("call_1", "")],
    ids=["trunk", "word", "nothing"],
)
async def test_what_cannot_be_dialled_is_refused_and_was_never_placed(telephony: PhoneWorld, wrong: DialOrder) -> None:
    await telephony.rooms.open(wrong.room)

    with pytest.raises(Refused):
        await telephony.telephony.dial(wrong)

    assert (await telephony.telephony.find(wrong.call_id)).state is LegState.NEVER_PLACED


async def test_an_order_that_comes_too_late_is_refused_and_was_never_placed(telephony: PhoneWorld) -> None:
    for call, ago in (("call_1", 0.0), ("call_2", 20.0)):
        late = order(call, LISTENS, not_after=telephony.clock.now() - timedelta(seconds=ago))
        await telephony.rooms.open(late.room)

        with pytest.raises(Refused) as refused:
            await telephony.telephony.dial(late)

        assert refused.value.reason == TOO_LATE
        assert (await telephony.telephony.find(late.call_id)).state is LegState.NEVER_PLACED


async def test_an_order_in_time_is_carried_out_and_asked_again_too_late_it_is_the_same_leg(
    telephony: PhoneWorld,
) -> None:
    in_time = order("call_1", LISTENS, not_after=telephony.clock.now() + timedelta(seconds=10))
    await dial(telephony, in_time)
    await reached(telephony, in_time, LegKind.ANSWERED)

    await telephony.telephony.dial(replace(in_time, not_after=telephony.clock.now()))

    assert (await telephony.telephony.find(in_time.call_id)).state is LegState.ANSWERED


async def test_a_leg_needs_its_room(telephony: PhoneWorld) -> None:
    with pytest.raises(Refused):
        await telephony.telephony.dial(order("call_without_room", LISTENS))


async def test_the_callees_words_are_heard_in_the_room_in_order(telephony: PhoneWorld) -> None:
    core = await dial(telephony, order("call_1", SPEAKS))

    heard = await until_said(core.events(), "callee", SPOKEN[-1])

    assert tuple(words(frames(heard, "callee"))) == SPOKEN


async def test_the_callees_keys_come_in_order(telephony: PhoneWorld) -> None:
    core = await dial(telephony, order("call_1", PRESSES))

    events = await until(core.events(), lambda event: isinstance(event, Pressed) and event.digit == DIGITS[-1])

    assert "".join(event.digit for event in events if isinstance(event, Pressed)) == DIGITS


async def test_the_callee_hears_who_speaks_to_it_and_no_whisper(telephony: PhoneWorld) -> None:
    leg = order("call_1", ECHOES)
    core = await dial(telephony, leg)
    supervisor = await join(telephony, leg.room, "carl", by=frozenset({"core"}))
    events = core.events()
    await until(events, is_a(Joined, "callee"))

    await say(supervisor, "psst")
    await say(core, "hello")

    heard = await until_said(events, "callee", "hello")
    assert words(frames(heard, "callee")) == ["hello"]


async def test_two_legs_at_once_keep_to_their_rooms(telephony: PhoneWorld) -> None:
    one, two = await dial(telephony, order("call_1", ECHOES)), await dial(telephony, order("call_2", ECHOES))
    for core in (one, two):
        await until(core.events(), is_a(Joined, "callee"))

    async with asyncio.TaskGroup() as group:
        group.create_task(say(one, "one"))
        group.create_task(say(two, "two"))

    assert words(frames(await until_said(one.events(), "callee", "one"), "callee")) == ["one"]
    assert words(frames(await until_said(two.events(), "callee", "two"), "callee")) == ["two"]
    await telephony.rooms.close("call_1")
    assert (await ended(telephony, order("call_1", ECHOES))).by is HangUp.US
    assert (await telephony.telephony.find(CallId("call_2"))).state is LegState.ANSWERED


async def test_a_leg_lives_on_without_whoever_placed_it(telephony: PhoneWorld) -> None:
    leg = order("call_1", LISTENS)
    core = await dial(telephony, leg)
    await reached(telephony, leg, LegKind.ANSWERED)

    await core.leave()
    again = await join(telephony, leg.room, "core")

    await until(again.events(), is_a(Joined, "callee"))
    assert (await telephony.telephony.find(leg.call_id)).state is LegState.ANSWERED


async def test_a_leg_that_is_hung_up_shows_as_ended(telephony: PhoneWorld) -> None:
    leg = order("call_1", LISTENS)
    await dial(telephony, leg)
    await reached(telephony, leg, LegKind.ANSWERED)
    await telephony.telephony.hang_up(leg.call_id)

    async def over() -> bool:
        return (await telephony.telephony.find(leg.call_id)).state is LegState.ENDED

    await settled(over, telephony)


async def test_a_second_leg_joins_the_same_room_under_its_own_name(telephony: PhoneWorld) -> None:
    core = await dial(telephony, order("call_1", ECHOES))
    events = core.events()
    await until(events, is_a(Joined, "callee"))

    second = replace(order("call_1.2", LISTENS), room="call_1", party="target")
    await telephony.telephony.dial(second)
    await until(events, is_a(Joined, "target"))
    await telephony.telephony.hang_up(second.call_id)

    await until(events, is_a(Left, "target"))
    assert (await telephony.telephony.find(CallId("call_1"))).state is LegState.ANSWERED


async def test_whoever_is_referred_and_taken_leaves_for_good(telephony: PhoneWorld) -> None:
    leg = order("call_1", LISTENS)
    core = await dial(telephony, leg)
    await reached(telephony, leg, LegKind.ANSWERED)

    await telephony.telephony.refer(leg.call_id, ECHOES)

    end = await ended(telephony, leg)
    assert (end.status, end.reason, end.by) == (200, REFERRED, HangUp.US)
    await until(core.events(), is_a(Left, "callee"))


@pytest.mark.parametrize(
    ("callee", "to", "reason"),
    [
        (LISTENS, IS_BUSY, "sip_486"),
        (LISTENS, SAYS_NO, "sip_603"),
        (CANNOT_BE_REFERRED, ECHOES, "not_offered"),
        (LISTENS, "reception", "number"),
    ],
)
async def test_a_referral_that_fails_says_why_and_the_call_goes_on(
    telephony: PhoneWorld, callee: str, to: str, reason: str
) -> None:
    leg = order("call_1", callee)
    await dial(telephony, leg)
    await reached(telephony, leg, LegKind.ANSWERED)

    with pytest.raises(Refused) as refused:
        await telephony.telephony.refer(leg.call_id, to)

    assert refused.value.reason == reason
    assert (await telephony.telephony.find(leg.call_id)).state is LegState.ANSWERED


async def test_who_is_not_answered_cannot_be_referred(telephony: PhoneWorld) -> None:
    leg = order("call_1", NEVER_ANSWERS)
    await dial(telephony, leg)

    for call_id in (leg.call_id, CallId("call_never")):
        with pytest.raises(NotFound):
            await telephony.telephony.refer(call_id, ECHOES)


async def test_a_call_that_comes_in_rings_until_it_is_answered_and_is_then_talked_to(telephony: PhoneWorld) -> None:
    call_id = await telephony.called_by(ECHOES)
    core = await join(telephony, call_id, "core")
    assert (await telephony.telephony.find(call_id)).state is LegState.RINGING

    await telephony.telephony.answer(call_id)
    await telephony.telephony.answer(call_id)

    events = core.events()
    await until(events, is_a(Joined, "callee"))
    await say(core, "hello")
    await until_said(events, "callee", "hello")
    await telephony.telephony.hang_up(call_id)
    told = await rest(telephony.telephony.watch(call_id))
    assert [event.kind for event in told] == KINDS
    assert (told[-1].status, told[-1].by) == (200, HangUp.US)


async def test_a_caller_who_hangs_up_ends_the_call(telephony: PhoneWorld) -> None:
    call_id = await telephony.called_by(HANGS_UP)
    await join(telephony, call_id, "core")
    await telephony.telephony.answer(call_id)

    end = (await rest(telephony.telephony.watch(call_id)))[-1]

    assert (end.status, end.by) == (200, HangUp.CALLEE)


async def test_a_call_that_nobody_wants_is_turned_away(telephony: PhoneWorld) -> None:
    call_id = await telephony.called_by(LISTENS)

    await telephony.telephony.hang_up(call_id)

    told = await rest(telephony.telephony.watch(call_id))
    assert [event.kind for event in told] == [LegKind.RINGING, LegKind.ENDED]
    assert (told[-1].status, told[-1].by) == (486, HangUp.US)


async def test_a_caller_who_gives_up_cannot_be_answered(telephony: PhoneWorld) -> None:
    call_id = await telephony.called_by(GIVES_UP)

    end = (await rest(telephony.telephony.watch(call_id)))[-1]

    assert (end.status, end.by) == (487, HangUp.CALLEE)
    with pytest.raises(NotFound):
        await telephony.telephony.answer(call_id)


async def test_a_leg_that_was_dialled_is_not_ours_to_answer(telephony: PhoneWorld) -> None:
    leg = order("call_1", NEVER_ANSWERS)
    await dial(telephony, leg)

    with pytest.raises(Refused):
        await telephony.telephony.answer(leg.call_id)
    with pytest.raises(NotFound):
        await telephony.telephony.answer(CallId("call_never"))
