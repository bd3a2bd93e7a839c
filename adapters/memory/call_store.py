"""Calls with their results and unrelayed events, in memory."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Key, Sorted, Tally
from domain.calls.call import Call, CallState
from domain.ids import BrandId, CallId, CampaignId, ServerId
from ports.call_store import CallFilter, CallStore
from ports.paging import Page


class MemoryCallStore(CallStore):
    def __init__(self) -> None:
        self._by_age = Sorted[Call](lambda call: (call.brand, _created(call)))
        self._by_phone = Sorted[Call](lambda call: ((call.brand, call.phone), _created(call)))
        self._unrelayed = Sorted[Call](
            lambda call: (None, (micros(call.events[0].at), call.id)) if call.events else None
        )
        self._live = Sorted[Call](
            lambda call: (call.server_id, _created(call)) if call.state is CallState.LIVE else None
        )
        self._planned = Sorted[Call](lambda call: (None, _created(call)) if call.state is CallState.PLANNED else None)
        self._of_brand = Tally[Call](lambda call: (call.brand, _names(call)))
        self._of_campaign = Tally[Call](lambda call: ((call.brand, call.origin.campaign_id), _names(call)))
        self._calls = Documents[Call](
            self._by_age, self._by_phone, self._unrelayed, self._live, self._planned, self._of_brand, self._of_campaign
        )

    async def add(self, call: Call) -> Call:
        return self._calls.add(call)

    async def get(self, brand: BrandId, call_id: CallId) -> Call:
        return self._calls.get(brand, call_id)

    async def find(self, call_id: CallId) -> Call:
        return self._calls.find(call_id)

    async def save(self, call: Call) -> Call:
        return self._calls.save(call)

    async def unrelayed(self, *, limit: int) -> Sequence[Call]:
        return self._calls.all(self._unrelayed.keys(None)[:limit])

    async def live_on(self, server_id: ServerId) -> Sequence[Call]:
        return self._calls.all(self._live.keys(server_id))

    async def planned_before(self, at: datetime, *, limit: int) -> Sequence[Call]:
        earlier = self._planned.below(None, (micros(at),))
        return self._calls.all(islice(self._planned.keys(None), min(earlier, limit)))

    async def counts(self, brand: BrandId, *, campaign_id: CampaignId | None) -> Mapping[str, int]:
        if campaign_id is None:
            return self._of_brand.counts(brand)
        return self._of_campaign.counts((brand, campaign_id))

    async def page(self, brand: BrandId, *, where: CallFilter, after: str | None, limit: int) -> Page[Call]:
        index, bucket = (self._by_age, brand) if where.phone is None else (self._by_phone, (brand, where.phone))
        return self._calls.newest(index, bucket, lambda call: _chosen(call, where), after=after, limit=limit)


def _created(call: Call) -> Key:
    return (micros(call.created_at), call.id)


def _names(call: Call) -> Iterator[str]:
    yield f"state.{call.state}"
    if call.result:
        yield f"outcome.{call.result.outcome}"


def _chosen(call: Call, where: CallFilter) -> bool:
    asked: tuple[tuple[Hashable, Hashable], ...] = (
        (where.state, call.state),
        (where.direction, call.direction),
        (where.outcome, call.result.outcome if call.result else None),
        (where.campaign_id, call.origin.campaign_id),
        (where.bot_id, call.bot_id),
        (where.phone, call.phone),
    )
    since, until = where.since or call.created_at, where.until
    in_time = since <= call.created_at and (until is None or call.created_at < until)
    return in_time and all(wish in {None, value} for wish, value in asked)
