"""Two lead stores asked the same in any order: whatever is asked, they must answer alike."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contract_tests.ports.specimens import BRAND, later, lead, phone
from domain.calls.outcome import LeadEnd, Outcome
from domain.campaigns.lead import Lead, LeadState
from domain.errors import DomainError
from domain.ids import CampaignId, LeadId
from ports.errors import PortError
from ports.lead_store import LeadFilter, LeadStore
from ports.paging import Page

NUMBERS: Final = st.integers(0, 7)
SECONDS: Final = st.integers(0, 90)
PRIORITIES: Final = st.sampled_from((-3, 0, 0, 0, 2, 10))
FILTERS: Final = st.builds(
    LeadFilter,
    state=st.sampled_from((None, *LeadState)),
    end=st.sampled_from((None, "dnc", "completed")),
    phone=st.none() | NUMBERS.map(phone),
)
MOVES: Final[tuple[Callable[[Lead, int], Lead], ...]] = (
    lambda one, _: one.dial(),
    lambda one, at: one.give_back(due_at=later(at)),
    lambda one, at: one.try_again(Outcome.BUSY, due_at=later(at), counts=True),
    lambda one, _: one.finish(LeadEnd.DNC),
    lambda one, _: one.finish(Outcome.COMPLETED, outcome=Outcome.COMPLETED),
    lambda one, at: replace(one, priority=at % 3, due_at=later(at)),
)


class LeadMachine(RuleBasedStateMachine):
    """Stores are opened once for all runs; each run has campaigns and ids of its own."""

    run: Iterator[int]
    stores: tuple[LeadStore, ...]
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.name = f"run{next(self.run)}"
        self.campaigns = (CampaignId(f"{self.name}a"), CampaignId(f"{self.name}b"))
        self.seen: defaultdict[int, list[Lead]] = defaultdict(list)

    def ask(self, question: Callable[[LeadStore], Awaitable[Any]]) -> Any:
        """The one answer of all stores: a value, or the kind of error."""
        answers = [self.loop.run_until_complete(self._answer(question(store))) for store in self.stores]
        assert answers[1:] == answers[:-1]
        return answers[0]

    @rule(numbers=st.lists(NUMBERS, max_size=4), number=NUMBERS, due=SECONDS, priority=PRIORITIES, where=st.booleans())
    def add(self, numbers: list[int], number: int, due: int, priority: int, where: bool) -> None:
        leads = [self._lead(one, due, priority, self.campaigns[where]) for one in numbers]
        self.ask(lambda store: store.add(leads))
        twin = replace(leads[0], id=self._id(number + 100)) if leads else None
        self.ask(lambda store: store.add([twin] if twin else []))

    @rule(at=SECONDS, seconds=st.integers(1, 40), limit=st.integers(0, 4), holder=st.sampled_from("ab"))
    def claim(self, at: int, seconds: int, limit: int, holder: str) -> None:
        claimed = self.ask(
            lambda store: store.claim_due(
                BRAND, self.campaigns[0], holder=holder, at=later(at), until=later(at + seconds), limit=limit
            )
        )
        assert all(one.lease.holder == holder for one in claimed)

    @rule(number=NUMBERS)
    def look(self, number: int) -> None:
        found = self.ask(lambda store: store.get(BRAND, self._id(number)))
        if isinstance(found, Lead):
            self.seen[number].append(found)

    @rule(number=NUMBERS, back=st.integers(1, 3), move=st.sampled_from(MOVES), at=SECONDS)
    def save(self, number: int, back: int, move: Callable[[Lead, int], Lead], at: int) -> None:
        """Something that was seen, perhaps some time ago."""
        known = self.seen[number]
        if len(known) < back:
            return
        try:
            changed = move(known[-back], at)
        except DomainError:
            return
        saved = self.ask(lambda store: store.save(changed))
        if isinstance(saved, Lead):
            known.append(saved)

    @rule(at=SECONDS, limit=st.integers(0, 9))
    def due(self, at: int, limit: int) -> None:
        self.ask(lambda store: store.due(BRAND, self.campaigns[0], at=later(at), limit=limit))

    @rule(where=FILTERS, size=st.integers(1, 4))
    def page(self, where: LeadFilter, size: int) -> None:
        after: str | None = None
        while True:
            page = self.ask(partial(self._page, where=where, after=after, limit=size))
            after = page.next
            if after is None:
                return

    @invariant()
    def counts(self) -> None:
        for campaign in self.campaigns:
            self.ask(partial(_counts, campaign))
            self.ask(partial(_waiting, campaign))

    def _page(self, store: LeadStore, *, where: LeadFilter, after: str | None, limit: int) -> Awaitable[Page[Lead]]:
        return store.page(BRAND, self.campaigns[0], where=where, after=after, limit=limit)

    async def _answer(self, question: Awaitable[Any]) -> Any:
        try:
            return await question
        except PortError as error:
            return type(error)

    def _id(self, number: int) -> LeadId:
        return LeadId(f"{self.name}.{number}")

    def _lead(self, number: int, due: int, priority: int, campaign: CampaignId) -> Lead:
        return lead(number, id=self._id(number), campaign_id=campaign, due_at=later(due), priority=priority)


def _counts(campaign: CampaignId, store: LeadStore) -> Awaitable[Mapping[str, int]]:
    return store.counts(BRAND, campaign)


def _waiting(campaign: CampaignId, store: LeadStore) -> Awaitable[Sequence[Lead]]:
    return store.waiting(BRAND, campaign, limit=5)
