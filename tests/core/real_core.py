"""A Core in processes of its own, between an exchange and an API that run in the test."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import uvicorn

from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.server import ExchangeServer
from adapters.exchange.telephony import ExchangeTelephony
from adapters.http.core_gateway import HttpCoreGateway
from adapters.memory.carrier import Callee, MemoryCarrier
from adapters.memory.channel_desk import MemoryChannelDesk
from adapters.memory.config_source import MemoryConfigSource
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.result_sink import MemoryResultSink
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.system.clock import SystemClock
from contract_tests.backends import far_side
from domain.bots.bot import BotSpec
from domain.calls.room import CALLEE, CORE, TARGET
from domain.ids import DEFAULT_BRAND, CallId
from ports.errors import PortError
from ports.messages.core import Attach
from ports.messages.results import ResultPackage
from ports.telephony import DialOrder, LegKind, Telephony
from tests.core.stage import BOT, OURS, SECRET, SPEC, TRUNK, config_of
from tests.core.waiting import until

START_SECONDS: Final = 60.0


@dataclass(kw_only=True)
class RealCore:
    """One Core and the world that it works in."""

    url: str
    environment: dict[str, str]
    configs: MemoryConfigSource
    sink: MemoryResultSink
    channels: MemoryChannelDesk
    rooms: ExchangeRooms
    telephony: Telephony
    cores: HttpCoreGateway
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "applications.core.main", env=self.environment
        )
        await until(self._lives, within=START_SECONDS)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await self.process.wait()

    def call_processes(self) -> list[int]:
        """The process ids of Core's children."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in listed.split()]

    async def answered(self, call_id: CallId, to: str, *, spec: BotSpec = SPEC) -> Attach:
        self.configs.offer(config_of(call_id, spec))
        await self.rooms.open(call_id)
        order = DialOrder(
            call_id=call_id,
            brand=DEFAULT_BRAND,
            room=call_id,
            trunk_id=TRUNK,
            to=to,
            caller_number=OURS,
            ring_timeout=10.0,
            max_duration=60.0,
        )
        await self.telephony.dial(order)
        async for event in self.telephony.watch(call_id):
            if event.kind is LegKind.ANSWERED:
                break
        them = frozenset({CALLEE, TARGET})
        invitation = await self.rooms.invite(call_id, CORE, hears=them, heard_by=them)
        return Attach(call_id=call_id, brand=DEFAULT_BRAND, bot_id=BOT, invitation=invitation)

    async def result(self, call_id: CallId, within: float = 20.0) -> ResultPackage:
        async def arrived() -> bool:
            return call_id in self.sink.packages

        await until(arrived, within=within)
        return msgspec.json.decode(self.sink.packages[call_id], type=ResultPackage)

    async def _lives(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, "Core did not start"
        try:
            await self.cores.health(self.url)
        except PortError:
            return False
        return True


@asynccontextmanager
async def real_core(data: Path, callees: dict[str, Callee], **settings: str) -> AsyncIterator[RealCore]:
    """Started, and gone at the end."""
    clock, configs, sink = SystemClock(), MemoryConfigSource(), MemoryResultSink()
    channels = MemoryChannelDesk(clock)
    async with AsyncExitStack() as stack:
        exchange_port = await stack.enter_async_context(_exchange(callees))
        api_port = await stack.enter_async_context(_api(configs, sink, channels))
        connection = ExchangeConnection(f"ws://127.0.0.1:{exchange_port}", SECRET, clock)
        await stack.enter_async_context(connection.running())
        core_port = _free_port()
        core = RealCore(
            url=f"http://127.0.0.1:{core_port}",
            environment=_environment(data, api_port, core_port, exchange_port) | settings,
            configs=configs,
            sink=sink,
            channels=channels,
            rooms=ExchangeRooms(connection),
            telephony=ExchangeTelephony(connection),
            cores=HttpCoreGateway(SECRET),
        )
        stack.push_async_callback(core.cores.aclose)
        await core.start()
        stack.push_async_callback(core.stop, signal.SIGKILL)
        yield core


def _environment(data: Path, api: int, core: int, exchange: int) -> dict[str, str]:
    ours = {
        "CXB_DATA": str(data),
        "CXB_API_URL": f"http://127.0.0.1:{api}",
        "CXB_CORE_PORT": str(core),
        "CXB_EXCHANGE_URL": f"ws://127.0.0.1:{exchange}",
        "CXB_ENGINE": "memory",
        "CXB_DRAIN_SECONDS": "5",
        "CXBCORE_SECRET": SECRET,
        "JWT_SECRET": SECRET,
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("CXB")} | ours


@asynccontextmanager
async def _exchange(callees: dict[str, Callee]) -> AsyncIterator[int]:
    clock = SystemClock()
    rooms = MemoryRooms(clock)
    telephony = MemoryTelephony(rooms, {TRUNK: MemoryCarrier(callees, clock)}.get, MemoryLegJournal(), clock)
    server = ExchangeServer(rooms, telephony, clock, secret=SECRET)
    async with server.listening("127.0.0.1", 0) as port, telephony.running():
        yield port


@asynccontextmanager
async def _api(configs: MemoryConfigSource, sink: MemoryResultSink, channels: MemoryChannelDesk) -> AsyncIterator[int]:
    """The doors of the API that Core knocks at, over real HTTP."""
    doors = far_side.config_api(configs), far_side.result_api(sink), far_side.channel_api(channels)
    side = far_side.FarSide({route: handler for door in doors for route, handler in door.routes.items()}, SECRET)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        request = httpx.Request(scope["method"], f"http://api{scope['path']}", headers=scope["headers"], content=body)
        response = await side.transport().handle_async_request(request)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": response.content})

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
