"""The trunks that calls can leave by, and which of them to choose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ids import BrandId, TrunkId
from domain.routing.sip import SipSettings

SIMULATED_TRUNK: Final = TrunkId("simulated")
"""The one trunk that the simulated carrier stands behind: never by mistake one that reaches people."""


class CarrierKind(StrEnum):
    """What stands behind a trunk."""

    SIMULATED = "simulated"
    SIP = "sip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A way out, and in where it is a SIP trunk. `prefixes` are those that it may call, all when empty; a lower
    `priority` is tried first. `sealed_password` can be opened by whoever has the key, and is shown to nobody."""

    id: TrunkId
    brand: BrandId
    name: str
    carrier: CarrierKind
    channels: int
    calls_per_second: float
    priority: int = 0
    prefixes: tuple[str, ...] = ()
    enabled: bool = True
    sip: SipSettings | None = None
    sealed_password: str = ""
    version: int = 0

    def reaches(self, phone: str) -> bool:
        return not self.prefixes or any(phone.startswith(prefix) for prefix in self.prefixes)


def trunks_for(trunks: Iterable[Trunk], phone: str, in_use: Mapping[TrunkId, int]) -> list[Trunk]:
    """Enabled trunks that reach the number and have a free channel: priority first, then the longest prefix.

    The simulated carrier is left out as soon as a real trunk reaches the number, be that one full or disabled: a person
    who is to be called is called, or not, or not yet, and never only in appearance.
    """
    reaching = [t for t in trunks if t.reaches(phone)]
    free = [t for t in _real(reaching, phone) or reaching if t.enabled and in_use.get(t.id, 0) < t.channels]
    return sorted(free, key=lambda t: (t.priority, -_longest_prefix(t, phone), t.id))


def disabled_for(trunks: Iterable[Trunk], phone: str) -> list[Trunk]:
    """The real trunks that would reach the number, where all of them are disabled: why it is not to be called now."""
    real = _real(trunks, phone)
    return [] if any(t.enabled for t in real) else real


def _real(trunks: Iterable[Trunk], phone: str) -> list[Trunk]:
    return [t for t in trunks if t.carrier is not CarrierKind.SIMULATED and t.reaches(phone)]


def _longest_prefix(trunk: Trunk, phone: str) -> int:
    return max((len(prefix) for prefix in trunk.prefixes if phone.startswith(prefix)), default=0)
