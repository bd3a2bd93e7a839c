"""What every Tracing promises. Which trace one is in is read off the `traceparent`, as another process reads it."""

import asyncio

import pytest

from domain.ids import CallId
from domain.trace import SpanId, read_traceparent
from ports.tracing import Tracing

CALL, OTHER = CallId("call_1"), CallId("call_2")


def here(tracing: Tracing) -> SpanId:
    found = read_traceparent(tracing.traceparent())
    assert found is not None
    return found


def test_nothing_is_open_before_and_after(tracing: Tracing) -> None:
    assert tracing.traceparent() == ""
    with tracing.span("work", kind="a"):
        assert tracing.traceparent() != ""
    assert tracing.traceparent() == ""


def test_a_span_inside_another_is_in_its_trace_and_not_the_same(tracing: Tracing) -> None:
    with tracing.span("outer"):
        outer = here(tracing)
        with tracing.span("inner"):
            inner = here(tracing)
        assert here(tracing) == outer

    assert inner.trace == outer.trace
    assert inner.span != outer.span


def test_all_spans_of_a_call_are_in_one_trace_and_those_of_another_are_not(tracing: Tracing) -> None:
    with tracing.span("dial", call=CALL):
        first = here(tracing)
    with tracing.span("result", call=CALL):
        later = here(tracing)
    with tracing.span("a request of somebody's"), tracing.span("relay", call=CALL):
        inside_another = here(tracing)
    with tracing.span("dial", call=OTHER):
        other = here(tracing)

    assert first.trace == later.trace == inside_another.trace != other.trace
    assert len({first.span, later.span, inside_another.span}) == 3


def test_what_another_process_said_is_gone_on_with(tracing: Tracing) -> None:
    with tracing.joined("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"), tracing.span("work"):
        assert here(tracing).trace == 0x0123456789ABCDEF0123456789ABCDEF
    assert tracing.traceparent() == ""


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "00-" + "0" * 32 + "-0123456789abcdef-01", "ff-" + "1" * 32 + "-" + "1" * 16 + "-01", "ü" * 55],
)
def test_what_cannot_be_read_changes_nothing(tracing: Tracing, text: str) -> None:
    with tracing.span("outer"):
        outer = here(tracing)
        with tracing.joined(text):
            assert here(tracing) == outer


def test_exceptions_pass_through(tracing: Tracing) -> None:
    with pytest.raises(KeyError), tracing.span("broken"):
        raise KeyError("x")
    assert tracing.traceparent() == ""


async def test_tasks_have_spans_of_their_own(tracing: Tracing) -> None:
    async def work(call: CallId) -> int:
        with tracing.span("work", call=call):
            await asyncio.sleep(0)
            return here(tracing).trace

    async with asyncio.TaskGroup() as tasks:
        first, second = tasks.create_task(work(CALL)), tasks.create_task(work(OTHER))

    assert first.result() != second.result()
    assert tracing.traceparent() == ""
