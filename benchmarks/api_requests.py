"""P6: requests a second of the API, beside the same endpoints in bare Litestar and in FastAPI.

`python -m benchmarks.api_requests [--short] [--connections 1 8]`: a server process a side and one process that asks.
All sides have the same use cases over the same stores behind the same checks; the Core that takes dialouts is the
in-memory twin. `CXB, whole stack` has what production has beyond that: SQLite, jobs, logs, measures and limits. The
others have their stores in memory and nothing else, so that the ratio is that of the web layers.
"""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from benchmarks.api_server import Served, Server, serving
from benchmarks.api_stalls import stall_rows
from benchmarks.api_world import config_request, dialout_request, result_request
from benchmarks.http_load import generator, load
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Row, Side, alternate, percentile
from ports.settings import Stores

SIZES: Final = (1, 8, 32, 64)
SHORT: Final = (4,)
WARM: Final = 10
"""Requests that come before: what is imported or read once for all is not what is compared."""

SIDES: Final = (
    Served(name="CXB, whole stack", app="benchmarks.api_server:whole", stores=Stores.SQLITE, jobs=True),
    Served(name="CXB, memory", app="benchmarks.api_server:application"),
    Served(name="bare Litestar", app="benchmarks.api_litestar:bare_litestar"),
    Served(name="FastAPI", app="benchmarks.api_fastapi:fastapi"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`at_once` requests make one measurement; `ask` makes each of a number that is never used twice."""

    name: str
    ask: Callable[[int], bytes]
    at_once: int
    at_once_short: int


ENDPOINTS: Final = (
    Endpoint(name="GET config: ", ask=lambda number: config_request(number % 20), at_once=3_000, at_once_short=60),
    Endpoint(name="POST result: ", ask=lambda number: result_request(number + 20), at_once=1_000, at_once_short=30),
    Endpoint(name="POST dialout: ", ask=dialout_request, at_once=300, at_once_short=20),
)


@dataclass(slots=True, kw_only=True)
class Asker:
    """Asks one endpoint of one server. The numbers go up, so that each result and each dialout is a new one."""

    pool: ProcessPoolExecutor
    server: Server
    endpoint: Endpoint
    at_once: int
    numbers: Iterator[int] = field(default_factory=count)
    warm: bool = False

    def __call__(self, connections: int) -> Figures:
        if not self.warm:
            load(self.pool, self.server.port, [self.endpoint.ask(next(self.numbers)) for _ in range(WARM)], 1)
            self.warm = True
        requests = [self.endpoint.ask(next(self.numbers)) for _ in range(self.at_once)]
        self.server.since()
        answers = load(self.pool, self.server.port, requests, connections)
        wrong = {status: found for status, found in answers.statuses.items() if not 200 <= status < 300}
        assert not wrong, f"{self.endpoint.name}{self.server.served.name} answered {wrong}"
        stall, cpu = self.server.since()
        return {
            "req/s": len(requests) / answers.seconds,
            "p50 (ms)": percentile(answers.latencies, 0.5) * 1000,
            "p99 (ms)": percentile(answers.latencies, 0.99) * 1000,
            "longest stall (ms)": stall * 1000,
            "CPU (ms/req)": cpu * 1000 / len(requests),
        }


def sides() -> Sequence[Served]:
    """Those whose packages are here."""
    if importlib.util.find_spec("fastapi") is None:
        print("FastAPI is not installed and left out; it is in the extra `bench`\n")
        return [side for side in SIDES if side.name != "FastAPI"]
    return SIDES


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--connections", type=int, nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    sizes, rounds = (asked.connections or (SHORT if asked.short else SIZES)), (1 if asked.short else asked.rounds)
    calls = 20 + WARM + rounds * len(sizes) * _at_once(ENDPOINTS[1], short=asked.short)
    with generator() as pool, serving(sides(), calls) as servers:
        compared = [
            Side(
                name=endpoint.name + server.served.name,
                measure=Asker(
                    pool=pool, server=server, endpoint=endpoint, at_once=_at_once(endpoint, short=asked.short)
                ),
            )
            for endpoint in ENDPOINTS
            for server in servers
        ]
        rows = alternate(compared, sizes, rounds)
        rows.sort(key=lambda row: [endpoint.name for endpoint in ENDPOINTS].index(row.side.partition(": ")[0] + ": "))
        stalls = stall_rows(servers[1], short=asked.short)
    _publish(rows, stalls, rounds, short=asked.short, out=asked.out)


def _at_once(endpoint: Endpoint, *, short: bool) -> int:
    return endpoint.at_once_short if short else endpoint.at_once


def _publish(rows: Sequence[Row], stalls: Sequence[Row], rounds: int, *, short: bool, out: Path) -> None:
    plotted = [Plotted(figure=figure, of=endpoint.name) for endpoint in ENDPOINTS for figure in ("req/s", "p99 (ms)")]
    Report(
        name="api_requests",
        title="P6: the API's requests",
        size="connections",
        rows=rows,
        rounds=rounds,
        short=short,
        out=out,
        plotted=plotted,
    ).publish()
    print()
    Report(
        name="api_stalls",
        title="P6: how long the API's loop stands still, whatever is posted",
        size="bytes",
        rows=stalls,
        rounds=1,
        short=short,
        out=out,
    ).publish()


if __name__ == "__main__":
    main()
