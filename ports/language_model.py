"""Asking a language model, whoever runs it."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.calls.transcript import Speaker, Turn


class Author(StrEnum):
    SYSTEM = "system"
    BOT = "bot"
    CALLEE = "callee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    author: Author
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyText:
    """A piece of the reply, as it comes."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """The model ends the call once its words are spoken. `disposition` is its word for how it went."""

    disposition: str


class LanguageModel(Protocol):
    """A chat model. Both methods raise Unavailable when it does not answer in time, Refused when it will not."""

    @abstractmethod
    def reply(self, messages: Sequence[Message]) -> AsyncIterator[ReplyText | EndCall]:
        """The bot's next turn, in pieces; the model has a tool to end the call."""

    @abstractmethod
    async def choose(self, messages: Sequence[Message], conditions: Sequence[str]) -> int | None:
        """Which of the conditions holds after what was said, by its index; None when none does."""


def messages_of(instructions: str, turns: Sequence[Turn]) -> list[Message]:
    """What to send to a model: how to behave, if anything, then what was really said."""
    told = [Message(author=Author.SYSTEM, text=instructions)] if instructions else []
    said = [
        Message(author=Author.BOT if turn.speaker is Speaker.BOT else Author.CALLEE, text=turn.text) for turn in turns
    ]
    return [*told, *said]
