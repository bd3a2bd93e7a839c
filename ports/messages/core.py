"""Messages to a Core: take this call, do that in it, how are you."""

from typing import Annotated

import msgspec

from domain.calls.room import Invitation
from domain.ids import BotId, BrandId, CallId, ServerId, TrunkId


class _Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all messages to a Core have in common."""


class Attach(_Message, frozen=True, kw_only=True, tag="attach"):
    """Join the room of a call that has been answered; listen and record, and say nothing until ordered to.

    `message_only` asks for one of the few slots beyond the capacity, kept for messages.
    """

    call_id: CallId
    brand: BrandId
    bot_id: BotId
    invitation: Invitation
    message_only: bool = False


class Dial(_Message, frozen=True, kw_only=True, tag="dial"):
    """Place the leg as well, and talk as soon as it is answered."""

    call_id: CallId
    brand: BrandId
    bot_id: BotId
    trunk_id: TrunkId
    to: str
    caller_number: str
    ring_timeout: Annotated[float, msgspec.Meta(gt=0, le=120)] = 30.0


class Receive(_Message, frozen=True, kw_only=True, tag="receive"):
    """A call came in and rings in the room of its name: be there, answer it, and talk; with a `notice`, say only that,
    from one of the few slots kept for messages."""

    call_id: CallId
    brand: BrandId
    bot_id: BotId
    notice: Annotated[str, msgspec.Meta(max_length=2000)] = ""


CallRequest = Attach | Dial | Receive


class CallAccepted(_Message, frozen=True, kw_only=True, tag="accepted"):
    """The Core that has it, and which life of its process that is."""

    call_id: CallId
    server_id: ServerId
    run: str


class Talk(_Message, frozen=True, kw_only=True, tag="talk"):
    """A person is there: begin."""


class LeaveMessage(_Message, frozen=True, kw_only=True, tag="leave_message"):
    """The beep has sounded: speak the voicemail message, then end."""


class SafeHarbour(_Message, frozen=True, kw_only=True, tag="safe_harbour"):
    """A person is there and nobody is free: speak the safe-harbour message, then end."""


class Notice(_Message, frozen=True, kw_only=True, tag="notice"):
    """Somebody is there who is not talked to, and is told why: speak the text, then end."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class End(_Message, frozen=True, kw_only=True, tag="end"):
    """Stop now. `reason` is kept in the result, as one word."""

    reason: str = "ordered"


Order = Talk | LeaveMessage | SafeHarbour | Notice | End


class CoreHealth(_Message, frozen=True, kw_only=True, tag="health"):
    """`capacity` counts calls, without the slots kept for messages; `run` changes with each start of the process."""

    server_id: ServerId
    run: str
    release: str
    capacity: int
    live: int
    draining: bool = False
    waiting_results: int = 0
