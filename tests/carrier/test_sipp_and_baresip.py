"""SIPp's scenarios of a called phone are themselves right: baresip calls them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contract_tests.carrier import sipp
from tests.carrier.peer import Peer, softphone

pytestmark = pytest.mark.usefixtures("with_sipp")


@asynccontextmanager
async def dialled(phone: Peer, scenario: str, **values: str) -> AsyncIterator[None]:
    """Afterwards SIPp is content with what came."""
    async with sipp.called(scenario, count=1, **values) as called:
        await phone.does("dial", uri=f"sip:+15550100@127.0.0.1:{called.port}")
        yield
        ended = await called.ended()
        assert ended.well, ended.errors


@pytest.mark.parametrize("scenario", ["answers", "has_early_media"])
async def test_it_is_answered(phone: Peer, scenario: str) -> None:
    async with dialled(phone, scenario):
        await phone.hears_of("answered")
        await phone.does("hangup")


async def test_it_is_hung_up_on(phone: Peer) -> None:
    async with dialled(phone, "answers_and_hangs_up"):
        await phone.hears_of("answered")
        await phone.hears_of("closed")


async def test_it_is_refused(phone: Peer) -> None:
    async with dialled(phone, "refuses", status="603", reason="Network Blocked"):
        assert (await phone.hears_of("closed"))["text"] == "603 Network Blocked"


@pytest.mark.parametrize("scenario", ["rings", "crosses_cancel"])
async def test_it_gives_up(phone: Peer, scenario: str) -> None:
    async with dialled(phone, scenario):
        await phone.hears_of("ringing")
        await phone.does("hangup")


@pytest.mark.parametrize(
    ("scenario", "password", "event"),
    [
        ("asks_password", "right", "answered"),
        ("asks_password", "wrong", "closed"),
        ("asks_password_as_proxy", "right", "answered"),
    ],
)
async def test_it_is_asked_for_its_password(scenario: str, password: str, event: str) -> None:
    async with (
        softphone(user="trunk", password=password) as phone,
        dialled(phone, scenario, user="trunk", password="right"),
    ):
        await phone.hears_of(event)
        if event == "answered":
            await phone.does("hangup")
