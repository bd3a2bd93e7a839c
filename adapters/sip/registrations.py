"""Stays registered with the trunks that want it."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import structlog
from baresip import UserAgent
from baresip.errors import BaresipError, RegistrationError

from adapters.sip.identities import Identities, Identity
from ports.errors import PortError

TRY_AGAIN: Final = 15.0
"""Seconds after a registrar has refused us or has not answered."""

ANSWERING: Final = 5.0
"""Seconds that a registrar has to answer."""

LEAVING: Final = 2.0
"""Seconds that a registrar has to let us go."""

log = structlog.get_logger()


class Registrations:
    """The stack itself renews what it has once been granted."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._kept: dict[Identity, tuple[asyncio.Event, asyncio.Task[None]]] = {}

    async def follow(self, wanted: Iterable[Identity], tasks: asyncio.TaskGroup) -> None:
        """From now on these and no others."""
        those = set(wanted)
        for identity in self._kept.keys() - those:
            await _ended(*self._kept.pop(identity))
        for identity in those - self._kept.keys():
            unwanted = asyncio.Event()
            self._kept[identity] = unwanted, tasks.create_task(self._keep(identity, unwanted))

    async def aclose(self) -> None:
        await asyncio.gather(*(_ended(*kept) for kept in self._kept.values()))
        self._kept.clear()

    async def _keep(self, identity: Identity, unwanted: asyncio.Event) -> None:
        """Ends by an event, because Python 3.11's wait_for, inside the library, may swallow a cancellation."""
        try:
            agent = await self._identities.agent(identity)
        except PortError as error:
            log.warning("sip_account_not_taken", trunk_id=identity.trunk_id, error=type(error).__name__)
            return
        while not await self._registered(agent, identity) and not unwanted.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TRY_AGAIN):
                    await unwanted.wait()
        await unwanted.wait()
        await self._leave(agent, identity)

    async def _registered(self, agent: UserAgent, identity: Identity) -> bool:
        try:
            await agent.register(timeout=ANSWERING)
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


async def _ended(unwanted: asyncio.Event, task: asyncio.Task[None]) -> None:
    unwanted.set()
    await asyncio.wait([task])
