"""How long the API's event loop stands still while it is sent what somebody might send to harm it."""

import asyncio
import time
from typing import Final

import msgspec

from applications.api.routes.internal import LARGEST_RESULT
from benchmarks.api_server import Server
from benchmarks.api_world import SECRET, result_of
from benchmarks.http_load import request
from benchmarks.rounds import Row, row

LARGEST: Final = LARGEST_RESULT - 10_000
"""Just under what is read of a result; more of it is refused unread."""

TURN: Final = len(result_of(0, 2)) - len(result_of(0, 1))


def bodies(largest: int) -> dict[str, bytes]:
    good = result_of(0, largest // TURN - 2)
    plain = msgspec.json.decode(good)
    wrong_last = msgspec.json.encode({**plain, "unknown": 1})
    wrong_all = msgspec.json.encode({**plain, "turns": [{"x": number} for number in range(largest // 12)]})[:largest]
    return {
        "a result that is good": good,
        "a result with one fault": wrong_last,
        "a result that is all faults": wrong_all[: wrong_all.rfind(b"}") + 1] + b"]}",
        "a list of lists": b"[" * (largest // 2) + b"]" * (largest // 2),
        "a list of numbers": b"[" + b"1," * (largest // 2 - 1) + b"1]",
        "one long text": b'"' + b"x" * (largest - 2) + b'"',
        "no JSON": bytes(range(256)) * (largest // 256),
    }


def stall_rows(server: Server, *, short: bool) -> list[Row]:
    return asyncio.run(_rows(server, bodies(LARGEST // 10 if short else LARGEST)))


async def _rows(server: Server, sent: dict[str, bytes]) -> list[Row]:
    rows = []
    for name, body in sent.items():
        server.since()
        began = time.perf_counter()
        status = await _post(server.port, body)
        took = time.perf_counter() - began
        figures = {"answer (ms)": took * 1000, "longest stall (ms)": server.since()[0] * 1000}
        rows.append(row(f"{name}: {status}", len(body), [figures]))
    return rows


async def _post(port: int, body: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("POST", "/api/v1/results", {"x-cxbcore-secret": SECRET}, body))
    status = int((await reader.readline())[9:12])
    writer.close()
    return status
