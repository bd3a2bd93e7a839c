"""Runs the trials: each kills one process at one step of some call, while small campaigns run one after the other."""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.delivery_log import SqliteDeliveryLog
from contract_tests.faults.steps import STEPS, Step
from contract_tests.faults.system import Kill, System
from contract_tests.faults.waiting import until
from domain.campaigns.campaign import CampaignState
from domain.crm.delivery import DeliveryState
from domain.ids import DEFAULT_BRAND, CampaignId

ENDS_WITHIN: Final = 150.0
MANY: Final = 100
MOST_OPEN: Final = 10
"""Campaigns at once: each brings twelve leads to a system for sixty calls."""


@dataclass(kw_only=True)
class Trial:
    """`kills` has one proof for each point that fired; at `ready_at`, in seconds since 1970, all were back."""

    name: str
    step: Step
    kills: list[Kill] = field(default_factory=list)
    seconds: float = 0.0
    ready_at: float = 0.0

    @property
    def void(self) -> bool:
        return len(self.kills) < 1 + (self.step.first is not None)


def planned(count: int, seed: int, only: str = "") -> list[Trial]:
    """Steps of all kinds in an order of chance, each as often as any other. Those of API and Dialler come first in a
    short run: their claims take longest to run out."""
    chance = random.Random(seed)  # noqa: S311  # a choice of trials, no secret
    steps = [step for step in STEPS if only in str(step)]
    chosen: list[Step] = []
    while len(chosen) < count:
        chosen += chance.sample(steps, len(steps))
    chosen = chosen[:count]
    if count < MANY:
        chosen.sort(key=lambda step: step.point.process not in {"api", "dialler"})
    return [Trial(name=f"{index:04}", step=step) for index, step in enumerate(chosen)]


class Trials:
    """All of them on one system."""

    def __init__(self, system: System, trials: Sequence[Trial], patience: float) -> None:
        self._system = system
        self._trials = trials
        self._patience = patience
        self._campaigns: list[CampaignId] = []

    async def run(self) -> None:
        """Returns when all campaigns are over and everybody has been told, or when time is up: the checks say what is
        missing then."""
        for trial in self._trials:
            began = time.monotonic()
            await self._room()
            await self._one(trial)
            trial.seconds = time.monotonic() - began
            sys.stdout.write(f"  {trial.seconds:5.1f} s  {'VOID ' * trial.void}{trial.step}\n")
            sys.stdout.flush()
        await self._all_over()

    async def _one(self, trial: Trial) -> None:
        begun = await self._system.stage.begin(trial.name)
        self._campaigns.append(begun)
        for index, point in enumerate(filter(None, (trial.step.first, trial.step.point))):
            kill = await self._system.die(f"{trial.name}.{index}", point)
            if kill is None:
                break
            trial.kills.append(kill)
        await self._system.ready()
        trial.ready_at = time.time()

    async def _room(self) -> None:
        await until(self._has_room, ENDS_WITHIN, every=0.1)

    async def _has_room(self) -> bool:
        return len(await self._open()) < MOST_OPEN

    async def _open(self) -> list[CampaignId]:
        store = SqliteCampaignStore(self._system.stage.file)
        found = [await store.get(DEFAULT_BRAND, campaign_id) for campaign_id in self._campaigns]
        return [campaign.id for campaign in found if campaign.state is not CampaignState.COMPLETED]

    async def _all_over(self) -> None:
        await until(self._is_over, self._patience, every=0.2)

    async def _is_over(self) -> bool:
        file, core = self._system.stage.file, self._system.folder / "core"
        if await self._open() or await SqliteCallStore(file).unrelayed(limit=1):
            return False
        counts = await SqliteCallStore(file).counts(DEFAULT_BRAND, campaign_id=None)
        if set(counts) & {"state.planned", "state.live"}:
            return False
        if (await SqliteDeliveryLog(file).counts(DEFAULT_BRAND)).get(DeliveryState.PENDING, 0):
            return False
        return not [*core.rglob("outbox/*.parcel"), *core.rglob("journals/[!.]*")]
