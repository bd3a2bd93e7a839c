"""Hours of a week in somebody's own time: when they are open, and when they open next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from domain.errors import Fault
from domain.limits import Between

LOOK_AHEAD: Final = timedelta(days=15)
WEEK: Final = tuple(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `opens` to just before `closes`, on one day; `closes` of 00:00 is the end of the day."""

    opens: time
    closes: time

    def holds(self, at: time) -> bool:
        return self.opens <= at and (at < self.closes or self.closes == time.min)


ALL_DAY: Final = Span(opens=time.min, closes=time.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """The spans of some days of the week; Monday is 0."""

    days: tuple[Annotated[int, Between(0, 6)], ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingHours:
    """When numbers may ring. A number's region may have stricter hours than the rest; holidays have none."""

    default: tuple[DayHours, ...] = (DayHours(days=WEEK, spans=(ALL_DAY,)),)
    by_region: Mapping[str, tuple[DayHours, ...]] = field(default_factory=dict)
    holidays: tuple[date, ...] = ()

    def open_at(self, at: datetime, region: str, zones: tuple[str, ...]) -> bool:
        """Open in every zone where the number may be: a number of several zones is never rung too early or late."""
        return all(self._open_locally(at.astimezone(ZoneInfo(zone)), region) for zone in zones or ("UTC",))

    def next_open(self, at: datetime, region: str, zones: tuple[str, ...]) -> datetime | None:
        """The first instant at or after `at` when they are open; None when there is none within fifteen days."""
        if self.open_at(at, region, zones):
            return at
        for instant in self._edges(at, region, zones or ("UTC",)):
            if self.open_at(instant, region, zones):
                return instant
        return None

    def _open_locally(self, local: datetime, region: str) -> bool:
        if local.date() in self.holidays:
            return False
        return any(span.holds(local.time()) for span in self._spans(local.weekday(), region))

    def _spans(self, weekday: int, region: str) -> Iterator[Span]:
        for hours in self.by_region.get(region, self.default):
            if weekday in hours.days:
                yield from hours.spans

    def _edges(self, at: datetime, region: str, zones: tuple[str, ...]) -> list[datetime]:
        """Every instant at which some zone's hours open; only there can all of them become open."""
        edges = set()
        for zone in map(ZoneInfo, zones):
            today = at.astimezone(zone).date()
            for day in (today + timedelta(days=n) for n in range(LOOK_AHEAD.days + 1)):
                for span in self._spans(day.weekday(), region):
                    opens = datetime.combine(day, span.opens, zone).astimezone(UTC)
                    if opens > at:
                        edges.add(opens)
        return sorted(edges)


def hours_faults(hours: CallingHours, field_name: str) -> Iterator[Fault]:
    """Each thing that cannot be, such as a span that closes before it opens."""
    rows = {f"{field_name}.default": hours.default}
    rows |= {f"{field_name}.by_region.{region}": days for region, days in hours.by_region.items()}
    for name, days in rows.items():
        for index, row in enumerate(days):
            if not row.days or set(row.days) - set(WEEK):
                yield Fault(field=f"{name}[{index}].days", reason="must be days from 0 (Monday) to 6")
            for span in row.spans:
                if span.closes <= span.opens and span.closes != time.min:
                    yield Fault(field=f"{name}[{index}].spans", reason="must close after it opens")
