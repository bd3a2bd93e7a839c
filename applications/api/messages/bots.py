"""What is said about bots."""

from datetime import datetime
from typing import Annotated

import msgspec

from domain.bots.bot import Bot, BotSpec, BotState, BotVersion
from domain.ids import BotId, UserId

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class NewBot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft need not be complete; publishing says what it lacks."""

    name: Name
    draft: BotSpec = msgspec.field(default_factory=BotSpec)


class DraftChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`version` is that of the bot as it was loaded. A name that is left out stays."""

    version: int
    draft: BotSpec
    name: Name | None = None


class VersionWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version_number: Annotated[int, msgspec.Meta(ge=1)]


class BotListed(msgspec.Struct, frozen=True, kw_only=True):
    """`published` is the number of the newest version; None before there is one."""

    id: BotId
    name: str
    state: BotState
    language: str
    published: int | None
    published_at: datetime | None
    created_at: datetime
    version: int


class BotShown(msgspec.Struct, frozen=True, kw_only=True):
    """A bot with its draft. `unpublished` tells whether the draft differs from the newest version."""

    id: BotId
    name: str
    state: BotState
    draft: BotSpec
    unpublished: bool
    published: int | None
    published_at: datetime | None
    created_at: datetime
    version: int


class VersionShown(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    published_at: datetime
    published_by: UserId
    spec: BotSpec


def list_bot(bot: Bot) -> BotListed:
    newest = bot.versions[-1] if bot.versions else None
    return BotListed(
        id=bot.id,
        name=bot.name,
        state=bot.state,
        language=bot.draft.language,
        published=newest.number if newest else None,
        published_at=newest.published_at if newest else None,
        created_at=bot.created_at,
        version=bot.version,
    )


def show_bot(bot: Bot) -> BotShown:
    newest = bot.versions[-1] if bot.versions else None
    return BotShown(
        id=bot.id,
        name=bot.name,
        state=bot.state,
        draft=bot.draft,
        unpublished=newest is None or newest.spec != bot.draft,
        published=newest.number if newest else None,
        published_at=newest.published_at if newest else None,
        created_at=bot.created_at,
        version=bot.version,
    )


def show_version(version: BotVersion) -> VersionShown:
    return VersionShown(
        number=version.number,
        published_at=version.published_at,
        published_by=version.published_by,
        spec=version.spec,
    )
