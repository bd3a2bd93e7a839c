"""Stores an attempt's intent and its call before anything rings, then lets it run."""

from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from applications.dialler.held_attempt import LEASE
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.run_attempt import RunAttempt
from domain.calls.call import Call, Direction, Origin
from domain.campaigns.attempt import Attempt
from domain.campaigns.campaign import Campaign
from domain.campaigns.lead import Lead
from domain.campaigns.pacing import Limit
from domain.ids import CallId
from domain.lease import Lease
from domain.routing.trunk import Trunk
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import Stale
from ports.lead_store import LeadStore

Start = Callable[[Coroutine[Any, Any, None]], None]
"""Lets something run beside, in a task group that the Dialler waits for."""

PUT_OFF: Final[Mapping[Limit, timedelta]] = {
    Limit.TRUNK_CHANNELS: timedelta(seconds=1),
    Limit.TRUNK_CALLS_PER_SECOND: timedelta(seconds=1),
    Limit.NO_TRUNK: timedelta(seconds=30),
    Limit.TRUNK_DISABLED: timedelta(seconds=30),
}
"""How long a lead waits that has no way out now: others, by other trunks, are not to wait behind it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """The ids of attempt and call follow from the lead's, so that no try can be made twice, whoever makes it."""

    leads: LeadStore
    attempts: AttemptLedger
    calls: CallStore
    trunks: TrunkShares
    run_attempt: RunAttempt
    clock: Clock
    dialler: str
    start: Start

    async def __call__(self, campaign: Campaign, lead: Lead, shown: Counter[str]) -> Limit | None:
        """None once it runs; otherwise what it lacked. The lead is due again; one without a way out, after PUT_OFF.

        `shown` are the calls of the last 24 hours by the number that was shown; this one is added. Several may be
        opened side by side: number, trunk and its rate are taken before anything is waited for.
        """
        trunk = self.trunks.choose(campaign.brand, lead.phone.e164)
        caller = campaign.plan.numbers.choose(lead.phone.e164, shown)
        if isinstance(trunk, Limit):
            await self._give_back(lead, due_at=self.clock.now() + PUT_OFF[trunk])
            return trunk
        if caller is None:
            await self._give_back(lead, due_at=lead.due_at)
            return Limit.NO_CALLER_NUMBER
        shown[caller.e164] += 1
        attempt = self._attempt(campaign, lead, trunk, caller.e164)
        call = self._call(campaign, lead, attempt)
        new, stored = self.trunks.take(call.id, trunk.id), None
        try:
            stored = await self._store(attempt, call, lead)
        finally:
            if new and stored is None:
                self.trunks.give_back(call.id)
        if stored is not None:
            log.info("attempt_opened", call_id=call.id, attempt_id=attempt.id, campaign_id=campaign.id)
            self.start(self.run_attempt(stored, call, campaign.plan.answers))
        return None

    async def _store(self, attempt: Attempt, call: Call, lead: Lead) -> Attempt | None:
        """None when it was opened before, such as before a crash; whoever has it, or recovers it, settles the lead."""
        try:
            attempt = await self.attempts.open(attempt)
        except Stale:
            await self._mark(lead)
            return None
        await self._add(call)
        await self._mark(lead)
        return attempt

    def _attempt(self, campaign: Campaign, lead: Lead, trunk: Trunk, caller: str) -> Attempt:
        now = self.clock.now()
        return Attempt(
            id=lead.next_attempt_id,
            brand=campaign.brand,
            campaign_id=campaign.id,
            lead_id=lead.id,
            call_id=CallId(f"call_{lead.next_attempt_id}"),
            number=lead.tries + 1,
            phone=lead.phone.e164,
            caller_number=caller,
            trunk_id=trunk.id,
            opened_at=now,
            lease=Lease(holder=self.dialler, until=now + LEASE, fence=1),
        )

    def _call(self, campaign: Campaign, lead: Lead, attempt: Attempt) -> Call:
        origin = Origin(
            campaign_id=campaign.id,
            lead_id=lead.id,
            attempt_id=attempt.id,
            external_id=lead.external_id or None,
        )
        return Call(
            id=attempt.call_id,
            brand=campaign.brand,
            direction=Direction.CAMPAIGN,
            bot_id=campaign.bot_id,
            bot_version=campaign.bot_version or 1,
            phone=attempt.phone,
            caller_number=attempt.caller_number,
            trunk_id=attempt.trunk_id,
            created_at=attempt.opened_at,
            origin=origin,
            variables=lead.variables,
        )

    async def _add(self, call: Call) -> None:
        try:
            await self.calls.add(call)
        except Stale:
            return  # stored by an earlier life of this attempt

    async def _mark(self, lead: Lead) -> None:
        try:
            await self.leads.save(lead.dial())
        except Stale:
            return  # its claim ran out; the next claimer finds the attempt and marks it

    async def _give_back(self, lead: Lead, *, due_at: datetime) -> None:
        try:
            await self.leads.save(lead.give_back(due_at=due_at))
        except Stale:
            return
