"""The bot's sound out of the pipeline, paced by the link, with a record of what was really played."""

from pipecat.frames.frames import Frame, InterruptionFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from adapters.pipecat.frames import BotAudioFrame, UtteranceEndFrame
from domain.calls.audio import RATE
from ports.audio_links import AudioLink
from ports.clock import Clock
from ports.errors import PortError


class LinkOutput(BaseOutputTransport):
    """Our audio passes through the base's queue as frames of our own, so that marks stay with their sound."""

    def __init__(self, link: AudioLink, clock: Clock, opened: float) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=RATE))
        self._link = link
        self._time = clock
        self._opened = opened
        self._cuts = 0

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):  # its queue is empty by now
            self._cuts += 1
            self._link.flush()

    async def write_transport_frame(self, frame: Frame) -> None:
        match frame:
            case BotAudioFrame():
                await self._play(frame)
            case UtteranceEndFrame():
                cuts = self._cuts
                await self._time.sleep(frame.utterance.end - (self._link.clock() - self._opened))
                if cuts == self._cuts:
                    frame.done()

    async def _play(self, frame: BotAudioFrame) -> None:
        cuts = self._cuts
        for audio in frame.audio:
            try:
                at = await self._link.speak(audio)
            except PortError:
                return  # the input learns it too, and the conversation ends
            if cuts != self._cuts:
                return
            frame.utterance.played(audio, at - self._opened)
