"""One tick of this Dialler: renew its shares, then dial for each campaign that it paces."""

from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.dial_due_leads import DialDueLeads
from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.pacing import slots_needed
from domain.campaigns.rate import TokenBucket
from domain.ids import CampaignId
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import PortError
from ports.fleet_desk import FleetDesk
from ports.leases import Leases

PACING_LEASE: Final = 3.0
"""Seconds after which another Dialler paces the campaigns of one that is gone; it is renewed four times a second."""

RUNNING: Final = frozenset({CampaignState.RUNNING})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceCampaigns:
    """A campaign is paced by one Dialler at a time; which one, the lease `pace:<campaign>` says."""

    campaigns: CampaignStore
    leases: Leases
    desk: FleetDesk
    slots: CoreSlots
    trunks: TrunkShares
    rates: AnswerRates
    dial_due_leads: DialDueLeads
    clock: Clock
    dialler: str
    buckets: dict[CampaignId, TokenBucket] = field(default_factory=dict)

    async def __call__(self) -> None:
        mine = [campaign for campaign in await self.campaigns.in_states(RUNNING) if await self._mine(campaign)]
        await self._refresh(mine)
        for campaign in mine:
            try:
                self.buckets[campaign.id] = await self.dial_due_leads(campaign, self._bucket(campaign))
            except PortError as error:
                log.warning("campaign_tick_failed", campaign_id=campaign.id, error=type(error).__name__)

    async def _mine(self, campaign: Campaign) -> bool:
        if campaign.over_at(self.clock.now()):
            return False
        return await self.leases.acquire(f"pace:{campaign.id}", self.dialler, PACING_LEASE) is not None

    async def _refresh(self, mine: list[Campaign]) -> None:
        """Slots for the calls in progress and the answers expected, but not more than all calls at once would need."""
        expected = sum(slots_needed(c.plan.pacing.concurrency, self._rate(c)) for c in mine)
        at_most = sum(c.plan.pacing.concurrency for c in mine)
        await self.slots.refresh(max(self.slots.in_use, min(at_most, self.slots.in_use + expected)))
        try:
            await self.trunks.refresh(await self.desk.trunks())
        except PortError as error:
            log.warning("trunks_not_refreshed", error=type(error).__name__)

    def _rate(self, campaign: Campaign) -> float:
        return self.rates.rate(campaign.id, campaign.plan.pacing.answer_rate)

    def _bucket(self, campaign: Campaign) -> TokenBucket:
        """The campaign's bucket at the rate that its plan has now."""
        rate = campaign.plan.pacing.calls_per_second
        known = self.buckets.get(campaign.id)
        return (
            replace(known, per_second=rate)
            if known
            else TokenBucket(per_second=rate, level=1.0, filled_at=self.clock.now())
        )
