"""How every benchmark is asked for and told: `--short`, a table, `benchmarks/out/<name>.json`, and a plot."""

import argparse
import dataclasses
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.chart import Line, Panel, Point, chart
from benchmarks.rounds import Row, Spread

OUT: Final = Path(__file__).resolve().parent / "out"
FIGURES: Final = Path(__file__).resolve().parents[1] / "docs" / "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plotted:
    """A panel of the plot: one figure, of all sides or of those whose names begin with `of`."""

    figure: str
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run of one benchmark. `size` says what its sizes count; `upright` is for few sides with many figures."""

    name: str
    title: str
    size: str
    rows: Sequence[Row]
    rounds: int
    short: bool
    out: Path
    plotted: Sequence[Plotted] = ()
    upright: bool = False

    def publish(self) -> None:
        """Prints the table and writes the files. A short run is no measurement, so its plot stays among the JSON."""
        print(f"{self.title}\n{_said(machine())}, {self.rounds} rounds{', short form' if self.short else ''}\n")
        print(upright(self.size, self.rows) if self.upright else table(self.size, self.rows))
        self.out.mkdir(exist_ok=True)
        (self.out / f"{self.name}.json").write_text(json.dumps(self._plain(), indent=2) + "\n")
        if self.plotted:
            folder = self.out if self.short else FIGURES
            folder.mkdir(exist_ok=True)
            (folder / f"{self.name}.svg").write_text(self._plot())

    def _plain(self) -> dict[str, Any]:
        rows = [dataclasses.asdict(row) for row in self.rows]
        facts = {"name": self.name, "title": self.title, "size": self.size, "short": self.short, "rounds": self.rounds}
        return {**facts, "machine": machine(), "rows": rows}

    def _plot(self) -> str:
        panels = [Panel(title=f"{plotted.of}{plotted.figure}", lines=self._lines(plotted)) for plotted in self.plotted]
        return chart(self.title, self.size, panels)

    def _lines(self, plotted: Plotted) -> list[Line]:
        points: dict[str, list[Point]] = {}
        for row in self.rows:
            spread = row.figures.get(plotted.figure)
            if spread and row.side.startswith(plotted.of):
                point = (row.size, spread.median, spread.least, spread.most)
                points.setdefault(row.side.removeprefix(plotted.of), []).append(point)
        return [Line(name=side, points=found) for side, found in points.items()]


def arguments(description: str | None) -> argparse.ArgumentParser:
    """With `--short`, which each script has: a form of a few seconds, so that it cannot rot."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="small sizes, one round: to see that it runs")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the JSON file (default: benchmarks/out)")
    return parser


def machine() -> dict[str, str | int]:
    """What a figure depends on beside the code."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.now(UTC).date().isoformat(),
    }


def table(size: str, rows: Sequence[Row]) -> str:
    """As Markdown: a line for each side and size; a figure's middle, and behind it the least and most of all rounds."""
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    lines = [["", size, *names]]
    lines += [[row.side, f"{row.size:,}", *(_cell(row.figures.get(name)) for name in names)] for row in rows]
    return _markdown(lines)


def upright(size: str, rows: Sequence[Row]) -> str:
    """The same with a line for each figure."""
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    lines = [[size, *(f"{row.side}, {row.size:,}" for row in rows)]]
    return _markdown(lines + [[name, *(_cell(row.figures.get(name)) for row in rows)] for name in names])


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    head, *body = (" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in (head, rule, *body)).replace(f"| {rule} |", f"|-{rule}-|")


def _cell(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    if spread.least == spread.most:
        return _number(spread.median)
    return f"{_number(spread.median)} ({_number(spread.least)}–{_number(spread.most)})"


def _number(value: float) -> str:
    if abs(value) >= 100 or value in range(-10, 10):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _said(facts: dict[str, str | int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())
