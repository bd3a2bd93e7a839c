"""Hearing the callee: frames without gaps to the recogniser, and what it understood to the conversation."""

import asyncio
from typing import Final, Protocol

from domain.calls.audio import FRAME_SECONDS, RATE, AudioFrame
from domain.calls.result import EndedBy
from domain.calls.room import CALLEE
from ports.audio_links import AudioLink, Heard, Left, LinkEvent, Pressed
from ports.clock import Clock
from ports.errors import PortError
from ports.speech_to_text import Recognised, Recognition, SpeechToText

STEP: Final = 0.1
"""Seconds between two looks at whether silence is missing: a thousand calls must cost little."""

LATENESS: Final = 0.06
"""A frame may come this much later than it began, before its place is taken for silence."""

LINGER: Final = 6.0
"""Seconds of silence that a recogniser is fed after a sound; longer than any end of a turn."""

MOST_OPENINGS: Final = 4
REOPEN_AFTER: Final = 0.5


class Listener(Protocol):
    """Who is told what was heard. Word times in seconds of the call."""

    def understood(self, result: Recognised) -> None: ...

    def pressed(self, digit: str) -> None: ...

    def gone(self, by: EndedBy) -> None: ...

    def faltered(self, detail: str, *, deaf: bool = False) -> None: ...


class CalleeEar:
    """`opened` is the call's beginning on the room's clock; everything it tells counts from there."""

    def __init__(self, link: AudioLink, clock: Clock, opened: float, listener: Listener) -> None:
        self._link = link
        self._clock = clock
        self._opened = opened
        self._listener = listener
        self._recognition: Recognition | None = None
        self._unheard: list[AudioFrame] = []
        self._heard_to = 0.0
        self._sounded_to = 0.0
        self._sounding = asyncio.Event()

    async def listen(self) -> None:
        """Returns when there is nobody to listen to any more."""
        async for event in self._link.events():
            if event.party == CALLEE and self._is_over(event):
                return
        self._listener.gone(EndedBy.SYSTEM)

    async def keep_time(self) -> None:
        """A party that makes no sound sends nothing: the silence is put in here, for as long as it matters."""
        while True:
            await self._sounding.wait()
            await self._clock.sleep(STEP)
            self._fill(self._link.clock() - self._opened - LATENESS)
            if self._heard_to - self._sounded_to > LINGER:
                self._sounding.clear()

    async def recognise(self, speech_to_text: SpeechToText, *, language: str, seed: str) -> None:
        """A recogniser that fails is opened again a few times; then the bot is deaf, and its silence rules end it."""
        for _ in range(MOST_OPENINGS):
            try:
                async with speech_to_text.open(language=language, seed=seed) as recognition:
                    await self._follow(recognition)
            except PortError as error:
                self._listener.faltered(f"speech_to_text: {type(error).__name__}", deaf=True)
            finally:
                self._recognition = None
            await self._clock.sleep(REOPEN_AFTER)

    def _is_over(self, event: LinkEvent) -> bool:
        match event:
            case Heard():
                self._fill(event.at - self._opened)
                self._feed(event.frame)
                self._sounded_to = self._heard_to
                self._sounding.set()
            case Pressed():
                self._listener.pressed(event.digit)
            case Left():
                self._listener.gone(EndedBy.CALLEE)
                return True
        return False

    def _fill(self, until: float) -> None:
        missing = until - self._heard_to
        if missing >= FRAME_SECONDS / 2:
            self._feed(AudioFrame(pcm=bytes(2 * round(missing * RATE))))

    def _feed(self, frame: AudioFrame) -> None:
        self._heard_to += frame.seconds
        if self._recognition:
            self._recognition.hear(frame)
        else:
            self._unheard.append(frame)

    async def _follow(self, recognition: Recognition) -> None:
        """The recogniser counts from its own first frame."""
        begins = self._heard_to - sum(frame.seconds for frame in self._unheard)
        for frame in self._unheard:
            recognition.hear(frame)
        self._unheard.clear()
        self._recognition = recognition
        async for result in recognition.results():
            self._listener.understood(result.later(begins))
