"""Where the command line gets its settings from."""

import os
from pathlib import Path

from adapters.environment.settings import EnvironmentSettings
from ports.settings import SettingsSource

SETTINGS_FILE = "CXB_SETTINGS"


def settings_source() -> SettingsSource:
    """The environment, and the file that CXB_SETTINGS names, or else ./cxb.env where there is one."""
    named = os.environ.get(SETTINGS_FILE)
    file = Path(named) if named else Path("cxb.env")
    environ = {name: value for name, value in os.environ.items() if name != SETTINGS_FILE}
    return EnvironmentSettings(environ, file if named or file.exists() else None)
