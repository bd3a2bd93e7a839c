"""Starts the API, or makes its first administrator: `python -m applications.api.main [create-admin]`."""

import asyncio
import sys
from collections.abc import Sequence

import uvicorn
import uvloop

from applications.api.app import create_app
from applications.api.container import Container, configured, opened
from applications.api.schedule import jobs_of


async def serve(container: Container) -> None:
    """Until the process is told to stop: then no new requests, and those that run are finished."""
    settings = container.settings()
    config = uvicorn.Config(
        create_app(container),
        host=settings.host,
        port=settings.api_port,
        loop="none",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    async with opened(container), asyncio.TaskGroup() as tasks:
        jobs = tasks.create_task(jobs_of(container).run())
        await uvicorn.Server(config).serve()
        jobs.cancel()


async def create_administrator(container: Container) -> None:
    """Prints the password, which nobody will see again, or `exists`."""
    async with opened(container):
        password = await container.create_first_administrator()()
    sys.stdout.write(f"password: {password}\n" if password else "exists\n")


def main(arguments: Sequence[str]) -> int:
    work = {(): serve, ("create-admin",): create_administrator}.get(tuple(arguments))
    if work is None:
        sys.stderr.write("usage: python -m applications.api.main [create-admin]\n")
        return 2
    uvloop.run(work(configured()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
