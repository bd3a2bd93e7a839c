"""The SIP carrier, with the scripted far end as its trunk."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.sip.carrier import SipCarrier
from adapters.system.clock import SystemClock
from contract_tests.backends.backend import Backend
from contract_tests.backends.phone_world import IS_BUSY, LISTENS, NEVER_ANSWERS, SPEAKS, TRUNK, CarrierWorld
from contract_tests.carrier import scripts
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.loopback import LOOPBACK, free_port
from contract_tests.carrier.registrar import Registrar
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sounds import tone
from domain.ids import DEFAULT_BRAND, TrunkId
from domain.routing.sip import SipSettings
from ports.messages.sip import SipAccount

RTP_PORTS: Final = "31000-32700"

NUMBERS: Final[Mapping[str, Number]] = {
    **scripts.NUMBERS,
    LISTENS: Number(script=scripts.answers()),
    SPEAKS: Number(script=scripts.answers(scripts.says(tone(440, 30.0)))),
    IS_BUSY: Number(script=scripts.refuses(486, "Busy Here", ringing=0)),
    NEVER_ANSWERS: Number(script=scripts.rings),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SipWorld:
    """A carrier with one trunk, which leads to `far`; `here` is where it listens."""

    far: FarEnd
    desk: MemoryCarrierDesk
    carrier: SipCarrier
    here: tuple[str, int]


def account(port: int, *, trunk: TrunkId = TRUNK, password: str = "", **settings: Any) -> SipAccount:
    return SipAccount(
        trunk_id=trunk,
        brand=DEFAULT_BRAND,
        sip=replace(SipSettings(host=LOOPBACK, port=port), **settings),
        password=password,
        channels=100,
    )


@asynccontextmanager
async def sip_world(
    *, password: str = "", registrar: Registrar | None = None, copies: int = 1, stamped: bool = False, **settings: Any
) -> AsyncIterator[SipWorld]:
    async with far_end(numbers=NUMBERS, registrar=registrar, copies=copies, stamped=stamped) as far:
        desk = MemoryCarrierDesk([account(far.port, password=password, **settings)])
        async with open_carrier(desk) as (carrier, port):
            yield SipWorld(far=far, desk=desk, carrier=carrier, here=(LOOPBACK, port))


@asynccontextmanager
async def open_carrier(desk: MemoryCarrierDesk) -> AsyncIterator[tuple[SipCarrier, int]]:
    """On a port that nobody has taken meanwhile."""
    while True:
        port = free_port()
        carrier = SipCarrier(desk, SystemClock(), address="", port=port, rtp_ports=RTP_PORTS)
        async with carrier.running():
            if carrier.is_open:
                yield carrier, port
                return


@asynccontextmanager
async def sip_carrier() -> AsyncIterator[CarrierWorld]:
    async with sip_world() as world:
        yield CarrierWorld(
            carrier=world.carrier,
            clock=SystemClock(),
            busy=IS_BUSY,
            answers=LISTENS,
            speaks=SPEAKS,
            never_answers=NEVER_ANSWERS,
        )


BACKENDS: Mapping[str, Mapping[str, Backend]] = {"carrier": {"sip": Backend(name="sip", open=sip_carrier)}}
