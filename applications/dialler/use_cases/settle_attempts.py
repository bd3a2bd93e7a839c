"""Tells leads what came of their attempts: another try is due, or they are done."""

import hashlib
from dataclasses import dataclass
from typing import Final

import structlog

from domain.calls.outcome import NOT_AN_ATTEMPT, Outcome
from domain.campaigns.attempt import Attempt
from domain.campaigns.campaign import Campaign
from domain.campaigns.lead import Lead, LeadState
from domain.measures import ATTEMPTS
from ports.attempt_ledger import AttemptLedger
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import Stale
from ports.lead_store import LeadStore
from ports.metrics import UNMEASURED, Metrics

BATCH: Final = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAttempts:
    """Any Dialler may do it, and two at once do no harm: the lead's version decides who was first."""

    attempts: AttemptLedger
    leads: LeadStore
    campaigns: CampaignStore
    clock: Clock
    metrics: Metrics = UNMEASURED

    async def __call__(self) -> int:
        """How many were settled."""
        settled = 0
        for attempt in await self.attempts.unsettled(limit=BATCH):
            try:
                settled += await self._settle(attempt)
            except Stale:
                continue  # somebody else was first
        return settled

    async def _settle(self, attempt: Attempt) -> bool:
        lead = await self.leads.get(attempt.brand, attempt.lead_id)
        if lead.next_attempt_id == attempt.id and lead.state is not LeadState.DONE:
            return False  # opened, and the lead not marked yet: the next claim does that
        if lead.state is LeadState.DIALLING and lead.attempt_id == attempt.id and attempt.outcome:
            campaign = await self.campaigns.get(attempt.brand, attempt.campaign_id)
            await self.leads.save(self._told(lead, campaign, attempt, attempt.outcome))
        await self.attempts.save(attempt.settle())
        outcome = attempt.outcome.value if attempt.outcome else "none"
        self.metrics.count(ATTEMPTS, outcome)
        log.info("attempt_settled", call_id=attempt.call_id, attempt_id=attempt.id, outcome=outcome)
        return True

    def _told(self, lead: Lead, campaign: Campaign, attempt: Attempt, outcome: Outcome) -> Lead:
        counts = outcome not in NOT_AN_ATTEMPT
        now = self.clock.now()
        due = campaign.plan.retries.next_due(
            outcome, attempts=lead.attempts + counts, tries=lead.tries, at=now, chance=_chance(attempt.id)
        )
        ends = campaign.plan.ends_at
        if due is None or (ends is not None and due >= ends):
            return lead.finish(outcome, outcome=outcome, counts=counts)
        return lead.try_again(outcome, due_at=due, counts=counts)


def _chance(attempt_id: str) -> float:
    """Between 0 and 1, the same for the same attempt, so that a repeated step decides alike."""
    return int.from_bytes(hashlib.sha256(attempt_id.encode()).digest()[:4]) / 2**32
