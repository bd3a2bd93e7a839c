"""The process that serves one side of the benchmark of the API, and watches how long its event loop stands still."""

import asyncio
import importlib
import logging
import multiprocessing
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import structlog
import uvloop

from adapters.system.serving import serve
from applications.api.app import create_app
from applications.api.container import Container
from applications.api.schedule import jobs_of
from benchmarks.api_world import CORE_ID, TRUNK, furnished
from domain.routing.shares import channels_of, rate_of, slots_of
from ports.settings import Stores

LOOK_EVERY: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """`app` is where the application is made, as `module:function`; with `jobs`, the API's own work goes on beside."""

    name: str
    app: str
    stores: Stores = Stores.MEMORY
    jobs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running one."""

    served: Served
    port: int
    pipe: Connection

    def since(self) -> tuple[float, float]:
        """Its loop's longest stall and its CPU time, in seconds, since it was asked the last time."""
        self.pipe.send("since")
        stall, cpu = self.pipe.recv()
        return stall, cpu


def whole(container: Container) -> Any:
    """With what stands in front of it: measures, the limits to load and to patience."""
    return container.front()(create_app(container))


def application(container: Container) -> Any:
    return create_app(container)


@contextmanager
def serving(sides: Sequence[Served], calls: int) -> Iterator[list[Server]]:
    """A server for each side, all of which are ready."""
    spawn = multiprocessing.get_context("spawn")
    servers, processes = [], []
    for served in sides:
        near, far = spawn.Pipe()
        server = Server(served=served, port=_free_port(), pipe=near)
        processes.append(spawn.Process(target=_process, args=(far, served, server.port, calls), daemon=True))
        processes[-1].start()
        servers.append(server)
    for server in servers:
        assert server.pipe.recv() == "ready"
    try:
        yield servers
    finally:
        for server in servers:
            server.pipe.send("stop")
        for process in processes:
            process.join(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _process(pipe: Connection, served: Served, port: int, calls: int) -> None:
    level = logging.INFO if served.jobs else logging.WARNING
    log = structlog.WriteLoggerFactory(Path(os.devnull).open("w"))  # noqa: SIM115  # for as long as the process lives
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level), logger_factory=log, cache_logger_on_first_use=True
    )
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(_serve(pipe, served, port, calls, Path(folder)))


async def _serve(pipe: Connection, served: Served, port: int, calls: int, folder: Path) -> None:
    container = await furnished(folder, served.stores, calls)
    module, _, name = served.app.partition(":")
    make: Callable[[Container], Any] = getattr(importlib.import_module(module), name)
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(make(container), host="127.0.0.1", port=port, stopping=stopping))
        beside = [tasks.create_task(jobs_of(container).run())] if served.jobs else []
        stalls, cpu = [0.0], time.process_time()
        beside.append(tasks.create_task(_watch(stalls)))
        await _listening(port)
        pipe.send("ready")
        while await asyncio.to_thread(pipe.recv) == "since":
            now = time.process_time()
            await _calls_end(container)
            pipe.send((stalls[0], now - cpu))
            stalls[0], cpu = 0.0, time.process_time()
        stopping.set()
        for task in beside:
            task.cancel()
    if served.stores is Stores.SQLITE:
        await container.file().aclose()


async def _calls_end(container: Container) -> None:
    """All dialouts that hold something give it back, as if their calls were over."""
    allotments = container.allotments()
    for name in (channels_of(TRUNK), rate_of(TRUNK), slots_of(CORE_ID)):
        for holder in await allotments.held(name):
            await allotments.hold(name, holder, units=0, limit=0, seconds=1.0)


async def _watch(stalls: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(LOOK_EVERY)
        stalls[0] = max(stalls[0], time.perf_counter() - before - LOOK_EVERY)


async def _listening(port: int) -> None:
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise OSError(f"nobody listens on port {port}")
