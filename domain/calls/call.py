"""One call, from the intent to its result; what is talked, whoever dialled it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.calls.result import Result
from domain.errors import RuleBroken
from domain.event import Event
from domain.ids import AttemptId, BotId, BrandId, CallId, CampaignId, EventId, LeadId, ServerId, TrunkId
from domain.lifecycle import move


class CallState(StrEnum):
    PLANNED = "planned"  # stored before anything rings
    LIVE = "live"  # a Core is in it
    ENDED = "ended"


MOVES: Final[Mapping[CallState, frozenset[CallState]]] = {
    CallState.PLANNED: frozenset({CallState.LIVE, CallState.ENDED}),
    CallState.LIVE: frozenset({CallState.ENDED}),
    CallState.ENDED: frozenset(),
}


class Direction(StrEnum):
    CAMPAIGN = "campaign"
    API = "api"
    INBOUND = "inbound"
    BROWSER = "browser"


HOLD_THEIR_OWN: Final = frozenset({Direction.API, Direction.INBOUND})
"""Those whose slot and channel are held in the call's own name; a campaign's are its Dialler's."""

CALL_CONCLUDED: Final = "call.concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a call came from: a campaign's attempt, or a CRM's dialout with the fingerprint of its request."""

    campaign_id: CampaignId | None = None
    lead_id: LeadId | None = None
    attempt_id: AttemptId | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call's document. Its bot version and variables are fixed here, so that a call never changes bots midway."""

    id: CallId
    brand: BrandId
    direction: Direction
    bot_id: BotId
    bot_version: int
    phone: str
    caller_number: str
    trunk_id: TrunkId
    created_at: datetime
    origin: Origin = Origin()
    variables: Mapping[str, str] = field(default_factory=dict)
    state: CallState = CallState.PLANNED
    server_id: ServerId | None = None
    live_at: datetime | None = None
    result: Result | None = None
    events: tuple[Event, ...] = ()
    version: int = 0

    def give(self, server_id: ServerId) -> "Call":
        """A Core has taken it on and will place it; once that Core is in it, or it is over, this changes nothing."""
        return replace(self, server_id=server_id) if self.state is CallState.PLANNED else self

    def join(self, server_id: ServerId, *, at: datetime) -> "Call":
        """A Core is in the call. Saying it twice changes nothing."""
        if self.state is CallState.LIVE and self.server_id == server_id:
            return self
        return replace(self, state=move(MOVES, self.state, CallState.LIVE), server_id=server_id, live_at=at)

    def conclude(self, result: Result) -> "Call":
        """Store the result with its event. The same result again changes nothing.

        Raises RuleBroken when the call already has another result, unless that one was a stand-in by the API.
        """
        if self.result is None:
            return self._concluded(move(MOVES, self.state, CallState.ENDED), result, nth=1)
        if self.result.digest == result.digest:
            return self
        if self.result.may_be_replaced:
            return self._concluded(CallState.ENDED, result, nth=2)
        raise RuleBroken(f"call {self.id} already has a different result")

    def _concluded(self, state: CallState, result: Result, *, nth: int) -> "Call":
        event = Event(
            id=EventId(f"{self.id}.concluded.{nth}"),
            brand=self.brand,
            kind=CALL_CONCLUDED,
            subject=self.id,
            at=result.ended_at,
            data={"outcome": result.outcome.value, "source": result.source.value},
        )
        return replace(self, state=state, result=result, events=(*self.events, event))

    def relayed(self, event_ids: frozenset[EventId]) -> "Call":
        """The same call without the events that are in the log by now."""
        return replace(self, events=tuple(event for event in self.events if event.id not in event_ids))
