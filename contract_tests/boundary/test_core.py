"""API and Dialler to Core: each interaction against the real Core, and against the gateway that the others use."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest

from adapters.http.core_gateway import HttpCoreGateway
from applications.core.app import create_app
from contract_tests.boundary.interaction import Interaction, check_request, check_response, interactions
from domain.calls.room import Invitation
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TrunkId
from ports.core_gateway import CoreGateway
from ports.errors import Busy, NotFound, PortError, Refused, Unavailable
from ports.messages.core import (
    Attach,
    CallAccepted,
    CoreHealth,
    Dial,
    End,
    LeaveMessage,
    Notice,
    Receive,
    SafeHarbour,
    Talk,
)
from tests.core.stage import SECRET, Stage
from tests.core.stage_app import StageApp

CORE: Final = interactions("core")
URL: Final = "http://peer"
CALL: Final = CallId("call_1")
OTHERS: Final = tuple(CallId(f"call_other_{n}") for n in range(4))
TICKET: Final = Invitation(url="ws://exchange", room="call_1", party="core", token="ticket")


def attach(call_id: CallId = CALL, *, message_only: bool = False) -> Attach:
    return Attach(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        bot_id=BotId("bot_1"),
        invitation=TICKET,
        message_only=message_only,
    )


DIAL: Final = Dial(
    call_id=CALL,
    brand=DEFAULT_BRAND,
    bot_id=BotId("bot_1"),
    trunk_id=TrunkId("trunk_1"),
    to="+12025550123",
    caller_number="+12025550100",
)
RECEIVE: Final = Receive(call_id=CALL, brand=DEFAULT_BRAND, bot_id=BotId("bot_1"), notice="We are closed.")
ACCEPTED: Final = CallAccepted(call_id=CALL, server_id=ServerId("core-1"), run="run_1")
HEALTH: Final = CoreHealth(server_id=ServerId("core-1"), run="run_1", release="0.1.0", capacity=4, live=0)

Asked = Callable[[CoreGateway], Awaitable[object]]

ASKED: Final[dict[str, tuple[Asked, object]]] = {
    "health": (lambda cores: cores.health(URL), HEALTH),
    "attach": (lambda cores: cores.take(URL, attach()), ACCEPTED),
    "attach_again": (lambda cores: cores.take(URL, attach()), ACCEPTED),
    "attach_message_only": (lambda cores: cores.take(URL, attach(message_only=True)), ACCEPTED),
    "dial": (lambda cores: cores.take(URL, DIAL), ACCEPTED),
    "receive": (lambda cores: cores.take(URL, RECEIVE), ACCEPTED),
    "full": (lambda cores: cores.take(URL, attach()), Busy),
    "draining": (lambda cores: cores.take(URL, attach()), Busy),
    "order_talk": (lambda cores: cores.order(URL, CALL, Talk()), None),
    "order_leave_message": (lambda cores: cores.order(URL, CALL, LeaveMessage()), None),
    "order_notice": (lambda cores: cores.order(URL, CALL, Notice(text="We are closed.")), None),
    "order_safe_harbour": (lambda cores: cores.order(URL, CALL, SafeHarbour()), None),
    "order_end": (lambda cores: cores.order(URL, CALL, End(reason="machine")), None),
    "order_unknown": (lambda cores: cores.order(URL, CALL, Talk()), NotFound),
    "end": (lambda cores: cores.end(URL, CALL), None),
    "end_unknown": (lambda cores: cores.end(URL, CALL), None),
    "wrong_secret": (lambda cores: cores.take(URL, attach()), Refused),
}
"""What the gateway is asked, and what it makes of the answer. The bad request is nothing that it could send."""


@asynccontextmanager
async def core_that_is(given: str) -> AsyncIterator[httpx.AsyncClient]:
    async with Stage().running() as stage:
        for call_id in (CALL, *OTHERS):  # calls that are taken stay live while their config cannot be had
            stage.configs.failures[call_id] = Unavailable("the API is away")
        for call_id in {"live": (CALL,), "full": OTHERS}.get(given, ()):
            await stage.take_call(attach(call_id))
        stage.calls.draining = given == "draining"
        transport = httpx.ASGITransport(app=create_app(StageApp(stage)))  # type: ignore[arg-type]  # an ASGI app
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            yield client


@pytest.mark.parametrize("name", CORE)
async def test_core_answers_as_it_is_written_down(name: str) -> None:
    interaction = CORE[name]
    async with core_that_is(interaction.given) as client:
        check_response(await client.send(interaction.request.sent()), interaction.response)


@pytest.mark.parametrize("name", ASKED)
async def test_the_gateway_asks_and_understands_as_it_is_written_down(name: str) -> None:
    interaction, (ask, expected) = CORE[name], ASKED[name]
    gateway = HttpCoreGateway(_secret_of(interaction), transport=httpx.MockTransport(_answering(interaction)))

    if isinstance(expected, type) and issubclass(expected, PortError):
        with pytest.raises(expected) as raised:
            await ask(gateway)
        _check_patience(raised.value, interaction)
    else:
        assert await ask(gateway) == expected
    await gateway.aclose()


def _secret_of(interaction: Interaction) -> str:
    return interaction.request.headers["X-CXBCore-Secret"]


def _answering(interaction: Interaction) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        check_request(request, interaction.request)
        return interaction.response.came()

    return answer


def _check_patience(error: PortError, interaction: Interaction) -> None:
    if isinstance(error, Busy):
        assert str(int(error.retry_after)) == interaction.response.headers["Retry-After"]


def test_each_interaction_is_replayed_on_both_sides() -> None:
    assert set(CORE) - {"bad_request"} == set(ASKED)
    secrets = {name: _secret_of(interaction) for name, interaction in CORE.items()}
    assert {name for name, secret in secrets.items() if secret != SECRET} == {"wrong_secret"}
