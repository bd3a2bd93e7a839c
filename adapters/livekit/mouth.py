"""What a party says: a track that is paced by the room's clock and plays only to those who may hear it."""

import asyncio
from typing import Final

from livekit import rtc

from adapters.livekit.errors import translated
from adapters.pacing.playhead import Playhead
from domain.calls.audio import RATE, AudioFrame
from ports.errors import Unavailable

QUEUE_MS: Final = 100
"""What the library may hold: more than the lead of a speaker, so that it never has to wait there."""


PATIENCE: Final = 2.0
"""Seconds for the library to take a frame; it takes some microseconds."""


class Mouth:
    """Times are on the room's clock."""

    def __init__(self) -> None:
        self._playhead = Playhead()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=QUEUE_MS)
        self._turn = asyncio.Lock()
        self._cuts = 0

    async def open(self, me: rtc.LocalParticipant, heard_by: frozenset[str]) -> rtc.LocalTrackPublication:
        """Publish the track; the server gives it to nobody else than `heard_by`."""
        self.allow(me, heard_by)
        track = rtc.LocalAudioTrack.create_audio_track("voice", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        with translated():
            return await me.publish_track(track, options)

    def allow(self, me: rtc.LocalParticipant, heard_by: frozenset[str]) -> None:
        """Only these may subscribe to what this party publishes; they may be yet to come."""
        permissions = [rtc.ParticipantTrackPermission(participant_identity=name, allow_all=True) for name in heard_by]
        me.set_track_subscription_permissions(allow_all_participants=False, participant_permissions=permissions)

    def place(self, now: float, frame: AudioFrame) -> float:
        return self._playhead.place(now, frame.seconds)

    async def play(self, frame: AudioFrame) -> None:
        """In the order of the calls. Sound shorter than 10 ms waits for what follows it."""
        cuts = self._cuts
        async with self._turn:
            if cuts == self._cuts:
                await self._give(frame)
            if cuts != self._cuts:
                self._source.clear_queue()  # the library takes a frame some time after it was given: after the cut

    async def _give(self, frame: AudioFrame) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._source.capture_frame(rtc.AudioFrame(frame.pcm, RATE, 1, len(frame.pcm) // 2))
        except Exception as error:  # the library has no class of its own for this
            raise Unavailable("LiveKit did not take the sound") from error

    def wait(self, now: float) -> float:
        """Seconds until there is room for the next frame."""
        return self._playhead.wait(now)

    def cut(self, now: float) -> None:
        """Unsay what has not begun."""
        self._cuts += 1
        self._playhead.cut(now)
        self._source.clear_queue()

    async def close(self) -> None:
        await self._source.aclose()
