"""One process after the other is killed or paused, for as long as it is told."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

import httpx

from contract_tests.faults.crew.members import Crew, Member

EVERY: Final = 1.0
"""Seconds from one deed to the next, unless somebody is not healthy yet."""

SHORT: Final = (1.0, 6.0)
LONG: Final = 14.0
"""Seconds of a pause: one is longer than the lease of an attempt, and than it takes others to find out."""


@dataclass(kw_only=True)
class Trouble:
    """`deeds` counts what was done, such as `killed api`. Nobody touches a second one of a kind during a pause."""

    crew: Crew
    chance: Random
    deeds: Counter[str] = field(default_factory=Counter)
    _resting: Member | None = None

    async def make(self, seconds: float) -> None:
        """The first deed is a long pause of the Dialler that has most to do."""
        end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as pauses:
            self._pause(pauses, await busiest_dialler(self.crew), LONG)
            while time.monotonic() < end:
                await asyncio.sleep(EVERY)
                await self.crew.healthy(but=self._resting)
                self._strike(pauses)
        await self.crew.healthy()

    def _strike(self, pauses: asyncio.TaskGroup) -> None:
        resting = self._resting.kind if self._resting else "exchange"
        victims = [one for one in self.crew.members.values() if one.kind not in {"exchange", resting}]
        victim = self.chance.choice(victims)
        if self._resting is None and self.chance.random() < 0.5:
            seconds = LONG if self.chance.random() < 0.3 else self.chance.uniform(*SHORT)
            self._pause(pauses, victim, seconds)
        else:
            self.deeds[f"killed {victim.kind}"] += 1
            victim.kill()

    def _pause(self, pauses: asyncio.TaskGroup, victim: Member, seconds: float) -> None:
        self.deeds[f"paused {victim.kind}"] += 1
        self._resting = victim
        pauses.create_task(self._rest(victim, seconds))

    async def _rest(self, victim: Member, seconds: float) -> None:
        await victim.pause(seconds)
        self._resting = None


async def busiest_dialler(crew: Crew) -> Member:
    """The one with most attempts that nobody talks in yet, once somebody has three."""
    diallers = [member for member in crew.members.values() if member.kind == "dialler"]
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            at_work = {member.name: await _dialling(http, member) for member in diallers}
            name = max(at_work, key=lambda each: at_work[each])
            if at_work[name] >= 3:
                return crew.members[name]
            await asyncio.sleep(0.05)


async def _dialling(http: httpx.AsyncClient, dialler: Member) -> int:
    health = (await http.get(f"{dialler.url}/health")).json()
    return int(health["running"] - health["seats"])
