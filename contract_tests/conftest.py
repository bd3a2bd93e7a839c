"""One fixture a port: every suite runs over each implementation that `backends` lists for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest

from adapters.memory.clock import VirtualTimeLoop
from contract_tests.backends.registry import BACKENDS, Backend, Missing
from contract_tests.backends.roll import RAN, SKIPPED, leave_out, required


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes an argument named after a port in the list runs once for each of its backends."""
    for port, backends in BACKENDS.items():
        if port in metafunc.fixturenames:
            metafunc.parametrize(port, list(backends.values()), ids=list(backends), indirect=True)


LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "virtual": VirtualTimeLoop,
    "real": asyncio.new_event_loop,
}


def pytest_asyncio_loop_factories(
    config: pytest.Config,
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]] | None:
    """Both loops for a test that has virtual backends: which of them runs which is settled below."""
    ports = BACKENDS.keys() & set(getattr(item, "fixturenames", ()))
    virtual = any(backend.virtual for port in ports for backend in BACKENDS[port].values())
    return LOOPS if virtual else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A virtual backend on the real loop, or the other way round, is no case at all. A test that is left with no
    case would be green without having run."""
    tests = {item.nodeid.partition("[")[0] for item in items}
    items[:] = [item for item in items if _on_its_loop(item)]
    dropped = tests - {item.nodeid.partition("[")[0] for item in items}
    if dropped:
        raise pytest.UsageError(f"no backend runs on the loop of {', '.join(sorted(dropped))}")


def _on_its_loop(item: pytest.Item) -> bool:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    loop = params.get("_asyncio_loop_factory")
    virtual = [value.virtual for value in params.values() if isinstance(value, Backend)]
    return loop not in LOOPS.values() or not virtual or virtual[0] is (loop is VirtualTimeLoop)


async def _opened(backend: Backend) -> AsyncIterator[Any]:
    try:
        async with backend.open() as implementation:
            RAN.add(backend.name)
            yield implementation
    except Missing as missing:
        leave_out(backend.name, str(missing))


def _fixture(port: str) -> Any:
    @pytest.fixture(name=port)
    async def fixture(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
        async for implementation in _opened(request.param):
            yield implementation

    return fixture


for _port in BACKENDS:
    globals()[f"_{_port}_fixture"] = _fixture(_port)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None] | None:
    terminalreporter.write_line(f"backends that really ran: {', '.join(sorted(RAN)) or 'none'}")
    for name, why in sorted(SKIPPED.items()):
        terminalreporter.write_line(f"backend NOT run: {name} ({why})")
    never = required() - RAN
    if never:
        terminalreporter.write_line(f"REQUIRED BUT NOT RUN: {', '.join(sorted(never))}")
    return None


def pytest_sessionfinish(session: pytest.Session) -> None:
    if required() - RAN and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
