"""The world of a test, opened for it; a real server that is not here is left out aloud."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from contract_tests.backends.backend import Missing
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.livekit.service import ALL, OVER_SIP, SipWorld

_rooms = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`world` dials and may have no network; `called` is one that the far end can call too."""
    for name, backends in (("world", ALL), ("called", OVER_SIP)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, backends, ids=[one.name for one in backends], indirect=True)


async def _opened(request: pytest.FixtureRequest) -> AsyncIterator[SipWorld]:
    try:
        async with request.param.open() as world:
            RAN.add(request.param.name)
            yield world
    except Missing as missing:
        leave_out(request.param.name, str(missing))


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[SipWorld]:
    async for one in _opened(request):
        yield one


@pytest.fixture
async def called(request: pytest.FixtureRequest) -> AsyncIterator[SipWorld]:
    async for one in _opened(request):
        yield one


@pytest.fixture
async def room(world: SipWorld) -> AsyncIterator[str]:
    name = f"call_{next(_rooms)}"
    await world.rooms.open(name)
    yield name
    await world.rooms.close(name)
