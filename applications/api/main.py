"""Starts the API, makes its first administrator, or opens a session for who sits at this machine.

`python -m applications.api.main [create-admin | open-session]`
"""

import asyncio
import gc
import sys
from collections.abc import Sequence
from typing import Final

import uvloop

from applications.api.app import create_app
from applications.api.cases import maker
from applications.api.container import Container, configured, opened, serve_until_told
from applications.api.schedule import jobs_of
from applications.api.use_cases.create_first_administrator import CreateFirstAdministrator
from applications.api.use_cases.open_local_session import OpenLocalSession
from applications.api.use_cases.seed_routing import SeedRouting
from domain.errors import InvalidValue


async def serve(container: Container) -> None:
    """Until the process is told to stop: then no new requests, and those that run are finished."""
    async with opened(container), asyncio.TaskGroup() as tasks:
        await maker(container, SeedRouting)()()
        jobs = tasks.create_task(jobs_of(container).run())
        app = create_app(container)
        gc.collect()
        gc.freeze()  # with what stays out of their sight, collections hold up requests for milliseconds only
        await serve_until_told(container, app)
        jobs.cancel()


async def create_administrator(container: Container) -> None:
    """Prints the password, which nobody will see again, or `exists`."""
    async with opened(container):
        password = await maker(container, CreateFirstAdministrator)()()
    sys.stdout.write(f"password: {password}\n" if password else "exists\n")


async def open_session(container: Container) -> None:
    """Prints the token of a session, or `nobody`."""
    async with opened(container):
        token = await maker(container, OpenLocalSession)()()
    sys.stdout.write(f"token: {token}\n" if token else "nobody\n")


WORK: Final = {(): serve, ("create-admin",): create_administrator, ("open-session",): open_session}


def main(arguments: Sequence[str]) -> int:
    work = WORK.get(tuple(arguments))
    if work is None:
        sys.stderr.write("usage: python -m applications.api.main [create-admin | open-session]\n")
        return 2
    try:
        container = configured()
    except InvalidValue as error:
        sys.stderr.writelines(f"{fault.field} {fault.reason}\n" for fault in error.faults)
        return 2
    uvloop.run(work(container))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
