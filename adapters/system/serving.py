"""Serving an application over HTTP until told to stop, and being told to by the operating system."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Generator
from typing import Any, Final

import uvicorn

from adapters.system.bounded_head import BoundedHead
from adapters.system.clock import SystemClock
from adapters.system.loop_watch import watch_loop
from ports.metrics import UNMEASURED, Metrics

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
LAST_REQUESTS_SECONDS: Final = 5
"""How long a request in progress may take once the server stops."""


class _Server(uvicorn.Server):
    """Leaves signals to the process, which has more to stop than a server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def stop_on_signals() -> asyncio.Event:
    """An event that is set by the first SIGINT or SIGTERM. To be called in the running loop, once a process."""
    stopping = asyncio.Event()
    for number in STOPPING:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


async def serve(app: Any, *, host: str, port: int, stopping: asyncio.Event, metrics: Metrics = UNMEASURED) -> None:
    """Until `stopping` is set and the requests in progress have ended. Raises OSError when the port is taken."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedHead,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    server = _Server(config)
    gc.collect()
    gc.freeze()  # what was made until now stays: looking at it again and again would stop the loop for 50 ms each time
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(_served(server))
        waiting = tasks.create_task(stopping.wait())
        watching = tasks.create_task(watch_loop(SystemClock(), metrics))
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        waiting.cancel()
        watching.cancel()


async def _served(server: _Server) -> None:
    try:
        await server.serve()
    except SystemExit:  # uvicorn's answer to a port that is taken
        raise OSError(f"port {server.config.port} on {server.config.host} is taken") from None
