"""Measures kept in memory, and written out by hand."""

from collections.abc import Iterator
from typing import TypeAlias

from domain.measures import Counter, Gauge, Timing
from ports.metrics import Metrics

Measure: TypeAlias = Counter | Gauge | Timing
Labels: TypeAlias = tuple[str, ...]


class MemoryMetrics(Metrics):
    """Tests may read single values by `value`."""

    def __init__(self) -> None:
        self._values: dict[tuple[Counter | Gauge, Labels], float] = {}
        self._times: dict[tuple[Timing, Labels], list[float]] = {}

    def count(self, counter: Counter, *labels: str, by: float = 1.0) -> None:
        if by < 0:
            raise ValueError("counters only grow")
        self._values[counter, labels] = self.value(counter, *labels) + by

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        self._values[gauge, _fitting(gauge, labels)] = value

    def observe(self, timing: Timing, seconds: float, *labels: str) -> None:
        self._times.setdefault((timing, _fitting(timing, labels)), []).append(seconds)

    def value(self, measure: Counter | Gauge, *labels: str) -> float:
        return self._values.get((measure, _fitting(measure, labels)), 0.0)

    def page(self) -> bytes:
        return "".join(f"{line}\n" for line in self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        shown: dict[Measure, list[str]] = {}
        for (measure, labels), value in self._values.items():
            shown.setdefault(measure, []).append(f"{measure.name}{_pairs(measure, labels)} {value}")
        for (timing, labels), times in self._times.items():
            shown.setdefault(timing, []).extend(_histogram(timing, labels, times))
        for each, samples in shown.items():
            yield f"# HELP {each.name} {each.meaning}"
            yield f"# TYPE {each.name} {_kind(each)}"
            yield from samples


def _fitting(measure: Measure, labels: Labels) -> Labels:
    if len(labels) != len(measure.labels):
        raise ValueError(f"{measure.name} has the labels {measure.labels}")
    return labels


def _kind(measure: Measure) -> str:
    return {Counter: "counter", Gauge: "gauge", Timing: "histogram"}[type(measure)]


def _histogram(timing: Timing, labels: Labels, times: list[float]) -> Iterator[str]:
    for bound in (*timing.bounds, float("inf")):
        edge = "+Inf" if bound == float("inf") else str(bound)
        below = sum(1 for time in times if time <= bound)
        yield f"{timing.name}_bucket{_pairs(timing, labels, le=edge)} {float(below)}"
    yield f"{timing.name}_count{_pairs(timing, labels)} {float(len(times))}"
    yield f"{timing.name}_sum{_pairs(timing, labels)} {sum(times)}"


def _pairs(measure: Measure, labels: Labels, **more: str) -> str:
    named = [*zip(measure.labels, labels, strict=True), *more.items()]
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in named)
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
