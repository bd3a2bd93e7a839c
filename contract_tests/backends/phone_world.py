"""The small world that the suites of rooms and telephony meet: numbers whose callees do what their names say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.memory.carrier import BUSY, CONGESTED, NO_ANSWER, REJECTS, UNKNOWN_NUMBER, Callee
from contract_tests.backends.vocabulary import spoken
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from ports.audio_links import AudioLinks
from ports.carrier import Carrier
from ports.clock import Clock
from ports.rooms import Rooms
from ports.telephony import DialOrder, Telephony

TRUNK: Final = TrunkId("trunk_that_works")
NO_TRUNK: Final = TrunkId("trunk_of_nobody")

LISTENS: Final = "+15550100001"
ECHOES: Final = "+15550100002"
SPEAKS: Final = "+15550100003"
PRESSES: Final = "+15550100004"
HANGS_UP: Final = "+15550100005"
IS_BUSY: Final = "+15550100006"
SAYS_NO: Final = "+15550100007"
IS_NOBODY: Final = "+15550100008"
IS_CONGESTED: Final = "+15550100009"
NEVER_ANSWERS: Final = "+15550100010"
CANNOT_BE_REFERRED: Final = "+15550100011"
GIVES_UP: Final = "+15550100012"


SPOKEN: Final = ("good", "morning", "a", "b", "c")
DIGITS: Final = "12#*0"


def _quick(**behaviour: object) -> Callee:
    return Callee(rings_after=0.02, answers_after=0.05, **behaviour)  # type: ignore[arg-type]


CALLEES: Final[Mapping[str, Callee]] = {
    LISTENS: _quick(),
    ECHOES: _quick(echoes=True),
    SPEAKS: _quick(says=spoken(*SPOKEN)),
    PRESSES: _quick(presses=DIGITS),
    HANGS_UP: _quick(hangs_up_after=0.1),
    IS_BUSY: BUSY,
    SAYS_NO: _quick(status=REJECTS.status, reason=REJECTS.reason),
    IS_NOBODY: UNKNOWN_NUMBER,
    IS_CONGESTED: CONGESTED,
    NEVER_ANSWERS: NO_ANSWER,
    CANNOT_BE_REFERRED: _quick(refers=False),
}
CALLERS: Final[Mapping[str, Callee]] = {
    LISTENS: _quick(),
    ECHOES: _quick(echoes=True),
    HANGS_UP: _quick(hangs_up_after=0.1),
    GIVES_UP: _quick(),
}
"""Who calls us, and what they do once they are answered; `GIVES_UP` does not wait for that."""

GIVES_UP_AFTER: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWorld:
    """Rooms and the way into them, of one technology."""

    rooms: Rooms
    links: AudioLinks
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneWorld(RoomWorld):
    """Everything that a call's audio needs. `called_by` has one of CALLERS call us: it rings when it returns the call's
    id."""

    telephony: Telephony
    called_by: Callable[[str], Awaitable[CallId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierWorld:
    """A carrier, and rooms of this process to lead its callees into. Numbers whose callee is busy, answers and
    stays, answers and speaks, and lets it ring for ever."""

    carrier: Carrier
    clock: Clock
    busy: str
    answers: str
    speaks: str
    never_answers: str


def order(
    call: str,
    to: str,
    *,
    trunk: TrunkId = TRUNK,
    ring: float = 5.0,
    longest: float = 30.0,
    not_after: datetime | None = None,
) -> DialOrder:
    """A leg into the room that has the call's name."""
    return DialOrder(
        call_id=CallId(call),
        brand=DEFAULT_BRAND,
        room=call,
        trunk_id=trunk,
        to=to,
        caller_number="+15550199999",
        ring_timeout=ring,
        max_duration=longest,
        not_after=not_after,
    )
