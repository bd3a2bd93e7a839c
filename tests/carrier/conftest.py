"""A far end, a phone that is not ours, and the programs that give a second opinion where they are installed."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from contract_tests.backends.backend import Missing
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.carrier import baresip_phone, sipp
from contract_tests.carrier.far_end import FarEnd, far_end
from tests.carrier.peer import Peer, softphone


@pytest.fixture
async def carrier() -> AsyncIterator[FarEnd]:
    async with far_end() as opened:
        yield opened


@pytest.fixture
async def phone() -> AsyncIterator[Peer]:
    async with softphone() as opened:
        yield opened


@pytest.fixture
def with_sipp() -> Iterator[None]:
    yield from _if_there("sipp", sipp.find)


@pytest.fixture
def with_baresip() -> Iterator[None]:
    yield from _if_there("baresip", baresip_phone.find)


def _if_there(name: str, find: Callable[[], str]) -> Iterator[None]:
    try:
        find()
    except Missing as missing:
        leave_out(name, str(missing))
    yield
    RAN.add(name)
