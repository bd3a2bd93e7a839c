"""Telling turns in the order in which they began, although they end in another."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.calls.transcript import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOrder:
    """Turns that are over and wait for one that began before them."""

    waiting: tuple[Turn, ...] = ()

    def over(self, turn: Turn) -> "TurnOrder":
        return TurnOrder(waiting=tuple(sorted((*self.waiting, turn), key=lambda each: each.start)))

    def release(self, begun: Iterable[float | None]) -> tuple["TurnOrder", tuple[Turn, ...]]:
        """Turns that may be told, given when the ones that still go on had begun (None: not going on)."""
        earliest = min((start for start in begun if start is not None), default=float("inf"))
        free = tuple(turn for turn in self.waiting if turn.start <= earliest)
        return TurnOrder(waiting=self.waiting[len(free) :]), free
