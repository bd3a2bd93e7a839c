"""The time zones of a region, for numbers that say nothing narrower."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources


def zones_of(region: str) -> tuple[str, ...]:
    """All zones of an ISO 3166 region; UTC for what is no place on earth, such as +800."""
    return _by_region().get(region, ("UTC",))


@cache
def _by_region() -> Mapping[str, tuple[str, ...]]:
    """From `zone.tab` of the IANA database: region, coordinates, zone, and remarks, apart by tabs."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    zones: dict[str, list[str]] = defaultdict(list)
    for line in table.splitlines():
        if line and not line.startswith("#"):
            region, _, zone = line.split("\t")[:3]
            zones[region].append(zone)
    return {region: tuple(names) for region, names in zones.items()}
