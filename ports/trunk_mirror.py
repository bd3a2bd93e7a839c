"""A media server's own copy of the trunks that CXB stores: kept in step, whoever changed which."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.errors import Fault
from domain.ids import TrunkId
from domain.routing.sip import SipSettings
from ports.messages.sip import SipAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredTrunk:
    """A trunk as it should be there, with those numbers of ours (E.164) that calls may come in to by it. `strays`:
    calls to all other numbers come in as well, to be refused and put on record; one trunk at most is told so, and those
    of its brand's other trunks then count as its own."""

    account: SipAccount
    numbers: tuple[str, ...] = ()
    strays: bool = False


class Copy(StrEnum):
    """Of what: the way out, the way in, and what becomes of who comes in."""

    OUT = "out"
    IN = "in"
    RULE = "rule"


class Drift(StrEnum):
    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"  # one of ours that is wanted no more, or a second one


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    trunk_id: TrunkId
    copy: Copy
    drift: Drift


class TrunkMirror(Protocol):
    """What is not CXB's is left alone. What asks the media server raises Unavailable."""

    @abstractmethod
    def lacks(self, sip: SipSettings, field: str) -> Iterator[Fault]:
        """Each of the settings that nobody there can keep, such as being registered: a trunk must not have it. A
        `SipSettings` of nothing but a host can be kept everywhere."""

    @abstractmethod
    async def differences(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        """In what the copy is not as it should be; by trunk, nothing when all is well."""

    @abstractmethod
    async def mend(self, wanted: Sequence[MirroredTrunk]) -> tuple[Difference, ...]:
        """Makes it so; what was different. Raises Refused when the media server will not have a trunk: the others are
        mended all the same."""
