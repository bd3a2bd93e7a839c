"""Who else is in a room: who comes and goes, whom of them this party hears, and who hears it."""

import asyncio
from collections.abc import Callable
from typing import Final

from livekit import rtc

from adapters.livekit.errors import translated
from adapters.livekit.keys import KEY_CODES, KEY_TOPIC, key_in
from adapters.livekit.parties import is_phone, is_there, party_of
from adapters.livekit.tickets import Ticket
from adapters.livekit.voice import Voice
from adapters.pacing.ear import Listener
from ports.audio_links import Joined, Left, Pressed

VOICES: Final = (rtc.TrackSource.SOURCE_MICROPHONE, rtc.TrackSource.SOURCE_UNKNOWN)


class Company:
    """Tells the listener, in order, what the server tells; it tells of one that publishes nothing up to 3 s late.
    `hears_all` is set once all are heard who were there and may be.

    The library takes all others for gone as soon as its own connection is lost. They are `missing` then, and have not
    left: most come back, each when its own connection does.
    """

    def __init__(self, room: rtc.Room, ticket: Ticket, listener: Listener, now: Callable[[], float]) -> None:
        self._room = room
        self._ticket = ticket
        self._listener = listener
        self._now = now
        self._group: asyncio.TaskGroup | None = None
        self._voices: dict[str, tuple[Voice, asyncio.Task[None]]] = {}
        self._awaited: set[str] = set()
        self._ringing: set[str] = set()
        self.missing: dict[str, rtc.RemoteParticipant] = {}
        self.hears_all = asyncio.Event()
        room.on("participant_connected", self._joined)
        room.on("participant_disconnected", self._left)
        room.on("participant_attributes_changed", lambda _, other: self._answered(other))
        room.on("track_published", self._want)
        room.on("track_subscribed", self._hear)
        room.on("track_unsubscribed", lambda _, publication, __: self._lose(publication.sid))
        room.on("track_unpublished", lambda publication, _: self._lose(publication.sid))
        room.on("track_subscription_failed", lambda _, sid, __: self._lose(sid))
        room.on("data_received", self._take)
        room.on("sip_dtmf_received", self._dialled)

    def meet(self, group: asyncio.TaskGroup) -> None:
        """Those who were there come first, in the order in which they came; then their voices run in the group."""
        self._group = group
        others = sorted(self._room.remote_participants.values(), key=self._came)
        for other in others:
            self._joined(other)
        here = [(publication, other) for other in others for publication in other.track_publications.values()]
        self._awaited = {publication.sid for publication, other in here if self._want(publication, other)}
        self._settle()

    def part(self) -> None:
        for sid in list(self._voices):
            self._lose(sid)
        self._group = None

    def hearers(self) -> list[rtc.RemoteParticipant]:
        others = self._room.remote_participants.values()
        return [other for other in others if self._ticket.is_heard_by(party_of(other), other.attributes)]

    def allowed(self) -> frozenset[str]:
        """The identities of those who may hear this party, there or yet to come."""
        others = self._room.remote_participants.values()
        return self._ticket.heard_by | {other.identity for other in others if party_of(other) in self._ticket.heard_by}

    async def press(self, digit: str) -> None:
        """As data to those of CXB who hear this party; as DTMF where a phone does: that the library sends to all."""
        phones = {party_of(other) for other in self.hearers() if is_phone(other)}
        ours = self._ticket.heard_by - phones
        me = self._room.local_participant
        with translated():
            if ours:  # for nobody in particular would be for everybody
                await me.publish_data(digit, destination_identities=sorted(ours), topic=KEY_TOPIC)
            if phones:
                await me.publish_dtmf(code=KEY_CODES[digit], digit=digit)

    def give_up_missing(self) -> bool:
        """Whether a phone is among those who have not come back: then nobody can say whether it was hung up. Of the
        others it is told that they left."""
        missing, self.missing = self.missing, {}
        for other in missing.values():
            if not is_phone(other):
                self._listener.hear(Left(party=party_of(other), at=self._now()))
        return any(map(is_phone, missing.values()))

    def _joined(self, other: rtc.RemoteParticipant) -> None:
        if self.missing.pop(other.identity, None) is not None:
            return
        if not is_there(other):
            self._ringing.add(other.identity)
            return
        self._listener.hear(Joined(party=party_of(other), at=self._came(other)))

    def _left(self, other: rtc.RemoteParticipant) -> None:
        for sid in [*self._voices_of(other), *other.track_publications]:
            self._lose(sid)
        if other.identity in self._ringing:
            self._ringing.discard(other.identity)
            return
        if self._room.connection_state == rtc.ConnectionState.CONN_RECONNECTING:
            self.missing[other.identity] = other
            return
        self._listener.hear(Left(party=party_of(other), at=self._now()))

    def _answered(self, other: rtc.RemoteParticipant | rtc.LocalParticipant) -> None:
        if isinstance(other, rtc.RemoteParticipant) and other.identity in self._ringing and is_there(other):
            self._ringing.discard(other.identity)
            self._listener.hear(Joined(party=party_of(other), at=self._now()))

    def _came(self, other: rtc.RemoteParticipant) -> float:
        """On the room's clock: that one and this are the server's."""
        joined_at = other.joined_at
        return self._now() if joined_at is None else (joined_at - self._room.creation_time).total_seconds()

    def _want(self, publication: rtc.RemoteTrackPublication, other: rtc.RemoteParticipant) -> bool:
        is_voice = publication.kind == rtc.TrackKind.KIND_AUDIO and publication.source in VOICES
        if is_voice and self._may_hear(other):
            publication.set_subscribed(True)
            return True
        return False

    def _hear(
        self, track: rtc.RemoteTrack, publication: rtc.RemoteTrackPublication, other: rtc.RemoteParticipant
    ) -> None:
        for sid in (publication.sid, *self._voices_of(other)):  # one voice a party: two would be a mix
            self._lose(sid)
        if self._group is not None and isinstance(track, rtc.RemoteAudioTrack) and self._may_hear(other):
            voice = Voice(party_of(other), track, self._listener, self._now, phone=is_phone(other))
            self._voices[publication.sid] = voice, self._group.create_task(voice.run())

    def _lose(self, sid: str) -> None:
        """The voice of that track; also no longer awaited."""
        voice, task = self._voices.pop(sid, (None, None))
        if voice is not None and task is not None:
            voice.release()
            task.cancel()
        self._awaited.discard(sid)
        self._settle()

    def _settle(self) -> None:
        if not self._awaited:
            self.hears_all.set()

    def _take(self, packet: rtc.DataPacket) -> None:
        digit = key_in(packet)
        if digit is not None and packet.participant is not None:
            self._press_heard(packet.participant, digit)

    def _dialled(self, dtmf: rtc.SipDTMF) -> None:
        if dtmf.participant is not None and is_phone(dtmf.participant) and dtmf.digit in KEY_CODES:
            self._press_heard(dtmf.participant, dtmf.digit)

    def _press_heard(self, other: rtc.RemoteParticipant, digit: str) -> None:
        if not self._may_hear(other):
            return
        key = Pressed(party=party_of(other), digit=digit, at=self._now())
        voices = self._voices_of(other)
        if voices:
            self._voices[voices[0]][0].hold(key)
        else:
            self._listener.hear(key)

    def _voices_of(self, other: rtc.RemoteParticipant) -> list[str]:
        return [sid for sid, (voice, _) in self._voices.items() if voice.party == party_of(other)]

    def _may_hear(self, other: rtc.RemoteParticipant) -> bool:
        return self._ticket.hears_one(party_of(other), other.attributes)
