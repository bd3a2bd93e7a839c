"""Reads the files of leads that wait, one after another, in batches that are stored as they come."""

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
            try:
                await self._run(await self.imports.save(waiting.start_again()))
            except Stale:
                log.info("import.taken_over", import_id=waiting.id)

    async def _run(self, lead_import: LeadImport) -> None:
        try:
            read = await self._read(lead_import)
        except UnusableFile as error:
            await self._fail(lead_import, str(error))
        except NotFound:
            await self._fail(lead_import, "file_is_gone")
        else:
            done = await self.imports.save(read.finish(at=self.clock.now()))
            log.info("import.done", import_id=done.id, rows=done.rows, added=done.added)
        await self.objects.delete(lead_import.object_key)

    async def _fail(self, lead_import: LeadImport, failure: str) -> None:
        current = await self.imports.get(lead_import.brand, lead_import.id)
        await self.imports.save(current.fail(failure, at=self.clock.now()))
        log.info("import.failed", import_id=lead_import.id, failure=failure)

    async def _read(self, lead_import: LeadImport) -> LeadImport:
        """Raises UnusableFile, NotFound when the file is gone, Stale when another process does the same."""
        rows: LeadRows | None = None
        number = 0
        async for batch, read in self._batches(lead_import):
            if rows is None:
                rows = self._opened(lead_import, batch.pop(0))
            results = await asyncio.to_thread(_read_all, rows, batch, number)
            number += len(batch)
            lead_import = await self._store(lead_import, results, read)
        if rows is None:
            raise UnusableFile("empty_file")
        return lead_import

    def _opened(self, lead_import: LeadImport, header: CsvRow) -> LeadRows:
        if header.fault:
            raise UnusableFile("header_unreadable")
        columns = columns_of(header.fields, lead_import.columns)
        return LeadRows(lead_import=lead_import, columns=columns, plan=self.plan, at=lead_import.created_at)

    async def _batches(self, lead_import: LeadImport) -> AsyncIterator[tuple[list[CsvRow], int]]:
        """Rows, and how many bytes of the file were read for them."""
        reader, waiting, read = CsvReader(), list[CsvRow](), 0
        async for chunk in self.objects.read(lead_import.object_key):
            read += len(chunk)
            waiting += await asyncio.to_thread(_rows_in, reader, chunk)
            while len(waiting) >= BATCH:
                yield waiting[:BATCH], read
                del waiting[:BATCH]
        waiting += reader.end()
        for at in range(0, len(waiting), BATCH):
            yield waiting[at : at + BATCH], read

    async def _store(self, lead_import: LeadImport, results: Sequence[PlacedLead | RowError], read: int) -> LeadImport:
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


def _rows_in(reader: CsvReader, chunk: bytes) -> list[CsvRow]:
    return list(reader.feed(chunk))


def _read_all(rows: LeadRows, batch: Sequence[CsvRow], before: int) -> list[PlacedLead | RowError]:
    """In a thread: reading a thousand telephone numbers takes longer than other requests should wait."""
    return [rows.read(row, before + index) for index, row in enumerate(batch, start=1)]


def _error(placed: PlacedLead, fault: RowFault) -> RowError:
    return RowError(line=placed.line, fault=fault, column="phone", value=placed.lead.phone.e164)
