"""Runs a call process: `python -m applications.core.call_process`, started by Core and by nobody else."""

import asyncio
import os
import signal
import sys
from typing import BinaryIO

import uvloop

from applications.core.call_wire import LONGEST_LINE
from applications.core.container import Container, configured
from applications.core.opening import calls_opened


async def run(container: Container, line_out: BinaryIO) -> None:
    """Until the control process closes the line, or is gone."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _leave_it_to_control)
    async with calls_opened(container):
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, line_out)
        writer = asyncio.StreamWriter(transport, protocol, None, loop)
        await container.call_service()(reader, writer)


def _leave_it_to_control() -> None:
    """A signal to the whole group, such as Ctrl-C: the control process drains, and closes the line when it has."""


def own_line() -> BinaryIO:
    """Standard output as a line of our own: whatever a library prints goes to standard error from now on."""
    line_out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return line_out


def main() -> int:
    line_out = own_line()
    uvloop.run(run(configured("core-calls"), line_out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
