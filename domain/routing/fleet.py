"""The Cores that calls can go to, and which of them to choose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import ServerId

MISSED_BEATS: Final = 2
"""A Core that misses this many health checks is quarantined, and its calls are ended."""

PARTS: Final = 20
"""A block of slots is spread in at most about this many steps, however large it is."""


class ServerState(StrEnum):
    HEALTHY = "healthy"
    DRAINING = "draining"  # finishes its calls, takes no new ones
    QUARANTINED = "quarantined"  # does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreServer:
    """One Core of the fleet. `run` is the id of its process's life: a new one means that its calls are gone.

    `gone_until` is the last instant at which the life before this one may have taken a call.
    """

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
    missed_at: datetime | None = None
    gone_until: datetime | None = None
    version: int = 0

    def beat(self, *, capacity: int, live: int, release: str, run: str, draining: bool, at: datetime) -> "CoreServer":
        """It answered its health check."""
        state = ServerState.DRAINING if draining else ServerState.HEALTHY
        seen = replace(self, capacity=capacity, live=live, release=release, run=run, state=state, missed=0, seen_at=at)
        if self.run in {"", run}:
            return seen
        return replace(seen, gone_until=self.missed_at if self.missed and self.missed_at else self.seen_at)

    def miss(self, *, at: datetime) -> "CoreServer":
        """It did not answer."""
        missed = self.missed + 1
        state = ServerState.QUARANTINED if missed >= MISSED_BEATS else self.state
        return replace(self, missed=missed, missed_at=at, state=state)

    @property
    def may_have_lost_calls(self) -> bool:
        return self.missed >= MISSED_BEATS or self.gone_until is not None

    def lost_since(self, live_at: datetime) -> datetime | None:
        """Since when it has been without a call that became live in it at `live_at`; None while it has it."""
        if self.missed >= MISSED_BEATS:
            return self.seen_at or live_at
        return self.gone_until if self.gone_until and live_at <= self.gone_until else None


def by_headroom(servers: Iterable[CoreServer], held: Mapping[ServerId, int], region: str = "") -> list[CoreServer]:
    """Healthy servers with room, best first: same region, then most weighted free slots. `held` are slots taken."""
    known = list(servers)
    free = {s.id: s.capacity - held.get(s.id, 0) for s in known}
    fit = [s for s in known if s.state is ServerState.HEALTHY and free[s.id] > 0]
    return sorted(fit, key=lambda s: (s.region != region, -free[s.id] * s.weight, s.id))


def spread(
    servers: Iterable[CoreServer], others: Mapping[ServerId, int], mine: Mapping[ServerId, int], slots: int
) -> dict[ServerId, int]:
    """A holder's block of `slots` over the healthy servers, where `others` hold what they hold.

    What it has stays where it is, as far as there is room; what is lacking goes where most is free, in parts, so that
    no server gets it all; what is too much is given back where least is free.
    """
    healthy = [s for s in servers if s.state is ServerState.HEALTHY]
    block = {s.id: max(0, min(mine.get(s.id, 0), s.capacity - others.get(s.id, 0))) for s in healthy}
    part = max(1, slots // PARTS)
    while (lacking := slots - sum(block.values())) > 0:
        held = {s.id: others.get(s.id, 0) + block[s.id] for s in healthy}
        best = next(iter(by_headroom(healthy, held)), None)
        if best is None:
            return block
        block[best.id] += min(part, lacking, best.capacity - held[best.id])
    for server in sorted(healthy, key=lambda s: s.capacity - others.get(s.id, 0) - block[s.id]):
        given_back = min(block[server.id], max(0, sum(block.values()) - slots))
        block[server.id] -= given_back
    return block
