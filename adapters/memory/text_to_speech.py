"""Speech without a voice: a hum for each word, as long as the word is."""

import math
import struct
from collections.abc import AsyncIterator, Iterator
from typing import Final

from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, RATE, SILENCE, AudioFrame, Mark
from ports.errors import Refused
from ports.text_to_speech import TextToSpeech

VOICES: Final = frozenset({"en-us", "en-gb", "de", "es", "fr", "hi", "it", "pt"})
FRAMES_A_LETTER: Final = 3
GAP_FRAMES: Final = 3
PAUSE_FRAMES: Final = 15
"""After a word that ends a sentence."""


def _hum() -> bytes:
    """20 ms of 150 and 250 Hz: whole periods, so that frames join; two tones, so that it is no beep."""
    turns = (2 * math.pi * n / RATE for n in range(FRAME_BYTES // 2))
    return b"".join(struct.pack("<h", round(5000 * (math.sin(150 * t) + math.sin(250 * t)))) for t in turns)


_HUM: Final = AudioFrame(pcm=_hum())
_QUIET: Final = AudioFrame(pcm=SILENCE)


class MemoryTextToSpeech(TextToSpeech):
    """Knows the `voices` given, with any variant after a plus sign."""

    def __init__(self, voices: frozenset[str] = VOICES) -> None:
        self._voices = voices

    async def speak(self, text: str, *, voice: str) -> AsyncIterator[AudioFrame]:
        if voice.partition("+")[0] not in self._voices:
            raise Refused("there is no such voice", reason="unknown_voice")
        for frame in _frames(text):
            yield frame


def _frames(text: str) -> Iterator[AudioFrame]:
    words = [word for word in text.split() if any(map(str.isalnum, word))]
    for nth, word in enumerate(words):
        length = FRAMES_A_LETTER * sum(map(str.isalnum, word))
        yield from (_HUM for _ in range(length - 1))
        yield AudioFrame(pcm=_HUM.pcm, marks=(Mark(word=word, seconds=length * FRAME_SECONDS),))
        if nth < len(words) - 1:
            yield from (_QUIET for _ in range(PAUSE_FRAMES if word[-1] in ".?!" else GAP_FRAMES))
