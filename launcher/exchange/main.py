"""Runs the exchange: `python -m launcher.exchange.main`."""

import asyncio
import sys

import structlog
import uvloop

from domain.errors import InvalidValue
from launcher.exchange.container import Container, configured, opened
from ports.errors import PortError

log = structlog.get_logger()


async def run(container: Container) -> None:
    """Until a signal; then calls in progress get their time, and nobody can dial."""
    settings, telephony = container.settings(), container.telephony()
    stopping: asyncio.Event = container.stop_on_signals()()
    async with opened(container) as port:
        log.info("exchange_listening", host=settings.host, port=port)
        await stopping.wait()
        log.info("exchange_draining", legs=telephony.legs)
        await telephony.drain(settings.drain_seconds)


def main() -> int:
    try:
        container = configured()
    except InvalidValue as error:
        sys.stderr.write("".join(f"{fault.field}: {fault.reason}\n" for fault in error.faults))
        return 2
    try:
        uvloop.run(run(container))
    except (PortError, OSError) as error:
        sys.stderr.write(f"the exchange cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
