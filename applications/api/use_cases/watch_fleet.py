"""Asks every Core how it is, and ends the calls of those that are gone."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from applications.api.use_cases.conclude_call import ConcludeCall
from domain.calls.call import Call
from domain.calls.outcome import Outcome
from domain.routing.fleet import CoreServer
from ports.call_store import CallStore
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import PortError, Stale
from ports.fleet_registry import FleetRegistry
from ports.messages.core import CoreHealth
from ports.rooms import Rooms

BEAT_SECONDS: Final = 0.8
"""From the beginning of a round to that of the next, unless a Core takes longer not to answer: two misses are seen,
and rooms closed, within three seconds, whether a Core is dead or hangs."""

ANSWER_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 2.0
PATIENCE: Final = timedelta(seconds=120)
"""How long a Core that is gone has to come back with its journals before its calls are concluded without it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFleet:
    """One round over the whole fleet, all Cores at once: one that hangs makes no other late. It lasts for one beat."""

    fleet: FleetRegistry
    cores: CoreGateway
    calls: CallStore
    rooms: Rooms
    conclude: ConcludeCall
    clock: Clock

    async def __call__(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.clock.sleep(BEAT_SECONDS))
            for server in await self.fleet.all():
                tasks.create_task(self._watch(server))

    async def _watch(self, server: CoreServer) -> None:
        seen = await self._ask(server)
        try:
            await self._end_lost_calls(seen)
            await self.fleet.put(seen)
        except Stale:
            return  # an operator has changed it; the next round sees what became of it
        except PortError as error:
            log.warning("core_not_watched", server_id=server.id, error=type(error).__name__)
            return
        if seen.state is not server.state:
            log.info("core_state", server_id=seen.id, state=seen.state.value, run=seen.run)

    async def _ask(self, server: CoreServer) -> CoreServer:
        health = await self._health(server)
        at = self.clock.now()
        if health is None:
            return server.miss(at=at)
        if health.server_id != server.id:
            log.warning("core_has_another_name", server_id=server.id, answers_as=health.server_id)
            return server.miss(at=at)
        return server.beat(
            capacity=health.capacity,
            live=health.live,
            release=health.release,
            run=health.run,
            draining=health.draining,
            at=at,
        )

    async def _health(self, server: CoreServer) -> CoreHealth | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self.cores.health(server.url)
        except (PortError, TimeoutError):
            return None

    async def _end_lost_calls(self, server: CoreServer) -> None:
        """Before the new life of a Core is stored: a crash in between only does it again."""
        if not server.may_have_lost_calls:
            return
        now = self.clock.now()
        live = await self.calls.live_on(server.id)
        try:
            async with asyncio.timeout(CLOSE_SECONDS), asyncio.TaskGroup() as tasks:
                for call in live:
                    since = server.lost_since(call.live_at or call.created_at)
                    if since is not None:
                        tasks.create_task(self._end(call, since, now))
        except TimeoutError:
            log.warning("lost_calls_not_ended_in_time", server_id=server.id)

    async def _end(self, call: Call, since: datetime, now: datetime) -> None:
        try:
            await self.rooms.close(call.id)
            if now - since >= PATIENCE:
                await self.conclude(call.brand, call.id, Outcome.CORE_LOST, detail="core_never_returned")
        except PortError as error:
            log.warning("lost_call_not_ended_yet", call_id=call.id, error=type(error).__name__)
