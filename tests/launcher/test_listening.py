"""Nobody else's process passes for one of ours."""

import asyncio
import socket
from pathlib import Path

import pytest

from launcher.listening import PORTS, taken, until_free
from launcher.problem import LaunchProblem
from ports.settings import Settings
from tests.launcher.system import free_ports
from tests.launcher.test_command_line import cxb


@pytest.fixture
def settings() -> Settings:
    console, api, core, dialler, exchange = free_ports(22100)
    return Settings(console_port=console, api_port=api, core_port=core, dialler_port=dialler, exchange_port=exchange)


def listening_on(settings: Settings, port: int) -> socket.socket:
    return socket.create_server((settings.host, port))


async def test_free_ports_are_waited_for_by_nobody(settings: Settings) -> None:
    await until_free(settings, 0)

    assert taken(settings) == []


async def test_a_port_that_somebody_has_is_named_with_its_setting(settings: Settings) -> None:
    with listening_on(settings, settings.api_port), pytest.raises(LaunchProblem, match="CXB_API_PORT") as refused:
        await until_free(settings, 0)

    assert "CXB_CORE_PORT" not in str(refused.value)


async def test_a_port_that_becomes_free_is_waited_for(settings: Settings) -> None:
    somebody = listening_on(settings, settings.core_port)
    asyncio.get_running_loop().call_later(0.3, somebody.close)

    await until_free(settings, 30)

    assert taken(settings) == []


def test_up_says_so_and_ends(settings: Settings, tmp_path: Path) -> None:
    ports = {f"CXB_{name.upper()}": str(getattr(settings, name)) for name in PORTS}
    with listening_on(settings, settings.console_port):
        refused = cxb("up", CXB_DATA=str(tmp_path / "data"), CXB_DRAIN_SECONDS="1", **ports)

    assert refused.returncode == 1
    assert "CXB_CONSOLE_PORT" in refused.stderr
