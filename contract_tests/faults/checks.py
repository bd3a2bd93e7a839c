"""What must be true after the trials: nothing stuck, doubled or lost, from the first INVITE to the last push."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.directory.disk import name_of
from applications.api.use_cases.relay_events import delivery_id
from contract_tests.faults.facts import Facts
from contract_tests.faults.stage import MOST_ATTEMPTS
from domain.calls.call import CALL_CONCLUDED, Call, CallState
from domain.calls.outcome import NOT_AN_ATTEMPT, Outcome
from domain.calls.result import ResultSource
from domain.campaigns.attempt import AttemptState
from domain.campaigns.campaign import CampaignState
from domain.campaigns.lead import LeadState
from domain.crm.delivery import DeliveryState
from ports.telephony import LegKind

OPTED_OUT: Final = Outcome.OPTED_OUT
OF_CORE: Final = frozenset({ResultSource.CORE, ResultSource.JOURNAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`call_id` is empty for what is no one call's."""

    what: str
    call_id: str = ""


Check = Callable[[Facts], Iterator[Fault]]


def nothing_is_stuck(facts: Facts) -> Iterator[Fault]:
    for campaign in facts.campaigns:
        if campaign.state is not CampaignState.COMPLETED:
            yield Fault(what=f"campaign {campaign.id} is {campaign.state}")
    for lead in facts.leads:
        if lead.state is not LeadState.DONE:
            call_id = f"call_{lead.attempt_id}" if lead.attempt_id else ""
            yield Fault(what=f"lead {lead.id} is {lead.state}", call_id=call_id)
    for attempt in facts.attempts:
        if attempt.state is not AttemptState.SETTLED:
            yield Fault(what=f"attempt {attempt.id} is {attempt.state}", call_id=attempt.call_id)
    for call in facts.calls:
        if call.state is not CallState.ENDED or call.events:
            yield Fault(what=f"call {call.id} is {call.state}, {len(call.events)} not relayed", call_id=call.id)
    parked = {call.id for call in facts.calls if _given_up(call)}
    for path in facts.left_on_disk:
        if name_of(path.stem) not in parked:
            yield Fault(what=f"{path.name} is left on Core's disk")
    for what, count in facts.exchange.items():
        if count:
            yield Fault(what=f"the exchange still has {count} {what}")


def nobody_is_called_too_often(facts: Facts) -> Iterator[Fault]:
    outcomes = defaultdict(list)
    for attempt in facts.attempts:
        outcomes[attempt.lead_id].append(attempt.outcome)
    for lead in facts.leads:
        counted = [outcome for outcome in outcomes[lead.id] if outcome not in NOT_AN_ATTEMPT]
        if len(counted) > MOST_ATTEMPTS or len(counted) != lead.attempts:
            yield Fault(what=f"lead {lead.id} says {lead.attempts} attempts, and has {outcomes[lead.id]}")
        if len(outcomes[lead.id]) != lead.tries:
            yield Fault(what=f"lead {lead.id} says {lead.tries} tries, and has {outcomes[lead.id]}")
    for call_id, leg in facts.legs.items():
        kinds = Counter(event.kind for event in leg.events)
        if len(leg.invites) != 1 or any(count > 1 for count in kinds.values()):
            yield Fault(what=f"call {call_id} was placed {len(leg.invites)} times: {dict(kinds)}", call_id=call_id)
    known = {attempt.call_id for attempt in facts.attempts}
    for call_id in facts.legs.keys() - known:
        yield Fault(what=f"call {call_id} was placed and no attempt knows it", call_id=call_id)


def nobody_is_called_twice_at_once(facts: Facts) -> Iterator[Fault]:
    """A leg without an end on record ended with its exchange."""
    exchanges = sorted(kill.at for kill in facts.kills if kill.process == "exchange")
    spans = defaultdict(list)
    for attempt in facts.attempts:
        leg = facts.legs.get(attempt.call_id)
        if leg is None:
            continue
        began = leg.invites[0]
        ended = leg.at(LegKind.ENDED) or next((at for at in exchanges if at >= began), None)
        if ended is None:
            yield Fault(what=f"the leg of {attempt.call_id} has no end", call_id=attempt.call_id)
        spans[attempt.phone].append((began, ended or began, attempt.call_id))
    for calls in spans.values():
        ordered = sorted(calls)
        for (_, ended, _), (began, _, call_id) in zip(ordered, ordered[1:], strict=False):
            if began < ended:
                yield Fault(
                    what=f"{call_id} began {ended - began:.2f} s before the one before was over", call_id=call_id
                )


