"""What must be true at the end, however often somebody was killed or stood still: each check says what is not."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from adapters.memory.leg_journal import LegEntry
from contract_tests.faults.crew.campaign import MOST_ATTEMPTS
from contract_tests.faults.crew.found import Found
from domain.calls.call import CallState
from domain.calls.outcome import NOT_AN_ATTEMPT
from domain.calls.result import ResultSource
from domain.campaigns.attempt import AttemptState
from domain.campaigns.lead import LeadState
from domain.crm.delivery import DeliveryState
from domain.ids import CallId
from ports.telephony import LegKind

NEVER_PLACED: Final = "never_placed"

Check = Callable[[Found], Iterator[str]]


def no_lead_is_stuck(found: Found) -> Iterator[str]:
    for lead in found.leads:
        tries = found.by_lead[lead.id]
        if lead.state is not LeadState.DONE:
            yield f"lead {lead.id} is {lead.state}"
        if [one.number for one in tries] != list(range(1, lead.tries + 1)):
            yield f"lead {lead.id} has {lead.tries} tries and attempts {[one.number for one in tries]}"
        counted = sum(one.outcome not in NOT_AN_ATTEMPT for one in tries)
        if counted != lead.attempts or not 1 <= counted <= MOST_ATTEMPTS:
            yield f"lead {lead.id} was tried {counted} times and says {lead.attempts}"
    for attempt in found.attempts:
        if attempt.state is not AttemptState.SETTLED or attempt.outcome is None:
            yield f"attempt {attempt.id} is {attempt.state}, {attempt.outcome}"


def every_invite_is_known(found: Found) -> Iterator[str]:
    """One a call, and none of a call that nobody had stored, or that was given back as never placed."""
    for call_id, entries in found.legs.items():
        if sum(entry.event is None for entry in entries) != 1:
            yield f"call {call_id} has more than one INVITE"
    for attempt in found.attempts:
        if attempt.detail == NEVER_PLACED and attempt.call_id in found.legs:
            yield f"attempt {attempt.id} was dialled after it had been given back as never placed"
    unknown = found.legs.keys() - {one.call_id for one in found.attempts}
    if unknown:
        yield f"nobody has stored {unknown}"


def no_lead_rang_twice_at_a_time(found: Found) -> Iterator[str]:
    for lead_id, tries in found.by_lead.items():
        legs = [found.legs[one.call_id] for one in tries if one.call_id in found.legs]
        for before, after in pairwise(legs):
            if not _over(before) or before[-1].at > after[0].at:
                yield f"lead {lead_id} was dialled while its leg before was not over"


def _over(leg: list[LegEntry]) -> bool:
    return leg[-1].event is not None and leg[-1].event.kind is LegKind.ENDED


def no_result_is_lost_or_doubled(found: Found) -> Iterator[str]:
    outcomes = {one.call_id: one.outcome for one in found.attempts}
    for call in found.calls:
        if call.state is not CallState.ENDED or call.result is None or call.events:
            yield f"call {call.id} is {call.state}, {len(call.events)} events wait"
        elif outcomes.get(call.id) is not call.result.outcome:
            yield f"call {call.id} ended {call.result.outcome}, its attempt {outcomes.get(call.id)}"
    first = Counter(event.subject for event in found.concluded if event.id.endswith(".concluded.1"))
    if first != Counter(call.id for call in found.calls):
        yield "a call has no event of its end, or two"
    yield from found.left


def only_the_second_result_of_a_call_is_refused(found: Found) -> Iterator[str]:
    """A Dialler that ended a call in doubt may be quicker than the Core that had just been attached to it."""
    results = {call.id: call.result for call in found.calls}
    for call_id in found.parked:
        result = results.get(call_id)
        if result is None or result.source is not ResultSource.DIALLER:
            yield f"a result of {call_id} is parked, which has {result and result.source}, {result and result.outcome}"


def no_push_is_lost(found: Found) -> Iterator[str]:
    ids = {push.id for push in found.pushes}
    if any(push.state is not DeliveryState.DELIVERED for push in found.pushes):
        yield "a push was not delivered"
    ends = Counter(event.subject for event in found.concluded)
    told = Counter(push.call_id for push in found.pushes)
    for call_id, count in ends.items():
        if not 1 <= told[CallId(call_id)] <= count:  # what was replaced before it was pushed is not
            yield f"call {call_id} was concluded {count} times and pushed {told[CallId(call_id)]} times"
    if ids != found.crm.pushes.keys() or found.crm.forged:
        yield f"{len(ids)} pushes, {len(found.crm.pushes)} at the CRM, {found.crm.forged} forged"


CHECKS: Final[tuple[Check, ...]] = (
    no_lead_is_stuck,
    every_invite_is_known,
    no_lead_rang_twice_at_a_time,
    no_result_is_lost_or_doubled,
    only_the_second_result_of_a_call_is_refused,
    no_push_is_lost,
)


def wrong(found: Found) -> list[str]:
    return [f"{check.__name__}: {fault}" for check in CHECKS for fault in check(found)]
