"""A process that is killed resets its connections at any moment: whoever asks it is told so in our own words."""

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
import uvloop

from adapters.http.client import HttpClient
from ports.errors import Unavailable

ASKED = 400
AT_ONCE_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for no time: what is closed is reset."""


@pytest.fixture
def dying() -> Iterator[int]:
    """The port of somebody who resets each connection as soon as it is there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_reset_all, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _reset_all(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_RESET)
        connection.close()


def test_a_connection_that_is_reset_as_soon_as_it_is_made_is_an_error_of_ours(dying: int) -> None:
    async def ask() -> Counter[str]:
        client, kinds = HttpClient(f"http://127.0.0.1:{dying}", "secret", seconds=5.0), Counter[str]()

        async def one() -> None:
            for _ in range(ASKED // 8):
                with pytest.raises(Unavailable) as raised:
                    await client.ask("POST", "/v1/calls", body=b"{}")
                kinds[type(raised.value).__name__] += 1

        async with asyncio.TaskGroup() as tasks:
            for _ in range(8):
                tasks.create_task(one())
        await client.aclose()
        return kinds

    assert uvloop.run(ask()).total() == ASKED
