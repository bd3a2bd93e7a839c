"""Rounds in which all sides take turns on the same machine, and the middle and the spread of what they measured."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Figures = Mapping[str, float]
"""What one measurement gave, by name and unit, such as `rows/s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of those that are compared. It is measured at sizes up to `most`, where it has such a limit."""

    name: str
    measure: Callable[[int], Figures]
    most: int | None = None

    def takes(self, size: int) -> bool:
        return self.most is None or size <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure over all rounds."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All figures of one side at one size."""

    side: str
    size: int
    figures: Mapping[str, Spread]


def alternate(sides: Sequence[Side], sizes: Sequence[int], rounds: int) -> list[Row]:
    """Every other round goes backwards, so that nobody always comes first."""
    found: defaultdict[tuple[int, str], list[Figures]] = defaultdict(list)
    for size in sizes:
        taking = [side for side in sides if side.takes(size)]
        for turn in range(rounds):
            for side in taking if turn % 2 == 0 else reversed(taking):
                found[size, side.name].append(side.measure(size))
    return [row(name, size, measured) for (size, name), measured in found.items()]


def row(side: str, size: int, measured: Sequence[Figures]) -> Row:
    return Row(side=side, size=size, figures={name: _spread([one[name] for one in measured]) for name in measured[0]})


def _spread(values: Sequence[float]) -> Spread:
    return Spread(median=median(values), least=min(values), most=max(values))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
