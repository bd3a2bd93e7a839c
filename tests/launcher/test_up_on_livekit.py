"""`./cxb up` and `./cxb check` where LiveKit carries calls: nobody starts or misses an exchange."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from launcher.check_processes import processes
from launcher.command_line import main
from launcher.listening import taken
from launcher.up import children
from ports.messages.findings import Finding
from ports.settings import Media, Settings
from tests.launcher.system import environment, free_ports, up
from tests.launcher.test_listening import listening_on

NOBODY = "ws://127.0.0.1:9"
KEY = {"CXB_LIVEKIT_KEY": "cxb", "CXB_LIVEKIT_SECRET": "s" * 40}


def names(settings: Settings) -> list[str]:
    return [child.name for child in children(settings)]


def test_the_exchange_is_a_process_only_where_it_carries_calls() -> None:
    assert "exchange" in names(Settings())
    assert names(Settings(media=Media.LIVEKIT)) == [name for name in names(Settings()) if name != "exchange"]


def test_nobody_waits_for_the_port_of_an_exchange_that_is_not_started() -> None:
    console, api, core, dialler, exchange = free_ports(22_300)
    ours = Settings(console_port=console, api_port=api, core_port=core, dialler_port=dialler, exchange_port=exchange)
    with listening_on(ours, exchange):
        assert taken(replace(ours, media=Media.LIVEKIT)) == []
        assert taken(ours) == [f"{exchange} (CXB_EXCHANGE_PORT)"]


def test_with_nothing_up_check_names_livekit_and_how_to_start_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate(("API", "CORE", "DIALLER", "CONSOLE")):
        monkeypatch.setenv(f"CXB_{name}_PORT", str(1 + number))  # ports on which nobody listens
    monkeypatch.setenv("CXB_DATA", str(tmp_path))
    monkeypatch.setenv("CXB_MEDIA", "livekit")
    monkeypatch.setenv("CXB_LIVEKIT_URL", NOBODY)
    monkeypatch.setenv("CXB_LIVEKIT_SIP_URL", "http://127.0.0.1:10")
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)

    assert main(["check"]) == 1

    said = capsys.readouterr().out
    assert f"PROBLEM  livekit: does not answer at {NOBODY} (ConnectError) -> start it: ./cxb stack up" in said
    assert "PROBLEM  livekit sip: does not answer at http://127.0.0.1:10" in said
    assert "exchange" not in said
    assert "no calls are made because of: secrets, dialler, core, api, livekit, livekit sip" in said


@asynccontextmanager
async def answering(status: str) -> AsyncIterator[int]:
    """A server that answers everything with that; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def found(port: int) -> dict[str, Finding]:
    settings = Settings(media=Media.LIVEKIT, livekit_url=f"ws://127.0.0.1:{port}")
    asked = processes(settings)
    async with asked.http:
        return {finding.subject: finding async for finding in asked.findings()}


async def test_a_livekit_that_answers_is_fine_and_one_without_nodes_is_not() -> None:
    async with answering("200 OK") as port:
        assert (await found(port))["livekit"].ok
    async with answering("406 Not Acceptable") as port:
        told = (await found(port))["livekit"]
    assert told.keeps_calls
    assert "status 406" in told.detail


def test_up_starts_no_exchange_and_says_that_livekit_is_missing(tmp_path: Path) -> None:
    environ = {**environment(tmp_path / "data", 20_200), "CXB_MEDIA": "livekit", "CXB_LIVEKIT_URL": NOBODY, **KEY}
    with up(tmp_path / "data", environ, tmp_path / "log") as system:
        said = system.until("Stop with Ctrl-C")
        started = [" ".join(child.cmdline()) for child in psutil.Process(system.process.pid).children()]
        assert system.stop() == 0, system.output

    assert f"livekit does not answer at {NOBODY} (ConnectError): start it: ./cxb stack up" in said
    assert len(started) == 4
    assert not any("launcher.exchange" in command for command in started)
