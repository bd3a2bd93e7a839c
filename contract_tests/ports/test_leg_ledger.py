"""What every LegLedger promises."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import DEFAULT_BRAND, CallId
from ports.errors import NotFound, Stale
from ports.leg_ledger import REMEMBERED, LegLedger, LegStory
from ports.telephony import HangUp, LegEvent, LegKind

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RINGS = LegEvent(kind=LegKind.RINGING, at=NOON + timedelta(seconds=1))
BUSY = LegEvent(kind=LegKind.ENDED, at=NOON + timedelta(seconds=2), status=486, reason="Busy Here", by=HangUp.CALLEE)
TIMED_OUT = LegEvent(kind=LegKind.ENDED, at=NOON + timedelta(seconds=3), status=408, reason="late", by=HangUp.US)
ANSWERED = LegEvent(kind=LegKind.ANSWERED, at=NOON + timedelta(seconds=4), status=200)


def story(call: str, *, at: datetime = NOON, party: str = "callee") -> LegStory:
    return LegStory(call_id=CallId(call), brand=DEFAULT_BRAND, room=f"room of {call}", party=party, opened_at=at)


async def test_what_was_opened_is_found_whole(leg_ledger: LegLedger) -> None:
    await leg_ledger.open(story("call_1", party="target"))

    assert await leg_ledger.find(CallId("call_1")) == story("call_1", party="target")
    assert await leg_ledger.find(CallId("call_2")) is None


async def test_of_many_who_open_a_call_at_once_one_may_place_it(leg_ledger: LegLedger) -> None:
    tries = [leg_ledger.open(story("call_1", at=NOON + timedelta(seconds=number))) for number in range(8)]

    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert [type(answer) for answer in answers if answer is not None] == [Stale] * 7


async def test_events_are_noted_in_order(leg_ledger: LegLedger) -> None:
    await leg_ledger.open(story("call_1"))

    assert (await leg_ledger.note(CallId("call_1"), RINGS)).events == (RINGS,)
    noted = await leg_ledger.note(CallId("call_1"), BUSY)

    assert (noted.events, noted.end) == ((RINGS, BUSY), BUSY)
    assert await leg_ledger.find(CallId("call_1")) == noted


async def test_each_kind_is_noted_once_and_nothing_follows_the_end(leg_ledger: LegLedger) -> None:
    await leg_ledger.open(story("call_1"))
    for event in (RINGS, RINGS, BUSY, TIMED_OUT, ANSWERED):
        await leg_ledger.note(CallId("call_1"), event)

    found = await leg_ledger.find(CallId("call_1"))
    assert found is not None
    assert found.events == (RINGS, BUSY)


async def test_two_who_note_the_end_at_once_agree_on_the_first(leg_ledger: LegLedger) -> None:
    await leg_ledger.open(story("call_1"))

    noted = await asyncio.gather(*(leg_ledger.note(CallId("call_1"), end) for end in (BUSY, TIMED_OUT) * 4))

    assert {one.end for one in noted} == {noted[0].end}
    assert (await leg_ledger.find(CallId("call_1"))) == noted[0]


async def test_nothing_is_noted_of_what_was_not_opened(leg_ledger: LegLedger) -> None:
    with pytest.raises(NotFound):
        await leg_ledger.note(CallId("call_1"), RINGS)


async def test_what_is_withdrawn_was_never_there_and_may_be_opened_anew(leg_ledger: LegLedger) -> None:
    await leg_ledger.open(story("call_1"))
    await leg_ledger.withdraw(CallId("call_1"))
    await leg_ledger.withdraw(CallId("call_1"))

    assert await leg_ledger.find(CallId("call_1")) is None
    await leg_ledger.open(story("call_1"))


async def test_a_leg_is_remembered_for_a_day(leg_ledger: LegLedger) -> None:
    await leg_ledger.open(story("call_1"))
    await leg_ledger.open(story("call_2", at=NOON + REMEMBERED - timedelta(seconds=1)))

    assert await leg_ledger.find(CallId("call_1")) is not None
    await leg_ledger.open(story("call_3", at=NOON + REMEMBERED + timedelta(seconds=1)))
    assert await leg_ledger.find(CallId("call_1")) is None
    assert await leg_ledger.find(CallId("call_2")) is not None
