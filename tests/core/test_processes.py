"""A Core of real processes: what dies takes only its own with it, and nothing that was said is lost."""

import asyncio
import os
import signal
from functools import partial
from pathlib import Path

from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.memory.carrier import ANSWERS, Callee
from domain.calls.audio import SILENCE, AudioFrame
from domain.calls.outcome import Outcome
from domain.calls.result import ResultSource
from domain.ids import CallId
from ports.errors import Busy, Unavailable
from ports.messages.calls import TurnHeard
from ports.messages.core import Attach, Talk
from ports.telephony import LegState
from tests.core.real_core import RealCore, real_core
from tests.core.stage import NUMBER, said
from tests.core.waiting import until

CALL, OTHER = CallId("call_1"), CallId("call_2")
STAYS = {NUMBER: ANSWERS}


async def talking(core: RealCore, call_id: CallId) -> None:
    """Until the bot has said its first words and the transcript has them."""
    await core.cores.take(core.url, await core.answered(call_id, NUMBER))
    await core.cores.order(core.url, call_id, Talk())

    async def said_something() -> bool:
        return any(call == call_id and isinstance(news, TurnHeard) for call, news in core.sink.news)

    await until(said_something, within=15.0)


async def leg_ends(core: RealCore, call_id: CallId, within: float = 5.0) -> None:
    async def ended() -> bool:
        return (await core.telephony.find(call_id)).state is LegState.ENDED

    await until(ended, within=within)


async def test_a_call_in_a_process_of_its_own_comes_to_its_result(tmp_path: Path) -> None:
    callee = await said("yes", after=2.5)
    async with real_core(tmp_path, {NUMBER: Callee(answers_after=0.1, says=callee.says)}) as core:
        await core.cores.take(core.url, await core.answered(CALL, NUMBER))
        await core.cores.order(core.url, CALL, Talk())

        result = await core.result(CALL)

        assert result.outcome is Outcome.COMPLETED
        assert [turn.text for turn in result.turns] == ["Do you want it?", "yes", "Goodbye."]
        assert result.recording is not None
        assert (await core.telephony.find(CALL)).state is LegState.ENDED
        assert await core.stop() == 0


async def test_the_embedded_default_talks_and_understands_in_a_process_of_its_own(tmp_path: Path) -> None:
    speaker = EspeakTextToSpeech()
    await speaker.open()
    words = [frame async for frame in speaker.speak("yes please", voice="en-us")]
    await speaker.aclose()
    quiet = AudioFrame(pcm=SILENCE)
    callee = Callee(answers_after=0.1, says=(*[quiet] * 125, *words, *[quiet] * 50))
    settings = {"CXB_ENGINE": "pipecat", "CXB_RECOGNITION_ERRORS": "0"}
    async with real_core(tmp_path, {NUMBER: callee}, **settings) as core:
        await core.cores.take(core.url, await core.answered(CALL, NUMBER))
        await core.cores.order(core.url, CALL, Talk())

        result = await core.result(CALL)

        assert [turn.text for turn in result.turns] == ["Do you want it?", "yes please", "Goodbye."]
        assert (result.outcome, dict(result.collected)) == (Outcome.COMPLETED, {"wish": "yes please"})


async def test_a_call_process_that_is_killed_loses_its_calls_but_not_their_story(tmp_path: Path) -> None:
    async with real_core(tmp_path, STAYS) as core:
        await talking(core, CALL)
        [pid] = core.call_processes()

        os.kill(pid, signal.SIGKILL)

        result = await core.result(CALL, within=5.0)
        assert (result.outcome, result.source) == (Outcome.CORE_LOST, ResultSource.JOURNAL)
        assert [turn.text for turn in result.turns] == ["Do you want it?"]
        assert result.recording is not None
        await leg_ends(core, CALL)
        await until(partial(_takes_a_call, core, await core.answered(OTHER, NUMBER)), within=30.0)


async def _takes_a_call(core: RealCore, request: Attach) -> bool:
    try:
        await core.cores.take(core.url, request)
    except Busy:
        return False
    return True


async def test_a_core_that_is_killed_takes_its_legs_with_it_and_salvages_their_story(tmp_path: Path) -> None:
    async with real_core(tmp_path, STAYS) as core:
        await talking(core, CALL)

        await core.stop(signal.SIGKILL)
        await leg_ends(core, CALL, within=3.0)
        await core.start()

        result = await core.result(CALL)
        assert (result.outcome, result.source) == (Outcome.CORE_LOST, ResultSource.JOURNAL)
        assert [turn.text for turn in result.turns] == ["Do you want it?"]


async def test_a_core_that_is_told_to_stop_lets_calls_end_and_keeps_results_for_later(tmp_path: Path) -> None:
    callee = await said("yes", after=2.5)
    async with real_core(tmp_path, {NUMBER: Callee(answers_after=0.1, says=callee.says)}) as core:
        await core.cores.take(core.url, await core.answered(CALL, NUMBER))
        core.sink.failing = Unavailable("away")
        assert core.process is not None
        core.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert (await core.cores.health(core.url)).draining
        await core.cores.order(core.url, CALL, Talk())

        assert await core.process.wait() == 0
        core.sink.failing = None
        await core.start()

        assert (await core.result(CALL)).outcome is Outcome.COMPLETED
