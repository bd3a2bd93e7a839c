"""The memory twin of sources of settings."""

from collections.abc import Mapping

from adapters.codec.settings_rules import Given, rows_from, settings_from
from ports.settings import SettingRow, Settings, SettingsSource


class MemorySettings(SettingsSource):
    """Texts by environment name."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._given = {name: Given(value=value, source="memory") for name, value in (values or {}).items()}

    def load(self) -> Settings:
        return settings_from(self._given)

    def rows(self) -> tuple[SettingRow, ...]:
        return rows_from(self._given)
