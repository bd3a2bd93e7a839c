"""What must be true after the trials: nobody called twice or too often, and nothing stuck."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from adapters.directory.disk import name_of
from contract_tests.faults.facts import Facts, LegStory
from contract_tests.faults.stage import MOST_ATTEMPTS
from domain.calls.call import Call, CallState
from domain.calls.outcome import NOT_AN_ATTEMPT, Outcome
from domain.calls.result import ResultSource
from domain.campaigns.attempt import AttemptState
from domain.campaigns.campaign import CampaignState
from domain.campaigns.lead import LeadState
from domain.ids import LeadId
from ports.telephony import LegKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`call_id` is empty for what is no one call's."""

    what: str
    call_id: str = ""


Check = Callable[[Facts], Iterator[Fault]]


def no_campaign_is_stuck(facts: Facts) -> Iterator[Fault]:
    for campaign in facts.campaigns:
        if campaign.state is not CampaignState.COMPLETED:
            yield Fault(what=f"campaign {campaign.id} is {campaign.state}")
    for lead in facts.leads:
        if lead.state is not LeadState.DONE:
            yield Fault(what=f"lead {lead.id} is {lead.state}", call_id=f"call_{lead.attempt_id}")
    for attempt in facts.attempts:
        if attempt.state is not AttemptState.SETTLED:
            yield Fault(what=f"attempt {attempt.id} is {attempt.state}", call_id=attempt.call_id)


def no_call_is_stuck(facts: Facts) -> Iterator[Fault]:
    for call in facts.calls:
        if call.state is not CallState.ENDED or call.events:
            yield Fault(what=f"call {call.id} is {call.state}, {len(call.events)} not relayed", call_id=call.id)
    parked = {call.id for call in facts.calls if given_up(call)}
    for path in facts.left_on_disk:
        if name_of(path.stem) not in parked:
            yield Fault(what=f"{path.name} is left on Core's disk")
    for what, count in facts.exchange.items():
        if count:
            yield Fault(what=f"the exchange still has {count} {what}")


def given_up(call: Call) -> bool:
    """Its Dialler never heard that a Core had taken it: nobody was told to speak, and the Dialler's word stands."""
    result = call.result
    return result is not None and (result.source, result.outcome) == (ResultSource.DIALLER, Outcome.ABANDONED)


def nobody_is_called_too_often(facts: Facts) -> Iterator[Fault]:
    outcomes: dict[LeadId, list[Outcome | None]] = defaultdict(list)
    for attempt in facts.attempts:
        outcomes[attempt.lead_id].append(attempt.outcome)
    for lead in facts.leads:
        counted = [outcome for outcome in outcomes[lead.id] if outcome not in NOT_AN_ATTEMPT]
        if len(counted) > MOST_ATTEMPTS or len(counted) != lead.attempts or len(outcomes[lead.id]) != lead.tries:
            yield Fault(what=f"lead {lead.id}: {lead.attempts} of {lead.tries} count; it has {outcomes[lead.id]}")


def every_leg_is_an_attempts_only_one(facts: Facts) -> Iterator[Fault]:
    known = {attempt.call_id for attempt in facts.attempts}
    for call_id, leg in facts.legs.items():
        kinds = Counter(event.kind for event in leg.events)
        if len(leg.invites) != 1 or any(count > 1 for count in kinds.values()):
            yield Fault(what=f"{call_id} was placed {len(leg.invites)} times: {dict(kinds)}", call_id=call_id)
        if call_id not in known:
            yield Fault(what=f"{call_id} was placed and no attempt knows it", call_id=call_id)


def nobody_is_called_twice_at_once(facts: Facts) -> Iterator[Fault]:
    exchanges = sorted(kill.at for kill in facts.kills if kill.process == "exchange")
    spans: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for attempt in facts.attempts:
        leg = facts.legs.get(attempt.call_id)
        if leg is not None:
            spans[attempt.phone].append((leg.invites[0], _end_of(leg, exchanges), attempt.call_id))
    for calls in spans.values():
        for (_, ended, _), (began, _, call_id) in pairwise(sorted(calls)):
            if began < ended:
                yield Fault(
                    what=f"{call_id} began {ended - began:.2f} s before the end of the one before", call_id=call_id
                )


def _end_of(leg: LegStory, exchanges: Sequence[float]) -> float:
    """A leg without an end on record ended with its exchange; one that has no end at all still goes on."""
    ended = leg.at(LegKind.ENDED)
    return ended or next((at for at in exchanges if at >= leg.invites[0]), float("inf"))


def who_opted_out_is_listed(facts: Facts) -> Iterator[Fault]:
    results = {call.id: call.result for call in facts.calls if call.result}
    opted_out = {c.phone: c.id for c in facts.calls if c.id in results and results[c.id].outcome is Outcome.OPTED_OUT}
    for phone in opted_out.keys() - facts.listed:
        yield Fault(what=f"{opted_out[phone]} opted out and is not listed", call_id=opted_out[phone])
    for phone in facts.listed - opted_out.keys():
        yield Fault(what=f"{phone} is listed and has not opted out")


def nobody_dies_who_is_not_killed(facts: Facts) -> Iterator[Fault]:
    for death in facts.died_of_their_own:
        yield Fault(what=f"{death}, and nobody had killed it")


CHECKS: Final[Sequence[Check]] = (
    no_campaign_is_stuck,
    no_call_is_stuck,
    nobody_is_called_too_often,
    every_leg_is_an_attempts_only_one,
    nobody_is_called_twice_at_once,
    who_opted_out_is_listed,
    nobody_dies_who_is_not_killed,
)
