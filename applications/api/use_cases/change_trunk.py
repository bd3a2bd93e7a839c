"""Changes a trunk, or switches it on or off."""

from dataclasses import dataclass, replace

from applications.api.messages.trunks import TrunkChange
from applications.api.rewrite import rewrite
from applications.api.trunk_password import about_password
from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from domain.errors import InvalidValue, RuleBroken
from domain.ids import BrandId, TrunkId
from domain.routing.sip import sip_faults
from domain.routing.trunk import CarrierKind, Trunk
from ports.secret_box import SecretBox
from ports.trunk_mirror import TrunkMirror
from ports.trunk_store import TrunkStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTrunk:
    """What is not given stays as it is; calls in progress go on as they began."""

    trunks: TrunkStore
    secret_box: SecretBox
    trunk_mirror: TrunkMirror
    in_step: KeepTrunksInStep

    async def __call__(self, brand: BrandId, trunk_id: TrunkId, change: TrunkChange) -> Trunk:
        """Raises NotFound, InvalidValue; RuleBroken for SIP settings of a trunk that is none; Refused where no key
        is set up."""
        sip = change.sip
        if sip is not None and (faults := (*sip_faults(sip, "sip"), *self.trunk_mirror.lacks(sip, "sip"))):
            raise InvalidValue(*faults)
        changed = await rewrite(
            lambda: self.trunks.get(brand, trunk_id), lambda trunk: self._changed(trunk, change), self.trunks.save
        )
        await self.in_step.at_once()
        return changed

    def _changed(self, trunk: Trunk, change: TrunkChange) -> Trunk:
        if trunk.carrier is not CarrierKind.SIP and (change.sip is not None or change.password is not None):
            raise RuleBroken("the simulated carrier has neither SIP settings nor a password")
        names = ("name", "channels", "calls_per_second", "priority", "prefixes", "enabled", "sip")
        given = {name: value for name in names if (value := getattr(change, name)) is not None}
        if change.password is not None:
            given["sealed_password"] = self._sealed(trunk, change.password)
        return replace(trunk, **given)

    def _sealed(self, trunk: Trunk, password: str) -> str:
        """An empty one takes the password away."""
        return self.secret_box.seal(password, about=about_password(trunk.brand, trunk.id)) if password else ""
