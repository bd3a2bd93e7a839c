"""What every door for channels of second legs promises."""

import pytest

from contract_tests.backends.scene import ARCHIVED, CALL, CROWDED, LOST, UNKNOWN
from domain.calls.transfer import second_leg
from domain.ids import CallId
from ports.channel_desk import ChannelDesk
from ports.errors import Busy, PortError, Refused, Unavailable

FIRST, SECOND, THIRD = (second_leg(CALL, nth) for nth in (1, 2, 3))


async def test_where_none_is_free_it_is_refused_until_one_is_given_back(channel_desk: ChannelDesk) -> None:
    await channel_desk.hold(CALL, FIRST)
    await channel_desk.hold(CALL, SECOND)
    with pytest.raises(Refused) as refused:
        await channel_desk.hold(CALL, THIRD)
    assert refused.value.reason == "no_channel"

    await channel_desk.give_back(CALL, FIRST)
    await channel_desk.hold(CALL, THIRD)


async def test_holding_on_takes_nothing_more(channel_desk: ChannelDesk) -> None:
    for _ in range(3):
        await channel_desk.hold(CALL, FIRST)
    await channel_desk.hold(CALL, SECOND)


async def test_who_holds_none_may_give_it_back(channel_desk: ChannelDesk) -> None:
    await channel_desk.give_back(CALL, FIRST)
    await channel_desk.hold(CALL, FIRST)
    await channel_desk.give_back(CALL, FIRST)
    await channel_desk.give_back(CALL, FIRST)
    await channel_desk.give_back(UNKNOWN, second_leg(UNKNOWN, 1))


@pytest.mark.parametrize(
    ("call", "error", "reason"),
    [
        (UNKNOWN, Refused, "unknown_call"),
        (ARCHIVED, Refused, "archived"),
        (CROWDED, Busy, None),
        (LOST, Unavailable, None),
    ],
)
async def test_failures_are_told_apart(
    channel_desk: ChannelDesk, call: CallId, error: type[PortError], reason: str | None
) -> None:
    with pytest.raises(error) as raised:
        await channel_desk.hold(call, second_leg(call, 1))
    assert getattr(raised.value, "reason", None) == reason
