"""An attempt while this Dialler holds it: changed one after the other, its lease renewed beside."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from domain.campaigns.attempt import LEASED, Attempt
from ports.attempt_ledger import AttemptLedger
from ports.clock import Clock

LEASE: Final = timedelta(seconds=10)
RENEW_EVERY: Final = 3.0


@dataclass(slots=True, kw_only=True)
class HeldAttempt:
    """The newest version of an attempt. Raises Stale from `change` once another Dialler has taken it over."""

    attempt: Attempt
    ledger: AttemptLedger
    clock: Clock
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def change(self, step: Callable[[Attempt], Attempt]) -> Attempt:
        async with self._one_at_a_time:
            self.attempt = await self.ledger.save(step(self.attempt))
            return self.attempt

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """The lease is renewed for as long as the context lasts; a lost lease ends the context with Stale."""
        async with asyncio.TaskGroup() as tasks:
            renewing = tasks.create_task(self._keep_renewing())
            try:
                yield
            finally:
                renewing.cancel()

    async def renew(self) -> None:
        await self.change(lambda attempt: attempt.renew(self.clock.now() + LEASE))

    async def _keep_renewing(self) -> None:
        while self.attempt.state in LEASED:
            await self.clock.sleep(RENEW_EVERY)
            if self.attempt.state in LEASED:
                await self.renew()
