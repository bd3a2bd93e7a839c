"""The pipeline of one call: the callee's sound in at one end, the bot's out at the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.turns.user_start import TranscriptionUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from adapters.pipecat.bridge import Hearing, Speaking
from adapters.pipecat.director_processor import DirectorProcessor
from adapters.pipecat.input_transport import LinkInput
from adapters.pipecat.output_transport import LinkOutput
from adapters.pipecat.session import PipecatSession
from adapters.pipecat.voice_activity import STOP_SECONDS, SileroAnalyzer
from domain.bots.policy import Policy
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.audio import RATE
from ports.audio_links import AudioLink
from ports.clock import Clock
from ports.language_model import LanguageModel
from ports.speech_to_text import SpeechToText
from ports.text_to_speech import TextToSpeech

CANCEL_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Shared by all calls."""

    speech_to_text: SpeechToText
    text_to_speech: TextToSpeech
    language_model: LanguageModel
    clock: Clock


@asynccontextmanager
async def running(worker: PipelineWorker, session: PipecatSession) -> AsyncIterator[None]:
    """Runs the pipeline, with a runner of its own that is gone with it."""
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    # no TaskGroup here: it would hand the caller's own errors back in a group
    task = asyncio.get_running_loop().create_task(_run(runner, session))
    try:
        yield
    finally:
        await runner.cancel()
        await asyncio.wait([task])
    task.result()


def pipeline_worker(
    session: PipecatSession, link: AudioLink, config: RuntimeConfig, providers: Providers, analyzer: SileroAnalyzer
) -> PipelineWorker:
    seed = f"{config.call_id}/callee"
    language = config.spec.language
    return PipelineWorker(
        Pipeline(
            [
                LinkInput(link, providers.clock, session.opened, session),
                Hearing(providers.speech_to_text, analyzer, providers.clock, session, language=language, seed=seed),
                UserTurnProcessor(user_turn_strategies=_turns(config.spec.policy)),
                DirectorProcessor(session, providers.language_model),
                Speaking(providers.text_to_speech, config.spec.voice, session),
                LinkOutput(link, providers.clock, session.opened),
            ]
        ),
        params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
        cancel_timeout_secs=CANCEL_SECONDS,
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )


def _turns(policy: Policy) -> UserTurnStrategies:
    """When the callee's turn begins and ends. Whether that interrupts the bot is for the director to say."""
    pause = max(0.0, policy.end_of_turn_silence - STOP_SECONDS)
    return UserTurnStrategies(
        start=[
            VADUserTurnStartStrategy(enable_interruptions=False),
            TranscriptionUserTurnStartStrategy(enable_interruptions=False),
        ],
        stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=pause)],
    )


async def _run(runner: WorkerRunner, session: PipecatSession) -> None:
    try:
        await runner.run()
    finally:
        session.close()
