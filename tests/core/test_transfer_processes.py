"""A call that is transferred in real processes, through a real exchange."""

import os
import signal
from pathlib import Path

import pytest

from adapters.directory.object_store import DirectoryObjectStore
from adapters.memory.carrier import ANSWERS, BUSY, Callee
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.calls.audio import FRAME_BYTES, AudioFrame
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, ResultSource
from domain.calls.transfer import Transfer, TransferHow
from domain.ids import CallId
from ports.messages.core import Talk
from ports.telephony import LegState
from tests.core.real_core import RealCore, real_core
from tests.core.stage import NUMBER
from tests.core.waiting import until

CALL, LEG = CallId("call_1"), CallId("call_1.2")
COLLEAGUE = "+12025550188"


def bot(how: TransferHow = TransferHow.DIAL) -> BotSpec:
    failed = Edge(to="sorry", kind=EdgeKind.EVENT, when="transfer_failed")
    desk = Step(id="desk", say="One moment.", transfer=Transfer(to=COLLEAGUE, how=how), edges=(failed,))
    return BotSpec(
        flow=FlowGraph(start="desk", steps=(desk, Step(id="sorry", say="Sorry: {transfer_reason}.", end="sorry")))
    )


async def talking(core: RealCore, spec: BotSpec) -> None:
    await core.cores.take(core.url, await core.answered(CALL, NUMBER, spec=spec))
    await core.cores.order(core.url, CALL, Talk())


async def leg_is(core: RealCore, leg: CallId, state: LegState) -> None:
    async def so() -> bool:
        return (await core.telephony.find(leg)).state is state

    await until(so, within=60.0)


@pytest.mark.parametrize("how", TransferHow)
async def test_a_call_is_taken_over(tmp_path: Path, how: TransferHow) -> None:
    colleague = Callee(answers_after=0.2, hangs_up_after=1.0)
    async with real_core(tmp_path, {NUMBER: ANSWERS, COLLEAGUE: colleague}) as core:
        await talking(core, bot(how))
        result = await core.result(CALL, within=60.0)

        by = EndedBy.TARGET if how is TransferHow.DIAL else EndedBy.BOT
        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, by)
        await leg_is(core, CALL, LegState.ENDED)


async def test_the_embedded_default_hands_a_call_over_and_records_who_took_it(tmp_path: Path) -> None:
    tone = AudioFrame(pcm=bytes([7, 0]) * (FRAME_BYTES // 2))
    colleague = Callee(answers_after=0.2, says=(tone,) * 50, hangs_up_after=1.0)
    async with real_core(tmp_path, {NUMBER: ANSWERS, COLLEAGUE: colleague}, CXB_ENGINE="pipecat") as core:
        await talking(core, bot())
        result = await core.result(CALL, within=60.0)

        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.TARGET)
        assert result.recording is not None
        stored = DirectoryObjectStore(tmp_path / "objects").read(result.recording.key)
        recorded = b"".join([chunk async for chunk in stored])
        assert bytes([0, 0, 7, 0]) * 1000 in recorded


@pytest.mark.parametrize("how", TransferHow)
async def test_a_busy_colleague_gives_the_callee_back_to_the_bot(tmp_path: Path, how: TransferHow) -> None:
    async with real_core(tmp_path, {NUMBER: ANSWERS, COLLEAGUE: BUSY}) as core:
        await talking(core, bot(how))
        result = await core.result(CALL, within=60.0)

        assert result.outcome is Outcome.COMPLETED
        assert result.transfer is not None
        assert result.transfer.failure == "sip_486"
        assert [turn.text for turn in result.turns] == ["One moment.", "Sorry: sip_486."]


async def test_a_call_process_that_is_killed_while_the_two_talk_leaves_neither_alone(tmp_path: Path) -> None:
    async with real_core(tmp_path, {NUMBER: ANSWERS, COLLEAGUE: ANSWERS}, CXB_CORE_PROCESSES="1") as core:
        await talking(core, bot())
        await leg_is(core, LEG, LegState.ANSWERED)

        async def noted() -> bool:
            notes = (tmp_path / "core").rglob("*")
            return any(b"transferred" in path.read_bytes() for path in notes if path.suffix == ".ndjson")

        await until(noted, within=60.0)
        [process] = core.call_processes()
        os.kill(process, signal.SIGKILL)
        result = await core.result(CALL, within=60.0)

        assert (result.outcome, result.source) == (Outcome.TRANSFERRED, ResultSource.JOURNAL)
        await leg_is(core, CALL, LegState.ENDED)
        await leg_is(core, LEG, LegState.ENDED)
