"""What happens in a conversation, as it is told to whoever listens."""

from dataclasses import dataclass

from domain.calls.result import EndedBy
from domain.calls.transcript import Turn
from domain.calls.transfer import Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTaken:
    """Somebody's turn is over. Turns come in the order in which they began."""

    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A step collected an answer."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """The voicemail or safe-harbour message was spoken to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked:
    """The bot has the call handed over, and is quiet until that has failed or the conversation is ended."""

    transfer: Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Faltered:
    """A provider failed; the conversation went on, or is about to end. `detail` carries no personal data."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last event. `disposition` is the flow's or model's word; `timed_out` when the maximum duration ended it.

    `by` is SYSTEM for an ordered end: who gave the order knows why.
    """

    by: EndedBy
    disposition: str | None = None
    timed_out: bool = False


ConversationEvent = TurnTaken | Learned | MessageLeft | TransferAsked | Faltered | Ended
