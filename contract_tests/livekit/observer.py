"""Somebody in a room of LiveKit who writes down what a phone leg shows there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
from livekit import rtc
from livekit.api import AccessToken, VideoGrants

from contract_tests.backends import livekit_server
from contract_tests.backends.vocabulary import spoken, words
from domain.calls.audio import RATE, AudioFrame

PATIENCE = 20.0
"""A generous limit on what takes a fraction of a second."""


class Observer:
    """`statuses` are the values of `sip.callStatus` in their order, `shown` all attributes as they came."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.statuses: list[str] = []
        self.shown: list[dict[str, str]] = []
        self.reason = ""
        self.keys: list[str] = []
        self.heard: list[AudioFrame] = []
        self.phone: rtc.RemoteParticipant | None = None
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Future[None]] = set()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=1000)
        self.room.on("participant_connected", self._came)
        self.room.on("participant_attributes_changed", lambda changed, who: self._show(who, changed))
        self.room.on("participant_disconnected", self._went)
        self.room.on("track_subscribed", self._hear)
        self.room.on("sip_dtmf_received", lambda dtmf: self._note(lambda: self.keys.append(dtmf.digit)))

    async def until(self, what: Callable[["Observer"], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: what(self))

    async def until_gone(self) -> str:
        """LiveKit's name for why the phone left."""
        await self.until(lambda seen: bool(seen.reason))
        return self.reason

    async def publish(self) -> None:
        track = rtc.LocalAudioTrack.create_audio_track("voice", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await self.room.local_participant.publish_track(track, options)
        if self.room.remote_participants:
            await publication.wait_for_subscription()

    async def say(self, *said: str) -> None:
        for frame in spoken(*said):
            await self._source.capture_frame(rtc.AudioFrame(frame.pcm, RATE, 1, len(frame.pcm) // 2))

    def words(self) -> list[str]:
        return words(self.heard)

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()
        await self._source.aclose()

    def _came(self, who: rtc.RemoteParticipant) -> None:
        if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
            self.phone = who
            self._show(who, dict(who.attributes))

    def _show(self, who: rtc.RemoteParticipant, changed: dict[str, str]) -> None:
        if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP and changed:
            status = changed.get("sip.callStatus")
            self._note(lambda: (self.shown.append(dict(changed)), status and self.statuses.append(status)))

    def _went(self, who: rtc.RemoteParticipant) -> None:
        if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
            reason = rtc.DisconnectReason.Name(who.disconnect_reason or 0)
            self._note(lambda: setattr(self, "reason", reason))

    def _hear(self, track: rtc.Track, _: rtc.RemoteTrackPublication, __: rtc.RemoteParticipant) -> None:
        self._tasks.add(asyncio.ensure_future(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=20)
        try:
            async for event in stream:
                pcm = bytes(event.frame.data)
                self._note(lambda pcm=pcm: self.heard.append(AudioFrame(pcm=pcm)))
        finally:
            await stream.aclose()

    def loud(self) -> bool:
        return any(np.abs(np.frombuffer(one.pcm, "<i2")).max() > 500 for one in self.heard)

    def _note(self, change: Callable[[], object]) -> None:
        change()
        self._tasks = {task for task in self._tasks if not task.done()}
        self._tasks.add(asyncio.ensure_future(self._tell()))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def observing(room: str, identity: str = "core") -> AsyncIterator[Observer]:
    token = AccessToken(livekit_server.KEY, livekit_server.SECRET).with_identity(identity)
    token = token.with_grants(VideoGrants(room_join=True, room=room))
    observer = Observer()
    await observer.room.connect(livekit_server.the_server().url, token.to_jwt())
    try:
        yield observer
    finally:
        await observer.aclose()
