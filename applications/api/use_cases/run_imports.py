"""Reads the files of leads that wait, one after another, in batches that are stored as they come."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.ahead import ahead
from applications.api.csv_reader import CsvReader, CsvRow
from applications.api.lead_columns import UnusableFile, columns_of
from applications.api.lead_rows import LeadRows, PlacedLead
from domain.campaigns.lead_import import LeadImport, RowError, RowFault
from domain.measures import IMPORT_ROWS
from ports.clock import Clock
from ports.dnc_list import DncList
from ports.errors import NotFound, PortError, Stale
from ports.import_store import ImportStore
from ports.lead_store import Added, LeadStore
from ports.metrics import UNMEASURED, Metrics
from ports.number_plan import NumberPlan
from ports.object_store import ObjectStore

log = structlog.get_logger()

BATCH: Final = 1000
"""Rows that are stored, and told of, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came of some rows; `read` counts the bytes of the file up to them."""

    results: Sequence[PlacedLead | RowError]
    read: int


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
    metrics: Metrics = UNMEASURED

    async def __call__(self) -> None:
        """Raises the first PortError that an import met, when all of them have had their turn; its next turn is in
        the next round."""
        errors: list[PortError] = []
        for waiting in await self.imports.unfinished():
            try:
                await self._run(waiting)
            except Stale:
                log.info("import_taken_over", import_id=waiting.id)
            except PortError as error:
                log.warning("import_postponed", import_id=waiting.id, error=type(error).__name__)
                errors.append(error)
        if errors:
            raise errors[0]

    async def _run(self, waiting: LeadImport) -> None:
        """Its file goes before the import is over, so that none stays for ever, wherever this is cut off."""
        ended = waiting if waiting.ended else await self._end(waiting)
        await self.objects.delete(ended.object_key)
        done = await self.imports.save(ended.close(at=self.clock.now()))
        log.info("import_over", import_id=done.id, rows=done.rows, added=done.added, failure=done.failure)

    async def _end(self, waiting: LeadImport) -> LeadImport:
        """Read through, or given up. Raises Stale when another process does the same, and what stores raise."""
        started = await self.imports.save(waiting.start_again())
        try:
            read = await self._read(started)
        except UnusableFile as error:
            return await self._give_up(started, str(error))
        except NotFound:
            return await self._give_up(started, "file_is_gone")
        except PortError:
            raise
        except Exception:  # an error of ours in one import holds up no other, and is not met again and again
            log.exception("import_broken", import_id=waiting.id)
            return await self._give_up(started, "internal_error")
        return await self.imports.save(read.end())

    async def _give_up(self, lead_import: LeadImport, failure: str) -> LeadImport:
        current = await self.imports.get(lead_import.brand, lead_import.id)
        return await self.imports.save(current.end(failure))

    async def _read(self, lead_import: LeadImport) -> LeadImport:
        """Raises UnusableFile, NotFound when the file is gone, Stale when another process does the same."""

        async def store(batch: Batch) -> None:
            nonlocal lead_import
            lead_import = await self._store(lead_import, batch)

        await ahead(self._checked(lead_import), store)
        return lead_import

    async def _checked(self, lead_import: LeadImport) -> AsyncIterator[Batch]:
        """Batches of leads and row errors. Raises UnusableFile."""
        rows: LeadRows | None = None
        number = 0
        async for batch, read in self._batches(lead_import):
            if rows is None:
                rows = self._opened(lead_import, batch.pop(0))
            results = await asyncio.to_thread(_read_all, rows, batch, number)
            number += len(batch)
            yield Batch(results=results, read=read)
        if rows is None:
            raise UnusableFile("empty_file")

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

    async def _store(self, lead_import: LeadImport, batch: Batch) -> LeadImport:
        results = batch.results
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
        self.metrics.count(IMPORT_ROWS, "true", by=added)
        self.metrics.count(IMPORT_ROWS, "false", by=len(results) - added)
        return await self.imports.save(
            lead_import.progress(rows=len(results), added=added, errors=tuple(errors), bytes_read=batch.read)
        )


def _rows_in(reader: CsvReader, chunk: bytes) -> list[CsvRow]:
    return list(reader.feed(chunk))


def _read_all(rows: LeadRows, batch: Sequence[CsvRow], before: int) -> list[PlacedLead | RowError]:
    """In a thread: reading a thousand telephone numbers takes longer than other requests should wait."""
    return [rows.read(row, before + index) for index, row in enumerate(batch, start=1)]


def _error(placed: PlacedLead, fault: RowFault) -> RowError:
    return RowError(line=placed.line, fault=fault, column="phone", value=placed.lead.phone.e164)
