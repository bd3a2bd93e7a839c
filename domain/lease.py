"""A hold on something for a limited time, numbered so that a late holder can be told."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who holds it until when. `fence` grows with every new holder; a write with an old one is stale."""

    holder: str
    until: datetime
    fence: int

    def runs_at(self, at: datetime) -> bool:
        return at < self.until
