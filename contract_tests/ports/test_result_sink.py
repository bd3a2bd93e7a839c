"""What every door for results promises."""

import pytest

from contract_tests.backends.scene import ARCHIVED, CALL, CROWDED, LOST, UNKNOWN, package
from domain.calls.transcript import Speaker, Turn, Word
from domain.ids import CallId, ServerId
from ports.errors import Busy, NotFound, PortError, Refused, Unavailable
from ports.messages.calls import CoreJoined, TurnHeard
from ports.result_sink import ResultSink

JOINED = CoreJoined(server_id=ServerId("core-1"))


async def test_a_result_handed_over_twice_is_taken_twice(result_sink: ResultSink) -> None:
    await result_sink.hand_over(package(CALL))
    await result_sink.hand_over(package(CALL))


async def test_another_result_of_the_same_call_is_refused(result_sink: ResultSink) -> None:
    await result_sink.hand_over(package(CALL))
    with pytest.raises(Refused):
        await result_sink.hand_over(package(CALL, detail="another"))


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"\xff\xfe", package(UNKNOWN)])
async def test_what_will_never_be_taken_is_refused(result_sink: ResultSink, body: bytes) -> None:
    with pytest.raises(Refused):
        await result_sink.hand_over(body)


@pytest.mark.parametrize(("call", "error"), [(ARCHIVED, Refused), (CROWDED, Busy), (LOST, Unavailable)])
async def test_failures_are_told_apart(result_sink: ResultSink, call: CallId, error: type[PortError]) -> None:
    with pytest.raises(error):
        await result_sink.hand_over(package(call))
    with pytest.raises(error):
        await result_sink.tell(call, JOINED)


async def test_all_news_are_taken(result_sink: ResultSink) -> None:
    turn = Turn(speaker=Speaker.CALLEE, text="¿qué?", start=1.0, end=1.5, words=(Word(text="¿qué?", start=1, end=1.5),))
    await result_sink.tell(CALL, JOINED)
    await result_sink.tell(CALL, TurnHeard(turn=turn))


async def test_news_of_a_call_that_nobody_knows_are_not_found(result_sink: ResultSink) -> None:
    with pytest.raises(NotFound):
        await result_sink.tell(UNKNOWN, JOINED)
