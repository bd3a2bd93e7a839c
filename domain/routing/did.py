"""A number of ours that people call: which bot answers it, when, and what becomes of calls that nobody can take."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Fault
from domain.hours import CallingHours, hours_faults
from domain.ids import BotId, BrandId, TrunkId


class TurnAway(StrEnum):
    """What a caller gets who is not talked to."""

    BUSY = "busy"  # the busy tone: the one refusal that every carrier of ours can send
    MESSAGE = "message"  # answered, told, and hung up


class TurnedAway(StrEnum):
    """Why a call that came in was not talked to."""

    UNKNOWN_NUMBER = "unknown_number"
    TRUNK_DISABLED = "trunk_disabled"
    BOT_AWAY = "bot_away"  # archived, or never published
    CLOSED = "closed"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """A DID. Its number is E.164, and a brand has it once; `trunk_id` names the only trunk that it may be called by,
    any when None. Hours are those of `zone`."""

    number: str
    brand: BrandId
    bot_id: BotId
    trunk_id: TrunkId | None = None
    hours: CallingHours = field(default_factory=CallingHours)
    zone: str = "UTC"
    when_closed: TurnAway = TurnAway.BUSY
    closed_message: str = ""
    when_full: TurnAway = TurnAway.BUSY
    full_message: str = ""
    enabled: bool = True
    version: int = 0

    @property
    def id(self) -> str:
        """What it is kept under: two brands may have the same number, each by a trunk of its own."""
        return did_id(self.brand, self.number)

    def open_at(self, at: datetime) -> bool:
        return self.hours.open_at(at, "", (self.zone,))

    def message_for(self, why: TurnedAway) -> str:
        """What a caller is told who is turned away for that; empty for the busy tone."""
        match why:
            case TurnedAway.CLOSED if self.when_closed is TurnAway.MESSAGE:
                return self.closed_message
            case TurnedAway.FULL if self.when_full is TurnAway.MESSAGE:
                return self.full_message
        return ""


def did_id(brand: BrandId, number: str) -> str:
    return f"{brand}/{number}"


def did_faults(did: Did, field_name: str = "") -> Iterator[Fault]:
    """Each thing that cannot be, such as a message that says nothing."""
    here = f"{field_name}." if field_name else ""
    yield from hours_faults(did.hours, f"{here}hours")
    try:
        ZoneInfo(did.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Fault(field=f"{here}zone", reason="must be a time zone, such as Europe/London")
    for when, message in (("when_closed", "closed_message"), ("when_full", "full_message")):
        if getattr(did, when) is TurnAway.MESSAGE and not getattr(did, message).strip():
            yield Fault(field=f"{here}{message}", reason="is what callers are to be told")
