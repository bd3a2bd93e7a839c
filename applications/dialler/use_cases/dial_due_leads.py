"""One tick of one campaign: how many calls to start, and for which leads."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.open_attempt import PUT_OFF, OpenAttempt
from domain.campaigns.campaign import Campaign
from domain.campaigns.gate import END_OF_REASON, Record, Refusal, refusal
from domain.campaigns.lead import Lead
from domain.campaigns.pacing import Limit, PacingAnswer, Snapshot, calls_to_start, dials_covered
from domain.campaigns.pulse import Pulse
from domain.campaigns.rate import TokenBucket
from domain.ids import BrandId, CampaignId
from ports.attempt_ledger import AttemptLedger, InFlight
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.dnc_list import DncList
from ports.errors import Stale
from ports.lead_store import LeadStore

CLAIM: Final = timedelta(seconds=10)
"""How long a claimed lead is held; a tick takes milliseconds."""

ROUNDS: Final = 5
"""Leads that the gate refuses make room for others in the same tick, so many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialDueLeads:
    """Called by the one Dialler that paces the campaign."""

    campaigns: CampaignStore
    leads: LeadStore
    attempts: AttemptLedger
    dnc: DncList
    slots: CoreSlots
    trunks: TrunkShares
    rates: AnswerRates
    open_attempt: OpenAttempt
    clock: Clock
    dialler: str
    put_off: dict[CampaignId, tuple[Limit, datetime]] = field(default_factory=dict)
    """What leads lack that wait for it, and until when they do."""

    async def __call__(self, campaign: Campaign, bucket: TokenBucket) -> TokenBucket:
        """Starts what may be started, says in the campaign's pulse what kept it from more, and returns the bucket
        of the campaign's calls per second as it is now."""
        bucket = bucket.at(self.clock.now())
        in_flight = await self.attempts.in_flight(campaign.brand, campaign.id)
        answer = await self._answer(campaign, bucket, in_flight)
        started, limit = await self._start(campaign, answer)
        await self._pulse(campaign, limit, in_flight, started)
        return bucket.take(started)

    async def _answer(self, campaign: Campaign, bucket: TokenBucket, in_flight: InFlight) -> PacingAnswer:
        if not self.slots.reachable:
            return PacingAnswer(calls=0, limit=Limit.NO_API)
        if self.slots.cores == 0:
            return PacingAnswer(calls=0, limit=Limit.NO_CORE)
        if (lacking := self.trunks.lacking(campaign.brand)) is not None:
            return PacingAnswer(calls=0, limit=lacking)
        pacing = campaign.plan.pacing
        due = await self.leads.due(campaign.brand, campaign.id, at=self.clock.now(), limit=pacing.concurrency * ROUNDS)
        return calls_to_start(
            pacing,
            Snapshot(
                in_flight=in_flight.total,
                due=due,
                tokens=bucket.whole,
                trunk_tokens=self.trunks.tokens(campaign.brand),
                trunk_channels=self.trunks.channels(campaign.brand),
                core_slots=dials_covered(
                    self.slots.free, in_flight.ringing, self.rates.rate(campaign.id, pacing.answer_rate)
                ),
            ),
        )

    async def _start(self, campaign: Campaign, answer: PacingAnswer) -> tuple[int, Limit]:
        """How many were started, and what bound: the pacing, or what leads lacked. Those that lack a trunk of their
        own make room for others, as those do that the gate refuses."""
        started = 0
        for _ in range(ROUNDS):
            leads = await self._claim(campaign, answer.calls - started)
            if not leads:
                break
            may_ring = await self._let_through(campaign, leads)
            lacking = await self._open(campaign, may_ring)
            started += len(may_ring) - len(lacking)
            self._note(campaign, lacking)
            if Limit.NO_CALLER_NUMBER in lacking:
                return started, Limit.NO_CALLER_NUMBER
        if started < answer.calls or answer.limit is Limit.NO_LEADS_DUE:
            return started, self._lacked(campaign) or answer.limit
        return started, answer.limit

    def _note(self, campaign: Campaign, lacking: Sequence[Limit]) -> None:
        """Of several, the one that holds for longest."""
        lacks = [(limit, self.clock.now() + PUT_OFF[limit]) for limit in lacking if limit in PUT_OFF]
        if known := self.put_off.get(campaign.id):
            lacks.append(known)
        if lacks:
            self.put_off[campaign.id] = max(lacks, key=lambda lack: lack[1])

    def _lacked(self, campaign: Campaign) -> Limit | None:
        limit, until = self.put_off.get(campaign.id, (None, None))
        return limit if until is not None and until > self.clock.now() else None

    async def _let_through(self, campaign: Campaign, leads: Sequence[Lead]) -> list[Lead]:
        """Those that the gate does not refuse now."""
        records, let_through = await self._records(campaign, leads), []
        for lead in leads:
            no = refusal(campaign.plan.compliance, lead.phone, records[lead.id], at=self.clock.now())
            if no:
                await self._refuse(campaign, lead, no)
            else:
                let_through.append(lead)
        return let_through

    async def _open(self, campaign: Campaign, leads: Sequence[Lead]) -> list[Limit]:
        """All side by side, so that they are stored in few commits; what those lacked that were not opened. An error
        of one is raised when all are through."""
        shown = Counter(await self.attempts.shown_since(campaign.brand, self.clock.now() - timedelta(hours=24)))
        opened = await asyncio.gather(
            *(self.open_attempt(campaign, lead, shown) for lead in leads), return_exceptions=True
        )
        for each in opened:
            if isinstance(each, BaseException):
                raise each
        return [limit for limit in opened if isinstance(limit, Limit)]

    async def _claim(self, campaign: Campaign, wanted: int) -> Sequence[Lead]:
        if wanted <= 0:
            return ()
        now = self.clock.now()
        return await self.leads.claim_due(
            campaign.brand, campaign.id, holder=self.dialler, at=now, until=now + CLAIM, limit=wanted
        )

    async def _records(self, campaign: Campaign, leads: Sequence[Lead]) -> Mapping[str, Record]:
        """What is known of each lead's number now, by lead."""
        now, brand = self.clock.now(), campaign.brand
        phones = [lead.phone.e164 for lead in leads]
        listed = await self.dnc.listed(brand, phones)
        day = await self.attempts.tried_since(brand, phones, now - timedelta(hours=24))
        week = await self.attempts.tried_since(brand, phones, now - timedelta(days=7))
        ever = await self._ever(brand, phones, campaign)
        return {
            lead.id: Record(
                on_dnc=lead.phone.e164 in listed,
                consent=lead.consent,
                in_24_hours=day.get(lead.phone.e164, 0),
                in_7_days=week.get(lead.phone.e164, 0),
                in_all=ever.get(lead.phone.e164, 0),
            )
            for lead in leads
        }

    async def _ever(self, brand: BrandId, phones: Sequence[str], campaign: Campaign) -> Mapping[str, int]:
        if campaign.plan.compliance.per_lifetime == 0:
            return {}
        return await self.attempts.tried_since(brand, phones, None)

    async def _refuse(self, campaign: Campaign, lead: Lead, no: Refusal) -> None:
        """Done for good when the reason outlasts the campaign; otherwise due again when it ends."""
        if no.until is None or _after_the_end(campaign, no.until):
            changed = lead.finish(END_OF_REASON[no.reason])
        else:
            changed = lead.give_back(due_at=no.until)
        try:
            await self.leads.save(changed)
        except Stale:
            return  # its claim ran out and somebody else looks at it now

    async def _pulse(self, campaign: Campaign, limit: Limit, in_flight: InFlight, started: int) -> None:
        await self.campaigns.put_pulse(
            Pulse(
                campaign_id=campaign.id,
                at=self.clock.now(),
                dialler=self.dialler,
                limit=limit,
                in_flight=in_flight.total + started,
                talking=in_flight.talking,
                calls=started,
                core_slots=self.slots.free,
            )
        )


def _after_the_end(campaign: Campaign, at: datetime) -> bool:
    return campaign.plan.ends_at is not None and at >= campaign.plan.ends_at
