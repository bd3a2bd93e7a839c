"""The ways by which a whole system's calls are carried: by the exchange, which speaks SIP itself, and by LiveKit."""

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livekit.api import ListSIPDispatchRuleRequest, ListSIPOutboundTrunkRequest

from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_ids import name_of
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.carrier.loopback import LOOPBACK, free_port
from contract_tests.faults.free_ports import take_ports
from domain.ids import TrunkId
from launcher.stack.programs import missing
from launcher.stack.versions import versions
from tests.launcher.stack import real_redis, stack_on
from tests.launcher.test_real_stack import LIVEKIT_SERVER, LONGEST_BUILD
from tests.seeing.system import MODULES, System

RTP_PORTS: Final = "19000-20990"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """`settings` make CXB's `processes` carry calls so, which come in at `sip_port`. `knows` says whether whoever
    places legs, and lets callers in, has been told of a trunk by CXB."""

    settings: Mapping[str, str]
    processes: Sequence[str]
    sip_port: int
    knows: Callable[[System, str], Awaitable[bool]]


Way = Callable[[Path], AbstractContextManager[Carriage]]
"""Everything that is needed beside CXB, as long as the context lasts. Skips the test where that is not here."""


@contextmanager
def by_exchange(_: Path) -> Iterator[Carriage]:
    port = free_port(room=2)
    settings = {"CXB_SIP_ADDRESS": LOOPBACK, "CXB_SIP_PORT": str(port), "CXB_RTP_PORTS": RTP_PORTS}
    yield Carriage(settings=settings, processes=tuple(MODULES), sip_port=port, knows=_exchange_knows)


async def _exchange_knows(system: System, _: str) -> bool:
    return any(line["event"] == "sip_open" for line in system.lines("exchange"))


@contextmanager
def by_livekit(folder: Path) -> Iterator[Carriage]:
    """Redis, livekit-server, and the livekit-sip on PATH or else its stand-in: as `./cxb stack up` starts them."""
    real_redis()
    if lacking := missing(versions(), os.environ):
        leave_out(LIVEKIT_SERVER, "; ".join(lacking))
    RAN.add(LIVEKIT_SERVER)
    redis, livekit, udp, health, api = take_ports(5)
    sip = free_port(room=2)
    stack = stack_on(folder / "stack", [redis, livekit, udp, sip, health], CXB_API_URL=f"http://{LOOPBACK}:{api}")
    try:
        stack.up(LONGEST_BUILD)
        settings = {**stack.settings(), "CXB_API_PORT": str(api)}
        processes = [name for name in MODULES if name != "exchange"]
        yield Carriage(settings=settings, processes=processes, sip_port=sip, knows=_livekit_knows)
    finally:
        stack.run("down")


async def _livekit_knows(system: System, trunk_id: str) -> bool:
    settings, name = system.settings, name_of(TrunkId(trunk_id))
    service = LiveKitSip(settings.livekit_sip, settings.livekit_key, settings.livekit_secret)
    async with service.running() as sip:
        out = await sip.calls.list_outbound_trunk(ListSIPOutboundTrunkRequest())
        rules = await sip.calls.list_dispatch_rule(ListSIPDispatchRuleRequest())
    return all(any(one.name == name for one in found) for found in (out.items, rules.items))


WAYS: Final[Mapping[str, Way]] = {"sip": by_exchange, "livekit": by_livekit}
