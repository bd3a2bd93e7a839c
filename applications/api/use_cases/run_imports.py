"""Reads the files of leads that wait: the oldest first, one after another, each in batches that are stored as they come."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.csv_reader import CsvReader, CsvRow
from applications.api.lead_columns import UnusableFile, columns_of
from applications.api.lead_rows import LeadRows, PlacedLead
from domain.campaigns.lead_import import LeadImport, RowError, RowFault
from ports.clock import Clock
from ports.dnc_list import DncList
from ports.errors import NotFound, Stale
from ports.import_store import ImportStore
from ports.lead_store import Added, LeadStore
from ports.number_plan import NumberPlan
from ports.object_store import ObjectStore

log = structlog.get_logger()

BATCH: Final = 1000
"""Rows that are stored, and told of, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunImports:
    """To be run by one process at a time. An import that was left half done begins again at its first row: leads that
    are stored already have the same ids, and are counted as added."""

    imports: ImportStore
    leads: LeadStore
    dnc: DncList
    objects: ObjectStore
    plan: NumberPlan
    clock: Clock

    async def __call__(self) -> None:
        for waiting in await self.imports.unfinished():
            lead_import = await self.imports.save(waiting.start_again())
            try:
                await self._run(lead_import)
            except Stale:
                log.info("import.taken_over", import_id=lead_import.id)

    async def _run(self, lead_import: LeadImport) -> None:
        rows: LeadRows | None = None
        number = 0
        try:
            async for batch, read in self._batches(lead_import):
                if rows is None:
                    rows, batch = self._opened(lead_import, batch)
                results = await asyncio.to_thread(_read_all, rows, batch, number)
                number += len(batch)
                lead_import = await self._store(lead_import, results, read)
        except (UnusableFile, NotFound) as error:
            failure = str(error) if isinstance(error, UnusableFile) else "file_is_gone"
            await self.imports.save(lead_import.fail(failure, at=self.clock.now()))
            return
        await self._finish(lead_import, opened=rows is not None)

    async def _finish(self, lead_import: LeadImport, *, opened: bool) -> None:
        now = self.clock.now()
        await self.imports.save(lead_import.finish(at=now) if opened else lead_import.fail("empty_file", at=now))
        await self.objects.delete(lead_import.object_key)
        log.info("import.done", import_id=lead_import.id, rows=lead_import.rows, added=lead_import.added)

    def _opened(self, lead_import: LeadImport, batch: Sequence[CsvRow]) -> tuple[LeadRows, Sequence[CsvRow]]:
        """By the header, which is the first row."""
        header, *rest = batch
        if header.fault:
            raise UnusableFile("header_unreadable")
        columns = columns_of(header.fields, lead_import.columns)
        return LeadRows(lead_import=lead_import, columns=columns, plan=self.plan, at=lead_import.created_at), rest

    async def _batches(self, lead_import: LeadImport) -> AsyncIterator[tuple[Sequence[CsvRow], int]]:
        """Rows, and how many bytes of the file were read for them."""
        reader, batch, read = CsvReader(), list[CsvRow](), 0
        async for chunk in self.objects.read(lead_import.object_key):
            read += len(chunk)
            batch.extend(await asyncio.to_thread(lambda piece: list(reader.feed(piece)), chunk))
            while len(batch) >= BATCH:
                yield batch[:BATCH], read
                del batch[:BATCH]
        batch.extend(reader.end())
        if batch:
            yield batch, read

    async def _store(
        self, lead_import: LeadImport, results: Sequence[PlacedLead | RowError], read: int
    ) -> LeadImport:
        placed = [each for each in results if isinstance(each, PlacedLead)]
        listed = await self.dnc.listed(lead_import.brand, [each.lead.phone.e164 for each in placed])
        wanted = [each for each in placed if each.lead.phone.e164 not in listed]
        answers = await self.leads.add([each.lead for each in wanted]) if wanted else []
        errors = [each for each in results if isinstance(each, RowError)]
        errors += [_error(each, RowFault.ON_DNC) for each in placed if each.lead.phone.e164 in listed]
        errors += [
            _error(each, RowFault.DUPLICATE)
            for each, answer in zip(wanted, answers, strict=True)
            if answer is Added.DUPLICATE
        ]
        added = sum(1 for answer in answers if answer is not Added.DUPLICATE)
        errors.sort(key=lambda error: error.line)
        return await self.imports.save(
            lead_import.progress(rows=len(results), added=added, errors=tuple(errors), bytes_read=read)
        )


def _read_all(rows: LeadRows, batch: Sequence[CsvRow], before: int) -> list[PlacedLead | RowError]:
    """In a thread: reading a thousand telephone numbers takes longer than other requests should wait."""
    return [rows.read(row, before + index) for index, row in enumerate(batch, start=1)]


def _error(placed: PlacedLead, fault: RowFault) -> RowError:
    return RowError(line=placed.line, fault=fault, column="phone", value=placed.lead.phone.e164)


