"""Stays registered with the trunks that want it."""

import asyncio
from collections.abc import Iterable
from typing import Final

import structlog
from baresip import UserAgent
from baresip.errors import BaresipError, RegistrationError

from adapters.sip.identities import Identities, Identity
from ports.clock import Clock
from ports.errors import PortError

TRY_AGAIN: Final = 15.0
"""Seconds after a registrar has refused us or has not answered."""

LEAVING: Final = 2.0
"""Seconds that a registrar has to let us go."""

log = structlog.get_logger()


class Registrations:
    """The stack itself renews what it has once been granted."""

    def __init__(self, identities: Identities, clock: Clock) -> None:
        self._identities = identities
        self._clock = clock
        self._kept: dict[Identity, asyncio.Task[None]] = {}

    async def follow(self, wanted: Iterable[Identity], tasks: asyncio.TaskGroup) -> None:
        """From now on these and no others."""
        those = set(wanted)
        for identity in self._kept.keys() - those:
            await self._end(self._kept.pop(identity))
        for identity in those - self._kept.keys():
            self._kept[identity] = tasks.create_task(self._keep(identity))

    async def aclose(self) -> None:
        await asyncio.gather(*map(self._end, self._kept.values()))
        self._kept.clear()

    async def _end(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait([task])

    async def _keep(self, identity: Identity) -> None:
        try:
            agent = await self._identities.agent(identity)
        except PortError as error:
            log.warning("sip_account_not_taken", trunk_id=identity.trunk_id, error=type(error).__name__)
            return
        try:
            while not await self._registered(agent, identity):
                await self._clock.sleep(TRY_AGAIN)
            await asyncio.get_running_loop().create_future()  # until it is not wanted any more
        finally:
            await self._leave(agent, identity)

    async def _registered(self, agent: UserAgent, identity: Identity) -> bool:
        try:
            await agent.register()
        except BaresipError as error:
            status = error.status if isinstance(error, RegistrationError) else None
            log.warning("sip_not_registered", trunk_id=identity.trunk_id, status=status)
            return False
        log.info("sip_registered", trunk_id=identity.trunk_id)
        return True

    async def _leave(self, agent: UserAgent, identity: Identity) -> None:
        try:
            await agent.unregister(timeout=LEAVING)
        except BaresipError as error:
            log.warning("sip_not_unregistered", trunk_id=identity.trunk_id, error=type(error).__name__)
