"""One number at the scripted far end, reached by the exchange's own parts or by LiveKit, in this process."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final

from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.sip.carrier import SipCarrier
from contract_tests.backends.backend import Missing
from contract_tests.backends.phone_world import TRUNK as TRUNK_ID
from contract_tests.backends.phone_world import order
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.backends.sip import account, open_carrier
from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.far_end import far_end
from contract_tests.carrier.scripts import Number
from domain.ids import CallId
from domain.routing.trunk import CarrierKind
from ports.telephony import LegKind
from tests.dialler.world import TRUNK
from tests.road.world import Phones
from tests.telephone.lines import carried
from tests.telephone.livekit_line import by_livekit

ROOM: Final = CallId("call_1")
_TRUNK = replace(TRUNK, id=TRUNK_ID, carrier=CarrierKind.SIP)


@asynccontextmanager
async def _by_livekit(carrier: SipCarrier) -> AsyncIterator[Phones]:
    try:
        async with by_livekit(carrier, _TRUNK) as phones:
            RAN.add("livekit")
            yield phones
    except Missing as missing:
        leave_out("livekit", str(missing))


REACHES: Final[Mapping[str, Callable[[SipCarrier], AbstractAsyncContextManager[Phones]]]] = {
    "sip": lambda carrier: carried(carrier.behind, (_TRUNK,)),
    "livekit": _by_livekit,
}


@asynccontextmanager
async def answered(by: str, to: str, script: Script) -> AsyncIterator[tuple[Phones, CalledLeg]]:
    """A call in ROOM that has just been answered, by one of REACHES."""
    async with far_end(numbers={to: Number(script=script)}) as far:
        desk = MemoryCarrierDesk([account(far.port, trunk=TRUNK_ID)])
        async with open_carrier(desk) as (carrier, _), REACHES[by](carrier) as phones:
            await phones.rooms.open(ROOM)
            try:
                await phones.telephony.dial(order(ROOM, to))
                async for event in phones.telephony.watch(ROOM):
                    if event.kind is LegKind.ANSWERED:
                        break
                yield phones, await far.called(to)
            finally:
                await phones.rooms.close(ROOM)
