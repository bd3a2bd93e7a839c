"""Leads in memory; those that may be claimed stand in order, so that a claim looks at no others."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Key, Sorted, Tally, Unique
from domain.campaigns.lead import Lead, LeadState
from domain.ids import BrandId, CampaignId, LeadId
from ports.lead_store import Added, LeadFilter, LeadStore
from ports.paging import Page


class MemoryLeadStore(LeadStore):
    def __init__(self) -> None:
        self._phones = Unique[Lead](lambda lead: ((lead.campaign_id, lead.phone.e164), lead.id))
        self._by_id = Sorted[Lead](lambda lead: ((lead.brand, lead.campaign_id), (0, lead.id)))
        self._claimable = Sorted[Lead](_claim_place)
        self._tally = Tally[Lead](lambda lead: ((lead.brand, lead.campaign_id), _names(lead)))
        self._leads = Documents[Lead](self._phones, self._by_id, self._claimable, self._tally)

    async def add(self, leads: Sequence[Lead]) -> Sequence[Added]:
        return [self._add(lead) for lead in leads]

    async def get(self, brand: BrandId, lead_id: LeadId) -> Lead:
        return self._leads.get(brand, lead_id)

    async def save(self, lead: Lead) -> Lead:
        return self._leads.save(lead)

    async def claim_due(
        self, brand: BrandId, campaign_id: CampaignId, *, holder: str, at: datetime, until: datetime, limit: int
    ) -> Sequence[Lead]:
        due = list(islice(self._due((brand, campaign_id), at), limit))
        return [self._leads.save(lead.claim(holder, until)) for lead in self._leads.all(due)]

    async def due(self, brand: BrandId, campaign_id: CampaignId, *, at: datetime, limit: int) -> int:
        return sum(1 for _ in islice(self._due((brand, campaign_id), at), limit))

    async def counts(self, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
        return self._tally.counts((brand, campaign_id))

    async def waiting(self, brand: BrandId, campaign_id: CampaignId, *, limit: int) -> Sequence[Lead]:
        return self._leads.all(self._claimable.keys((brand, campaign_id))[:limit])

    async def page(
        self, brand: BrandId, campaign_id: CampaignId, *, where: LeadFilter, after: str | None, limit: int
    ) -> Page[Lead]:
        def chosen(lead: Lead) -> bool:
            return (
                where.state in {None, lead.state}
                and where.end in {None, lead.end}
                and where.phone in {None, lead.phone.e164}
            )

        return self._leads.ascending(self._by_id, (brand, campaign_id), chosen, after=after, limit=limit)

    def _add(self, lead: Lead) -> Added:
        if lead.id in self._leads:
            return Added.KNOWN
        if self._phones.id((lead.campaign_id, lead.phone.e164)) is not None:
            return Added.DUPLICATE
        self._leads.add(lead)
        return Added.ADDED

    def _due(self, campaign: tuple[BrandId, CampaignId], at: datetime) -> Iterator[Key]:
        """Keys claimable at `at`, from priority to priority without looking at what lies between."""
        keys, later, first = self._claimable.keys(campaign), micros(at) + 1, 0
        while first < len(keys):
            rank = int(keys[first][0])
            yield from map(keys.__getitem__, range(first, bisect_left(keys, (rank, later), first)))
            first = bisect_left(keys, (rank + 1,), first)


def _claim_place(lead: Lead) -> tuple[tuple[BrandId, CampaignId], Key] | None:
    since = lead.claimable_from
    return ((lead.brand, lead.campaign_id), (-lead.priority, micros(since), lead.id)) if since else None


def _names(lead: Lead) -> Iterator[str]:
    yield lead.state.value
    if lead.state is LeadState.DONE and lead.end:
        yield f"done.{lead.end}"
