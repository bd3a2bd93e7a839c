"""What every way of reaching Cores promises."""

import pytest

from contract_tests.backends.scene import ARCHIVED, BOT, CALL, DEAD, DRAINING, ROOMY, SMALL, UNKNOWN
from domain.calls.room import CORE, Invitation
from domain.ids import DEFAULT_BRAND, CallId, ServerId, TrunkId
from ports.core_gateway import CoreGateway
from ports.errors import Busy, NotFound, Refused, Unavailable
from ports.messages.core import Attach, Dial, End, LeaveMessage, Order, SafeHarbour, Talk


def attach(call_id: CallId = CALL, *, message_only: bool = False) -> Attach:
    invitation = Invitation(url="ws://127.0.0.1:8604", room=call_id, party=CORE, token="t")
    return Attach(call_id=call_id, brand=DEFAULT_BRAND, bot_id=BOT, invitation=invitation, message_only=message_only)


def dial(call_id: CallId = CALL) -> Dial:
    return Dial(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        bot_id=BOT,
        trunk_id=TrunkId("trunk_a"),
        to="+14155550123",
        caller_number="+14155550100",
    )


async def test_health_counts_the_calls(core_gateway: CoreGateway) -> None:
    before = await core_gateway.health(ROOMY)
    await core_gateway.take(ROOMY, attach())

    after = await core_gateway.health(ROOMY)

    assert (before.live, after.live) == (0, 1)
    assert (after.server_id, after.release, after.draining) == (ServerId("core-1"), "1.2.3", False)
    assert after.capacity >= 1


@pytest.mark.parametrize("request_", [attach(), dial()])
async def test_asking_again_for_a_call_gives_the_same_answer(
    core_gateway: CoreGateway, request_: Attach | Dial
) -> None:
    first = await core_gateway.take(SMALL, request_)
    again = await core_gateway.take(SMALL, request_)

    assert first == again
    assert first.call_id == CALL
    assert (await core_gateway.health(SMALL)).live == 1


async def test_a_full_core_is_busy_but_for_messages(core_gateway: CoreGateway) -> None:
    await core_gateway.take(SMALL, attach(CallId("call_a")))

    with pytest.raises(Busy) as busy:
        await core_gateway.take(SMALL, attach(CallId("call_b")))
    await core_gateway.take(SMALL, attach(CallId("call_b"), message_only=True))
    with pytest.raises(Busy):
        await core_gateway.take(SMALL, attach(CallId("call_c"), message_only=True))

    assert busy.value.retry_after > 0


async def test_a_draining_core_takes_none(core_gateway: CoreGateway) -> None:
    assert (await core_gateway.health(DRAINING)).draining
    with pytest.raises(Busy):
        await core_gateway.take(DRAINING, attach())


async def test_a_call_that_cannot_be_is_refused_with_its_reason(core_gateway: CoreGateway) -> None:
    with pytest.raises(Refused) as refused:
        await core_gateway.take(ROOMY, dial(ARCHIVED))
    assert refused.value.reason == "archived"


@pytest.mark.parametrize("order", [Talk(), LeaveMessage(), SafeHarbour(), End(reason="cancelled")])
async def test_orders_reach_a_call_until_it_is_ended(core_gateway: CoreGateway, order: Order) -> None:
    await core_gateway.take(ROOMY, attach())
    await core_gateway.order(ROOMY, CALL, order)
    await core_gateway.end(ROOMY, CALL)

    with pytest.raises(NotFound):
        await core_gateway.order(ROOMY, CALL, order)


async def test_ending_what_is_not_there_is_nothing(core_gateway: CoreGateway) -> None:
    await core_gateway.end(ROOMY, UNKNOWN)


async def test_ending_a_call_makes_room_for_another(core_gateway: CoreGateway) -> None:
    await core_gateway.take(SMALL, attach(CallId("call_a")))
    await core_gateway.end(SMALL, CallId("call_a"))
    await core_gateway.take(SMALL, attach(CallId("call_b")))


async def test_a_core_that_does_not_answer_is_unavailable(core_gateway: CoreGateway) -> None:
    with pytest.raises(Unavailable):
        await core_gateway.health(DEAD)
    with pytest.raises(Unavailable):
        await core_gateway.take(DEAD, attach())
    with pytest.raises(Unavailable):
        await core_gateway.order(DEAD, CALL, Talk())
    with pytest.raises(Unavailable):
        await core_gateway.end(DEAD, CALL)
