"""A call is handed over to somebody else: by a second leg into its room, or by having the far end call them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

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
CONGESTION: Final = "congestion"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCall:
    """One try. `leg_id` is that of the second leg, where one is placed."""

    telephony: Telephony

    async def __call__(self, config: RuntimeConfig, transfer: Transfer, leg_id: CallId) -> str | None:
        """None once somebody has taken the call, otherwise a word for why nobody did: `no_answer`, `sip_486`, ….
        Cut off in the middle, it leaves no telephone ringing."""
        if not E164.fullmatch(transfer.to):
            return NO_NUMBER
        try:
            if transfer.how is TransferHow.REFER:
                return await self._refer(config.call_id, transfer.to)
            return await self._dial(config, transfer, leg_id)
        except Busy:
            return CONGESTION
        except Refused as refused:
            return _word(refused.reason)
        except PortError:
            return LINE_LOST

    async def _refer(self, call_id: CallId, to: str) -> str | None:
        """Only the leg's own end tells whether its callee has gone over or simply gone."""
        await self.telephony.refer(call_id, to)
        with suppress(Unavailable):
            async for event in self.telephony.watch(call_id):
                if event.kind is LegKind.ENDED and event.reason != REFERRED:
                    return CALLEE_GONE
        return None

    async def _dial(self, config: RuntimeConfig, transfer: Transfer, leg_id: CallId) -> str | None:
        if config.trunk_id is None:
            return NO_TRUNK
        answered = False
        try:
            await self.telephony.dial(_second_leg(config, config.trunk_id, transfer, leg_id))
            async for event in self.telephony.watch(leg_id):
                if event.kind is LegKind.ENDED:
                    return _why(event)
                answered = event.kind is LegKind.ANSWERED
                if answered:
                    return None
            return LINE_LOST
        finally:
            if not answered:
                await self._cancel(leg_id)

    async def _cancel(self, leg_id: CallId) -> None:
        with suppress(PortError):  # the room is closed in any case, and that ends its legs
            await self.telephony.hang_up(leg_id)


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
