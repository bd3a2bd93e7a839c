"""Ends campaigns: their last leads when their time is over, and themselves when nothing is left to do."""

from dataclasses import dataclass
from typing import Final

from domain.calls.outcome import LeadEnd, Outcome
from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.lead import Lead, LeadState
from ports.attempt_ledger import AttemptLedger
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import Stale
from ports.lead_store import LeadStore

BATCH: Final = 500
ENDING: Final = frozenset({CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.DRAINING})


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCampaigns:
    """Any Dialler may do it, a batch of leads at a time; calls in progress are never touched."""

    campaigns: CampaignStore
    leads: LeadStore
    attempts: AttemptLedger
    clock: Clock

    async def __call__(self) -> None:
        for campaign in await self.campaigns.in_states(ENDING):
            try:
                await self._end(campaign)
            except Stale:
                continue

    async def _end(self, campaign: Campaign) -> None:
        over = campaign.over_at(self.clock.now())
        if over:
            await self._end_leads(campaign)
        if await self._done(campaign, over=over):
            drained = campaign.drain() if campaign.state is CampaignState.PAUSED else campaign
            await self.campaigns.save(drained.complete(at=self.clock.now()))

    async def _end_leads(self, campaign: Campaign) -> None:
        for lead in await self.leads.waiting(campaign.brand, campaign.id, limit=BATCH):
            try:
                await self.leads.save(lead.finish(_end_of(lead)))
            except Stale:
                continue

    async def _done(self, campaign: Campaign, *, over: bool) -> bool:
        """A paused campaign is done only when its time is over; an empty one has not begun."""
        counts = await self.leads.counts(campaign.brand, campaign.id)
        busy = counts.get(LeadState.DIALLING, 0) + (await self.attempts.in_flight(campaign.brand, campaign.id)).total
        open_ = busy + counts.get(LeadState.WAITING, 0) + counts.get(LeadState.LEASED, 0)
        if campaign.state is CampaignState.DRAINING:
            return busy == 0
        if over:
            return open_ == 0
        return campaign.state is CampaignState.RUNNING and bool(counts) and open_ == 0


def _end_of(lead: Lead) -> LeadEnd | Outcome:
    """What its last attempt came to, or that nobody came to it."""
    return lead.last_outcome or LeadEnd.CAMPAIGN_ENDED
