"""Where Core gets a call's runtime config: the API."""

from abc import abstractmethod
from typing import Protocol

from domain.bots.runtime_config import RuntimeConfig
from domain.ids import BotId, CallId


class ConfigSource(Protocol):
    """One trip a call."""

    @abstractmethod
    async def fetch(self, bot_id: BotId, call_id: CallId) -> RuntimeConfig:
        """The version and variables fixed on the call. Raises NotFound, Refused with the reason (such as `archived`),
        Busy or Unavailable."""
