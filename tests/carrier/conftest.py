"""A far end and a phone that is not ours."""

from collections.abc import AsyncIterator

import pytest

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
