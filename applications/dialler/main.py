"""Runs a Dialler: `python -m applications.dialler.main`."""

import asyncio
import sys
from contextlib import AsyncExitStack

import uvloop

from applications.dialler.app import create_app
from applications.dialler.container import Container, container
from applications.dialler.opening import opened
from applications.dialler.rounds import END_EVERY, PACE_EVERY, RECOVER_EVERY, SETTLE_EVERY, Rounds, Work
from domain.errors import InvalidValue
from domain.measures import ATTEMPTS_RUNNING


async def run(made: Container) -> None:
    """Until a signal; then no new calls, and those that ring get their time."""
    settings, rounds = made.settings(), made.rounds()
    stopping, served_enough = made.stop_on_signals()(), asyncio.Event()
    async with AsyncExitStack() as closing:
        await opened(made, closing)
        app, metrics = create_app(made.dialler(), rounds, made.slots()), made.metrics()
        front = made.front()(app, lambda: metrics.set(ATTEMPTS_RUNNING, rounds.running))
        serving = made.serve()(
            front, host=settings.host, port=settings.dialler_port, stopping=served_enough, metrics=metrics
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serving)
            tasks.create_task(_drain_when_told(stopping, rounds))
            await rounds.run(_work(made), settings.drain_seconds)
            served_enough.set()


def _work(made: Container) -> list[tuple[float, Work]]:
    return [
        (PACE_EVERY, made.pace_campaigns()),
        (SETTLE_EVERY, made.settle_attempts()),
        (RECOVER_EVERY, made.recover_attempts()),
        (END_EVERY, made.end_campaigns()),
    ]


async def _drain_when_told(stopping: asyncio.Event, rounds: Rounds) -> None:
    await stopping.wait()
    rounds.draining.set()


def main() -> int:
    try:
        made = container()
    except InvalidValue as error:
        sys.stderr.write("".join(f"{fault.field}: {fault.reason}\n" for fault in error.faults))
        return 2
    uvloop.run(run(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
