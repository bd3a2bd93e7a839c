"""Times as whole numbers, so that they sort and compare the same in memory and in every store."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - EPOCH) // MICROSECOND


def instant(value: int) -> datetime:
    """The time that `micros` gave that number."""
    return EPOCH + value * MICROSECOND
