"""A whole CXB in processes of its own, each of which can be told where to die, and the CRM that it tells."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import msgspec

from adapters.environment.settings import EnvironmentSettings
from adapters.sqlite.file import SqliteFile
from adapters.system.clock import SystemClock
from contract_tests.faults import process
from contract_tests.faults.free_ports import take_ports
from contract_tests.faults.kill_point import KillPoint
from contract_tests.faults.killer import FIRED, FOLDER, arm, disarm
from contract_tests.faults.people import People
from contract_tests.faults.stage import Stage
from contract_tests.faults.waiting import until
from launcher.api_command import as_environment
from launcher.demo.crm import CrmReceiver, receiving
from launcher.problem import LaunchProblem
from launcher.supervisor import FIRST_PAUSE, Child, Supervisor
from launcher.up import children
from ports.settings import Settings

READY_SECONDS: Final = 180.0
FIRES_WITHIN: Final = 45.0
SECRET: Final = "whsec_" + "dHJpYWxzLW9mLWEta2lsbGVkLXN5c3RlbQ=="
CALLS_READY: Final = b"call_process_ready"
OF_A_CORE: Final = frozenset({"core", "calls"})


class Kill(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of a kill, as the process wrote it before it died. `at` is in seconds since 1970."""

    point: str
    at: float
    pid: int
    call_id: str = ""

    @property
    def process(self) -> str:
        return self.point.partition(":")[0]


@dataclass(slots=True, kw_only=True)
class System:
    """Dead processes are started again by the supervisor, with no order to die."""

    folder: Path
    settings: Settings
    supervisor: Supervisor
    stage: Stage
    crm: CrmReceiver
    calls_ready: int = 0

    @property
    def kills(self) -> Path:
        return self.folder / "kills"

    async def ready(self) -> None:
        """All processes answer, and a call process is there. Raises LaunchProblem."""
        await self.supervisor.ready(READY_SECONDS)
        if not await until(lambda: self._calls_ready() > self.calls_ready, READY_SECONDS):
            raise LaunchProblem(f"no call process was ready after {READY_SECONDS:.0f} s")

    async def die(self, trial: str, point: KillPoint) -> Kill | None:
        """The proof, once the process is dead; None when it did not come to that point in time."""
        child, fired = self._child(point), self.kills / FIRED / f"{trial}.json"
        deaths, ready = child.deaths.total(), self._calls_ready()
        arm(self.kills, trial, point)
        died = await until(fired.exists, FIRES_WITHIN)
        disarm(self.kills, point)
        if not died:
            return None
        if point.process in OF_A_CORE:
            self.calls_ready = ready
        if point.process != "calls" or point.whole:
            await until(lambda: child.deaths.total() > deaths, READY_SECONDS)
            child.pause = FIRST_PAUSE  # the supervisor is not to take it for one that cannot live
        return msgspec.json.decode(fired.read_bytes(), type=Kill)

    def _child(self, point: KillPoint) -> Child:
        name = "core" if point.process in OF_A_CORE else point.process
        return next(child for child in self.supervisor.children if child.name == name)

    def _calls_ready(self) -> int:
        log = self.folder / "logs" / "core.log"
        return log.read_bytes().count(CALLS_READY) if log.exists() else 0

    async def exchange_counts(self) -> dict[str, int]:
        """How many legs and rooms it has now."""
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"http://{self.settings.host}:{self.settings.exchange_port}/health"
            health = (await client.get(url)).json()
        return {"legs": health["legs"], "rooms": health["rooms"]}


@asynccontextmanager
async def running(folder: Path, seed: int) -> AsyncIterator[System]:
    """On a folder and ports of its own, until the context ends."""
    settings = _settings(folder, seed)
    (folder / "kills" / FIRED).mkdir(parents=True)
    (folder / "logs").mkdir()
    supervisor = Supervisor(
        children=_children(settings),
        environment=_environment(settings, folder),
        drain_seconds=0.0,
        logs=folder / "logs",
    )
    file = SqliteFile(folder / "cxb.sqlite")
    async with AsyncExitStack() as stack:
        crm = await stack.enter_async_context(receiving(folder / "crm.ndjson"))
        crm.secret = SECRET
        await file.open()
        stack.push_async_callback(file.aclose)
        stage = Stage(file=file, clock=SystemClock(), people=People(seed))
        await stage.set_up(crm.url, SECRET)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(supervisor.run())
        stack.callback(supervisor.stopping.set)
        system = System(folder=folder, settings=settings, supervisor=supervisor, stage=stage, crm=crm)
        await system.ready()
        yield system


def _settings(folder: Path, seed: int) -> Settings:
    own = {
        "CXB_DATA": str(folder),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "CXBCORE_SECRET": secrets.token_urlsafe(48),
        "CXB_ENGINE": "memory",
        "CXB_CORE_CAPACITY": "1000",
        "CXB_CORE_MESSAGE_SLOTS": "0",
        "CXB_PRIVATE_TARGETS": "127.0.0.0/8",
        "CXB_DRAIN_SECONDS": "0",
        "CXB_RECOGNITION_ERRORS": "0",
        "CXB_SIMULATION_SEED": str(seed),
        "CXB_SIMULATION_SPEED": "10",
    }
    api, core, dialler, exchange, console = take_ports(5)
    own |= {
        "CXB_API_PORT": str(api),
        "CXB_API_URL": f"http://127.0.0.1:{api}",
        "CXB_CORE_PORT": str(core),
        "CXB_CORE_URL": f"http://127.0.0.1:{core}",
        "CXB_DIALLER_PORT": str(dialler),
        "CXB_EXCHANGE_PORT": str(exchange),
        "CXB_EXCHANGE_URL": f"ws://127.0.0.1:{exchange}",
        "CXB_CONSOLE_PORT": str(console),
    }
    return EnvironmentSettings(own, None).load()


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CXB")}
    return {**plain, **as_environment(settings), FOLDER: str(folder / "kills")}


def _children(settings: Settings) -> Sequence[Child]:
    """All but the Console, each by the module of the trials."""
    made = [child for child in children(settings) if child.name != "console"]
    for child in made:
        child.module, child.arguments = process.MODULE, (child.name,)
    return made
