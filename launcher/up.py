"""`./cxb up`: everything on this machine, each process of its own under one supervisor."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from launcher.api_command import as_environment, said_by_api
from launcher.container import environment, settings_source
from launcher.data_folder import held, with_secrets
from launcher.listening import until_free
from launcher.livekit_check import livekit_answers
from launcher.supervisor import Child, Supervisor
from ports.settings import Media, Settings

READY_SECONDS: Final = 120.0
"""A generous limit: on two cores all answer within fifteen."""

LIVEKIT_SECONDS: Final = 5.0

DERIVED: Final = {
    "CXB_API_URL": ("http", "api_port"),
    "CXB_CORE_URL": ("http", "core_port"),
    "CXB_EXCHANGE_URL": ("ws", "exchange_port"),
    "CXB_PUBLIC_URL": ("http", "console_port"),
}
"""Addresses that follow from the ports where nobody set them."""


async def up() -> int:
    """Runs until Ctrl-C or SIGTERM; a second one stops at once."""
    settings = resolved()
    with held(Path(settings.data), settings.public_url):
        settings = with_secrets(settings)
        await until_free(settings, settings.drain_seconds)
        password = await first_administrator(settings)
        async with running(settings) as supervisor:
            await supervisor.ready(READY_SECONDS)
            await _tell_of_livekit(settings)
            print(_said(settings, password, up=not supervisor.stopping.is_set()), flush=True)
            await supervisor.stopping.wait()
            print("cxb: draining; calls in progress get their time (Ctrl-C again to stop at once)", flush=True)
    print("cxb: stopped", flush=True)
    return 0


def resolved(overrides: Mapping[str, str] | None = None) -> Settings:
    """The settings with addresses that follow from ports. Raises InvalidValue."""
    source = settings_source(overrides)
    settings = source.load()
    unset = {row.name for row in source.rows() if row.source == "default"}
    derived = {
        name: f"{scheme}://{settings.host}:{getattr(settings, port)}"
        for name, (scheme, port) in DERIVED.items()
        if name in unset
    }
    folder = {"CXB_DATA": str(Path(settings.data).resolve())}
    return settings_source({**(overrides or {}), **derived, **folder}).load()


def children(settings: Settings) -> list[Child]:
    """In the order in which they are stopped: first who starts calls, last who carries them. LiveKit runs by itself,
    and an exchange beside it would be a second way in to the same trunks, with nobody in its rooms."""

    def at(port: int) -> str:
        return f"http://{settings.host}:{port}/healthz"

    return [
        Child(name="dialler", module="applications.dialler.main", health=at(settings.dialler_port)),
        Child(name="core", module="applications.core.main", health=at(settings.core_port)),
        Child(name="console", module="applications.console.main", health=at(settings.console_port)),
        Child(name="api", module="applications.api.main", health=at(settings.api_port)),
        *([_exchange(settings)] if settings.media is not Media.LIVEKIT else []),
    ]


def _exchange(settings: Settings) -> Child:
    health = f"http://{settings.host}:{settings.exchange_port}/health"
    return Child(name="exchange", module="launcher.exchange.main", health=health)


@asynccontextmanager
async def running(settings: Settings, logs: Path | None = None) -> AsyncIterator[Supervisor]:
    """All processes, until the context ends or a signal comes; then they have drained."""
    if logs:
        logs.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(
        children=children(settings),
        environment={**environment(), **as_environment(settings)},
        drain_seconds=settings.drain_seconds,
        logs=logs,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _stop, supervisor)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(supervisor.run())
        try:
            yield supervisor
        finally:
            supervisor.stopping.set()


def _stop(supervisor: Supervisor) -> None:
    """The first signal drains, the second one kills."""
    if supervisor.stopping.is_set():
        for child in supervisor.children:
            if child.process and child.process.returncode is None:
                child.process.kill()
    supervisor.stopping.set()


async def first_administrator(settings: Settings) -> str | None:
    """The password of the administrator that was made, or None when there is one already."""
    return await said_by_api(settings, "create-admin", "password")


async def _tell_of_livekit(settings: Settings) -> None:
    """Only where it is missing. CXB waits for it: it may be started later."""
    async with httpx.AsyncClient(timeout=LIVEKIT_SECONDS, trust_env=False) as http:
        for finding in await livekit_answers(settings, http):
            if not finding.ok:
                print(f"cxb: {finding.subject} {finding.detail}: {finding.remedy}", flush=True)


def _said(settings: Settings, password: str | None, *, up: bool) -> str:
    """The greeting; where it was stopped before, at least the password that nobody will see again."""
    if up:
        return greeting(settings, password)
    return f"cxb: {settings.admin_email}  password: {password}  (shown this once)" if password else "cxb: not up yet"


def greeting(settings: Settings, password: str | None) -> str:
    """Where to look, and the password the one time that it is shown."""
    log_in = f"{settings.admin_email}  password: {password}  (shown this once)" if password else settings.admin_email
    return (
        "\nCXB is up.\n"
        f"  Console    {settings.public_url}   log in as {log_in}\n"
        f"  API        {settings.api_url}/api/v1   described at {settings.api_url}/api/v1/openapi.json\n"
        f"  Data       {settings.data}\n"
        "  Stop with Ctrl-C: calls in progress are given their time.\n"
    )
