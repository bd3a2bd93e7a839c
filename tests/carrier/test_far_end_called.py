"""The far end is called by baresip: what each number does, as the caller sees it and as the far end records it."""

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


async def dial(phone: Peer, carrier: FarEnd, user: str) -> None:
    await phone.does("dial", uri=f"sip:{user}@127.0.0.1:{carrier.port}")


@pytest.mark.parametrize("status", [486, 600, 603, 607, 608, 403, 404, 480, 488, 503, 500])
async def test_a_number_that_refuses_is_understood(carrier: FarEnd, phone: Peer, status: int) -> None:
    await dial(phone, carrier, str(status))
    assert (await phone.hears_of("closed"))["text"].startswith(f"{status} ")
    [call] = carrier.calls_to(str(status))
    await carrier.legs[call.call_id].until(lambda seen: seen.received("ACK"))
    assert call.names(sent=True) == ["180 INVITE", f"{status} INVITE"]
    assert call.names(sent=False) == ["INVITE", "ACK"]
