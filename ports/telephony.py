"""Placing phone legs into rooms, whoever carries them."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from domain.calls.room import CALLEE
from domain.ids import BrandId, CallId, TrunkId

TOO_LATE: Final = "too_late"
"""The reason of Refused when the time for a dial was over."""

REFERRED: Final = "referred"
"""The reason of a leg's end that another took over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOrder:
    """A leg to place, known by `call_id` from then on. Whoever answers joins `room` as `party`. A second leg of a
    call, such as one that it is transferred to, has an id of its own. Times in seconds, both always given.

    `not_after` (aware) is when the right to dial ends, such as the lease of whoever gives the order: at that moment or
    later no INVITE is sent any more. None where nobody else may take the call over.
    """

    call_id: CallId
    brand: BrandId
    room: str
    trunk_id: TrunkId
    to: str
    caller_number: str
    ring_timeout: float
    max_duration: float
    party: str = CALLEE
    not_after: datetime | None = None


class LegKind(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class HangUp(StrEnum):
    """Who ended a leg."""

    CALLEE = "callee"
    US = "us"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEvent:
    """`status` is the final SIP status of a leg that was never answered; 200 for one that was."""

    kind: LegKind
    at: datetime
    status: int | None = None
    reason: str = ""
    by: HangUp | None = None


class LegState(StrEnum):
    NEVER_PLACED = "never_placed"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    UNKNOWN = "unknown"  # its INVITE may have gone out; nobody can say


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What is known of a call's leg; `end` where it has ended."""

    state: LegState
    end: LegEvent | None = None


class Telephony(Protocol):
    """A call's leg is known by the call's id. One that came in rings in the room of that name until it is answered."""

    @abstractmethod
    async def dial(self, order: DialOrder) -> None:
        """Returns once the intent is on record and the INVITE is on its way. Asking twice places one leg.

        `not_after` is looked at right before the intent goes on record, by the clock of whoever sends the INVITE:
        however long an order is on its way, from that moment on a `never_placed` of `find` stays true.

        Raises Busy when there is no room here now, Refused when the trunk or number cannot be, or with TOO_LATE when
        the order came too late; Unavailable when nobody answers: then `find` says whether it was placed.
        """

    @abstractmethod
    def watch(self, call_id: CallId) -> AsyncIterator[LegEvent]:
        """The leg's events from its first, each once and in order, ending after ENDED. Raises NotFound when it was
        never placed, Unavailable when the far side is lost."""

    @abstractmethod
    async def answer(self, call_id: CallId) -> None:
        """Answer a leg that came in, once somebody is in its room who may be heard. Returns once sound passes both
        ways; again is nothing. Raises NotFound when it does not ring here any more, such as when its caller gave up;
        Refused for one that was dialled; Unavailable."""

    @abstractmethod
    async def refer(self, call_id: CallId, to: str) -> None:
        """Have the far end call `to` (E.164) instead of us. Returns once it has: its leg ends with REFERRED. Raises
        Refused with a word for why not, such as `sip_486`, or `not_offered` where this leg cannot: then it goes on;
        NotFound when no such leg is answered; Unavailable when nobody says how it went."""

    @abstractmethod
    async def hang_up(self, call_id: CallId) -> None:
        """Cancel it while it rings, refuse it where it came in and rings, end it when it is answered; nothing when it
        is over or was never placed."""

    @abstractmethod
    async def find(self, call_id: CallId) -> Leg:
        """What became of it. Raises Unavailable when nobody answers: then nobody may redial."""
