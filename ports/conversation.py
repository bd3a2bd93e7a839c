"""A bot in conversation: all that Core knows of the engine that runs it."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from domain.bots.runtime_config import RuntimeConfig
from domain.calls.result import EndedBy
from domain.calls.transcript import Turn
from ports.audio_links import AudioLink
from ports.messages.core import Order


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
class Faltered:
    """A provider failed; the conversation went on, or is about to end. `detail` carries no personal data."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last event. `disposition` is the flow's or model's word; `timed_out` when the maximum duration ended it."""

    by: EndedBy
    disposition: str | None = None
    timed_out: bool = False


ConversationEvent = TurnTaken | Learned | MessageLeft | Faltered | Ended


class ConversationSession(Protocol):
    """One conversation. It listens from the first moment and says nothing until it is told to."""

    @abstractmethod
    def events(self) -> AsyncIterator[ConversationEvent]:
        """For one reader, ending after Ended, which always comes: also when the callee leaves or the link is lost."""

    @abstractmethod
    async def order(self, order: Order) -> None:
        """Talk, LeaveMessage, SafeHarbour or End. The first of the three that speak stands; a second is ignored.
        After Ended nothing happens."""


class Conversation(Protocol):
    """An engine, such as Pipecat or LiveKit Agents."""

    @abstractmethod
    def open(self, link: AudioLink, config: RuntimeConfig) -> AbstractAsyncContextManager[ConversationSession]:
        """Leaves nothing running when the context ends. The link stays the caller's to leave."""
