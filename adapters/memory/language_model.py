"""A language model without a mind: scripted where a script is given, and elsewhere guided by the words that it sees."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Final

from ports.errors import PortError
from ports.language_model import Author, EndCall, LanguageModel, Message, ReplyText

FAREWELL: Final = frozenset({"bye", "goodbye", "farewell"})
FILLERS: Final = frozenset(
    {"a", "an", "and", "are", "be", "callee", "i", "is", "it", "of", "or", "says", "that", "the", "to"}
)

Reply = Sequence[ReplyText | EndCall] | PortError
Choice = int | PortError | None


class MemoryLanguageModel(LanguageModel):
    """Gives `replies` and `choices` in turn, an error among them raised; when they are used up it repeats what it
    hears, says goodbye to a goodbye, and chooses the condition that shares most words with what was said."""

    def __init__(self, replies: Sequence[Reply] = (), choices: Sequence[Choice] = ()) -> None:
        self._replies = list(replies)
        self._choices = list(choices)

    async def reply(self, messages: Sequence[Message]) -> AsyncIterator[ReplyText | EndCall]:
        reply = self._replies.pop(0) if self._replies else _answer(_last_said(messages))
        if isinstance(reply, PortError):
            raise reply
        for piece in reply:
            yield piece

    async def choose(self, messages: Sequence[Message], conditions: Sequence[str]) -> int | None:
        choice = self._choices.pop(0) if self._choices else _likest(_last_said(messages), conditions)
        if isinstance(choice, PortError):
            raise choice
        return choice


class FailingLanguageModel(LanguageModel):
    """Raises `error` whatever it is asked."""

    def __init__(self, error: PortError) -> None:
        self._error = error

    async def reply(self, messages: Sequence[Message]) -> AsyncIterator[ReplyText | EndCall]:  # noqa: ARG002  # never read
        raise self._error
        yield  # makes it the iterator that a reply is

    async def choose(self, messages: Sequence[Message], conditions: Sequence[str]) -> int | None:  # noqa: ARG002
        raise self._error


def _last_said(messages: Sequence[Message]) -> str:
    said = [message.text for message in messages if message.author is Author.CALLEE]
    return said[-1] if said else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())


def _answer(said: str) -> list[ReplyText | EndCall]:
    if FAREWELL & set(_words(said)):
        return [ReplyText(text="Goodbye."), EndCall(disposition="said_goodbye")]
    if not said:
        return [ReplyText(text="Hello. "), ReplyText(text="How can I help?")]
    return [ReplyText(text="You said: "), ReplyText(text=f"{said}.")]


def _likest(said: str, conditions: Sequence[str]) -> int | None:
    heard = set(_words(said)) - FILLERS
    shared = [len(heard & set(_words(condition))) for condition in conditions]
    return shared.index(max(shared)) if any(shared) else None
