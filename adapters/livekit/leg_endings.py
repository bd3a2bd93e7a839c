"""How a leg ended that is not in its room any more, by what is known of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adapters.livekit.room_names import came_in
from adapters.livekit.sightings import Sight
from adapters.livekit.sip_answers import HUNG_UP, ROOM_CLOSED, LegEnding
from ports.leg_ledger import LegStory
from ports.telephony import HangUp, LegKind

SLACK: Final = 0.5
"""Seconds by which LiveKit's limits and our clock may differ."""

ANSWERED: Final = 200
LOST: Final = LegEnding(status=None, reason="not seen to its end", by=HangUp.NETWORK)
CANCELLED: Final = LegEnding(status=487, reason="cancelled", by=HangUp.NETWORK)
TURNED_AWAY: Final = LegEnding(status=486, reason="turned away", by=HangUp.US)
GIVEN_UP: Final = LegEnding(status=487, reason="given up", by=HangUp.CALLEE)
BYE: Final = LegEnding(status=ANSWERED, reason="bye", by=HangUp.CALLEE)
MAX_DURATION: Final = LegEnding(status=ANSWERED, reason="max duration", by=HangUp.US)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLimits:
    """Seconds, where they are known."""

    ring: float | None = None
    talk: float | None = None


def rang_too_long(limits: LegLimits, seconds: float) -> bool:
    return limits.ring is not None and seconds >= limits.ring - SLACK


def ending_of_gone(story: LegStory, limits: LegLimits, sight: Sight, now: datetime, *, removed: bool) -> LegEnding:
    """`removed`: we have taken it out. Whoever leaves a room that is still open did so themselves."""
    answer, inbound = story.of(LegKind.ANSWERED), came_in(story.room)
    if removed:
        return TURNED_AWAY if inbound and answer is None else HUNG_UP
    if answer is not None and limits.talk is not None and now - answer.at >= timedelta(seconds=limits.talk - SLACK):
        return MAX_DURATION
    if sight is Sight.CLOSED:
        return ROOM_CLOSED
    if answer is not None:
        return BYE
    return GIVEN_UP if inbound else LOST
