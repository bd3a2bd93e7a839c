"""Attempts, in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Key, Sorted, Tally, Unique
from domain.calls.outcome import NOT_AN_ATTEMPT
from domain.campaigns.attempt import LEASED, Attempt, AttemptState
from domain.ids import AttemptId, BrandId, CallId, CampaignId
from ports.attempt_ledger import AttemptFilter, AttemptLedger, InFlight
from ports.errors import NotFound
from ports.paging import Page


class MemoryAttemptLedger(AttemptLedger):
    def __init__(self) -> None:
        self._calls = Unique[Attempt](lambda one: (one.call_id, one.id))
        self._by_age = Sorted[Attempt](lambda one: ((one.brand, one.campaign_id), _opened(one)))
        self._leased = Sorted[Attempt](
            lambda one: (None, (micros(one.lease.until), one.id)) if one.state in LEASED else None
        )
        self._unsettled = Sorted[Attempt](
            lambda one: (
                (None, (micros(one.ended_at or one.opened_at), one.id)) if one.state is AttemptState.ENDED else None
            )
        )
        self._tried = Sorted[Attempt](
            lambda one: None if one.outcome in NOT_AN_ATTEMPT else ((one.brand, one.phone), _opened(one))
        )
        self._shown = Sorted[Attempt](lambda one: (one.brand, _opened(one)))
        self._funnel = Tally[Attempt](lambda one: ((one.brand, one.campaign_id), _names(one)))
        self._attempts = Documents[Attempt](
            self._calls, self._by_age, self._leased, self._unsettled, self._tried, self._shown, self._funnel
        )

    async def open(self, attempt: Attempt) -> Attempt:
        return self._attempts.add(attempt)

    async def get(self, brand: BrandId, attempt_id: AttemptId) -> Attempt:
        return self._attempts.get(brand, attempt_id)

    async def of_call(self, brand: BrandId, call_id: CallId) -> Attempt:
        found = self._calls.id(call_id)
        if found is None:
            raise NotFound("no attempt of this call")
        return self._attempts.get(brand, found)

    async def save(self, attempt: Attempt) -> Attempt:
        return self._attempts.save(attempt)

    async def claim_abandoned(self, *, holder: str, at: datetime, until: datetime, limit: int) -> Sequence[Attempt]:
        lapsed = self._leased.below(None, (micros(at) + 1,))
        abandoned = self._attempts.all(self._leased.keys(None)[: min(lapsed, limit)])
        return [self._attempts.save(attempt.take_over(holder, until)) for attempt in abandoned]

    async def unsettled(self, *, limit: int) -> Sequence[Attempt]:
        return self._attempts.all(self._unsettled.keys(None)[:limit])

    async def in_flight(self, brand: BrandId, campaign_id: CampaignId) -> InFlight:
        counts = self._funnel.counts((brand, campaign_id))
        return InFlight(
            ringing=counts.get("state.opened", 0) + counts.get("state.ringing", 0),
            answered=counts.get("state.answered", 0),
            talking=counts.get("state.handed_over", 0),
        )

    async def tried_since(self, brand: BrandId, phones: Sequence[str], since: datetime | None) -> Mapping[str, int]:
        tried = {}
        for phone in phones:
            earlier = self._tried.below((brand, phone), (micros(since),)) if since else 0
            tried[phone] = len(self._tried.keys((brand, phone))) - earlier
        return {phone: count for phone, count in tried.items() if count}

    async def shown_since(self, brand: BrandId, since: datetime) -> Mapping[str, int]:
        earlier = self._shown.below(brand, (micros(since),))
        return Counter(one.caller_number for one in self._attempts.all(self._shown.keys(brand)[earlier:]))

    async def funnel(self, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
        return self._funnel.counts((brand, campaign_id))

    async def page(
        self, brand: BrandId, campaign_id: CampaignId, *, where: AttemptFilter, after: str | None, limit: int
    ) -> Page[Attempt]:
        def chosen(one: Attempt) -> bool:
            return (
                where.state in {None, one.state}
                and where.outcome in {None, one.outcome}
                and where.verdict in {None, one.verdict}
                and where.lead_id in {None, one.lead_id}
            )

        return self._attempts.newest(self._by_age, (brand, campaign_id), chosen, after=after, limit=limit)


def _opened(attempt: Attempt) -> Key:
    return (micros(attempt.opened_at), attempt.id)


def _names(attempt: Attempt) -> Iterator[str]:
    yield f"state.{attempt.state}"
    if attempt.outcome:
        yield f"outcome.{attempt.outcome}"
    if attempt.verdict:
        yield f"verdict.{attempt.verdict}"
