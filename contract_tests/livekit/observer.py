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
    """`shown` are a phone's attributes as they came, `heard` all sound."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.shown: list[dict[str, str]] = []
        self.reason = ""
        self.keys: list[str] = []
        self.heard: list[AudioFrame] = []
        self.phone: rtc.RemoteParticipant | None = None
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Future[None]] = set()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=1000)
        self.room.on("participant_connected", self._came)
        self.room.on("participant_attributes_changed", lambda changed, who: self._show(who, changed))
        self.room.on("participant_disconnected", self._went)
        self.room.on("track_subscribed", self._hear)
        self.room.on("sip_dtmf_received", self._press)

    @property
    def statuses(self) -> list[str]:
        """Values of `sip.callStatus`, in their order."""
        return [shown["sip.callStatus"] for shown in self.shown if "sip.callStatus" in shown]

    async def until(self, what: Callable[["Observer"], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not what(self):
                self._news.clear()
                await self._news.wait()

    def meet(self) -> None:
        """Phones that were there before."""
        for who in self.room.remote_participants.values():
            self._came(who)

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

    async def press(self, digit: str) -> None:
        await self.room.local_participant.publish_dtmf(code="0123456789*#".index(digit), digit=digit)

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
            self.shown.append(dict(changed))
            self._tell()

    def _went(self, who: rtc.RemoteParticipant) -> None:
        if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
            self.reason = rtc.DisconnectReason.Name(who.disconnect_reason or rtc.DisconnectReason.UNKNOWN_REASON)
            self._tell()

    def _hear(self, track: rtc.Track, _: rtc.RemoteTrackPublication, __: rtc.RemoteParticipant) -> None:
        self._tasks.add(asyncio.ensure_future(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=20)
        try:
            async for event in stream:
                self.heard.append(AudioFrame(pcm=bytes(event.frame.data)))
                self._tell()
        finally:
            await stream.aclose()

    def loud(self) -> bool:
        return any(np.abs(np.frombuffer(one.pcm, "<i2")).max() > 500 for one in self.heard)

    def _press(self, dtmf: rtc.SipDTMF) -> None:
        self.keys.append(dtmf.digit)
        self._tell()

    def _tell(self) -> None:
        self._news.set()


@asynccontextmanager
async def observing(livekit: str, room: str, identity: str = "core") -> AsyncIterator[Observer]:
    token = AccessToken(livekit_server.KEY, livekit_server.SECRET).with_identity(identity)
    token = token.with_grants(VideoGrants(room_join=True, room=room))
    observer = Observer()
    try:
        await observer.room.connect(livekit, token.to_jwt())
        observer.meet()
        yield observer
    finally:
        await observer.aclose()
