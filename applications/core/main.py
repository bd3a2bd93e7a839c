"""Runs a Core: `python -m applications.core.main`."""

import asyncio
import sys

import uvloop

from applications.core.app import create_app
from applications.core.container import Container, configured, control_opened
from domain.errors import InvalidValue


async def run(container: Container) -> None:
    """Until a signal; then calls in progress get their time, and orders still reach them."""
    settings, node = container.settings(), container.node()
    stopping, drained = container.stop_on_signals()(), asyncio.Event()
    async with control_opened(container), node.running(), asyncio.TaskGroup() as tasks:
        app = create_app(container)
        serving = container.serve()(app, host=settings.host, port=settings.core_port, stopping=drained)
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
    uvloop.run(run(container))
    return 0


if __name__ == "__main__":
    sys.exit(main())
