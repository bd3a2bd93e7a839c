"""Gives a push target a new secret, for when the old one may be known."""

from dataclasses import dataclass, replace

from applications.api.rewrite import rewrite
from applications.api.use_cases.add_target import new_secret
from domain.crm.delivery import CrmTarget
from domain.ids import BrandId, TargetId
from ports.crm_target_store import CrmTargetStore
from ports.ids import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret:
    """From the next push on only the new one signs."""

    targets: CrmTargetStore
    ids: Ids

    async def __call__(self, brand: BrandId, target_id: TargetId) -> CrmTarget:
        """Raises NotFound."""
        secret = new_secret(self.ids)
        return await rewrite(
            lambda: self.targets.get(brand, target_id),
            lambda target: replace(target, secret=secret),
            self.targets.save,
        )
