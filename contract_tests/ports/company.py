"""How the suites of rooms and telephony join and listen, in a few words and never for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

from contract_tests.backends.phone_world import RoomWorld
from contract_tests.backends.vocabulary import spoken, words
from domain.calls.audio import AudioFrame
from ports.audio_links import AudioLink, Heard, LinkEvent
from ports.telephony import LegEvent, LegKind

PATIENCE: Final = 8.0
EVERYBODY: Final = frozenset({"anna", "ben", "carl", "callee", "target", "core", "dialler"})

Event = TypeVar("Event")


async def join(
    world: RoomWorld, room: str, party: str, *, hears: frozenset[str] = EVERYBODY, by: frozenset[str] = EVERYBODY
) -> AudioLink:
    await world.rooms.open(room)
    return await world.links.join(await world.rooms.invite(room, party, hears=hears, heard_by=by))


async def until(
    events: AsyncIterator[Event], enough: Callable[[Event], bool], patience: float = PATIENCE
) -> list[Event]:
    """Events up to and including the first that is enough; fails when they end or take too long before that."""
    seen: list[Event] = []
    async with asyncio.timeout(patience):
        async for event in events:
            seen.append(event)
            if enough(event):
                return seen
    raise AssertionError(f"ended after {seen}")


async def say(link: AudioLink, *said: str) -> list[float]:
    """Words, each long enough to be understood; where their frames went."""
    return [await link.speak(one) for one in spoken(*said)]


async def until_said(events: AsyncIterator[LinkEvent], party: str, word: str) -> list[LinkEvent]:
    """Events until that party is heard to say the word: its end may still be on the way."""
    seen: list[LinkEvent] = []

    def said(event: LinkEvent) -> bool:
        seen.append(event)
        return is_a(Heard, party)(event) and words(frames(seen, party))[-1:] == [word]

    return await until(events, said)


async def rest(events: AsyncIterator[Event], patience: float = PATIENCE) -> list[Event]:
    """Events up to their end."""
    async with asyncio.timeout(patience):
        return [event async for event in events]


async def settled(happened: Callable[[], Awaitable[bool]], world: RoomWorld) -> None:
    """Waits for something that shows only by asking."""
    async with asyncio.timeout(PATIENCE):
        while not await happened():
            await world.clock.sleep(0.01)


def frames(events: list[LinkEvent], party: str) -> list[AudioFrame]:
    return [event.frame for event in events if isinstance(event, Heard) and event.party == party]


def is_a(kind: type[LinkEvent], party: str) -> Callable[[LinkEvent], bool]:
    return lambda event: isinstance(event, kind) and event.party == party


def is_kind(kind: LegKind) -> Callable[[LegEvent], bool]:
    return lambda event: event.kind is kind
