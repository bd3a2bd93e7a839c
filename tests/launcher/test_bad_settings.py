"""Settings that cannot be: every one of them is named at once, by every process, before it does anything."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.environment.settings import EnvironmentSettings
from domain.errors import InvalidValue
from ports.settings import Settings, names

SECRET: Final = "hunter2-hunter2"
DEMO: Final = ("launcher", "demo")
"""Sets some of them itself, and minds no other value of those."""

PROCESSES: Final = (
    ("applications.api.main",),
    ("applications.api.main", "create-admin"),
    ("applications.core.main",),
    ("applications.dialler.main",),
    ("applications.console.main",),
    ("launcher.exchange.main",),
    ("launcher", "settings"),
    ("launcher", "up"),
    DEMO,
)
WRONG: Final = {
    "CXB_ENV": "staging",
    "CXB_DATA": " ",
    "CXB_HOST": "nonsense..host",
    "CXB_CONSOLE_PORT": "0",
    "CXB_API_PORT": "65536",
    "CXB_CORE_PORT": "http",
    "CXB_DIALLER_PORT": "-1",
    "CXB_EXCHANGE_PORT": "8604.0",
    "CXB_SIP_ADDRESS": "nonsense..host",
    "CXB_SIP_PORT": "sip",
    "CXB_RTP_PORTS": "40000-30000",
    "CXB_API_URL": "127.0.0.1:8601",
    "CXB_CORE_URL": "ftp://core",
    "CXB_EXCHANGE_URL": "ws://",
    "CXB_PUBLIC_URL": "http://a:99999",
    "CXB_LIVEKIT_URL": "livekit",
    "CXB_LIVEKIT_SIP_URL": "ftp://sip",
    "CXB_ADMIN_EMAIL": "nobody",
    "CXB_SESSION_MINUTES": "99999999999999999",
    "CXB_STORES": "mongo",
    "CXB_MEDIA": "carrier pigeon",
    "CXB_ENGINE": "steam",
    "CXB_SERVER_ID": "../../core",
    "CXB_CORE_CAPACITY": "0",
    "CXB_CORE_MESSAGE_SLOTS": "many",
    "CXB_CORE_PROCESSES": "1e3",
    "CXB_API_REQUESTS": "0",
    "CXB_DRAIN_SECONDS": "inf",
    "CXB_OPENAI_URL": "llm",
    "CXB_RECOGNITION_ERRORS": "nan",
    "CXB_SIMULATION_SEED": "x",
    "CXB_SIMULATION_SPEED": "1e999",
    "CXB_PRIVATE_TARGETS": "10.0.0.1/8",
    "CXB_LOG_FORMAT": "xml",
    "CXB_TRACES": "collector",
    "CXB_LOG_LEVEL": "loud",
    "CXB_API_PROT": "8601",
    "CXBCORE_SECRTE": SECRET,
}
"""One wrong value for each setting that can have one, and two names that are none."""

ANYTHING: Final = frozenset(
    {
        "JWT_SECRET",
        "CXBCORE_SECRET",
        "CXB_SECRETS_KEY",
        "CXB_LIVEKIT_KEY",
        "CXB_LIVEKIT_SECRET",
        "CXB_OPENAI_KEY",
        "CXB_OPENAI_MODEL",
    }
)
"""Texts of any kind, outside of production and where LiveKit is not chosen."""


def faults(**environ: str) -> dict[str, str]:
    with pytest.raises(InvalidValue) as invalid:
        EnvironmentSettings(environ).load()
    return {fault.field: fault.reason for fault in invalid.value.faults}


def read(environ: Mapping[str, str]) -> tuple[Settings | None, list[str]]:
    """The settings, or the names of those that are wrong."""
    try:
        return EnvironmentSettings(environ).load(), []
    except InvalidValue as invalid:
        return None, [fault.field for fault in invalid.faults]


def test_the_table_has_every_setting() -> None:
    assert set(names()) == (set(WRONG) | ANYTHING) - {"CXB_API_PROT", "CXBCORE_SECRTE"}


def test_every_wrong_setting_is_named_at_once() -> None:
    assert set(faults(**WRONG)) == set(WRONG)


@pytest.mark.parametrize("name", [name for name in names() if name not in ANYTHING])
@pytest.mark.parametrize(
    "value", ["\t", "é" * 5, "9" * 400, "-9" * 10, "\u202e1", "١٢", "NaN", "1e400", "a\x00b", "$(id)"]
)
def test_an_odd_value_is_a_good_one_or_a_fault_and_never_an_error(name: str, value: str) -> None:
    loaded, wrong = read({name: value})
    if loaded is None:
        assert wrong == [name]
        return
    field = next(field for field in fields(Settings) if field.metadata["name"] == name)
    kept: Any = getattr(loaded, field.name)
    assert isinstance(kept, str | int | float | StrEnum)
    assert "\x00" not in str(kept), "no name of a file or of a host may hold one"


def run(arguments: tuple[str, ...], folder: Path) -> "subprocess.CompletedProcess[str]":
    ours = ("CXB", "JWT_SECRET")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", *arguments],
        env={**kept, **WRONG, "CXB_SETTINGS": str(folder / "none.env")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_process_names_them_all_and_starts_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        ended = dict(zip(PROCESSES, pool.map(lambda arguments: run(arguments, tmp_path), PROCESSES), strict=True))
    for arguments, process in ended.items():
        assert process.returncode == 2, (arguments, process.stderr)
        assert "Traceback" not in process.stderr, arguments
        assert SECRET not in process.stderr + process.stdout, arguments
        missing = {name for name in WRONG if name not in process.stderr}
        assert not missing or arguments == DEMO, (arguments, missing)
    assert not list(tmp_path.iterdir())
