"""All that is known after the trials, from all who know something: the store, the exchange, the CRM, the disk."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from adapters.memory.leg_journal import LegEntry
from adapters.simulation.population import Role
from adapters.sqlite.attempt_ledger import SqliteAttemptLedger
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.crm_target_store import SqliteCrmTargetStore
from adapters.sqlite.delivery_log import SqliteDeliveryLog
from adapters.sqlite.dnc_list import SqliteDncList
from adapters.sqlite.event_log import SqliteEventLog
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.faults.deaths import of_their_own
from contract_tests.faults.system import Kill, System
from contract_tests.faults.trials import Trial
from contract_tests.faults.witness import Testimony, heard
from domain.calls.call import Call
from domain.campaigns.attempt import Attempt
from domain.campaigns.campaign import Campaign
from domain.campaigns.lead import Lead
from domain.crm.delivery import CrmTarget, Delivery
from domain.event import LoggedEvent
from domain.ids import DEFAULT_BRAND, CallId
from ports.attempt_ledger import AttemptFilter
from ports.call_store import CallFilter
from ports.delivery_log import DeliveryFilter
from ports.lead_store import LeadFilter
from ports.paging import Page
from ports.telephony import LegEvent, LegKind

PAGE: Final = 200
JOURNALS: Final = "journals/[!.]*"
"""All but those that were never opened: who dies while making one leaves an empty folder that is none, until its Core
starts again."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStory:
    """A leg as the exchange wrote it down: when its INVITE went out, and what happened then."""

    invites: tuple[float, ...]
    events: tuple[LegEvent, ...]

    def at(self, kind: LegKind) -> float | None:
        return next((event.at.timestamp() for event in self.events if event.kind is kind), None)

    @property
    def end(self) -> LegEvent | None:
        return next((event for event in self.events if event.kind is LegKind.ENDED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`pushes` are all that came to the CRM, by message id, each as often as it came."""

    trials: Sequence[Trial]
    kills: Sequence[Kill]
    roles: Mapping[str, Role]
    campaigns: Sequence[Campaign]
    leads: Sequence[Lead]
    attempts: Sequence[Attempt]
    calls: Sequence[Call]
    events: Sequence[LoggedEvent]
    targets: Sequence[CrmTarget]
    deliveries: Sequence[Delivery]
    listed: frozenset[str]
    pushes: Mapping[str, Sequence[Mapping[str, Any]]]
    forged: int
    legs: Mapping[CallId, LegStory]
    testimonies: Sequence[Testimony]
    left_on_disk: Sequence[Path]
    exchange: Mapping[str, int]
    died_of_their_own: Sequence[str]


async def gather(system: System, trials: Sequence[Trial]) -> Facts:
    file, brand = system.stage.file, DEFAULT_BRAND
    leads, attempts = SqliteLeadStore(file), SqliteAttemptLedger(file)
    campaigns: list[Campaign] = await _all(partial(SqliteCampaignStore(file).page, brand, state=None))
    found_leads: list[Lead] = []
    found_attempts: list[Attempt] = []
    for each in campaigns:
        found_leads += await _all(partial(leads.page, brand, each.id, where=LeadFilter()))
        found_attempts += await _all(partial(attempts.page, brand, each.id, where=AttemptFilter()))
    calls: list[Call] = await _all(partial(SqliteCallStore(file).page, brand, where=CallFilter()))
    deliveries: list[Delivery] = await _all(partial(SqliteDeliveryLog(file).page, brand, where=DeliveryFilter()))
    phones = [lead.phone.e164 for lead in found_leads]
    return Facts(
        trials=trials,
        kills=[kill for trial in trials for kill in trial.kills],
        roles=system.stage.people.known,
        campaigns=campaigns,
        leads=found_leads,
        attempts=found_attempts,
        calls=calls,
        events=await _events(SqliteEventLog(file)),
        targets=await SqliteCrmTargetStore(file).all(brand),
        deliveries=deliveries,
        listed=frozenset(await SqliteDncList(file).listed(brand, phones)),
        pushes=_pushes(system.crm.log),
        forged=system.crm.forged,
        legs=_legs(system.folder / "exchange" / "legs.ndjson"),
        testimonies=heard(system.kills),
        left_on_disk=_left(system.folder / "core"),
        exchange=await system.exchange_counts(),
        died_of_their_own=of_their_own(system.supervisor.children),
    )


async def _all(page: Callable[..., Awaitable[Page[Item]]]) -> list[Item]:
    items: list[Item] = []
    after: str | None = None
    while True:
        found = await page(after=after, limit=PAGE)
        items += found.items
        after = found.next
        if after is None:
            return items


async def _events(log: SqliteEventLog) -> list[LoggedEvent]:
    events: list[LoggedEvent] = []
    while found := await log.read(DEFAULT_BRAND, after=events[-1].position if events else 0, limit=PAGE):
        events += found
    return events


def _pushes(log: Path) -> dict[str, list[dict[str, Any]]]:
    pushes: dict[str, list[dict[str, Any]]] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        push = json.loads(line)
        pushes.setdefault(push["id"], []).append(push["body"])
    return pushes


def _legs(journal: Path) -> dict[CallId, LegStory]:
    invites: dict[CallId, list[float]] = {}
    events: dict[CallId, list[LegEvent]] = {}
    for line in journal.read_bytes().splitlines():
        entry = msgspec.json.decode(line, type=LegEntry)
        if entry.event is None:
            invites.setdefault(entry.call_id, []).append(entry.at.timestamp())
        else:
            events.setdefault(entry.call_id, []).append(entry.event)
    return {
        call_id: LegStory(invites=tuple(times), events=tuple(events.get(call_id, ())))
        for call_id, times in invites.items()
    }


def _left(core: Path) -> list[Path]:
    """Parcels, parked ones among them, and journals."""
    return sorted([*core.rglob("*.parcel"), *core.rglob(JOURNALS)])
