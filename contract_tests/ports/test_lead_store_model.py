"""The lead store in SQLite answers as the one in memory does, whatever is asked in whatever order."""

import asyncio
import itertools
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.memory.lead_store import MemoryLeadStore
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.lead_machine import LeadMachine


def test_sqlite_answers_as_memory_does(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        file = SqliteFile(tmp_path / "cxb.sqlite")
        runner.run(file.open())

        class Leads(LeadMachine):
            run = itertools.count()
            stores = (MemoryLeadStore(), SqliteLeadStore(file))
            loop = runner.get_loop()

        try:
            run_state_machine_as_test(
                Leads, settings=settings(max_examples=100, stateful_step_count=25, deadline=None, database=None)
            )
        finally:
            runner.run(file.aclose())
