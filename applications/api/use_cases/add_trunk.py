"""Adds a SIP trunk, by which calls go out and come in from then on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from applications.api.messages.trunks import NewTrunk
from applications.api.trunk_password import about_password
from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from domain.errors import Fault, InvalidValue
from domain.ids import BrandId, TrunkId
from domain.routing.sip import sip_faults
from domain.routing.trunk import CarrierKind, Trunk
from ports.ids import Ids
from ports.secret_box import SecretBox
from ports.trunk_mirror import TrunkMirror
from ports.trunk_store import TrunkStore

MOST_TRUNKS: Final = 100
"""Lists of trunks come whole, and are asked for with every call."""

USUAL_PRIORITY: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTrunk:
    """Its password is sealed before it is kept, and shown to nobody."""

    trunks: TrunkStore
    secret_box: SecretBox
    trunk_mirror: TrunkMirror
    ids: Ids
    in_step: KeepTrunksInStep

    async def __call__(self, brand: BrandId, new: NewTrunk) -> Trunk:
        """Raises InvalidValue with every bad field, or for one trunk too many; Refused where no key is set up."""
        if faults := (*sip_faults(new.sip, "sip"), *self.trunk_mirror.lacks(new.sip, "sip")):
            raise InvalidValue(*faults)
        known = await self.trunks.all(brand)
        if len(known) >= MOST_TRUNKS:
            raise InvalidValue(Fault(field="", reason=f"there are {MOST_TRUNKS} trunks already"))
        trunk = Trunk(
            id=TrunkId(self.ids.new("trunk")),
            brand=brand,
            name=new.name,
            carrier=CarrierKind.SIP,
            channels=new.channels,
            calls_per_second=new.calls_per_second,
            priority=_before_simulated(known) if new.priority is None else new.priority,
            prefixes=new.prefixes,
            enabled=new.enabled,
            sip=new.sip,
        )
        if new.password:
            trunk = replace(trunk, sealed_password=self._sealed(trunk, new.password))
        added = await self.trunks.add(trunk)
        await self.in_step.at_once()
        return added

    def _sealed(self, trunk: Trunk, password: str) -> str:
        return self.secret_box.seal(password, about=about_password(trunk.brand, trunk.id))


def _before_simulated(trunks: Iterable[Trunk]) -> int:
    """The usual priority, or as much less as lets it be tried before the simulated carrier's."""
    simulated = [trunk.priority for trunk in trunks if trunk.carrier is CarrierKind.SIMULATED]
    return min([USUAL_PRIORITY, *(priority - 1 for priority in simulated)])
