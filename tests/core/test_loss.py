"""What becomes of calls when something is lost: a process, the API, the disk, the engine's good manners."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from adapters.directory.call_journal import DirectoryCallJournal
from adapters.memory.carrier import ANSWERS
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.outcome import Outcome
from domain.calls.result import ResultSource
from domain.calls.transcript import Speaker, Turn
from domain.ids import CallId
from ports.audio_links import AudioLink
from ports.call_journal import JournalEntry, JournalHeader, JournalWriter, Note, Track
from ports.clock import Clock
from ports.conversation import Conversation, ConversationEvent, ConversationSession, SessionOrder
from ports.errors import Busy, NotFound, Refused, Unavailable
from ports.messages.core import End, Talk
from ports.messages.results import ResultPackage
from ports.telephony import LegState
from tests.core.stage import NUMBER, Stage, config_of, dial_of, said

CALL, OTHER = CallId("call_1"), CallId("call_2")
pytestmark = pytest.mark.virtual_time


class StubbornSession(ConversationSession):
    """Breaks every promise: its events break off, or never come."""

    def __init__(self, clock: Clock, *, breaks: bool) -> None:
        self._clock = clock
        self._breaks = breaks

    async def events(self) -> AsyncIterator[ConversationEvent]:
        await self._clock.sleep(2.0 if self._breaks else 10_000.0)
        return
        yield  # makes it the iterator that events are

    async def order(self, order: SessionOrder) -> None:
        if self._breaks and isinstance(order, Talk):
            raise ZeroDivisionError


class Stubborn(Conversation):
    def __init__(self, clock: Clock, *, breaks: bool) -> None:
        self._session = StubbornSession(clock, breaks=breaks)

    @asynccontextmanager
    async def open(self, link: AudioLink, config: RuntimeConfig) -> AsyncIterator[ConversationSession]:
        yield self._session


def stubborn(*, breaks: bool) -> Stage:
    stage = Stage(callees={NUMBER: ANSWERS})
    return replace(stage, conversation=Stubborn(stage.clock, breaks=breaks))


async def test_an_engine_that_breaks_fails_its_call_with_the_errors_name() -> None:
    async with stubborn(breaks=True).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())

        result = await stage.result(CALL)

        assert (result.outcome, result.detail) == (Outcome.FAILED, "ZeroDivisionError")
        assert (await stage.telephony.find(CALL)).state is LegState.ENDED


async def test_an_engine_whose_events_break_off_fails_its_call() -> None:
    async with stubborn(breaks=True).running() as stage:
        await stage.take_call(await stage.answered(CALL))

        assert (await stage.result(CALL)).detail == "NeverEnded"


async def test_an_engine_that_does_not_end_when_it_is_ordered_to_is_left() -> None:
    async with stubborn(breaks=False).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, End(reason="machine"))

        result = await stage.result(CALL, within=15.0)

        assert (result.outcome, result.detail) == (Outcome.FAILED, "NeverEnded")


async def test_an_engine_that_never_ends_is_left_some_time_after_the_bots_limit() -> None:
    async with stubborn(breaks=False).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())

        assert (await stage.result(CALL, within=300.0)).detail == "TimeoutError"


async def left_behind(stage: Stage, call_id: CallId, *notes: JournalEntry) -> None:
    """A journal as a process that was killed leaves it."""
    header = JournalHeader(config=config_of(call_id), opened_at=stage.clock.now())
    async with stage.journal.open(header) as journal:
        for note in notes:
            journal.note(note)
        journal.sound(Track.CALLEE, 1.0, b"\1\2" * 16_000)


async def test_a_journal_of_an_earlier_life_becomes_a_result_with_its_transcript_and_recording() -> None:
    stage = Stage()
    turn = Turn(speaker=Speaker.BOT, text="Hello", start=0.1, end=0.8)
    await left_behind(
        stage,
        CALL,
        JournalEntry(at=stage.clock.now(), note=Note.TALK),
        JournalEntry(at=stage.clock.now(), turn=turn),
        JournalEntry(at=stage.clock.now(), name="wish", value="yes"),
    )

    async with stage.running():
        result = await stage.result(CALL)

    assert (result.outcome, result.source) == (Outcome.CORE_LOST, ResultSource.JOURNAL)
    assert (result.turns, dict(result.collected)) == ((turn,), {"wish": "yes"})
    assert result.recording is not None
    assert result.recording.seconds == 2.0
    assert (result.ended_at - result.answered_at).total_seconds() == 2.0  # type: ignore[operator]
    assert await stage.journal.unfinished() == []


async def test_a_call_of_an_earlier_life_is_not_taken_again_by_who_never_heard_that_it_was_taken() -> None:
    """Whoever asked asks once more; the next order tells it that nobody is there."""
    stage = Stage(callees={NUMBER: ANSWERS})
    await left_behind(stage, CALL)

    async with stage.running():
        stage.configs.offer(config_of(CALL))
        await stage.take_call(dial_of(CALL))
        with pytest.raises(NotFound):
            await stage.order_call(CALL, Talk())
        first = await stage.result(CALL)
        await stage.take_call(dial_of(CALL))
        await stage.clock.sleep(60)

        assert first.outcome is Outcome.CORE_LOST
        assert await stage.result(CALL) == first
        assert await stage.outbox.parked() == []
        assert stage.carrier.orders == []


async def test_a_journal_that_an_earlier_life_left_half_made_is_swept_away_at_the_start(tmp_path: Path) -> None:
    stage = Stage(journal=DirectoryCallJournal(tmp_path))
    half = tmp_path / ".new-0123456789abcdef"
    half.mkdir()
    async with stage.running():
        assert not half.exists()


async def test_an_exchange_that_is_away_does_not_keep_a_result_back() -> None:
    stage = Stage()
    await left_behind(stage, CALL)
    stage.rooms.close = _unavailable  # type: ignore[method-assign]

    async with stage.running():
        assert (await stage.result(CALL)).outcome is Outcome.CORE_LOST


async def _unavailable(room: str) -> None:
    raise Unavailable("the exchange is away")


async def test_concluding_a_call_again_makes_the_same_package_byte_for_byte() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        kept = await _journal_kept(stage)
        first = await stage.result(CALL)
        body = stage.sink.packages[CALL]
        await kept()
        await stage.clock.sleep(100.0)

        await stage.conclude_call(CALL)

        [parcel] = await stage.outbox.due(at=stage.clock.now(), limit=10)
        assert parcel.body == body
        assert first.source is ResultSource.CORE


async def _journal_kept(stage: Stage) -> Callable[[], Awaitable[None]]:
    """Cuts the conclusion off after the parcel was put: the journal stays, and is to be dropped later."""
    drop = stage.journal.drop

    async def not_now(call_id: CallId) -> None:
        stage.journal.drop = drop  # type: ignore[method-assign]

    stage.journal.drop = not_now  # type: ignore[method-assign]
    await stage.take_call(await stage.answered(CALL))
    await stage.order_call(CALL, Talk())

    async def settled() -> None:
        assert await stage.journal.unfinished() == [CALL]

    return settled


async def test_a_disk_that_is_full_for_a_while_loses_no_note_of_a_call() -> None:
    stage = Stage(callees={NUMBER: await said("yes", after=3.0)})
    full = FullDisk()
    stage.run_call = replace(stage.run_call, journal=JournalOn(stage, full))  # type: ignore[arg-type]
    stage.host._run_call = stage.run_call
    async with stage.running():
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        await stage.clock.sleep(1.0)
        full.now = True
        await stage.clock.sleep(20.0)
        assert CALL not in stage.sink.packages
        assert (await stage.telephony.find(CALL)).state is LegState.ENDED
        full.now = False

        result = await stage.result(CALL)

    assert result.outcome is Outcome.COMPLETED
    assert [turn.text for turn in result.turns] == ["Do you want it?", "yes", "Goodbye."]


class FullDisk:
    now = False


class JournalOn:
    """The stage's journal, on a disk that may be full."""

    def __init__(self, stage: Stage, disk: FullDisk) -> None:
        self._stage, self._disk = stage, disk

    @asynccontextmanager
    async def open(self, header: JournalHeader) -> AsyncIterator[JournalWriter]:
        async with self._stage.journal.open(header) as writer:
            yield WriterOn(writer, self._disk)


