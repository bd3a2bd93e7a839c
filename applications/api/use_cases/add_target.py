"""Adds an address that a brand's pushes go to."""

import base64
from dataclasses import dataclass
from typing import Final

from applications.api.web_address import require_web_address
from domain.crm.delivery import CrmTarget
from domain.errors import Fault, InvalidValue
from domain.ids import BrandId, TargetId
from ports.clock import Clock
from ports.crm_target_store import CrmTargetStore
from ports.ids import Ids

MOST_TARGETS: Final = 20
"""A push is written for each of them with every call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTarget:
    """Its secret is shown once, in the answer."""

    targets: CrmTargetStore
    clock: Clock
    ids: Ids

    async def __call__(self, brand: BrandId, *, name: str, url: str) -> CrmTarget:
        """Raises InvalidValue for what is no address, or for one target too many."""
        require_web_address(url, "url")
        if len(await self.targets.all(brand)) >= MOST_TARGETS:
            raise InvalidValue(Fault(field="", reason=f"there are {MOST_TARGETS} targets already"))
        target = CrmTarget(
            id=TargetId(self.ids.new("target")),
            brand=brand,
            name=name,
            url=url,
            secret=new_secret(self.ids),
            created_at=self.clock.now(),
        )
        return await self.targets.add(target)


def new_secret(ids: Ids) -> str:
    """As Standard Webhooks 1.0.0 writes it: 32 bytes as base64, of which 192 bits are random."""
    return f"whsec_{base64.b64encode(ids.secret(24).encode()).decode()}"
