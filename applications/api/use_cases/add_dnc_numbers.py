"""Puts numbers on the list of those that must not be called; a bad one among them keeps no other from it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from applications.api.lead_rows import NUMBER_FAULTS, SHOWN
from domain.campaigns.lead_import import MOST_ROW_ERRORS, RowError, RowFault
from domain.errors import Fault, InvalidValue
from domain.ids import BrandId
from domain.phone.number import NumberFault, PhoneNumber
from ports.clock import Clock
from ports.dnc_list import DncEntry, DncList
from ports.number_plan import NumberPlan

UPLOAD: Final = "upload"
BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawNumber:
    """A number as it was written; `line` is where. One with a fault could not even be read as text."""

    line: int
    text: str = ""
    fault: RowFault | None = None


@dataclass(slots=True, kw_only=True)
class DncUpload:
    """What came of an upload. `errors` are the first ten thousand lines that were not taken, of `refused` in all."""

    added: int = 0
    known: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, error: RowError) -> None:
        self.refused += 1
        if len(self.errors) < MOST_ROW_ERRORS:
            self.errors.append(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDncNumbers:
    """Numbers of any kind may be listed, those that no campaign would call as well. Raises InvalidValue for an unknown
    region."""

    dnc: DncList
    plan: NumberPlan
    clock: Clock

    async def __call__(self, brand: BrandId, numbers: AsyncIterator[RawNumber], *, region: str) -> DncUpload:
        if not self.plan.knows(region):
            raise InvalidValue(Fault(field="region", reason="must be an ISO 3166 code, such as GB"))
        upload, batch = DncUpload(), list[RawNumber]()
        async for number in numbers:
            batch.append(number)
            if len(batch) == BATCH:
                await self._take(brand, batch, upload, region)
                batch = []
        await self._take(brand, batch, upload, region)
        return upload

    async def _take(self, brand: BrandId, batch: Sequence[RawNumber], upload: DncUpload, region: str) -> None:
        """Reading a thousand telephone numbers takes longer than other requests should wait, so a thread does it."""
        phones = []
        for read in await asyncio.to_thread(lambda: [self._read(number, region) for number in batch]):
            if isinstance(read, RowError):
                upload.refuse(read)
            else:
                phones.append(read.e164)
        await self._add(brand, phones, upload)

    def _read(self, number: RawNumber, region: str) -> PhoneNumber | RowError:
        if number.fault:
            return RowError(line=number.line, fault=number.fault)
        read = self.plan.read(number.text, region)
        if isinstance(read, NumberFault):
            return RowError(line=number.line, fault=NUMBER_FAULTS[read], column="phone", value=number.text[:SHOWN])
        return read

    async def _add(self, brand: BrandId, phones: Sequence[str], upload: DncUpload) -> None:
        if not phones:
            return
        at = self.clock.now()
        entries = [DncEntry(brand=brand, phone=phone, source=UPLOAD, added_at=at) for phone in phones]
        added = await self.dnc.add(entries)
        upload.added += added
        upload.known += len(phones) - added
