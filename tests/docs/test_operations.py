"""The backup that docs/operations.md tells people to make holds one state of all documents, whoever writes."""

import asyncio
import re
import sys
from pathlib import Path

from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.specimens import BRAND, CAMPAIGN, lead
from ports.lead_store import LeadFilter

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
BATCH = 7
"""Leads of one write, which are in a copy together or not at all."""


async def leads_in(path: Path) -> set[str]:
    file = SqliteFile(path)
    await file.open()
    page = await SqliteLeadStore(file).page(BRAND, CAMPAIGN, where=LeadFilter(), after=None, limit=9_000)
    await file.aclose()
    return {one.id for one in page.items}


async def keep_adding(leads: SqliteLeadStore, added: list[int], some: asyncio.Event) -> None:
    for start in range(0, 9_000, BATCH):
        await leads.add([lead(number) for number in range(start, start + BATCH)])
        added.append(start + BATCH)
        some.set()


async def test_a_backup_made_while_it_runs_is_whole(tmp_path: Path) -> None:
    (script,) = re.findall(r"<<'EOF'\n(.*?)EOF\n", PAGE.read_text(), re.DOTALL)
    file, added, some = SqliteFile(tmp_path / "cxb.sqlite"), list[int](), asyncio.Event()
    await file.open()
    writing = asyncio.get_running_loop().create_task(keep_adding(SqliteLeadStore(file), added, some))
    await some.wait()

    before = added[-1]
    copying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, tmp_path / "cxb.sqlite", tmp_path / "copy.sqlite"
    )
    assert await copying.wait() == 0
    writing.cancel()
    await asyncio.wait([writing])
    await file.aclose()

    found = len(await leads_in(tmp_path / "copy.sqlite"))
    assert before <= found <= added[-1] + BATCH
    assert found % BATCH == 0
