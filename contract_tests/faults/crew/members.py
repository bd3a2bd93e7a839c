"""Two APIs, three Diallers, two Cores and an exchange as real processes that share one folder."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from launcher.supervisor import FIRST_PAUSE, Child, Supervisor

SECRET: Final = "a-secret-that-the-processes-of-a-test-share"
START_SECONDS: Final = 90.0
PLACES: Final = ("exchange", "api-1", "api-2", "core-1", "core-2", "dialler-1", "dialler-2", "dialler-3")
MODULES: Final = {
    "exchange": ("launcher.exchange.main", "CXB_EXCHANGE_PORT", "health"),
    "api": ("applications.api.main", "CXB_API_PORT", "healthz"),
    "core": ("applications.core.main", "CXB_CORE_PORT", "healthz"),
    "dialler": ("applications.dialler.main", "CXB_DIALLER_PORT", "healthz"),
}


@dataclass(slots=True, kw_only=True)
class Member:
    """One process, started again by its supervisor whenever it dies."""

    name: str
    url: str
    supervisor: Supervisor
    paused: bool = False

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]

    @property
    def child(self) -> Child:
        return self.supervisor.children[0]

    async def healthy(self) -> None:
        self.child.healthy = False
        await self.supervisor.ready(START_SECONDS)

    def kill(self) -> None:
        """The process alone: what it has started has to notice by itself."""
        self.child.pause = FIRST_PAUSE
        self.supervisor.kill(self.child.name)

    async def pause(self, seconds: float) -> None:
        """It stands still with everything that it has started, and then goes on as if nothing had been."""
        assert self.child.process is not None
        group, self.paused = self.child.process.pid, True
        os.killpg(group, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.killpg(group, signal.SIGCONT)
            self.paused = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    members: Mapping[str, Member]
    data: Path
    password: str

    async def healthy(self, *, but: Member | None = None) -> None:
        async with asyncio.TaskGroup() as tasks:
            for member in self.members.values():
                if member is not but:
                    tasks.create_task(member.healthy())


@asynccontextmanager
async def crew(folder: Path) -> AsyncIterator[Crew]:
    """All of them, healthy; gone at the end, after a drain."""
    urls = {name: f"http://127.0.0.1:{port}" for name, port in zip(PLACES, free_ports(len(PLACES)), strict=True)}
    common = _common(folder, urls)
    password = await _first_administrator({**common, "CXB_API_URL": urls["api-1"]})
    members = {name: _member(name, folder, urls, common) for name in PLACES}
    async with asyncio.TaskGroup() as tasks:
        for member in members.values():
            tasks.create_task(member.supervisor.run())
        made = Crew(members=members, data=folder, password=password)
        try:
            await made.healthy()
            yield made
        finally:
            for member in members.values():
                member.supervisor.stopping.set()


def _common(folder: Path, urls: Mapping[str, str]) -> dict[str, str]:
    ours = {
        "CXB_DATA": str(folder),
        "CXB_ENGINE": "memory",
        "CXB_DRAIN_SECONDS": "3",
        "CXB_SIMULATION_SPEED": "4",
        "CXB_PRIVATE_TARGETS": "127.0.0.0/8",
        "CXB_LOG_FORMAT": "json",
        "CXB_EXCHANGE_URL": urls["exchange"].replace("http", "ws"),
        "CXB_CORE_URL": urls["core-1"],
        "CXBCORE_SECRET": SECRET,
        "JWT_SECRET": SECRET,
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("CXB")} | ours


def _member(name: str, folder: Path, urls: Mapping[str, str], common: Mapping[str, str]) -> Member:
    """Each is told where it listens, and one of the APIs; a Core its name besides."""
    kind, _, number = name.partition("-")
    module, port, health = MODULES[kind]
    own = {port: urls[name].rpartition(":")[2], "CXB_API_URL": urls["api-2" if number == "2" else "api-1"]}
    if kind == "core":
        own |= {"CXB_SERVER_ID": name, "CXB_CORE_URL": urls[name]}
    supervisor = Supervisor(
        children=[Child(name=name, module=module, health=f"{urls[name]}/{health}")],
        environment={**common, **own},
        drain_seconds=5.0,
        logs=_made(folder / "logs"),
    )
    return Member(name=name, url=urls[name], supervisor=supervisor)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


async def _first_administrator(environment: Mapping[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "applications.api.main", "create-admin", env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    lines = (line for line in said.decode().splitlines() if line.startswith("password: "))
    return next(lines).removeprefix("password: ")


def free_ports(count: int) -> list[int]:
    """Below those that outgoing connections take, from somewhere that other tests will hardly look."""
    found: list[int] = []
    start = Random(os.getpid()).randrange(20_000, 31_000)  # noqa: S311  # spread, no secret
    for port in range(start, 32_700):
        with socket.socket() as probe:
            probe.settimeout(0.5)  # somebody who listens and takes nobody in would never answer
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports")
