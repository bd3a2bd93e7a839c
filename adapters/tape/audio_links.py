"""A link that is taped: what the callee was heard to say and what was truly played go into the call's journal.

Whoever the call is transferred to comes after the bot, on its track.
"""

from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from domain.calls.audio import RATE, AudioFrame
from domain.calls.placing import Placing
from domain.calls.room import CALLEE, TARGET, Invitation
from ports.audio_links import AudioLink, AudioLinks, Heard, Left, LinkEvent
from ports.call_journal import JournalEntry, JournalWriter, Note, Track
from ports.clock import Clock

TRACKS: Final = {CALLEE: Track.CALLEE, TARGET: Track.BOT}


MOST_LATE: Final = 1.0
"""Seconds before it is heard that sound may say it was spoken; what says anything else is taken where it was heard."""


class TapedAudioLinks(AudioLinks):
    """Other links, taped. The tape's clock starts when a link has been joined."""

    def __init__(self, links: AudioLinks, journal: JournalWriter, clock: Clock) -> None:
        self._links = links
        self._journal = journal
        self._clock = clock

    async def join(self, invitation: Invitation) -> AudioLink:
        return TapedAudioLink(await self._links.join(invitation), self._journal, self._clock)


class TapedAudioLink(AudioLink):
    """Notes, too, how the link came to its end: whether the callee left, or the room was gone while they were in it.

    Both tracks have one clock, the room's. The bot's frames are paced by it and lie where `speak` put them; each waits
    here until its place has come, and `flush` may still unsay it. Those of phones come by clocks of their own.

    This is the one place where the frames of a phone are put on a track: whoever brings them says only when they were
    heard, and where it knows that, when they were spoken, one by one and as jittery as they came. Nobody moves a frame
    before that for the recording's sake, or it would be moved twice. What a room does so that a phone is heard without
    chops (a frame after the one before it) is in `at`; sound that says when it `began` is taped there instead.
    """

    def __init__(self, link: AudioLink, journal: JournalWriter, clock: Clock) -> None:
        self.party = link.party
        self._link = link
        self._journal = journal
        self._clock = clock
        self._began = link.clock()
        self._unsaid: deque[tuple[float, bytes]] = deque()
        self._placings = {party: Placing() for party in TRACKS}

    async def events(self) -> AsyncIterator[LinkEvent]:
        callee_left = False
        async for event in self._link.events():
            if isinstance(event, Heard) and event.party in TRACKS:
                self._tape_heard(event)
            elif isinstance(event, Left) and event.party == CALLEE and not callee_left:
                callee_left = True
                self._note(Note.CALLEE_LEFT)
            yield event
        if not callee_left:
            self._note(Note.LINE_OVER)

    async def speak(self, frame: AudioFrame) -> float:
        at = await self._link.speak(frame)
        self._unsaid.append((at, frame.pcm))
        self._tape_played()
        return at

    def flush(self) -> None:
        self._tape_played()
        self._unsaid.clear()
        self._link.flush()

    async def press(self, digit: str) -> None:
        await self._link.press(digit)

    def clock(self) -> float:
        return self._link.clock()

    async def leave(self) -> None:
        self._tape_played()
        self._unsaid.clear()
        await self._link.leave()

    def _tape_played(self) -> None:
        """Frames that have begun by now: those can be unsaid no more."""
        now = self._link.clock()
        while self._unsaid and self._unsaid[0][0] <= now:
            at, pcm = self._unsaid.popleft()
            self._sound(Track.BOT, self._place(at), pcm)

    def _tape_heard(self, heard: Heard) -> None:
        placed = self._placings[heard.party].place(self._place(_spoken(heard)), heard.frame.pcm)
        if placed is not None:
            self._sound(TRACKS[heard.party], placed.start, placed.pcm)

    def _place(self, at: float) -> int:
        """In samples since the tape began."""
        return round((at - self._began) * RATE)

    def _sound(self, track: Track, place: int, pcm: bytes) -> None:
        """What began before the tape did is cut at its start."""
        missed = 2 * max(0, -place)
        if missed < len(pcm):
            self._journal.sound(track, max(0, place) / RATE, pcm[missed:])

    def _note(self, note: Note) -> None:
        self._journal.note(JournalEntry(at=self._clock.now(), note=note))


def _spoken(heard: Heard) -> float:
    """When, on the room's clock."""
    began = heard.frame.began
    return began if began is not None and heard.at - MOST_LATE <= began <= heard.at else heard.at
