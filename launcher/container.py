"""Where the command line gets its settings from."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.environment.settings import EnvironmentSettings
from launcher.stack.ports import STACK_NAMES
from ports.settings import SettingsSource

SETTINGS_FILE: Final = "CXB_SETTINGS"


def environment() -> dict[str, str]:
    """Ours, without what only `./cxb stack` reads: every process takes a CXB_ name that it does not know for a slip."""
    return {name: value for name, value in os.environ.items() if name not in STACK_NAMES}


def settings_source(overrides: Mapping[str, str] | None = None) -> SettingsSource:
    """The environment, and the file that CXB_SETTINGS names, or else ./cxb.env where there is one."""
    named = os.environ.get(SETTINGS_FILE)
    file = Path(named) if named else Path("cxb.env")
    return EnvironmentSettings({**environment(), **(overrides or {})}, file if named or file.exists() else None)
