"""The leads of a campaign."""

from typing import Annotated

from litestar import get
from litestar.di import Provide
from litestar.params import FromPath

from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.filters import by
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.leads import LeadShown, show_lead
from domain.campaigns.lead import LeadState
from domain.ids import BrandId, CampaignId, LeadId
from domain.people.user import Permission
from ports.campaign_store import CampaignStore
from ports.lead_store import LeadFilter, LeadStore
from ports.paging import Page


@get("/campaigns/{campaign_id:str}/leads", operation_id="listLeads", tags=["leads"], **person(Permission.READ, 404))
async def list_leads(
    campaign_id: FromPath[str],
    brand: Given[BrandId],
    campaigns: Given[CampaignStore],
    leads: Given[LeadStore],
    state_: Annotated[LeadState | None, by("state")] = None,
    end: Annotated[str | None, by("end")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[LeadShown]:
    """In the order in which they came."""
    campaign = await campaigns.get(brand, CampaignId(campaign_id))
    where = LeadFilter(state=state_, end=end)
    return (await leads.page(brand, campaign.id, where=where, after=after, limit=limit)).map(show_lead)


@get("/leads/{lead_id:str}", operation_id="getLead", tags=["leads"], **person(Permission.READ, 404))
async def get_lead(lead_id: FromPath[str], brand: Given[BrandId], leads: Given[LeadStore]) -> LeadShown:
    return show_lead(await leads.get(brand, LeadId(lead_id)))


ROUTES = (list_leads, get_lead)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"campaigns": provide(container.campaigns), "leads": provide(container.leads)}
