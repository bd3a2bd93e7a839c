"""A campaign: a bot, leads, and the rules by which the Dialler works through them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from domain.campaigns.attempt import Verdict
from domain.campaigns.gate import Compliance
from domain.campaigns.number_pool import NumberPool
from domain.campaigns.pacing import PacingPlan
from domain.campaigns.retries import RetryPlan
from domain.errors import Fault, InvalidValue
from domain.hours import hours_faults
from domain.ids import BotId, BrandId, CampaignId
from domain.lifecycle import move
from domain.limits import Between, limit_faults


class CampaignState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"  # runs from `starts_at` on
    RUNNING = "running"
    PAUSED = "paused"  # no new calls; those in progress go on
    DRAINING = "draining"  # no new calls; completed when the last one ends
    COMPLETED = "completed"
    ARCHIVED = "archived"


MOVES: Final[Mapping[CampaignState, frozenset[CampaignState]]] = {
    CampaignState.DRAFT: frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.ARCHIVED}),
    CampaignState.SCHEDULED: frozenset({CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.PAUSED}),
    CampaignState.RUNNING: frozenset({CampaignState.PAUSED, CampaignState.DRAINING, CampaignState.COMPLETED}),
    CampaignState.PAUSED: frozenset({CampaignState.RUNNING, CampaignState.DRAINING}),
    CampaignState.DRAINING: frozenset({CampaignState.RUNNING, CampaignState.COMPLETED}),
    CampaignState.COMPLETED: frozenset({CampaignState.RUNNING, CampaignState.ARCHIVED}),
    CampaignState.ARCHIVED: frozenset(),
}


class OnVerdict(StrEnum):
    """What the Dialler orders when the screening has heard who answered."""

    TALK = "talk"
    LEAVE_MESSAGE = "leave_message"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPolicy:
    """What to do by who answered. Times in seconds."""

    human: OnVerdict = OnVerdict.TALK
    machine: OnVerdict = OnVerdict.LEAVE_MESSAGE
    silence: OnVerdict = OnVerdict.TALK
    unsure: OnVerdict = OnVerdict.TALK
    ring_timeout: Annotated[float, Between(5, 120)] = 25.0
    beep_timeout: Annotated[float, Between(1, 120)] = 25.0

    def on(self, verdict: Verdict) -> OnVerdict:
        table = {
            Verdict.HUMAN: self.human,
            Verdict.MACHINE: self.machine,
            Verdict.SILENCE: self.silence,
            Verdict.UNSURE: self.unsure,
        }
        return table[verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """All that an operator sets, and may change while it runs."""

    pacing: PacingPlan = PacingPlan()
    retries: RetryPlan = RetryPlan()
    compliance: Compliance = Compliance()
    numbers: NumberPool = NumberPool()
    answers: AnswerPolicy = AnswerPolicy()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign's document. `bot_version` is pinned at the first start, and again at each start after an end."""

    id: CampaignId
    brand: BrandId
    name: str
    bot_id: BotId
    created_at: datetime
    plan: CampaignPlan = CampaignPlan()
    bot_version: int | None = None
    state: CampaignState = CampaignState.DRAFT
    started_at: datetime | None = None
    completed_at: datetime | None = None
    version: int = 0

    def change(self, plan: CampaignPlan) -> "Campaign":
        """Raises InvalidValue with every fault of the plan."""
        check_plan(plan)
        return replace(self, plan=plan)

    def schedule(self, *, at: datetime) -> "Campaign":
        """Raises InvalidValue when no start lies ahead."""
        if self.plan.starts_at is None or self.plan.starts_at <= at:
            raise InvalidValue(Fault(field="plan.starts_at", reason="must lie ahead to schedule the campaign"))
        return self._move(CampaignState.SCHEDULED)

    def start(self, bot_version: int, *, at: datetime) -> "Campaign":
        """Run from now on. Raises InvalidValue when it has no number to show, or its end has passed."""
        faults = tuple(self._start_faults(at))
        if faults:
            raise InvalidValue(*faults)
        running = self._move(CampaignState.RUNNING)
        return replace(running, bot_version=bot_version, started_at=self.started_at or at, completed_at=None)

    def _start_faults(self, at: datetime) -> Iterator[Fault]:
        if not self.plan.numbers.numbers:
            yield Fault(field="plan.numbers", reason="needs at least one number to call from")
        if self.plan.ends_at and self.plan.ends_at <= at:
            yield Fault(field="plan.ends_at", reason="has passed; set a later end to run the campaign")

    def unschedule(self) -> "Campaign":
        return self._move(CampaignState.DRAFT)

    def pause(self) -> "Campaign":
        return self._move(CampaignState.PAUSED)

    def drain(self) -> "Campaign":
        return self._move(CampaignState.DRAINING)

    def complete(self, *, at: datetime) -> "Campaign":
        return replace(self._move(CampaignState.COMPLETED), completed_at=at)

    def archive(self) -> "Campaign":
        return self._move(CampaignState.ARCHIVED)

    def over_at(self, at: datetime) -> bool:
        return self.plan.ends_at is not None and self.plan.ends_at <= at

    def _move(self, state: CampaignState) -> "Campaign":
        return replace(self, state=move(MOVES, self.state, state))


def check_plan(plan: CampaignPlan, field: str = "plan") -> None:
    """Raises InvalidValue with every fault."""
    faults = tuple(_plan_faults(plan, field))
    if faults:
        raise InvalidValue(*faults)


def _plan_faults(plan: CampaignPlan, field: str) -> Iterator[Fault]:
    for name in ("pacing", "retries", "compliance", "answers"):
        yield from limit_faults(getattr(plan, name), f"{field}.{name}")
    for outcome, delay in plan.retries.delays.items():
        yield from limit_faults(delay, f"{field}.retries.delays.{outcome}")
        if not delay.least <= delay.most:
            yield Fault(field=f"{field}.retries.delays.{outcome}", reason="needs least ≤ most")
    for index, number in enumerate(plan.numbers.numbers):
        yield from limit_faults(number, f"{field}.numbers.numbers[{index}]")
    if plan.starts_at and plan.ends_at and plan.ends_at <= plan.starts_at:
        yield Fault(field=f"{field}.ends_at", reason="must lie after starts_at")
    yield from hours_faults(plan.compliance.hours, f"{field}.compliance.hours")
