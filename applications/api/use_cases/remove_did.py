"""Removes a DID: calls to it get the busy tone from now on."""

from dataclasses import dataclass

from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from domain.ids import BrandId
from ports.did_store import DidStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDid:
    """Raises NotFound."""

    dids: DidStore
    in_step: KeepTrunksInStep

    async def __call__(self, brand: BrandId, number: str) -> None:
        await self.dids.remove(brand, number)
        await self.in_step.at_once()
