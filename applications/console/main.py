"""Runs the Console: `python -m applications.console.main`."""

import sys

import uvloop

from applications.console.app import create_app
from applications.console.container import Container, container
from domain.errors import InvalidValue


async def run(made: Container) -> None:
    """Until a signal."""
    settings, proxy = made.settings(), made.proxy()
    try:
        app = create_app(proxy)
        stopping = made.stop_on_signals()()
        await made.serve()(app, host=settings.host, port=settings.console_port, stopping=stopping)
    finally:
        await proxy.aclose()


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
