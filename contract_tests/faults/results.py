"""What must be true of results and pushes after the trials: each there, the right one, and once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from applications.api.use_cases.relay_events import delivery_id
from contract_tests.faults.checks import Check, Fault, given_up
from contract_tests.faults.facts import Facts
from domain.calls.call import CALL_CONCLUDED, Call
from domain.calls.result import Result, ResultSource
from domain.crm.delivery import DeliveryState
from domain.event import Event
from domain.ids import DeliveryId

OF_CORE: Final = frozenset({ResultSource.CORE, ResultSource.JOURNAL})


def every_result_is_there(facts: Facts) -> Iterator[Fault]:
    """What a Core was told is kept is what the API has, to the byte."""
    kept: dict[str, set[str]] = defaultdict(set)
    for testimony in facts.testimonies:
        if testimony.what == "kept":
            kept[testimony.call_id].add(testimony.digest)
    for call in facts.calls:
        wrong = "it has no result" if call.result is None else _wrong(call, call.result, kept.get(call.id, set()))
        if wrong:
            yield Fault(what=f"{call.id}: {wrong}", call_id=call.id)


def _wrong(call: Call, result: Result, kept: set[str]) -> str | None:
    if kept and kept != {result.digest} and not given_up(call):
        return f"Core kept {len(kept)} results, and the API has another or one of them"
    if result.source in OF_CORE and not kept:
        return "its result was sent before it was kept"
    return None


def every_result_is_told_once(facts: Facts) -> Iterator[Fault]:
    """A second conclusion is that of a Core that came back after the API had stood in for it."""
    concluded = Counter(str(logged.event.id) for logged in facts.events if logged.event.kind == CALL_CONCLUDED)
    for call in facts.calls:
        times = [concluded[f"{call.id}.concluded.{nth}"] for nth in (1, 2)]
        of_core = call.result is not None and call.result.source in OF_CORE
        if times != [1, 0] and not (times == [1, 1] and of_core):
            yield Fault(what=f"{call.id} was concluded {times} times by the log", call_id=call.id)


def attempts_agree_with_calls(facts: Facts) -> Iterator[Fault]:
    results = {call.id: call.result for call in facts.calls}
    for attempt in facts.attempts:
        result = results.get(attempt.call_id)
        if result is not None and result.outcome is not attempt.outcome:
            what = f"attempt {attempt.id} ended {attempt.outcome}, its call {result.outcome}"
            yield Fault(what=what, call_id=attempt.call_id)


def every_push_came(facts: Facts) -> Iterator[Fault]:
    """Once or more often, and under one id. What was replaced before anybody was told of it need not be told."""
    stored, wanted = {delivery.id: delivery for delivery in facts.deliveries}, _wanted(facts)
    last = {event.subject: event.id for event in wanted.values()}
    for id_, event in wanted.items():
        if id_ not in stored and id_ not in facts.pushes and event.id != last[event.subject]:
            continue
        state = stored[id_].state if id_ in stored else None
        if state is not DeliveryState.DELIVERED:
            yield Fault(what=f"the push of {event.id} is {state or 'not on record'}", call_id=event.subject)
        told = _told(facts.pushes.get(id_, ()))
        if told != {event.data["outcome"]}:
            yield Fault(what=f"the CRM was told {told or 'nothing'} of {event.id}", call_id=event.subject)
    for known in facts.pushes.keys() - wanted.keys():
        yield Fault(what=f"the CRM was told {known}, which nobody wanted to tell")
    if facts.forged:
        yield Fault(what=f"{facts.forged} pushes had a wrong signature")


def _wanted(facts: Facts) -> dict[DeliveryId, Event]:
    """In the order in which they were logged."""
    calls = {str(call.id): call for call in facts.calls}
    events = [logged.event for logged in facts.events if logged.event.kind == CALL_CONCLUDED]
    return {delivery_id(calls[each.subject], each, target): each for each in events for target in facts.targets}


def _told(pushes: Sequence[Mapping[str, Mapping[str, str]]]) -> set[str]:
    return {push["data"]["outcome"] for push in pushes}


RESULT_CHECKS: Final[Sequence[Check]] = (
    every_result_is_there,
    every_result_is_told_once,
    attempts_agree_with_calls,
    every_push_came,
)
