"""Plays livekit-sip's part where there is none: `python -m launcher.sip_stand_in.main --config FILE`."""

import argparse
import asyncio
import sys
from pathlib import Path

import structlog
import uvloop

from launcher.sip_stand_in.config import read_config
from launcher.sip_stand_in.container import Container, configured, opened
from ports.errors import PortError

log = structlog.get_logger()


async def run(container: Container) -> None:
    """Until a signal; then its calls are hung up, and who waits for them is told."""
    config, legs = container.config(), container.legs()
    stopping: asyncio.Event = container.stop_on_signals()()
    closing = asyncio.Event()
    async with opened(container), asyncio.TaskGroup() as group:
        serving = group.create_task(
            container.serve()(container.app(), host=config.listen_ip, port=config.health_port, stopping=closing)
        )
        waiting = group.create_task(stopping.wait())
        log.info("sip_stand_in_listening", host=config.listen_ip, port=config.health_port, sip_port=config.sip_port)
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        log.info("sip_stand_in_draining", legs=len(legs))
        await legs.drain()
        closing.set()


def main() -> int:
    parser = argparse.ArgumentParser(prog="sip_stand_in", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--most-calls", type=int, help="instead of what the file says")
    arguments = parser.parse_args()
    try:
        config = read_config(arguments.config, most_calls=arguments.most_calls)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"the stand-in's configuration: {error}\n")
        return 2
    status = 0
    try:
        uvloop.run(run(configured(config)))
    except* (PortError, OSError, ValueError) as group:
        sys.stderr.write(f"the stand-in cannot run: {_first(group)}\n")
        status = 1
    return status


def _first(error: BaseException) -> BaseException:
    """What lies in a group of errors."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


if __name__ == "__main__":
    sys.exit(main())
