"""A line chart as SVG, both axes logarithmic, with a bar from the least to the most at each point."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

Point = tuple[float, float, float, float]
"""Size, middle, least, most."""

WIDTH: Final = 360
HEIGHT: Final = 240
LEFT: Final = 62
HEAD: Final = 46
IN_A_LINE: Final = 2
GAP: Final = 30
BELOW: Final = 56
COLOURS: Final = ("#0b6bcb", "#c4501b", "#3a8a3f", "#7a4fb5", "#8a8a20", "#555555")
STYLE: Final = "font-family:sans-serif;font-size:11px;fill:#333"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`title` is the figure that its y axis shows."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From a value to its place: `begin` at `low`, `end` at `high`."""

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self) -> Iterator[float]:
        few = math.log10(self.high / self.low) < 2.5
        for power in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1):
            for step in (1, 2, 5) if few else (1,):
                if self.low <= (value := step * 10.0**power) <= self.high:
                    yield value


def chart(title: str, size: str, panels: Sequence[Panel]) -> str:
    """The panels two by two, with one legend: a side has the same colour everywhere."""
    names = list(dict.fromkeys(line.name for panel in panels for line in panel.lines))
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}
    lines = math.ceil(len(panels) / IN_A_LINE)
    width = min(len(panels), IN_A_LINE) * (LEFT + WIDTH + GAP)
    legend = HEAD + lines * (HEIGHT + BELOW)
    height = legend + 16 * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" style="{STYLE}">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" style="font-size:14px;font-weight:bold">{escape(title)}</text>',
    ]
    for index, panel in enumerate(panels):
        line, column = divmod(index, IN_A_LINE)
        parts += _panel(panel, size, column * (LEFT + WIDTH + GAP) + LEFT, HEAD + line * (HEIGHT + BELOW), colours)
    for index, (name, colour) in enumerate(colours.items()):
        y = legend + 16 * index
        parts.append(f'<rect x="{LEFT}" y="{y - 5}" width="18" height="3" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + 24}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, size: str, left: float, top: float, colours: dict[str, str]) -> Iterator[str]:
    points = [point for line in panel.lines for point in line.points]
    x = _axis([point[0] for point in points], left, left + WIDTH)
    y = _axis([value for point in points for value in point[1:] if value > 0], top + HEIGHT, top)
    yield f'<text x="{left}" y="{top - 8}">{escape(panel.title)}</text>'
    for value in x.ticks():
        yield f'<line x1="{x.at(value):.1f}" x2="{x.at(value):.1f}" y1="{top}" y2="{top + HEIGHT}" stroke="#eee"/>'
        yield f'<text x="{x.at(value):.1f}" y="{top + HEIGHT + 14}" text-anchor="middle">{_short(value)}</text>'
    for value in y.ticks():
        yield f'<line x1="{left}" x2="{left + WIDTH}" y1="{y.at(value):.1f}" y2="{y.at(value):.1f}" stroke="#eee"/>'
        yield f'<text x="{left - 6}" y="{y.at(value) + 4:.1f}" text-anchor="end">{_short(value)}</text>'
    yield f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#999"/>'
    yield f'<text x="{left + WIDTH / 2}" y="{top + HEIGHT + 28}" text-anchor="middle">{escape(size)}</text>'
    for line in panel.lines:
        yield from _line(line, x, y, colours[line.name])


def _line(line: Line, x: Axis, y: Axis, colour: str) -> Iterator[str]:
    path = " ".join(f"{x.at(size):.1f},{y.at(middle):.1f}" for size, middle, _, _ in line.points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for size, middle, least, most in line.points:
        at = f"{x.at(size):.1f}"
        yield f'<line x1="{at}" x2="{at}" y1="{y.at(least):.1f}" y2="{y.at(most):.1f}" stroke="{colour}"/>'
        yield f'<circle cx="{at}" cy="{y.at(middle):.1f}" r="3" fill="{colour}"/>'


def _axis(values: Sequence[float], begin: float, end: float) -> Axis:
    """With some room at both ends; where there is nothing to show, from 1 to 10."""
    low, high = (min(values), max(values)) if values else (1.0, 10.0)
    return Axis(low=low / 1.4, high=high * 1.4, begin=begin, end=end)


def _short(value: float) -> str:
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"
