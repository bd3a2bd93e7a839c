"""Everything Core needs at the start of one call, fetched in one trip and never changed during it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.bots.bot import BotSpec
from domain.ids import BotId, BrandId, CallId

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeConfig:
    """One call's bot version with its variables. `recording_key` is where its recording belongs."""

    call_id: CallId
    brand: BrandId
    bot_id: BotId
    bot_version: int
    spec: BotSpec
    recording_key: str
    variables: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA
