"""From espeak's word events to words as they are written, with the samples in which they sound."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TOKEN = re.compile(r"\S+")
SOUNDING = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedWord:
    """A word and its samples, `end` exclusive: it still holds the pause that follows."""

    text: str
    start: int
    end: int


def placed_words(text: str, events: Sequence[tuple[int, int]], samples: int) -> list[PlacedWord]:
    """The words of `text`, given (place in the text, first sample) for those that espeak told of.

    Espeak tells several events for one number and none for some small words: these share their neighbour's time,
    by their letters.
    """
    groups = list(_groups(text, events))
    words: list[PlacedWord] = []
    for nth, (start, tokens) in enumerate(groups, 1):
        end = groups[nth][0] if nth < len(groups) else samples
        words.extend(_shared(tokens, start, max(start, end)))
    return words


def _groups(text: str, events: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[str]]]:
    """First sample, and the words that begin there before the next event's."""
    tokens = [(match.end(), match.group()) for match in TOKEN.finditer(text) if SOUNDING.search(match.group())]
    waiting: list[str] = []
    begin: int | None = None
    told = iter(events)
    event = next(told, None)
    for token_end, token in tokens:
        first: int | None = None
        while event is not None and event[0] < token_end:
            first = event[1] if first is None else first
            event = next(told, None)
        if first is not None and begin is not None:
            yield begin, waiting
            waiting = []
        begin = first if first is not None else begin
        waiting.append(token)
    if waiting:
        yield begin or 0, waiting


def _shared(tokens: list[str], start: int, end: int) -> Iterator[PlacedWord]:
    letters = sum(map(len, tokens))
    at = start
    for token in tokens:
        till = min(end, at + round((end - start) * len(token) / letters))
        yield PlacedWord(text=token, start=at, end=till)
        at = till
