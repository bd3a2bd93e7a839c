"""How many calls to start now, and what keeps it from being more.

A pacer is a function from a plan and a snapshot to an answer; `PACERS` has one for each mode, so that the
predictive one finds its place without anything else moving.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from domain.limits import Between

MOST_AT_ONCE: Final = 1_000
"""No tick starts more calls than this."""


class PacingMode(StrEnum):
    CONCURRENCY = "concurrency"  # a fixed number of calls at once


class Limit(StrEnum):
    """What binds now: the answer to "why am I not dialling?"."""

    NONE = "none"
    NOT_RUNNING = "not_running"
    ENDED = "ended"
    NO_LEADS_DUE = "no_leads_due"
    CONCURRENCY = "concurrency"
    CALLS_PER_SECOND = "calls_per_second"
    TRUNK_CHANNELS = "trunk_channels"
    TRUNK_CALLS_PER_SECOND = "trunk_calls_per_second"
    CORE_SLOTS = "core_slots"
    NO_CORE = "no_core"
    NO_API = "no_api"
    NO_TRUNK = "no_trunk"
    TRUNK_DISABLED = "trunk_disabled"
    NO_CALLER_NUMBER = "no_caller_number"
    NO_DIALLER = "no_dialler"


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingPlan:
    """A campaign's wish. `answer_rate` is what is expected until enough has been seen."""

    mode: PacingMode = PacingMode.CONCURRENCY
    concurrency: Annotated[int, Between(1, 10_000)] = 10
    calls_per_second: Annotated[float, Between(0.01, 1_000)] = 2.0
    answer_rate: Annotated[float, Between(0.01, 1)] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The campaign at this instant. `tokens` are whole calls that the rates allow now; slots count free ones."""

    in_flight: int
    due: int
    tokens: int
    trunk_tokens: int
    trunk_channels: int
    core_slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingAnswer:
    """Start `calls` now; `limit` is what kept it from being one more."""

    calls: int
    limit: Limit


Pacer = Callable[[PacingPlan, Snapshot], PacingAnswer]


def fixed_concurrency(plan: PacingPlan, now: Snapshot) -> PacingAnswer:
    """Keep `concurrency` calls in flight, ringing ones included, so that every answer finds a Core."""
    room = {
        Limit.CONCURRENCY: plan.concurrency - now.in_flight,
        Limit.CORE_SLOTS: now.core_slots,
        Limit.TRUNK_CHANNELS: now.trunk_channels,
        Limit.TRUNK_CALLS_PER_SECOND: now.trunk_tokens,
        Limit.CALLS_PER_SECOND: now.tokens,
        Limit.NO_LEADS_DUE: now.due,
    }
    tightest = min(room, key=lambda limit: room[limit])
    return PacingAnswer(calls=max(0, room[tightest]), limit=tightest)


PACERS: Final[Mapping[PacingMode, Pacer]] = {PacingMode.CONCURRENCY: fixed_concurrency}


def calls_to_start(plan: PacingPlan, now: Snapshot) -> PacingAnswer:
    return PACERS[plan.mode](plan, now)


def slots_needed(ringing: int, answer_rate: float) -> int:
    """Core slots that `ringing` calls need so that an answer finds none free about once in forty times.

    The answers expected and two standard deviations of a binomial, but never more than there are calls.
    """
    expected = ringing * answer_rate
    spread = math.sqrt(ringing * answer_rate * (1 - answer_rate))
    return min(ringing, math.ceil(expected + 2 * spread))


def dials_covered(slots: int, ringing: int, answer_rate: float) -> int:
    """How many calls may be added to those ringing so that `slots` still suffice for their answers."""
    more = 0
    while slots_needed(ringing + more + 1, answer_rate) <= slots:
        more += 1
        if more >= MOST_AT_ONCE:
            break
    return more
