"""Campaigns, and the words by which an operator moves them along."""

from typing import Annotated

from litestar import get, post, put
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.bodies import OptionalBody
from applications.api.http.doors import person
from applications.api.http.filters import by
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.campaigns import (
    CampaignShown,
    NewCampaign,
    PlanChange,
    StandingShown,
    StartRequest,
    show_campaign,
    show_standing,
)
from applications.api.use_cases.change_plan import ChangePlan
from applications.api.use_cases.create_campaign import CreateCampaign
from applications.api.use_cases.move_campaign import CampaignMove, MoveCampaign
from applications.api.use_cases.show_campaign import ShowCampaign
from applications.api.use_cases.start_campaign import StartCampaign
from domain.campaigns.campaign import CampaignState
from domain.ids import BrandId, CampaignId
from domain.people.user import Permission
from ports.campaign_store import CampaignStore
from ports.paging import Page

CHANGE = person(Permission.CHANGE_CAMPAIGNS, 404, 409, 413, 415)
MOVE = person(Permission.CHANGE_CAMPAIGNS, 404, 409)


@get("/campaigns", operation_id="listCampaigns", tags=["campaigns"], **person(Permission.READ))
async def list_campaigns(
    brand: Given[BrandId],
    campaigns: Given[CampaignStore],
    state_: Annotated[CampaignState | None, by("state")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[CampaignShown]:
    """Newest first."""
    return (await campaigns.page(brand, state=state_, after=after, limit=limit)).map(show_campaign)


@post("/campaigns", operation_id="createCampaign", tags=["campaigns"], **person(Permission.CHANGE_CAMPAIGNS, 413, 415))
async def create_campaign(
    data: JSONBody[NewCampaign], brand: Given[BrandId], create: Given[CreateCampaign]
) -> CampaignShown:
    return show_campaign(await create(brand, name=data.name, bot_id=data.bot_id, plan=data.plan))


@get("/campaigns/{campaign_id:str}", operation_id="getCampaign", tags=["campaigns"], **person(Permission.READ, 404))
async def get_campaign(campaign_id: FromPath[str], brand: Given[BrandId], show: Given[ShowCampaign]) -> StandingShown:
    """With its leads and calls in numbers, and `pulse`, which says what keeps it from dialling more."""
    return show_standing(await show(brand, CampaignId(campaign_id)))


@put("/campaigns/{campaign_id:str}/plan", operation_id="changePlan", tags=["campaigns"], **CHANGE)
async def change_plan(
    campaign_id: FromPath[str], data: JSONBody[PlanChange], brand: Given[BrandId], change: Given[ChangePlan]
) -> CampaignShown:
    """Holds from the Dialler's next look at it."""
    return show_campaign(await change(brand, CampaignId(campaign_id), data.plan, version=data.version))


@post(
    "/campaigns/{campaign_id:str}/start",
    operation_id="startCampaign",
    operation_class=OptionalBody,
    tags=["campaigns"],
    status_code=200,
    **CHANGE,
)
async def start_campaign(
    campaign_id: FromPath[str],
    brand: Given[BrandId],
    start: Given[StartCampaign],
    data: JSONBody[StartRequest | None] = None,
) -> CampaignShown:
    """Pins the bot's newest version, or the one that is given. A campaign that was held up keeps its own."""
    wanted = data.bot_version if data else None
    return show_campaign(await start(brand, CampaignId(campaign_id), wanted))


@post(
    "/campaigns/{campaign_id:str}/schedule",
    operation_id="scheduleCampaign",
    tags=["campaigns"],
    status_code=200,
    **MOVE,
)
async def schedule(campaign_id: FromPath[str], brand: Given[BrandId], move: Given[MoveCampaign]) -> CampaignShown:
    """It starts by itself at its plan's `starts_at`."""
    return show_campaign(await move(brand, CampaignId(campaign_id), CampaignMove.SCHEDULE))


@post(
    "/campaigns/{campaign_id:str}/unschedule",
    operation_id="unscheduleCampaign",
    tags=["campaigns"],
    status_code=200,
    **MOVE,
)
async def unschedule(campaign_id: FromPath[str], brand: Given[BrandId], move: Given[MoveCampaign]) -> CampaignShown:
    return show_campaign(await move(brand, CampaignId(campaign_id), CampaignMove.UNSCHEDULE))


@post("/campaigns/{campaign_id:str}/pause", operation_id="pauseCampaign", tags=["campaigns"], status_code=200, **MOVE)
async def pause(campaign_id: FromPath[str], brand: Given[BrandId], move: Given[MoveCampaign]) -> CampaignShown:
    """No new calls; those in progress go on."""
    return show_campaign(await move(brand, CampaignId(campaign_id), CampaignMove.PAUSE))


@post("/campaigns/{campaign_id:str}/drain", operation_id="drainCampaign", tags=["campaigns"], status_code=200, **MOVE)
async def drain(campaign_id: FromPath[str], brand: Given[BrandId], move: Given[MoveCampaign]) -> CampaignShown:
    """No new calls; completed when the last one has ended."""
    return show_campaign(await move(brand, CampaignId(campaign_id), CampaignMove.DRAIN))


@post(
    "/campaigns/{campaign_id:str}/complete",
    operation_id="completeCampaign",
    tags=["campaigns"],
    status_code=200,
    **MOVE,
)
async def complete(campaign_id: FromPath[str], brand: Given[BrandId], move: Given[MoveCampaign]) -> CampaignShown:
    return show_campaign(await move(brand, CampaignId(campaign_id), CampaignMove.COMPLETE))


@post(
    "/campaigns/{campaign_id:str}/archive",
    operation_id="archiveCampaign",
    tags=["campaigns"],
    status_code=200,
    **MOVE,
)
async def archive(campaign_id: FromPath[str], brand: Given[BrandId], move: Given[MoveCampaign]) -> CampaignShown:
    """For good."""
    return show_campaign(await move(brand, CampaignId(campaign_id), CampaignMove.ARCHIVE))


ROUTES = (
    list_campaigns,
    create_campaign,
    get_campaign,
    change_plan,
    start_campaign,
    schedule,
    unschedule,
    pause,
    drain,
    complete,
    archive,
)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "campaigns": provide(container.campaigns),
        "create": provide(maker(container, CreateCampaign)),
        "show": provide(maker(container, ShowCampaign)),
        "change": provide(maker(container, ChangePlan)),
        "move": provide(maker(container, MoveCampaign)),
        "start": provide(maker(container, StartCampaign)),
    }
