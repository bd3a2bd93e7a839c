"""Gives a Core all that it needs for one call, in one trip."""

from dataclasses import dataclass

import structlog

from domain.bots.bot import Bot, BotState, BotVersion
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.call import Call, CallState
from domain.errors import RuleBroken
from domain.ids import BotId, CallId
from ports.bot_store import BotStore
from ports.call_store import CallStore
from ports.errors import NotFound, Refused

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchConfig:
    """Version and variables are those of the call's document, whatever has become of the bot since."""

    calls: CallStore
    bots: BotStore

    async def __call__(self, bot_id: BotId, call_id: CallId) -> RuntimeConfig:
        """Raises NotFound for a call or bot that is not there, Refused with the reason why there is nothing to say:
        `archived`, `version_missing` or `call_ended`."""
        call = await self.calls.find(call_id)
        if call.bot_id != bot_id:
            raise NotFound(f"call {call_id} has another bot")
        if call.state is CallState.ENDED:
            raise Refused(f"call {call_id} is over", reason="call_ended")
        bot = await self.bots.get(call.brand, bot_id)
        version = _version(bot, call.bot_version)
        log.info("config_given", call_id=call_id, bot_id=bot_id, bot_version=version.number)
        return RuntimeConfig(
            call_id=call.id,
            brand=call.brand,
            bot_id=bot.id,
            bot_version=version.number,
            spec=version.spec,
            recording_key=recording_key(call),
            variables=call.variables,
            trunk_id=call.trunk_id,
            phone=call.phone,
            caller_number=call.caller_number,
        )


def recording_key(call: Call) -> str:
    """Where the call's recording belongs; by day, so that retention and people find their way."""
    return f"recordings/{call.brand}/{call.created_at:%Y/%m/%d}/{call.id}.wav"


def _version(bot: Bot, number: int) -> BotVersion:
    if bot.state is BotState.ARCHIVED:
        raise Refused(f"bot {bot.id} is archived", reason="archived")
    try:
        return bot.published(number)
    except RuleBroken as error:
        raise Refused(str(error), reason="version_missing") from None
