"""A call is handed over to somebody else: by a second leg into its room, or by having the far end call them."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from applications.core.leg_channel import CONGESTION, LegChannel
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.room import TARGET
from domain.calls.transfer import ShownCaller, Transfer, TransferHow, word_for_status
from domain.ids import CallId, TrunkId
from domain.phone.number import E164
from ports.errors import Busy, PortError, Refused, Unavailable
from ports.telephony import REFERRED, DialOrder, LegEvent, LegKind, Telephony

LINE_LOST: Final = "line_lost"
CALLEE_GONE: Final = "callee_gone"
NO_NUMBER: Final = "number"
NO_TRUNK: Final = "trunk"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCall:
    """One try. `leg_id` is that of the second leg, where one is placed; it keeps its channel once it has been answered,
    and somebody else has to hold on to it."""

    telephony: Telephony
    channel: LegChannel

    async def __call__(self, config: RuntimeConfig, transfer: Transfer, leg_id: CallId) -> str | None:
        """None once somebody has taken the call, otherwise a word for why nobody did: `no_answer`, `sip_486`, ….
        Cut off in the middle, it leaves no telephone ringing."""
        if not E164.fullmatch(transfer.to):
            return NO_NUMBER
        if transfer.how is TransferHow.REFER:
            return await _in_a_word(self._refer(config.call_id, transfer.to))
        if config.trunk_id is None:
            return NO_TRUNK
        order = _second_leg(config, config.trunk_id, transfer, leg_id)
        return await self.channel.take(config.call_id, leg_id) or await self._dial(config.call_id, order)

    async def _refer(self, call_id: CallId, to: str) -> str | None:
        """Only the leg's own end tells whether its callee has gone over or simply gone."""
        await self.telephony.refer(call_id, to)
        with suppress(Unavailable):
            async for event in self.telephony.watch(call_id):
                if event.kind is LegKind.ENDED and event.reason != REFERRED:
                    return CALLEE_GONE
        return None

    async def _dial(self, call_id: CallId, order: DialOrder) -> str | None:
        failure: str | None = LINE_LOST
        try:
            async with asyncio.TaskGroup() as beside:
                keeping = beside.create_task(self.channel.keep(call_id, order.call_id))
                failure = await _in_a_word(self._until_answered(order))
                keeping.cancel()
            return failure
        finally:
            if failure is not None:
                await self._cancel(order.call_id)
                await self.channel.give_back(call_id, order.call_id)

    async def _until_answered(self, order: DialOrder) -> str | None:
        await self.telephony.dial(order)
        async for event in self.telephony.watch(order.call_id):
            if event.kind is LegKind.ENDED:
                return _why(event)
            if event.kind is LegKind.ANSWERED:
                return None
        return LINE_LOST

    async def _cancel(self, leg_id: CallId) -> None:
        with suppress(PortError):  # the room is closed in any case, and that ends its legs
            await self.telephony.hang_up(leg_id)


async def _in_a_word(trying: Awaitable[str | None]) -> str | None:
    """What came of it, or what went wrong."""
    try:
        return await trying
    except Busy:
        return CONGESTION
    except Refused as refused:
        return _word(refused.reason)
    except PortError:
        return LINE_LOST


def _second_leg(config: RuntimeConfig, trunk_id: TrunkId, transfer: Transfer, leg_id: CallId) -> DialOrder:
    shown = config.phone if transfer.caller is ShownCaller.CALLEE else config.caller_number
    return DialOrder(
        call_id=leg_id,
        brand=config.brand,
        room=config.call_id,
        trunk_id=trunk_id,
        to=transfer.to,
        caller_number=shown,
        ring_timeout=transfer.ring_timeout,
        max_duration=transfer.talk_limit,
        party=TARGET,
    )


def _why(event: LegEvent) -> str:
    """Who answered and was gone again before anybody heard of it has taken nothing, either."""
    return CALLEE_GONE if event.status == 200 else word_for_status(event.status)


def _word(reason: str) -> str:
    status = reason.removeprefix("sip_")
    return word_for_status(int(status)) if status != reason and status.isdecimal() else reason
