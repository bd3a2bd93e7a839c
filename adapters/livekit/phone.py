"""One phone leg in a room of LiveKit, while it is there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from livekit import rtc

from adapters.livekit.errors import translated
from adapters.livekit.keys import KEY_CODES
from adapters.livekit.mouth import Mouth
from adapters.livekit.phone_link import PhoneLink
from adapters.livekit.seat import CONNECT_SECONDS, LEAVE_SECONDS, PUBLISH_SECONDS
from adapters.livekit.voice import Voice
from adapters.pacing.ear import Ear
from ports.audio_links import AudioLink, Joined, Left, Pressed
from ports.clock import Clock
from ports.errors import Unavailable

log = structlog.get_logger()

SHOW_SECONDS: Final = 2.0
SEEN_SECONDS: Final = 0.3
"""How long a change waits for the others to see what was before: the server tells of one that has just come late, and
only what then holds. Whoever hears it has seen it."""


class _OpenMouth(Mouth):
    """A phone is heard by everybody who asks."""

    def allow(self, me: rtc.LocalParticipant, heard_by: frozenset[str]) -> None:
        """The server allows all, as long as nothing else is said."""


class LiveKitPhone:
    """`left` is set when it is not in the room any more, whoever took it out; `accompanied` once somebody else has
    published sound."""

    def __init__(self, clock: Clock) -> None:
        self.left = asyncio.Event()
        self.accompanied = asyncio.Event()
        self._clock = clock
        self._opened = clock.monotonic()
        self._room = rtc.Room()
        self._mouth = _OpenMouth()
        self._ear: Ear | None = None
        self._group: asyncio.TaskGroup | None = None
        self._publication: rtc.LocalTrackPublication | None = None
        self._voices: dict[str, tuple[Voice, asyncio.Task[None]]] = {}
        self._room.on("disconnected", lambda _: self._out())
        self._room.on("participant_connected", lambda other: self._tell(Joined(party=other.identity, at=self._now())))
        self._room.on("participant_disconnected", lambda other: self._tell(Left(party=other.identity, at=self._now())))
        self._room.on("track_subscribed", self._came)
        self._room.on("track_unsubscribed", lambda _, publication, __: self._lose(publication.sid))
        self._room.on("sip_dtmf_received", self._pressed)

    @property
    def sid(self) -> str:
        """LiveKit's id of the participant."""
        return self._room.local_participant.sid

    @asynccontextmanager
    async def in_room(self, url: str, token: str) -> AsyncIterator[None]:
        """A connection that is being made is never broken off: the library would leave a ghost in the room."""
        try:
            with translated():
                await self._room.connect(url, token, rtc.RoomOptions(connect_timeout=CONNECT_SECONDS))
                self._publication = await self._published()
            async with asyncio.TaskGroup() as group:
                self._group = group
                try:
                    yield
                finally:
                    self._hang_up()
        finally:
            await self.leave("CLIENT_INITIATED")
            await self._mouth.close()

    async def show(self, attributes: Mapping[str, str]) -> None:
        """Let the others see these; the rest stays. Nothing when it has left."""
        await self._be_seen()
        with suppress(TimeoutError):
            async with asyncio.timeout(SHOW_SECONDS):
                if not self.left.is_set():
                    await self._room.local_participant.set_attributes(dict(attributes))

    def pick_up(self) -> AudioLink:
        """The link by which its carrier hears and speaks: what was said before is not heard."""
        self._ear = ear = Ear()
        for other in self._room.remote_participants.values():
            ear.hear(Joined(party=other.identity, at=self._now()))
            for publication in other.track_publications.values():
                if publication.track is not None:
                    self._hear(publication.track, publication.sid, other.identity)
        if self.left.is_set():
            ear.end()
        return PhoneLink(self._mouth, ear, self._clock, self._opened, self._press)

    def dial(self, digit: str) -> None:
        """Have the far end hear that key."""
        self._tell(Pressed(party="", digit=digit, at=self._now()))

    async def leave(self, reason: str) -> None:
        """`reason` is the name of one of LiveKit's: the server passes on CLIENT_INITIATED, USER_REJECTED and
        USER_UNAVAILABLE, and makes CLIENT_INITIATED of others. Twice is once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._room.disconnect(reason=rtc.DisconnectReason.Value(reason))
        self._out()

    async def _published(self) -> rtc.LocalTrackPublication:
        """Raises Unavailable for one that is taken out meanwhile, of which the library never hears."""
        publishing = asyncio.ensure_future(self._mouth.open(self._room.local_participant, frozenset()))
        leaving = asyncio.ensure_future(self.left.wait())
        try:
            await asyncio.wait({publishing, leaving}, timeout=PUBLISH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not publishing.done():
                raise Unavailable("it was taken out before it could be heard")
            return publishing.result()
        finally:
            publishing.cancel()
            leaving.cancel()

    async def _be_seen(self) -> None:
        if self._publication is not None and self._room.remote_participants and not self.left.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(SEEN_SECONDS):
                    await self._publication.wait_for_subscription()
        self._publication = None  # once is enough

    async def _press(self, digit: str) -> None:
        with translated():
            await self._room.local_participant.publish_dtmf(code=KEY_CODES[digit], digit=digit)

    def _came(
        self, track: rtc.RemoteTrack, publication: rtc.RemoteTrackPublication, other: rtc.RemoteParticipant
    ) -> None:
        if publication.kind == rtc.TrackKind.KIND_AUDIO:
            self.accompanied.set()
            self._hear(track, publication.sid, other.identity)

    def _hear(self, track: rtc.RemoteTrack, sid: str, party: str) -> None:
        self._lose(sid)
        if self._ear is not None and self._group is not None and isinstance(track, rtc.RemoteAudioTrack):
            voice = Voice(party, track, self._ear, self._now)
            self._voices[sid] = voice, self._group.create_task(voice.run())

    def _lose(self, sid: str) -> None:
        voice, task = self._voices.pop(sid, (None, None))
        if voice is not None and task is not None:
            voice.release()
            task.cancel()

    def _pressed(self, dtmf: rtc.SipDTMF) -> None:
        if dtmf.digit in KEY_CODES:
            party = "" if dtmf.participant is None else dtmf.participant.identity
            self._tell(Pressed(party=party, digit=dtmf.digit, at=self._now()))

    def _tell(self, event: Joined | Left | Pressed) -> None:
        if self._ear is not None:
            self._ear.hear(event)

    def _hang_up(self) -> None:
        for sid in tuple(self._voices):
            self._lose(sid)
        self._group = None

    def _out(self) -> None:
        self.left.set()
        if self._ear is not None:
            self._ear.end()

    def _now(self) -> float:
        return self._clock.monotonic() - self._opened
