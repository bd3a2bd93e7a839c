"""The Cores that calls can go to, and which of them to choose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import ServerId

MISSED_BEATS: Final = 2
"""A Core that misses this many health checks is quarantined, and its calls are ended."""


class ServerState(StrEnum):
    HEALTHY = "healthy"
    DRAINING = "draining"  # finishes its calls, takes no new ones
    QUARANTINED = "quarantined"  # does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreServer:
    """One Core of the fleet. `run` is the id of its process's life: a new one means that its calls are gone."""

    id: ServerId
    url: str
    region: str = ""
    weight: float = 1.0
    capacity: int = 0
    live: int = 0
    release: str = ""
    run: str = ""
    state: ServerState = ServerState.QUARANTINED
    missed: int = MISSED_BEATS
    seen_at: datetime | None = None
    version: int = 0

    def beat(self, *, capacity: int, live: int, release: str, run: str, draining: bool, at: datetime) -> "CoreServer":
        """It answered its health check."""
        state = ServerState.DRAINING if draining else ServerState.HEALTHY
        return replace(self, capacity=capacity, live=live, release=release, run=run, state=state, missed=0, seen_at=at)

    def miss(self) -> "CoreServer":
        """It did not answer."""
        missed = self.missed + 1
        return replace(self, missed=missed, state=ServerState.QUARANTINED if missed >= MISSED_BEATS else self.state)


def by_headroom(servers: Iterable[CoreServer], held: Mapping[ServerId, int], region: str = "") -> list[CoreServer]:
    """Healthy servers with room, best first: same region, then most weighted free slots. `held` are slots taken."""
    known = list(servers)
    free = {s.id: s.capacity - held.get(s.id, 0) for s in known}
    fit = [s for s in known if s.state is ServerState.HEALTHY and free[s.id] > 0]
    return sorted(fit, key=lambda s: (s.region != region, -free[s.id] * s.weight, s.id))
