"""Gives all attempts of a campaign, one after another, however many they are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from domain.campaigns.attempt import Attempt
from domain.ids import BrandId, CampaignId
from ports.attempt_ledger import AttemptFilter, AttemptLedger

PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAttempts:
    """In pages, newest first."""

    attempts: AttemptLedger

    async def __call__(
        self, brand: BrandId, campaign_id: CampaignId, where: AttemptFilter
    ) -> AsyncIterator[tuple[Attempt, ...]]:
        after: str | None = None
        while True:
            page = await self.attempts.page(brand, campaign_id, where=where, after=after, limit=PAGE)
            yield page.items
            after = page.next
            if after is None:
                return
