"""A bot: the AI that talks, as a draft that may change and published versions that never do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from domain.bots.flow import FlowGraph
from domain.bots.flow_check import check_flow
from domain.bots.policy import Policy, check_policy
from domain.bots.template import unknown_variables
from domain.calls.transfer import TransferHow
from domain.errors import Fault, InvalidValue, RuleBroken
from domain.ids import BotId, BrandId, UserId
from domain.lifecycle import move


class BotState(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"


MOVES: Final[Mapping[BotState, frozenset[BotState]]] = {
    BotState.ACTIVE: frozenset({BotState.ARCHIVED}),
    BotState.ARCHIVED: frozenset({BotState.ACTIVE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSpec:
    """All that makes a bot talk as it does: exactly one of `flow` and `prompt`.

    `variables` are what a lead or a dialout is expected to bring; texts may use them and what steps collect.
    """

    language: str = "en"
    voice: str = "en-us"
    flow: FlowGraph | None = None
    prompt: str | None = None
    greeting: str = ""
    variables: tuple[str, ...] = ()
    policy: Policy = Policy()
    voicemail_message: str | None = None
    safe_harbour_message: str = "Hello. We wanted to reach you. We will try again another time. Goodbye."

    @property
    def longest_call(self) -> float:
        """Seconds that a call may take by this spec: talking to the bot, and to whom it is transferred."""
        transfers = self.flow.transfers if self.flow is not None else ()
        handed_over = max((t.talk_limit for t in transfers if t.how is TransferHow.DIAL), default=0.0)
        return self.policy.max_duration + handed_over


@dataclass(frozen=True, slots=True, kw_only=True)
class BotVersion:
    """A spec as it was published; calls name it by number."""

    number: int
    spec: BotSpec
    published_at: datetime
    published_by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot's document."""

    id: BotId
    brand: BrandId
    name: str
    created_at: datetime
    draft: BotSpec = field(default_factory=BotSpec)
    versions: tuple[BotVersion, ...] = ()
    state: BotState = BotState.ACTIVE
    version: int = 0

    def edit(self, draft: BotSpec) -> "Bot":
        return replace(self, draft=draft)

    def publish(self, *, by: UserId, at: datetime) -> "Bot":
        """The draft becomes the next version. Raises InvalidValue with every fault of the draft."""
        check_spec(self.draft)
        version = BotVersion(number=len(self.versions) + 1, spec=self.draft, published_at=at, published_by=by)
        return replace(self, versions=(*self.versions, version))

    def restore(self, number: int) -> "Bot":
        """A published version becomes the draft again; publishing it makes a new version."""
        return replace(self, draft=self.published(number).spec)

    def published(self, number: int | None = None) -> BotVersion:
        """The version with that number, or the newest. Raises RuleBroken where there is none."""
        if number is None and self.versions:
            return self.versions[-1]
        for version in self.versions:
            if version.number == number:
                return version
        raise RuleBroken(f"bot {self.id} has no published version{f' {number}' if number else ''}")

    def archive(self) -> "Bot":
        return replace(self, state=move(MOVES, self.state, BotState.ARCHIVED))

    def unarchive(self) -> "Bot":
        return replace(self, state=move(MOVES, self.state, BotState.ACTIVE))


def check_spec(spec: BotSpec, field: str = "draft") -> None:
    """Raises InvalidValue with every fault, so that a person mends them all in one go."""
    faults = list(_text_faults(spec, field))
    if (spec.flow is None) == (spec.prompt is None):
        faults.append(Fault(field=field, reason="needs either a flow or a prompt, and not both"))
    checks: list[Callable[[], None]] = [partial(check_policy, spec.policy, f"{field}.policy")]
    if spec.flow is not None:
        checks.append(partial(check_flow, spec.flow, frozenset(spec.variables), f"{field}.flow"))
    for check in checks:
        try:
            check()
        except InvalidValue as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidValue(*faults)


def _text_faults(spec: BotSpec, field: str) -> Iterator[Fault]:
    known = frozenset(spec.variables)
    for name in ("prompt", "greeting", "voicemail_message", "safe_harbour_message"):
        for missing in unknown_variables(getattr(spec, name) or "", known):
            yield Fault(field=f"{field}.{name}", reason=f"uses {{{missing}}}, which is not among its variables")
