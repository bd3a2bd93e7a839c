"""The memory twin of the API as a source of runtime configs."""

from collections.abc import Iterable

from domain.bots.runtime_config import RuntimeConfig
from domain.ids import BotId, CallId
from ports.config_source import ConfigSource
from ports.errors import NotFound, PortError


class MemoryConfigSource(ConfigSource):
    """Configs by call. A call in `failures` raises what stands there instead."""

    def __init__(self, configs: Iterable[RuntimeConfig] = ()) -> None:
        self.configs: dict[CallId, RuntimeConfig] = {config.call_id: config for config in configs}
        self.failures: dict[CallId, PortError] = {}

    def offer(self, config: RuntimeConfig) -> None:
        self.configs[config.call_id] = config

    async def fetch(self, bot_id: BotId, call_id: CallId) -> RuntimeConfig:
        if call_id in self.failures:
            raise self.failures[call_id]
        config = self.configs.get(call_id)
        if config is None or config.bot_id != bot_id:
            raise NotFound(f"no config for call {call_id} and bot {bot_id}")
        return config
