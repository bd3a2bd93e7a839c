"""Bots: their drafts, and the versions that calls talk by."""

from typing import Annotated

from litestar import get, post, put
from litestar.di import Provide
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.filters import by
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.bots import (
    BotListed,
    BotShown,
    DraftChange,
    NewBot,
    VersionShown,
    VersionWanted,
    list_bot,
    show_bot,
    show_version,
)
from applications.api.use_cases.create_bot import CreateBot
from applications.api.use_cases.edit_draft import EditDraft
from applications.api.use_cases.move_bot import MoveBot
from applications.api.use_cases.publish_bot import PublishBot
from applications.api.use_cases.restore_version import RestoreVersion
from domain.bots.bot import BotState
from domain.ids import BotId, BrandId
from domain.people.user import Permission, User
from ports.bot_store import BotStore
from ports.paging import Page

CHANGE = person(Permission.CHANGE_BOTS, 404, 409, 413, 415)
MOVE = person(Permission.CHANGE_BOTS, 404, 409)
READ = person(Permission.READ, 404)


@get("/bots", operation_id="listBots", tags=["bots"], **person(Permission.READ))
async def list_bots(
    brand: Given[BrandId],
    bots: Given[BotStore],
    state_: Annotated[BotState | None, by("state")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[BotListed]:
    """Newest first."""
    return (await bots.page(brand, state=state_, after=after, limit=limit)).map(list_bot)


@post("/bots", operation_id="createBot", tags=["bots"], **person(Permission.CHANGE_BOTS, 413, 415))
async def create_bot(data: JSONBody[NewBot], brand: Given[BrandId], create: Given[CreateBot]) -> BotShown:
    return show_bot(await create(brand, name=data.name, draft=data.draft))


@get("/bots/{bot_id:str}", operation_id="getBot", tags=["bots"], **READ)
async def get_bot(bot_id: FromPath[str], brand: Given[BrandId], bots: Given[BotStore]) -> BotShown:
    return show_bot(await bots.get(brand, BotId(bot_id)))


@put("/bots/{bot_id:str}/draft", operation_id="editDraft", tags=["bots"], **CHANGE)
async def edit_draft(
    bot_id: FromPath[str], data: JSONBody[DraftChange], brand: Given[BrandId], edit: Given[EditDraft]
) -> BotShown:
    """409 when somebody else has changed the bot since it was loaded."""
    return show_bot(await edit(brand, BotId(bot_id), version=data.version, draft=data.draft, name=data.name))


@post("/bots/{bot_id:str}/publish", operation_id="publishBot", tags=["bots"], status_code=200, **MOVE)
async def publish_bot(bot_id: FromPath[str], user: Given[User], publish: Given[PublishBot]) -> BotShown:
    """400 names every fault of the draft."""
    return show_bot(await publish(user, BotId(bot_id)))


@get("/bots/{bot_id:str}/versions", operation_id="listVersions", tags=["bots"], **READ)
async def list_versions(bot_id: FromPath[str], brand: Given[BrandId], bots: Given[BotStore]) -> list[VersionShown]:
    """Newest first, all of them."""
    bot = await bots.get(brand, BotId(bot_id))
    return [show_version(version) for version in reversed(bot.versions)]


@post("/bots/{bot_id:str}/restore", operation_id="restoreVersion", tags=["bots"], status_code=200, **CHANGE)
async def restore_version(
    bot_id: FromPath[str], data: JSONBody[VersionWanted], brand: Given[BrandId], restore: Given[RestoreVersion]
) -> BotShown:
    """The version becomes the draft; it is published like any other."""
    return show_bot(await restore(brand, BotId(bot_id), data.version_number))


@post("/bots/{bot_id:str}/archive", operation_id="archiveBot", tags=["bots"], status_code=200, **MOVE)
async def archive_bot(bot_id: FromPath[str], brand: Given[BrandId], move: Given[MoveBot]) -> BotShown:
    return show_bot(await move(brand, BotId(bot_id), BotState.ARCHIVED))


@post("/bots/{bot_id:str}/unarchive", operation_id="unarchiveBot", tags=["bots"], status_code=200, **MOVE)
async def unarchive_bot(bot_id: FromPath[str], brand: Given[BrandId], move: Given[MoveBot]) -> BotShown:
    return show_bot(await move(brand, BotId(bot_id), BotState.ACTIVE))


ROUTES = (
    list_bots,
    create_bot,
    get_bot,
    edit_draft,
    publish_bot,
    list_versions,
    restore_version,
    archive_bot,
    unarchive_bot,
)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "bots": provide(container.bots),
        "create": provide(maker(container, CreateBot)),
        "edit": provide(maker(container, EditDraft)),
        "publish": provide(maker(container, PublishBot)),
        "restore": provide(maker(container, RestoreVersion)),
        "move": provide(maker(container, MoveBot)),
    }