class WriterOn(JournalWriter):
    def __init__(self, writer: JournalWriter, disk: FullDisk) -> None:
        self._writer, self._disk = writer, disk

    def note(self, entry: JournalEntry) -> None:
        if self._disk.now:
            raise Unavailable("no space left on device")
        self._writer.note(entry)

    def sound(self, track: Track, at: float, pcm: bytes) -> None:
        if self._disk.now:
            raise Unavailable("no space left on device")
        self._writer.sound(track, at, pcm)


async def test_a_result_is_concluded_again_until_it_can_be_kept() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        put, tries = stage.outbox.put, []

        async def full(*given: object, **named: object) -> None:
            tries.append(given)
            if len(tries) < 3:
                raise Unavailable("no space left on device")
            await put(*given, **named)  # type: ignore[arg-type]

        stage.outbox.put = full  # type: ignore[method-assign]
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())

        assert (await stage.result(CALL)).outcome is Outcome.COMPLETED


def package(call_id: CallId, stage: Stage) -> bytes:
    return msgspec.json.encode(
        ResultPackage(
            call_id=call_id,
            brand=config_of(call_id).brand,
            outcome=Outcome.COMPLETED,
            ended_by="bot",  # type: ignore[arg-type]  # encoded at once
            source=ResultSource.CORE,
            ended_at=stage.clock.now(),
            server="core-1",  # type: ignore[arg-type]
        )
    )


