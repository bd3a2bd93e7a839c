"""What a crash means for the call that it strikes: the law in docs/call-lifecycle.md, one word a case."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from adapters.simulation.population import Answer, Manner, Role
from domain.calls.outcome import Outcome


class Fate(StrEnum):
    NATURAL = "natural"  # as if nothing had happened
    NEVER_PLACED = "never_placed"  # nothing rang, and the lead is given back
    RANG = "rang"  # its Dialler was lost while it rang: cancelled and counted, unless nobody answered anyway
    ANSWERED = "answered"  # its Dialler was lost at what it does early and again later: as far as the Core had come
    LEFT_ALONE = "left_alone"  # a Core is in it, and the conversation goes on
    CORE_LOST = "core_lost"
    SEATED_LATE = "seated_late"  # its Core died as it was to take it: another try, or nobody free in time
    UNKNOWN = "unknown"  # nobody can say whether it rang
    LINE_LOST = "line_lost"  # the exchange went away
    CUT_SHORT = "cut_short"  # it had ended, and the exchange died before that was on record
    BRIEFED_LATE = "briefed_late"  # the API died as it was to brief the Core, and may be away for too long


UNANSWERED: Final[Mapping[Answer, Outcome]] = {
    Answer.BUSY: Outcome.BUSY,
    Answer.REJECTS: Outcome.REJECTED,
    Answer.INVALID: Outcome.INVALID_NUMBER,
    Answer.CONGESTION: Outcome.CONGESTION,
    Answer.NO_ANSWER: Outcome.NO_ANSWER,
}
OF_ANSWERED: Final[Mapping[Fate, frozenset[Outcome]]] = {
    Fate.RANG: frozenset({Outcome.DIALLER_LOST}),
    Fate.CORE_LOST: frozenset({Outcome.CORE_LOST}),
    Fate.SEATED_LATE: frozenset({Outcome.CORE_LOST, Outcome.ABANDONED}),
    Fate.BRIEFED_LATE: frozenset({Outcome.FAILED}),
}
"""Instead of the natural outcome, where somebody answered or would have."""

EXACTLY: Final[Mapping[Fate, Outcome]] = {
    Fate.NEVER_PLACED: Outcome.CANCELLED,
    Fate.UNKNOWN: Outcome.UNKNOWN,
    Fate.LINE_LOST: Outcome.LINE_LOST,
}
"""Whoever it was that was called."""


def natural(role: Role) -> Outcome:
    """What the trial's bot comes to with such a callee when nobody dies."""
    if role.answer is Answer.HUMAN:
        return Outcome.OPTED_OUT if role.manner is Manner.OPTS_OUT else Outcome.COMPLETED
    return UNANSWERED[role.answer]


def allowed(fate: Fate, role: Role) -> frozenset[Outcome]:
    """All outcomes that the law has for the call."""
    if fate in EXACTLY:
        return frozenset({EXACTLY[fate]})
    plain = frozenset({natural(role)})
    if role.answer is not Answer.HUMAN:
        return frozenset({Outcome.UNKNOWN, Outcome.LINE_LOST}) if fate is Fate.CUT_SHORT else plain
    match fate:
        case Fate.ANSWERED:
            return plain | {Outcome.HUNG_UP, Outcome.DIALLER_LOST}
        case Fate.LEFT_ALONE:
            return plain | {Outcome.HUNG_UP}  # a callee who waited ten seconds for a word may have gone
        case Fate.SEATED_LATE | Fate.BRIEFED_LATE:
            return plain | OF_ANSWERED[fate]
    if fate is Fate.CORE_LOST and role.manner is Manner.OPTS_OUT:
        return plain | OF_ANSWERED[fate]  # a wish not to be called stands above all else, once it was heard
    return OF_ANSWERED.get(fate, plain)
