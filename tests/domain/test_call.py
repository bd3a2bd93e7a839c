"""A call has one result, and says so once."""

from datetime import UTC, datetime

import pytest

from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.errors import IllegalMove, RuleBroken
from domain.ids import BotId, BrandId, CallId, ServerId, TrunkId

NOW = datetime(2026, 1, 5, tzinfo=UTC)
CALL = Call(
    id=CallId("c1"),
    brand=BrandId("default"),
    direction=Direction.CAMPAIGN,
    bot_id=BotId("b1"),
    bot_version=1,
    phone="+442071838750",
    caller_number="+442071838751",
    trunk_id=TrunkId("t1"),
    created_at=NOW,
)


def result(digest: str, source: ResultSource = ResultSource.CORE) -> Result:
    return Result(digest=digest, outcome=Outcome.COMPLETED, ended_by=EndedBy.BOT, source=source, ended_at=NOW)


def test_state_and_event_change_together() -> None:
    ended = CALL.join(ServerId("s1"), at=NOW).conclude(result("a"))

    assert ended.state is CallState.ENDED
    assert [event.kind for event in ended.events] == ["call.concluded"]


def test_the_same_result_again_changes_nothing_and_another_is_refused() -> None:
    ended = CALL.conclude(result("a"))

    assert ended.conclude(result("a")) == ended
    with pytest.raises(RuleBroken):
        ended.conclude(result("b"))


def test_a_stand_in_by_the_api_is_replaced_once() -> None:
    replaced = CALL.conclude(result("a", ResultSource.API)).conclude(result("b"))

    assert replaced.result == result("b")
    assert [event.id for event in replaced.events] == ["c1.concluded.1", "c1.concluded.2"]
    with pytest.raises(RuleBroken):
        replaced.conclude(result("c"))


def test_a_core_joins_once_and_never_after_the_end() -> None:
    live = CALL.join(ServerId("s1"), at=NOW)

    assert live.join(ServerId("s1"), at=NOW) == live
    with pytest.raises(IllegalMove):
        live.conclude(result("a")).join(ServerId("s1"), at=NOW)


def test_relayed_events_leave_the_document() -> None:
    ended = CALL.conclude(result("a"))

    assert ended.relayed(frozenset(event.id for event in ended.events)).events == ()
