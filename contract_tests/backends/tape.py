"""Taped links are links: they keep every promise of those that they tape."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from adapters.memory.call_journal import MemoryCallJournal
from adapters.tape.audio_links import TapedAudioLinks
from contract_tests.backends import media, scene
from contract_tests.backends.backend import Backend
from contract_tests.backends.phone_world import PhoneWorld
from ports.call_journal import JournalHeader


@asynccontextmanager
async def taped() -> AsyncIterator[PhoneWorld]:
    header = JournalHeader(config=scene.CONFIG, opened_at=scene.NOON)
    async with media.memory() as world, MemoryCallJournal().open(header) as journal:
        yield replace(world, links=TapedAudioLinks(world.links, journal, world.clock))


TAPE = Backend(name="tape", open=taped, virtual=True)

BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "audio_links": {"tape": TAPE},
    "exact_links": {"tape": TAPE},
}
