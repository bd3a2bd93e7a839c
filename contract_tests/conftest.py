"""One fixture a port: every suite runs over each implementation that `backends` lists for it."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from contract_tests.backends.registry import BACKENDS, Backend, Missing

RAN: set[str] = set()
SKIPPED: dict[str, str] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes an argument named after a port in the list runs once for each of its backends."""
    for port, backends in BACKENDS.items():
        if port in metafunc.fixturenames:
            metafunc.parametrize(port, list(backends.values()), ids=list(backends), indirect=True)


async def _opened(backend: Backend) -> AsyncIterator[Any]:
    try:
        async with backend.open() as implementation:
            RAN.add(backend.name)
            yield implementation
    except Missing as missing:
        SKIPPED[backend.name] = str(missing)
        if backend.name in required():
            pytest.fail(f"{backend.name} is required here and is missing: {missing}")
        pytest.skip(f"{backend.name}: {missing}")


def required() -> frozenset[str]:
    """Backends that must run: CONTRACT_REQUIRE=sqlite,exchange,..."""
    return frozenset(filter(None, os.environ.get("CONTRACT_REQUIRE", "").split(",")))


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
