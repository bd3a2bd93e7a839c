"""What the exchange plugs into: somebody who carries a leg to a callee and back, and brings in those who call us."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from domain.ids import TrunkId
from domain.routing.trunk import CarrierKind
from ports.audio_links import AudioLink
from ports.telephony import DialOrder, HangUp

Refer = Callable[[str], Awaitable[None]]
"""Has the far end call that number (E.164) instead of us; returns, or raises, as Telephony.refer does. Once it has
returned, the carrier ends the leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnd:
    """How a leg ended: the final SIP status (200 when it was answered), its reason phrase, and who ended it."""

    status: int
    reason: str
    by: HangUp


class Progress(Protocol):
    """How a carrier tells the exchange what happens on a leg."""

    @abstractmethod
    async def ringing(self) -> None: ...

    @abstractmethod
    async def answered(self, refer: Refer | None = None) -> AudioLink:
        """The far end is in the room from now on, by this link. Without `refer` this leg cannot be referred."""


class Reception(Progress, Protocol):
    """Progress of a leg that came in."""

    @abstractmethod
    async def wanted(self) -> None:
        """Returns when the call is to be answered; a carrier that waits is cancelled when it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """`number` is what was called, `caller` who calls, empty when that is withheld; both E.164 where it can be told,
    otherwise as they came."""

    trunk_id: TrunkId
    number: str
    caller: str


class Incoming(Protocol):
    """A call that came in and rings."""

    arrival: Arrival

    @abstractmethod
    async def carry(self, reception: Reception) -> LegEnd:
        """Its whole life: it rings until it is wanted, and is then answered. Being cancelled means the busy tone while
        it rings, BYE afterwards; a caller who gives up ends it with 487."""


class Carrier(Protocol):
    """One way to the outside: the simulated population, or SIP."""

    kind: CarrierKind

    @abstractmethod
    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        """A leg's whole life, from its INVITE to its end. Being cancelled means CANCEL while it rings and BYE
        after the answer, and the room's end is a BYE too. Ring timeout and maximum duration are the exchange's."""

    @abstractmethod
    def arrivals(self) -> AsyncIterator[Incoming]:
        """Those who call us, as they come, for one reader. Whoever is not carried within seconds is turned away."""
