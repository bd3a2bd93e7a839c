"""Adds a DID, or says anew who answers it and when."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

from applications.api.messages.dids import DidPut, NewDid
from applications.api.rewrite import rewrite
from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from domain.errors import Fault, InvalidValue, RuleBroken
from domain.ids import BotId, BrandId, TrunkId
from domain.phone.number import PhoneNumber
from domain.routing.did import Did, did_faults
from domain.routing.trunk import CarrierKind
from ports.bot_store import BotStore
from ports.did_store import DidStore
from ports.errors import NotFound, Stale
from ports.number_plan import NumberPlan
from ports.trunk_store import TrunkStore

MOST_DIDS: Final = 10_000
"""Lists of DIDs come whole."""

UNREAD: Final = "+10000000"
"""Stands where a number cannot be read, so that what else is wrong is told as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDid:
    """Everything that is wrong is told at once."""

    dids: DidStore
    bots: BotStore
    trunks: TrunkStore
    plan: NumberPlan
    in_step: KeepTrunksInStep

    async def add(self, brand: BrandId, new: NewDid, region: str) -> Did:
        """Raises InvalidValue, and RuleBroken for a number that the brand has already."""
        phone = self.plan.read(new.number, region)
        wrong = (
            () if isinstance(phone, PhoneNumber) else (Fault(field="number", reason=f"is no number: {phone.value}"),)
        )
        did = await self._did(brand, phone.e164 if isinstance(phone, PhoneNumber) else UNREAD, new, wrong)
        if len(await self.dids.all(brand)) >= MOST_DIDS:
            raise InvalidValue(Fault(field="", reason=f"there are {MOST_DIDS} DIDs already"))
        try:
            added = await self.dids.add(did)
        except Stale:
            raise RuleBroken("the number is a DID already") from None
        await self.in_step.at_once()
        return added

    async def change(self, brand: BrandId, number: str, put: DidPut) -> Did:
        """Raises NotFound, InvalidValue."""
        await self.dids.get(brand, number)
        wanted = await self._did(brand, number, put, ())
        changed = await rewrite(
            lambda: self.dids.get(brand, number),
            lambda known: replace(wanted, version=known.version),
            self.dids.save,
        )
        await self.in_step.at_once()
        return changed

    async def _did(self, brand: BrandId, number: str, put: DidPut, wrong: tuple[Fault, ...]) -> Did:
        did = Did(
            number=number,
            brand=brand,
            bot_id=put.bot_id,
            trunk_id=put.trunk_id,
            hours=put.hours,
            zone=put.zone,
            when_closed=put.when_closed,
            closed_message=put.closed_message,
            when_full=put.when_full,
            full_message=put.full_message,
            enabled=put.enabled,
        )
        faults = (*wrong, *did_faults(did), *[fault async for fault in self._unknown(brand, put.bot_id, put.trunk_id)])
        if faults:
            raise InvalidValue(*faults)
        return did

    async def _unknown(self, brand: BrandId, bot_id: BotId, trunk_id: TrunkId | None) -> AsyncIterator[Fault]:
        try:
            await self.bots.get(brand, bot_id)
        except NotFound:
            yield Fault(field="bot_id", reason="is no bot of yours")
        trunks = {trunk.id for trunk in await self.trunks.all(brand) if trunk.carrier is CarrierKind.SIP}
        if trunk_id is not None and trunk_id not in trunks:
            yield Fault(field="trunk_id", reason="is no SIP trunk of yours")
