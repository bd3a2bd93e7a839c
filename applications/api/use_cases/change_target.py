"""Changes a push target, or switches it on or off."""

from dataclasses import dataclass, replace
from typing import Final

from applications.api.rewrite import rewrite
from applications.api.web_address import require_web_address
from domain.crm.delivery import CrmTarget
from domain.ids import BrandId, TargetId
from ports.crm_target_store import CrmTargetStore

SWITCHED_OFF: Final = "switched off by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTarget:
    """What is not given stays as it is."""

    targets: CrmTargetStore

    async def __call__(
        self, brand: BrandId, target_id: TargetId, *, name: str | None, url: str | None, active: bool | None
    ) -> CrmTarget:
        """Raises NotFound, InvalidValue."""
        if url is not None:
            require_web_address(url, "url")

        def change(target: CrmTarget) -> CrmTarget:
            changed = replace(target, name=name or target.name, url=url or target.url)
            if active is None or active is target.active:
                return changed
            return replace(changed, active=True, disabled_because=None) if active else changed.disable(SWITCHED_OFF)

        return await rewrite(lambda: self.targets.get(brand, target_id), change, self.targets.save)