async def posted(stage: Stage, *call_ids: CallId) -> None:
    for call_id in call_ids:
        await stage.outbox.put(call_id, package(call_id, stage), at=stage.clock.now())


async def test_results_that_waited_for_the_api_all_arrive_soon_after_it_is_back() -> None:
    stage = Stage()
    ids = [CallId(f"call_{n}") for n in range(1000)]
    await posted(stage, *ids)
    stage.sink.failing = Unavailable("away")
    async with stage.running():
        await stage.clock.sleep(600.0)
        assert stage.sink.packages == {}
        stage.sink.failing = None
        await stage.clock.sleep(60.0)

    assert set(stage.sink.packages) == set(ids)
    assert await stage.outbox.waiting() == 0


async def test_a_result_that_is_refused_is_parked_and_holds_up_no_other() -> None:
    stage = Stage()
    stage.sink.failures[CALL] = Refused("differs", reason="conflict")
    await posted(stage, CALL, OTHER)

    assert await stage.deliver_results() == 2

    assert await stage.outbox.parked() == [CALL]
    assert list(stage.sink.packages) == [OTHER]
    assert await stage.outbox.waiting() == 0


async def test_a_busy_api_is_given_the_time_it_asks_for() -> None:
    stage = Stage()
    stage.sink.failures[CALL] = Busy("too many", retry_after=20.0)
    await posted(stage, CALL)
    await stage.deliver_results()

    await stage.clock.sleep(19.0)
    assert await stage.deliver_results() == 0
    await stage.clock.sleep(2.0)
    assert await stage.deliver_results() == 1


async def test_a_drain_refuses_new_calls_and_waits_for_those_there_are() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}, drain_seconds=30.0).running() as stage:
        late = await stage.answered(OTHER)
        await stage.take_call(await stage.answered(CALL))

        async def talk() -> None:
            await stage.clock.sleep(0.5)
            with pytest.raises(Busy):
                await stage.take_call(late)
            await stage.order_call(CALL, Talk())

        await _both(stage.node.drain(), talk())

        parcels = await stage.outbox.due(at=stage.clock.now(), limit=5)
        bodies = [parcel.body for parcel in parcels] or [stage.sink.packages[CALL]]
        assert msgspec.json.decode(bodies[0], type=ResultPackage).outcome is Outcome.COMPLETED
        assert (await stage.report_health()).draining


async def test_a_drain_that_runs_out_of_patience_ends_the_calls() -> None:
    async with Stage(callees={NUMBER: ANSWERS}, drain_seconds=10.0).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        began = stage.clock.monotonic()

        await stage.node.drain()

        assert stage.clock.monotonic() - began == pytest.approx(10.0, abs=1.0)
        result = await stage.result(CALL)
        assert (result.outcome, result.detail) == (Outcome.CORE_LOST, "draining")


async def _both(*work: Coroutine[None, None, None]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for each in work:
            tasks.create_task(each)
