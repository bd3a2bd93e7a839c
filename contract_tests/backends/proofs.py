"""The backends of the clock, ids, passwords, tokens, secret boxes, numbering plans and settings."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.aesgcm.secret_box import AesGcmSecretBox
from adapters.argon2.password_hasher import Argon2PasswordHasher
from adapters.environment.settings import EnvironmentSettings
from adapters.jwt.tokens import JwtTokens
from adapters.memory.clock import MemoryClock
from adapters.memory.ids import MemoryIds
from adapters.memory.number_plan import MemoryNumberPlan
from adapters.memory.password_hasher import MemoryPasswordHasher
from adapters.memory.secret_box import MemorySecretBox
from adapters.memory.settings import MemorySettings
from adapters.memory.tokens import MemoryTokens
from adapters.phonenumbers.number_plan import PhonenumbersNumberPlan
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from contract_tests.backends.backend import Backend
from contract_tests.backends.scene import SECRET
from ports.settings import SettingsSource


def plain(name: str, make: Callable[[], Any]) -> Backend:
    """A backend that needs no opening."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[Any]:
        yield make()

    return Backend(name=name, open=open_)


@asynccontextmanager
async def _settings_file() -> AsyncIterator[Callable[[Mapping[str, str]], SettingsSource]]:
    """Values as lines of a file, beside an environment full of other people's variables."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "cxb.env"

        def source(values: Mapping[str, str]) -> SettingsSource:
            file.write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()))
            strangers = {name: value for name, value in os.environ.items() if "CXB" not in name}
            return EnvironmentSettings({**strangers, "PATH": "/bin"}, file)

        yield source


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "clock": {"memory": plain("memory", MemoryClock), "system": plain("system", SystemClock)},
    "ids": {"memory": plain("memory", MemoryIds), "system": plain("system", SystemIds)},
    "password_hasher": {
        "memory": plain("memory", MemoryPasswordHasher),
        "argon2": plain("argon2", Argon2PasswordHasher),
    },
    "tokens": {
        "memory": plain("memory", lambda: MemoryTokens(SECRET)),
        "jwt": plain("jwt", lambda: JwtTokens(SECRET)),
    },
    "secret_box": {
        "memory": plain("memory", lambda: MemorySecretBox),
        "aesgcm": plain("aesgcm", lambda: AesGcmSecretBox),
    },
    "number_plan": {
        "memory": plain("memory", MemoryNumberPlan),
        "phonenumbers": plain("phonenumbers", PhonenumbersNumberPlan),
    },
    "settings": {
        "memory": plain("memory", lambda: MemorySettings),
        "environment": plain("environment", lambda: EnvironmentSettings),
        "file": Backend(name="file", open=_settings_file),
    },
}
