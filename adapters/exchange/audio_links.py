"""Links into rooms of the exchange."""

from collections.abc import AsyncIterator
from math import ceil
from typing import Final

import structlog

from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.packets import Kind, pack, pack_sound
from adapters.exchange.session import Session
from adapters.exchange.wire import Join, Seated
from adapters.pacing.ear import Ear
from adapters.pacing.playhead import Playhead
from domain.calls.audio import AudioFrame
from domain.calls.room import Invitation
from ports.audio_links import AudioLink, AudioLinks, LinkEvent
from ports.clock import Clock
from ports.errors import Unavailable

log = structlog.get_logger()

BEAT: Final = 0.01
"""All links of a process wait for the same beats, in seconds, so that their frames leave in one message. It costs up
to one beat of the lead: a speaker is then 50 to 60 ms ahead of the room."""


class ExchangeAudioLink(AudioLink):
    """Paced here, by this side's idea of the room's clock; the exchange keeps each frame to the place it was given."""

    def __init__(self, session: Session, party: str, clock: Clock) -> None:
        self.party = party
        self._session = session
        self._clock = clock
        self._playhead = Playhead()
        self._ear = Ear()
        self._opened = 0.0
        self._link = session.listen(self._ear)

    async def enter(self, invitation: Invitation) -> None:
        question = Join(room=invitation.room, party=invitation.party, token=invitation.token, link=self._link)
        asked_at = self._clock.monotonic()
        try:
            seated = await self._session.ask(question, Seated)
        except BaseException:
            await self.leave()  # the exchange may have seated us although its answer never came
            raise
        self._opened = (asked_at + self._clock.monotonic()) / 2 - seated.now

    def events(self) -> AsyncIterator[LinkEvent]:
        return self._ear

    async def speak(self, frame: AudioFrame) -> float:
        self._require_open()
        at = self._playhead.place(self.clock(), frame.seconds)
        self._session.outbox.put(pack_sound(self._link, at, frame), sound=True)
        await self._clock.sleep(self._wait())
        return at

    def flush(self) -> None:
        self._playhead.cut(self.clock())
        self._session.outbox.put(pack(self._link, Kind.FLUSH))

    async def press(self, digit: str) -> None:
        self._require_open()
        self._session.outbox.put(pack(self._link, Kind.PRESSED, body=digit.encode()))

    def clock(self) -> float:
        return self._clock.monotonic() - self._opened

    async def leave(self) -> None:
        if self._ear.over:
            return
        if self._ear.dropped:
            log.warning("link_was_too_slow", party=self.party, dropped=self._ear.dropped)
        self._ear.deafen()
        self._session.forget(self._link)
        self._session.outbox.put(pack(self._link, Kind.LEAVE))

    def _wait(self) -> float:
        """Seconds until there is room for the next frame, up to the beat after."""
        wait = self._playhead.wait(self.clock())
        if wait <= 0:
            return 0.0
        now = self._clock.monotonic()
        return ceil((now + wait) / BEAT) * BEAT - now

    def _require_open(self) -> None:
        if self._ear.over:
            raise Unavailable("this link is over")


class ExchangeAudioLinks(AudioLinks):
    """Joins by way of this process's one connection, whatever name the invitation has for the exchange."""

    def __init__(self, connection: ExchangeConnection) -> None:
        self._connection = connection

    async def join(self, invitation: Invitation) -> AudioLink:
        link = ExchangeAudioLink(await self._connection.session(), invitation.party, self._connection.clock)
        await link.enter(invitation)
        return link
