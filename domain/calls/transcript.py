"""Who said what and when, as it was heard or truly spoken."""

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    BOT = "bot"
    CALLEE = "callee"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word and its place in the call, in seconds after the answer."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One side's turn. For the bot, only what was really spoken; `interrupted` when it was cut short.

    `latency` is the time in seconds from the end of the callee's speech to the bot's first audio.
    """

    speaker: Speaker
    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()
    interrupted: bool = False
    latency: float | None = None
    step: str | None = None
