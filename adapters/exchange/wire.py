"""What exchange and clients say to one another: control as JSON, each question with an id that its answers carry."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from domain.calls.room import Invitation
from domain.ids import CallId
from ports.errors import Busy, NotFound, PortError, Refused, Stale, Unavailable
from ports.messages.decoders import decoder_of
from ports.telephony import DialOrder, Leg, LegEvent

SECRET_HEADER: Final = "X-CXBCore-Secret"  # noqa: S105  # the header's name
MOST_BYTES: Final = 4 * 1024 * 1024
"""The largest message that either side takes."""

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Names = Annotated[frozenset[Name], Meta(max_length=32)]


class _Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One sentence."""


class OpenRoom(_Said, frozen=True, tag="open_room"):
    room: Name


class Invite(_Said, frozen=True, tag="invite"):
    room: Name
    party: Name
    hears: Names
    heard_by: Names


class CloseRoom(_Said, frozen=True, tag="close_room"):
    room: Name


class Dial(_Said, frozen=True, tag="dial"):
    order: DialOrder


class Watch(_Said, frozen=True, tag="watch"):
    """Answered by one Told after another; the leg's end is the last."""

    call_id: CallId


class PickUp(_Said, frozen=True, tag="answer"):
    """Answered by Done once sound passes both ways."""

    call_id: CallId


class ReferLeg(_Said, frozen=True, tag="refer"):
    """Answered by Done once the far end has called that number."""

    call_id: CallId
    to: Name


class CutLeg(_Said, frozen=True, tag="hang_up"):
    call_id: CallId


class Find(_Said, frozen=True, tag="find"):
    call_id: CallId


class Join(_Said, frozen=True, tag="join"):
    """The only one that needs no secret. `link` is the client's number for this link in binary messages."""

    room: Name
    party: Name
    token: str
    link: Annotated[int, Meta(ge=0, lt=2**32)]


class Done(_Said, frozen=True, tag="done"):
    pass


class Invited(_Said, frozen=True, tag="invited"):
    invitation: Invitation


class Found(_Said, frozen=True, tag="found"):
    leg: Leg


class Told(_Said, frozen=True, tag="told"):
    event: LegEvent


class Seated(_Said, frozen=True, tag="seated"):
    """`now` is the time on the room's clock when this was written."""

    now: float


class Failed(_Said, frozen=True, tag="failed"):
    """A PortError by the name of its class."""

    error: str
    message: str
    reason: str = "refused"
    retry_after: float = 1.0


Question = OpenRoom | Invite | CloseRoom | Dial | Watch | PickUp | ReferLeg | CutLeg | Find | Join
Answer = Done | Invited | Found | Told | Seated | Failed


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: int
    what: Question


class Answered(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: int
    what: Answer


encode = msgspec.json.Encoder().encode
read_question = decoder_of(Asked).decode
read_answer = decoder_of(Answered).decode


def failed(error: PortError) -> Failed:
    name, message = type(error).__name__, str(error)
    match error:
        case Refused():
            return Failed(error=name, message=message, reason=error.reason)
        case Busy():
            return Failed(error=name, message=message, retry_after=error.retry_after)
        case _:
            return Failed(error=name, message=message)


def error_of(failure: Failed) -> PortError:
    match failure.error:
        case "NotFound":
            return NotFound(failure.message)
        case "Stale":
            return Stale(failure.message)
        case "Busy":
            return Busy(failure.message, retry_after=failure.retry_after)
        case "Refused":
            return Refused(failure.message, reason=failure.reason)
        case _:
            return Unavailable(failure.message)
