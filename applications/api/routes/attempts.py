"""Reports of a campaign's attempts: one by one, as a file, and in numbers."""

from collections.abc import AsyncIterator
from typing import Annotated

from litestar import get
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Stream

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.csv_writer import csv_lines
from applications.api.http.doors import person
from applications.api.http.downloads import csv_file
from applications.api.http.filters import by
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.attempts import CSV_COLUMNS, AttemptShown, csv_row, show_attempt
from applications.api.messages.campaigns import Funnel
from applications.api.use_cases.export_attempts import ExportAttempts
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Attempt, AttemptState, Verdict
from domain.ids import BrandId, CampaignId, LeadId
from domain.people.user import Permission
from ports.attempt_ledger import AttemptFilter, AttemptLedger
from ports.campaign_store import CampaignStore
from ports.paging import Page

READ = person(Permission.READ, 404)


def attempt_filter(
    state_: Annotated[AttemptState | None, by("state")] = None,
    outcome: Annotated[Outcome | None, by("outcome")] = None,
    verdict: Annotated[Verdict | None, by("verdict")] = None,
    lead_id: Annotated[str | None, by("lead_id")] = None,
) -> AttemptFilter:
    """All that is given must hold."""
    lead = LeadId(lead_id) if lead_id is not None else None
    return AttemptFilter(state=state_, outcome=outcome, verdict=verdict, lead_id=lead)


@get("/campaigns/{campaign_id:str}/attempts", operation_id="listAttempts", tags=["reports"], **READ)
async def list_attempts(
    campaign_id: FromPath[str],
    brand: Given[BrandId],
    campaigns: Given[CampaignStore],
    attempts: Given[AttemptLedger],
    where: Given[AttemptFilter],
    after: After = None,
    limit: Limit = 50,
) -> Page[AttemptShown]:
    """Newest first."""
    campaign = await campaigns.get(brand, CampaignId(campaign_id))
    return (await attempts.page(brand, campaign.id, where=where, after=after, limit=limit)).map(show_attempt)


@get(
    "/campaigns/{campaign_id:str}/attempts.csv",
    operation_id="downloadAttempts",
    tags=["reports"],
    media_type="text/csv",
    **READ,
)
async def download_attempts(
    campaign_id: FromPath[str],
    brand: Given[BrandId],
    campaigns: Given[CampaignStore],
    export: Given[ExportAttempts],
    where: Given[AttemptFilter],
) -> Stream:
    """All of them, newest first."""
    campaign = await campaigns.get(brand, CampaignId(campaign_id))
    return csv_file(_lines(export(brand, campaign.id, where)), f"{campaign.id}-attempts.csv")


async def _lines(pages: AsyncIterator[tuple[Attempt, ...]]) -> AsyncIterator[str]:
    yield csv_lines([CSV_COLUMNS])
    async for page in pages:
        yield csv_lines(csv_row(attempt) for attempt in page)


@get("/campaigns/{campaign_id:str}/funnel", operation_id="funnel", tags=["reports"], **READ)
async def funnel(
    campaign_id: FromPath[str], brand: Given[BrandId], campaigns: Given[CampaignStore], attempts: Given[AttemptLedger]
) -> Funnel:
    campaign = await campaigns.get(brand, CampaignId(campaign_id))
    return Funnel(counts=await attempts.funnel(brand, campaign.id))


ROUTES = (list_attempts, download_attempts, funnel)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "campaigns": provide(container.campaigns),
        "attempts": provide(container.attempts),
        "export": provide(maker(container, ExportAttempts)),
        "where": Provide(attempt_filter, sync_to_thread=False),
    }
