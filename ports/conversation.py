"""A bot in conversation: all that Core knows of the engine that runs it."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.bots.runtime_config import RuntimeConfig
from domain.calls.conversation import ConversationEvent, Ended, Faltered, Learned, MessageLeft, TurnTaken
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
    "TurnTaken",
]


class ConversationSession(Protocol):
    """One conversation. It listens from the first moment and says nothing until it is told to."""

    @abstractmethod
    def events(self) -> AsyncIterator[ConversationEvent]:
        """For one reader, ending after Ended, which always comes: also when the callee leaves or the link is lost."""

    @abstractmethod
    async def order(self, order: Order) -> None:
        """Talk, LeaveMessage, SafeHarbour, Notice or End. The first of those that speak stands; a second is ignored.
        After Ended nothing happens."""


class Conversation(Protocol):
    """An engine, such as Pipecat or LiveKit Agents."""

    @abstractmethod
    def open(self, link: AudioLink, config: RuntimeConfig) -> AbstractAsyncContextManager[ConversationSession]:
        """Leaves nothing running when the context ends. The link stays the caller's to leave."""
