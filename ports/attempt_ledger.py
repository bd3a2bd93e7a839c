"""Where attempts are kept: written before anything rings, and never forgotten."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Attempt, AttemptState, Verdict
from domain.ids import AttemptId, BrandId, CallId, CampaignId, LeadId
from ports.paging import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFilter:
    state: AttemptState | None = None
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    lead_id: LeadId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """A campaign's attempts that are not over, by how far they are; `ringing` includes those about to ring."""

    ringing: int
    answered: int
    talking: int

    @property
    def total(self) -> int:
        return self.ringing + self.answered + self.talking


class AttemptLedger(Protocol):
    """The collection that operators know as `campaign_calls`."""

    @abstractmethod
    async def open(self, attempt: Attempt) -> Attempt:
        """Store the intent. Raises Stale when an attempt with this id, or for this call, was opened before."""

    @abstractmethod
    async def get(self, brand: BrandId, attempt_id: AttemptId) -> Attempt:
        """Raises NotFound."""

    @abstractmethod
    async def of_call(self, brand: BrandId, call_id: CallId) -> Attempt:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, attempt: Attempt) -> Attempt:
        """Stored with its next version. Raises Stale when another write came first, such as by a new holder."""

    @abstractmethod
    async def claim_abandoned(self, *, holder: str, at: datetime, until: datetime, limit: int) -> Sequence[Attempt]:
        """Attempts in a leased state whose lease has run out, now leased to `holder`; each to one holder only."""

    @abstractmethod
    async def unsettled(self, *, limit: int) -> Sequence[Attempt]:
        """Ended attempts of all campaigns whose leads do not know yet, longest ended first."""

    @abstractmethod
    async def in_flight(self, brand: BrandId, campaign_id: CampaignId) -> InFlight: ...

    @abstractmethod
    async def tried_since(self, brand: BrandId, phones: Sequence[str], since: datetime | None) -> Mapping[str, int]:
        """Attempts to each number by any campaign of the brand, opened at or after `since` (None: ever), without
        those whose outcome says nothing about the lead. Numbers with none are left out."""

    @abstractmethod
    async def shown_since(self, brand: BrandId, since: datetime) -> Mapping[str, int]:
        """Attempts by caller number, opened at or after `since`."""

    @abstractmethod
    async def funnel(self, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
        """Attempts by outcome, verdict and state: keys such as `outcome.busy`, `verdict.human`, `state.ringing`."""

    @abstractmethod
    async def page(
        self, brand: BrandId, campaign_id: CampaignId, *, where: AttemptFilter, after: str | None, limit: int
    ) -> Page[Attempt]:
        """Newest first."""
