"""The ways by which a call can go: a carrier, and whoever plays its far end. A new one is one more row of LINES."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.carrier import MemoryCarrier
from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from contract_tests.backends.livekit_phones import TRUNK_AS_KEPT
from contract_tests.backends.sip import account, open_carrier
from contract_tests.carrier import baresip_phone, sipp
from contract_tests.carrier.far_end import far_end
from domain.ids import TrunkId
from domain.routing.trunk import CarrierKind, Trunk
from ports.carrier import Carrier
from ports.messages.sip import SipAccount
from tests.dialler.world import TRUNK
from tests.road.world import Phones
from tests.telephone.behaviours import BEHAVIOURS, Behaviour
from tests.telephone.livekit_line import by_livekit

Carriers = Callable[[TrunkId], Carrier | None]


def number_of(behaviour: Behaviour) -> str:
    return f"+44207946{BEHAVIOURS.index(behaviour):04d}"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Line:
    """`open` yields phones whose callees, by `number_of`, do what the behaviours say. Raises Missing where the program
    that plays them is not here. `statuses` are those of behaviours by name whose own status the line does not tell."""

    name: str
    open: Callable[[], AbstractAsyncContextManager[Phones]]
    behaviours: Sequence[Behaviour]
    virtual: bool = False
    statuses: Mapping[str, int] = field(default_factory=dict)


@asynccontextmanager
async def carried(carriers: Carriers, trunks: Sequence[Trunk]) -> AsyncIterator[Phones]:
    clock = MemoryClock()
    rooms = MemoryRooms(clock)
    telephony = MemoryTelephony(rooms, carriers, MemoryLegJournal(), clock)
    async with telephony.running():
        links = MemoryAudioLinks(rooms, clock)
        yield Phones(clock=clock, rooms=rooms, links=links, telephony=telephony, trunks=trunks)


@asynccontextmanager
async def _memory() -> AsyncIterator[Phones]:
    carrier = MemoryCarrier({number_of(each): each.callee for each in BEHAVIOURS}, MemoryClock())
    async with carried({TRUNK.id: carrier}.get, (TRUNK,)) as phones:
        yield phones


@asynccontextmanager
async def _by_sip(accounts: Mapping[str, SipAccount]) -> AsyncIterator[Phones]:
    """Each number by its account's trunk."""
    trunks = [
        replace(TRUNK, id=its.trunk_id, carrier=CarrierKind.SIP, prefixes=(number,)) for number, its in accounts.items()
    ]
    desk = MemoryCarrierDesk(tuple({its.trunk_id: its for its in accounts.values()}.values()))
    async with open_carrier(desk) as (carrier, _), carried(carrier.behind, trunks) as phones:
        yield phones


@asynccontextmanager
async def _far_end() -> AsyncIterator[Phones]:
    numbers = {number_of(each): each.number for each in BEHAVIOURS}
    async with far_end(numbers=numbers) as far:
        accounts = {
            number: account(far.port, trunk=TrunkId(f"trunk_{number[1:]}"), username="cxb", password="a password")
            for number in numbers
        }
        async with _by_sip(accounts) as phones:
            yield phones


@asynccontextmanager
async def _sipp() -> AsyncIterator[Phones]:
    """A SIPp for each number. All of them are content with what came."""
    async with AsyncExitStack() as stack:
        playing = {}
        for each in BY_SIPP:
            assert each.sipp is not None
            called = sipp.called(each.sipp.scenario, count=1, **each.sipp.values)
            playing[number_of(each)] = await stack.enter_async_context(called)
        accounts = {number: account(its.port, trunk=TrunkId(f"trunk_{number[1:]}")) for number, its in playing.items()}
        async with _by_sip(accounts) as phones:
            yield phones
        errors = {number: (await its.ended()).errors for number, its in playing.items()}
        assert not any(errors.values()), errors


@asynccontextmanager
async def _baresip() -> AsyncIterator[Phones]:
    """A phone in place of a carrier takes calls to its own user alone: it has a number for a user."""
    async with AsyncExitStack() as stack:
        accounts = {}
        for each in BY_BARESIP:
            assert each.baresip is not None
            phone = await stack.enter_async_context(baresip_phone.baresip_phone(each.baresip, user=number_of(each)))
            accounts[number_of(each)] = account(phone.port, trunk=TrunkId(f"trunk_{number_of(each)[1:]}"))
        async with _by_sip(accounts) as phones:
            yield phones


@asynccontextmanager
async def _livekit() -> AsyncIterator[Phones]:
    """With the far end behind the stand-in."""
    trunk = replace(TRUNK, id=TRUNK_AS_KEPT.account.trunk_id, carrier=CarrierKind.SIP)
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(far_end(numbers={number_of(each): each.number for each in BEHAVIOURS}))
        desk = MemoryCarrierDesk([account(far.port, trunk=trunk.id, username="cxb", password="a password")])
        carrier, _ = await stack.enter_async_context(open_carrier(desk))
        yield await stack.enter_async_context(by_livekit(carrier, trunk))


BY_SIPP: Final = tuple(each for each in BEHAVIOURS if each.sipp)
BY_BARESIP: Final = tuple(each for each in BEHAVIOURS if each.baresip is not None)
LINES: Final[Sequence[Line]] = (
    Line(name="memory", open=_memory, behaviours=BEHAVIOURS, virtual=True),
    Line(name="sip", open=_far_end, behaviours=BEHAVIOURS),
    Line(name="sipp", open=_sipp, behaviours=BY_SIPP),
    Line(name="livekit", open=_livekit, behaviours=BEHAVIOURS, statuses={"408 Request Timeout": 487}),
    Line(name="baresip", open=_baresip, behaviours=BY_BARESIP),
)
