"""The callee's sound into the pipeline, without gaps: an own beat every 20 ms fills in the silence."""

import asyncio
from collections import deque
from typing import Final

from pipecat.frames.frames import CancelFrame, EndFrame, StartFrame
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_transport import TransportParams

from adapters.pipecat.frames import CalleeAudioFrame
from adapters.pipecat.listener import Listener
from domain.calls.audio import FRAME_SECONDS, RATE, SILENCE, AudioFrame
from domain.calls.result import EndedBy
from domain.calls.room import CALLEE
from ports.audio_links import AudioLink, Heard, Left, LinkEvent, Pressed
from ports.clock import Clock

LATENESS: Final = 0.06
"""A frame may come this much later than it began, before its place is taken for silence."""

QUIET: Final = AudioFrame(pcm=SILENCE)


class LinkInput(BaseInputTransport):
    """Pushes frames itself: the base's queue costs a task a frame."""

    def __init__(self, link: AudioLink, clock: Clock, opened: float, listener: Listener) -> None:
        super().__init__(TransportParams(audio_in_sample_rate=RATE))
        self._link = link
        self._time = clock
        self._opened = opened
        self._listener = listener
        self._waiting: deque[Heard] = deque()
        self._pushed_to = 0.0
        self._work: list[asyncio.Task[None]] = []

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._work = [self.create_task(self._listen()), self.create_task(self._beat())]

    async def stop(self, frame: EndFrame) -> None:
        await self._halt()
        await super().stop(frame)

    async def cancel(self, frame: CancelFrame) -> None:
        await self._halt()
        await super().cancel(frame)

    async def cleanup(self) -> None:
        await self._halt()
        await super().cleanup()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped

    async def _halt(self) -> None:
        work, self._work = self._work, []
        for task in work:
            await self.cancel_task(task)

    async def _listen(self) -> None:
        async for event in self._link.events():
            if event.party == CALLEE and self._is_over(event):
                return
        self._listener.gone(EndedBy.SYSTEM)

    def _is_over(self, event: LinkEvent) -> bool:
        match event:
            case Heard():
                self._waiting.append(event)
            case Pressed():
                self._listener.pressed(event.digit)
            case Left():
                self._listener.gone(EndedBy.CALLEE)
                return True
        return False

    async def _beat(self) -> None:
        due = self._time.monotonic()
        while True:
            due += FRAME_SECONDS
            await self._time.sleep(due - self._time.monotonic())
            while self._waiting:
                heard = self._waiting.popleft()
                await self._fill(heard.at - self._opened - FRAME_SECONDS / 2)
                await self._push(heard.frame)
            await self._fill(self._link.clock() - self._opened - LATENESS)

    async def _fill(self, until: float) -> None:
        while self._pushed_to < until:
            await self._push(QUIET)

    async def _push(self, heard: AudioFrame) -> None:
        self._pushed_to += heard.seconds
        await self.push_frame(CalleeAudioFrame(audio=heard.pcm, sample_rate=RATE, num_channels=1, heard=heard))
