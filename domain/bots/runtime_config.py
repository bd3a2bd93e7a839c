"""Everything Core needs at the start of one call, fetched in one trip and never changed during it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.bots.bot import BotSpec
from domain.ids import BotId, BrandId, CallId, TrunkId

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeConfig:
    """One call's bot version with its variables. `recording_key` is where its recording belongs.

    `trunk_id` and the two numbers, the callee's and ours, are what a second leg of the call is placed with.
    """

    call_id: CallId
    brand: BrandId
    bot_id: BotId
    bot_version: int
    spec: BotSpec
    recording_key: str
    variables: Mapping[str, str] = field(default_factory=dict)
    trunk_id: TrunkId | None = None
    phone: str = ""
    caller_number: str = ""
    schema: int = SCHEMA
