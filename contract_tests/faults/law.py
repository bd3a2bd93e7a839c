"""Whether each call ended as the law of crashes says, by who died in its time and how far it had come."""

from collections.abc import Iterator, Mapping
from typing import Final

from adapters.simulation.population import Answer, Role
from contract_tests.faults.checks import Fault
from contract_tests.faults.facts import Facts, LegStory
from contract_tests.faults.fate import Fate, allowed, natural
from contract_tests.faults.system import OF_A_CORE, Kill
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Attempt
from domain.ids import CallId
from ports.telephony import LegKind

CORE_DIES: Final = frozenset({Outcome.CORE_LOST, Outcome.ABANDONED})
EXPLAINED_BY: Final[Mapping[str, frozenset[Outcome]]] = {
    "dialler": frozenset({Outcome.CANCELLED, Outcome.DIALLER_LOST, Outcome.HUNG_UP}),
    "core": CORE_DIES,
    "calls": CORE_DIES,
    "api": frozenset({Outcome.FAILED}),
    "exchange": frozenset({Outcome.LINE_LOST, Outcome.UNKNOWN, Outcome.CANCELLED}),
}
"""Outcomes that a process's death in the time of a call may bring about, for one that is not its victim."""

HARMLESS: Final = frozenset({Fate.NATURAL, Fate.CUT_SHORT})
"""Fates of a call that its Core, had it not been lost besides, has told all about."""

BEFORE: Final = 3.0
"""Seconds for which a death is felt at least, and otherwise until all are back: on a busy machine that takes longer."""

LEG_SECONDS: Final = 3.0

API_BLIND: Final = 6.0
"""Seconds after its API's death in which a Core's is not noticed; the law speaks of one death at a time."""


def every_call_ended_by_the_law(facts: Facts) -> Iterator[Fault]:
    fates = _fates(facts)
    for attempt in facts.attempts:
        if attempt.outcome is None:
            continue
        role, leg = facts.roles[attempt.phone], facts.legs.get(attempt.call_id)
        struck = fates.get(attempt.call_id, {})
        good = _good(role, struck, _deaths(facts, attempt, leg))
        if attempt.outcome not in good:
            said = ", ".join(struck) or "nobody's victim"
            what = f"{attempt.id} ended {attempt.outcome} ({attempt.detail}), which is none of {sorted(good)}; {said}"
            yield Fault(what=what, call_id=attempt.call_id)
        if (why := _contradiction(attempt.outcome, leg)) is not None:
            what = f"{attempt.id} ended {attempt.outcome} ({attempt.detail}), and {why}"
            yield Fault(what=what, call_id=attempt.call_id)


def _fates(facts: Facts) -> dict[str, dict[str, Fate]]:
    """By call, the points that it was the victim of. A second death counts where it struck the same call: the first
    one left other calls behind, and each has its own fate."""
    fates: dict[str, dict[str, Fate]] = {}
    for trial in facts.trials:
        victims = {kill.call_id for kill in trial.kills[:1]}
        for kill in trial.kills:
            if kill.call_id and kill.call_id in victims:
                fates.setdefault(kill.call_id, {})[kill.point] = trial.step.fate
    return fates


def _good(role: Role, struck: Mapping[str, Fate], deaths: list[Kill]) -> frozenset[Outcome]:
    """A victim ends as its fate says; whoever else dies in its time may only add to that. What would have done no harm
    may, with another death beside it: there was more to conclude than the step is made for."""
    good = frozenset({natural(role)}) if not struck else frozenset()
    for fate in struck.values():
        good |= allowed(fate, role)
    unhurt = bool(struck) and HARMLESS.issuperset(struck.values())
    for kill in deaths:
        if kill.point not in struck or (unhurt and len(deaths) > 1):
            good |= EXPLAINED_BY[kill.process] if role.answer is Answer.HUMAN else _unheard(kill)
    return good


def _unheard(kill: Kill) -> frozenset[Outcome]:
    """A callee whom nobody hears of is no Core's business."""
    return EXPLAINED_BY[kill.process] - CORE_DIES - {Outcome.HUNG_UP, Outcome.FAILED}


def _deaths(facts: Facts, attempt: Attempt, leg: LegStory | None) -> list[Kill]:
    """In the time of the attempt. What a journal tells may end long before its Core was lost: the leg says when."""
    ends = attempt.ended_at.timestamp() if attempt.ended_at else float("inf")
    if leg is not None:
        ends = max(ends, leg.at(LegKind.ENDED) or 0.0)
    began = attempt.opened_at.timestamp()
    return [
        kill
        for trial in facts.trials
        for kill in trial.kills
        if kill.at <= ends + BEFORE and began <= max(kill.at + BEFORE, trial.ready_at)
    ]


def _contradiction(outcome: Outcome, leg: LegStory | None) -> str | None:
    """What the exchange wrote down decides who may be given back and who counts."""
    if outcome is Outcome.CANCELLED:
        return "it was placed" if leg else None
    if leg is None:
        return "it was never placed"
    if outcome is Outcome.UNKNOWN:
        return "it rang" if leg.at(LegKind.RINGING) else None
    lost = leg.end is not None and leg.end.reason == "exchange lost"
    if lost and leg.at(LegKind.ANSWERED) is None and outcome is not Outcome.LINE_LOST:
        return "the exchange was lost while it rang"
    return None


def every_leg_ends_soon_after_its_core(facts: Facts) -> Iterator[Fault]:
    taken = [each for each in facts.testimonies if each.what == "taken"]
    blind = [kill.at for kill in facts.kills if kill.process in {"api", "exchange"}]
    for kill in facts.kills:
        if kill.process not in OF_A_CORE or any(-LEG_SECONDS < kill.at - at < API_BLIND for at in blind):
            continue
        again = {each.call_id for each in taken if each.at > kill.at}
        for call_id in {each.call_id for each in taken if each.at <= kill.at} - again:
            late = _ended(facts, CallId(call_id)) - kill.at
            if late > LEG_SECONDS:
                yield Fault(what=f"the leg of {call_id} ended {late:.1f} s after its Core died", call_id=call_id)


def _ended(facts: Facts, call_id: CallId) -> float:
    """Without a leg, nothing had to end."""
    leg = facts.legs.get(call_id)
    return (leg.at(LegKind.ENDED) or 0.0) if leg else 0.0
