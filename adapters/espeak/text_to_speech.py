"""Speech by espeak-ng, in a process of its own."""

from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator
from typing import Final

from adapters.espeak.process import SpeakerProcess
from adapters.espeak.wire import Speech
from domain.calls.audio import FRAME_BYTES, AudioFrame, Mark
from ports.errors import Refused
from ports.text_to_speech import TextToSpeech

LONGEST_KEPT: Final = 500
"""Frames: ten seconds. Longer texts are rarely said twice."""

Frames = tuple[AudioFrame, ...]


class EspeakTextToSpeech(TextToSpeech):
    """Audible, fast and plain. Voices are language tags with an optional variant: `en-us`, `de`, `en-gb+f3`."""

    def __init__(self, *, time_limit: float = 5.0, kept: int = 500) -> None:
        self._process = SpeakerProcess(time_limit)
        self._kept = kept
        self._spoken: OrderedDict[tuple[str, str], Frames] = OrderedDict()

    async def open(self) -> None:
        """Start the process, so that the first sentence need not wait for it. Raises Unavailable."""
        await self._process.open()

    async def aclose(self) -> None:
        await self._process.aclose()

    async def speak(self, text: str, *, voice: str) -> AsyncIterator[AudioFrame]:
        for frame in await self._frames(text, voice):
            yield frame

    async def _frames(self, text: str, voice: str) -> Frames:
        key = (text, voice)
        if key in self._spoken:
            self._spoken.move_to_end(key)
            return self._spoken[key]
        speech = await self._process.ask(voice=voice, text=text)
        if not speech.known:
            raise Refused("there is no such voice", reason="unknown_voice")
        frames = frames_of(speech)
        if len(frames) <= LONGEST_KEPT:
            self._keep(key, frames)
        return frames

    def _keep(self, key: tuple[str, str], frames: Frames) -> None:
        self._spoken[key] = frames
        if len(self._spoken) > self._kept:
            self._spoken.popitem(last=False)


def frames_of(speech: Speech) -> Frames:
    """The speech cut into frames, each with the words that end in it."""
    marks: defaultdict[int, tuple[Mark, ...]] = defaultdict(tuple)
    for word in speech.words:
        marks[word.frame] += (Mark(word=word.text, seconds=word.seconds),)
    pcm = memoryview(speech.pcm)
    starts = range(0, len(pcm), FRAME_BYTES)
    return tuple(AudioFrame(pcm=bytes(pcm[at : at + FRAME_BYTES]), marks=marks[at // FRAME_BYTES]) for at in starts)
