"""What the exchange plugs into: somebody who carries a leg to a callee and back."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.routing.trunk import CarrierKind
from ports.audio_links import AudioLink
from ports.telephony import DialOrder, HangUp


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
    async def answered(self) -> AudioLink:
        """The callee is in the room from now on, by this link."""


class Carrier(Protocol):
    """One way to the outside: the simulated population, or SIP."""

    kind: CarrierKind

    @abstractmethod
    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        """A leg's whole life, from its INVITE to its end. Being cancelled means CANCEL while it rings and BYE
        after the answer, and the room's end is a BYE too. Ring timeout and maximum duration are the exchange's."""