def every_result_is_there_once(facts: Facts) -> Iterator[Fault]:
    kept = defaultdict(set)
    for testimony in facts.testimonies:
        if testimony.what == "kept":
            kept[testimony.call_id].add(testimony.digest)
    concluded = Counter(e.event.id for e in facts.events if e.event.kind == CALL_CONCLUDED)
    for call in facts.calls:
        if call.result is None:
            yield Fault(what=f"call {call.id} has no result", call_id=call.id)
            continue
        if call.id in kept and kept[call.id] != {call.result.digest} and not _given_up(call):
            yield Fault(what=f"Core kept {len(kept[call.id])} results of {call.id}, not the API's", call_id=call.id)
        if call.result.source in OF_CORE and call.id not in kept:
            yield Fault(what=f"nobody kept the result of {call.id} before it was sent", call_id=call.id)
        times = [concluded[f"{call.id}.concluded.{nth}"] for nth in (1, 2)]  # type: ignore[index]  # ids are texts
        if times not in ([1, 0], [1, 1]) or (times[1] and call.result.source not in OF_CORE):
            yield Fault(what=f"call {call.id} was concluded {times} times by the log", call_id=call.id)
    outcomes = {call.id: call.result and call.result.outcome for call in facts.calls}
    for attempt in facts.attempts:
        if attempt.outcome != outcomes.get(attempt.call_id, attempt.outcome):
            what = f"attempt {attempt.id} ended {attempt.outcome}, its call {outcomes[attempt.call_id]}"
            yield Fault(what=what, call_id=attempt.call_id)


def _given_up(call: Call) -> bool:
    """Its Dialler never heard that a Core had taken it: nobody was told to speak, and the Dialler's word stands."""
    result = call.result
    return result is not None and (result.source, result.outcome) == (ResultSource.DIALLER, Outcome.ABANDONED)


def every_push_came(facts: Facts) -> Iterator[Fault]:
    """Once or more often, and under one id."""
    calls = {call.id: call for call in facts.calls}
    wanted = {}
    for logged in facts.events:
        event = logged.event
        if event.kind == CALL_CONCLUDED:
            for target in facts.targets:
                wanted[delivery_id(calls[event.subject], event, target)] = event  # type: ignore[index]
    stored = {delivery.id: delivery for delivery in facts.deliveries}
    for id_, event in wanted.items():
        bodies = facts.pushes.get(id_, ())
        told = {body.get("data", body)["outcome"] for body in bodies}
        if id_ not in stored or stored[id_].state is not DeliveryState.DELIVERED:
            yield Fault(what=f"the push of {event.id} is not delivered", call_id=event.subject)
        if told != {event.data["outcome"]}:
            yield Fault(what=f"the CRM was told {told} of {event.id}", call_id=event.subject)
    for id_ in facts.pushes.keys() - wanted.keys():
        yield Fault(what=f"the CRM was told {id_}, which nobody wanted to tell")
    if facts.forged:
        yield Fault(what=f"{facts.forged} pushes had a wrong signature")


def who_opted_out_is_listed(facts: Facts) -> Iterator[Fault]:
    opted_out = {call.phone: call.id for call in facts.calls if call.result and call.result.outcome is OPTED_OUT}
    for phone in opted_out.keys() - facts.listed:
        yield Fault(what=f"{opted_out[phone]} opted out and is not listed", call_id=opted_out[phone])
    for phone in facts.listed - opted_out.keys():
        yield Fault(what=f"{phone} is listed and has not opted out")


CHECKS: Final[Sequence[Check]] = (
    nothing_is_stuck,
    nobody_is_called_too_often,
    nobody_is_called_twice_at_once,
    every_result_is_there_once,
    every_push_came,
    who_opted_out_is_listed,
)
