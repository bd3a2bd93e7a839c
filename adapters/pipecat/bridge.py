"""Our recognisers and speakers as parts of Pipecat's pipeline."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from pipecat.audio.vad.vad_controller import VADController
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup
from pipecat.utils.time import time_now_iso8601

from adapters.pipecat.frames import BotAudioFrame, CalleeAudioFrame, SayFrame
from adapters.pipecat.listener import Listener
from adapters.pipecat.voice_activity import STOP_SECONDS, SileroAnalyzer
from domain.calls.audio import AudioFrame
from domain.calls.room import CALLEE
from domain.calls.utterance import Utterance
from ports.clock import Clock
from ports.errors import PortError
from ports.speech_to_text import Recognised, Recognition, SpeechToText
from ports.text_to_speech import TextToSpeech

MOST_OPENINGS: Final = 4
REOPEN_AFTER: Final = 0.5
CHUNK: Final = 5
"""20 ms frames that travel through the pipeline as one."""


class Hearing(FrameProcessor):
    """Voice activity and recognition of the callee. Audio ends here: nothing after it reads any."""

    def __init__(
        self, speech_to_text: SpeechToText, analyzer: SileroAnalyzer, clock: Clock, listener: Listener, **which: str
    ) -> None:
        super().__init__()
        self._speech_to_text = speech_to_text
        self._which = which
        self._time = clock
        self._listener = listener
        self._recognition: Recognition | None = None
        self._unheard: list[AudioFrame] = []
        self._heard_to = 0.0
        self._recognising: asyncio.Task[None] | None = None
        self._voice = VADController(analyzer, audio_idle_timeout=0)
        self._voice.add_event_handler("on_speech_started", self._on_speech_started)
        self._voice.add_event_handler("on_speech_stopped", self._on_speech_stopped)

    async def setup(self, setup: FrameProcessorSetup) -> None:  # type: ignore[override]  # as every processor's
        await super().setup(setup)
        await self._voice.setup(setup)

    async def cleanup(self) -> None:
        await self._halt()
        await self._voice.cleanup()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
        await super().cleanup()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, CalleeAudioFrame):
            if frame.heard:
                self._hear(frame.heard)
            await self._voice.process_frame(frame)
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._recognising = self.create_task(self._recognise())
        elif isinstance(frame, EndFrame | CancelFrame):
            await self._halt()

    async def _halt(self) -> None:
        task, self._recognising = self._recognising, None
        if task:
            await self.cancel_task(task)

    async def _on_speech_started(self, controller: VADController) -> None:  # noqa: ARG002  # the handler's signature
        await self.broadcast_frame(VADUserStartedSpeakingFrame)

    async def _on_speech_stopped(self, controller: VADController) -> None:  # noqa: ARG002
        await self.broadcast_frame(VADUserStoppedSpeakingFrame, stop_secs=STOP_SECONDS)

    def _hear(self, frame: AudioFrame) -> None:
        self._heard_to += frame.seconds
        if self._recognition:
            self._recognition.hear(frame)
        else:
            self._unheard.append(frame)

    async def _recognise(self) -> None:
        """A recogniser that fails is opened again a few times; then the bot is deaf, and its silence rules end it."""
        for _ in range(MOST_OPENINGS):
            try:
                async with self._speech_to_text.open(**self._which) as recognition:
                    await self._follow(recognition)
            except PortError as error:
                self._listener.faltered(f"speech_to_text: {type(error).__name__}", deaf=True)
            finally:
                self._recognition = None
            await self._time.sleep(REOPEN_AFTER)

    async def _follow(self, recognition: Recognition) -> None:
        """The recogniser counts from its own first frame."""
        begins = self._heard_to - sum(frame.seconds for frame in self._unheard)
        for frame in self._unheard:
            recognition.hear(frame)
        self._unheard.clear()
        self._recognition = recognition
        async for result in recognition.results():
            self._listener.understood(result.later(begins))
            await self.push_frame(_transcription(result))


class Speaking(FrameProcessor):
    """Turns texts into audio, faster than it is played. An interruption cancels it in the middle of a text."""

    def __init__(self, text_to_speech: TextToSpeech, voice: str, listener: Listener) -> None:
        super().__init__()
        self._text_to_speech = text_to_speech
        self._voice = voice
        self._listener = listener

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, SayFrame):
            await self.push_frame(frame, direction)
            return
        try:
            await self._say(frame.text, frame.utterance)
        except PortError as error:
            self._listener.faltered(f"text_to_speech: {type(error).__name__}")

    async def _say(self, text: str, utterance: Utterance) -> None:
        utterance.plan(text)
        frames = self._text_to_speech.speak(text, voice=self._voice)
        chunk: list[AudioFrame] = []
        enough = 1  # the first goes at once, because the callee is waiting for it
        try:
            async for frame in frames:
                chunk.append(frame)
                if len(chunk) >= enough:
                    await self.push_frame(BotAudioFrame(audio=tuple(chunk), utterance=utterance))
                    chunk, enough = [], CHUNK
        finally:
            if isinstance(frames, AsyncGenerator):
                await frames.aclose()
        if chunk:
            await self.push_frame(BotAudioFrame(audio=tuple(chunk), utterance=utterance))


def _transcription(result: Recognised) -> Frame:
    """For the turn strategies, which an interruption must not rob of it."""
    kind = TranscriptionFrame if result.final else InterimTranscriptionFrame
    frame = kind(text=result.text, user_id=CALLEE, timestamp=time_now_iso8601())
    frame.interruptible = False
    return frame
