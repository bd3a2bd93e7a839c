"""A bot in conversation: all that Core knows of the engine that runs it."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from domain.bots.runtime_config import RuntimeConfig
from domain.calls.conversation import ConversationEvent, Ended, Faltered, Learned, MessageLeft, TransferAsked, TurnTaken
from ports.audio_links import AudioLink
from ports.messages.core import Order

__all__ = [
    "Conversation",
    "ConversationEvent",
    "ConversationSession",
    "Ended",
    "Faltered",
    "Learned",
    "MessageLeft",
    "SessionOrder",
    "TransferAsked",
    "TransferFailed",
    "TurnTaken",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed:
    """Nobody took the call that was to be handed over. Core's own answer to TransferAsked: it crosses no wire."""

    reason: str


SessionOrder = Order | TransferFailed


class ConversationSession(Protocol):
    """One conversation. It listens from the first moment and says nothing until it is told to; after TransferAsked it
    listens on and is silent again, until TransferFailed gives it back the word."""

    @abstractmethod
    def events(self) -> AsyncIterator[ConversationEvent]:
        """For one reader, ending after Ended, which always comes: also when the callee leaves or the link is lost."""

    @abstractmethod
    async def order(self, order: SessionOrder) -> None:
        """Talk, LeaveMessage, SafeHarbour, Notice or End. The first of those that speak stands; a second is ignored.
        TransferFailed where a transfer was asked for, and ignored elsewhere. After Ended nothing happens."""


class Conversation(Protocol):
    """An engine, such as Pipecat or LiveKit Agents."""

    @abstractmethod
    def open(self, link: AudioLink, config: RuntimeConfig) -> AbstractAsyncContextManager[ConversationSession]:
        """Leaves nothing running when the context ends. The link stays the caller's to leave."""
