"""How a simulated callee makes sound: speech and beeps, frame by frame into its link."""

import math
import struct
from typing import Final

from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, RATE, AudioFrame
from ports.audio_links import AudioLink
from ports.text_to_speech import TextToSpeech

BEEP_HERTZ: Final = 1000
LOUDNESS: Final = 8000


def _beep() -> AudioFrame:
    """20 ms of the tone: whole periods, so that frames join without a click."""
    turns = (2 * math.pi * BEEP_HERTZ * n / RATE for n in range(FRAME_BYTES // 2))
    return AudioFrame(pcm=b"".join(struct.pack("<h", round(LOUDNESS * math.sin(turn))) for turn in turns))


BEEP: Final = _beep()


class Mouth:
    """Speaks at the link's pace. Raises Unavailable when the link is over."""

    def __init__(self, link: AudioLink, text_to_speech: TextToSpeech, voice: str) -> None:
        self._link = link
        self._text_to_speech = text_to_speech
        self._voice = voice

    async def say(self, text: str) -> None:
        async for frame in self._text_to_speech.speak(text, voice=self._voice):
            await self._link.speak(frame)

    async def beep(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME_SECONDS)):
            await self._link.speak(BEEP)

    async def press(self, digit: str) -> None:
        await self._link.press(digit)
