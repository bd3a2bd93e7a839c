"""Runs a Core: `python -m applications.core.main`."""

import asyncio
import sys

import uvloop

from applications.core.app import create_app
from applications.core.container import Container, configured
from applications.core.opening import control_opened
from domain.errors import InvalidValue
from ports.errors import Busy


async def run(container: Container) -> None:
    """Until a signal; then calls in progress get their time, and orders still reach them."""
    settings, node = container.settings(), container.node()
    stopping, drained = container.stop_on_signals()(), asyncio.Event()
    async with control_opened(container), node.running(), asyncio.TaskGroup() as tasks:
        app, metrics = container.front()(create_app(container)), container.metrics()
        serving = container.serve()(app, host=settings.host, port=settings.core_port, stopping=drained, metrics=metrics)
        tasks.create_task(serving)
        await stopping.wait()
        await node.drain()
        drained.set()


def main() -> int:
    try:
        container = configured("core")
    except InvalidValue as error:
        sys.stderr.write("".join(f"{fault.field}: {fault.reason}\n" for fault in error.faults))
        return 2
    try:
        uvloop.run(run(container))
    except Busy as error:
        sys.stderr.write(f"Core {container.settings().server_id} runs already: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
