"""Where the command line gets its settings from."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.environment.settings import EnvironmentSettings
from ports.settings import SettingsSource

SETTINGS_FILE: Final = "CXB_SETTINGS"
OF_THE_SCRIPT: Final = frozenset({SETTINGS_FILE, "CXB_VENV", "CXB_PYTHON"})
"""Read before there are settings, so they are none."""


def settings_source(overrides: Mapping[str, str] | None = None) -> SettingsSource:
    """The environment, and the file that CXB_SETTINGS names, or else ./cxb.env where there is one."""
    named = os.environ.get(SETTINGS_FILE)
    file = Path(named) if named else Path("cxb.env")
    environ = {name: value for name, value in os.environ.items() if name not in OF_THE_SCRIPT}
    environ.update(overrides or {})
    return EnvironmentSettings(environ, file if named or file.exists() else None)
