"""Outbox and objects on disk survive restarts, kills and strangers' files, and are synced in the right order."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.directory.object_store import DirectoryObjectStore
from adapters.directory.result_outbox import DirectoryResultOutbox
from contract_tests.backends.scene import NOON
from domain.ids import CallId
from ports.errors import Unavailable
from tests.adapters.killed import promised_before_kill

A, B = CallId("call_a"), CallId("call_b")
LATER = NOON + timedelta(hours=1)

PUTTING = """
import asyncio, sys
from pathlib import Path
from adapters.directory.result_outbox import DirectoryResultOutbox
from contract_tests.backends.scene import NOON

async def main():
    outbox = DirectoryResultOutbox(Path(sys.argv[1]))
    for n in range(1_000_000):
        await outbox.put(f"call_{n}", b"%d" % n * 5_000, at=NOON)
        print(n, flush=True)

asyncio.run(main())
"""


def only_file(folder: Path) -> Path:
    return next(path for path in folder.rglob("*") if path.is_file())


async def one(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def test_tries_and_times_survive_a_restart(tmp_path: Path) -> None:
    before = DirectoryResultOutbox(tmp_path)
    await before.put(A, b"a", at=NOON)
    await before.put(B, b"b", at=NOON)
    await before.postpone(A, due_at=LATER)
    await before.park(B, "conflict")

    after = DirectoryResultOutbox(tmp_path)

    assert await after.waiting() == 1
    assert list(await after.parked()) == [B]
    assert [(p.call_id, p.tries, p.due_at) for p in await after.due(at=LATER, limit=5)] == [(A, 1, LATER)]
    assert (tmp_path / "parked" / "call_b.why").read_text() == "conflict"


async def test_a_slip_cut_off_by_power_loss_is_due_now(tmp_path: Path) -> None:
    outbox = DirectoryResultOutbox(tmp_path)
    await outbox.put(A, b"a", at=NOON)
    await outbox.postpone(A, due_at=LATER)
    (tmp_path / "call_a.slip").write_bytes(b"")

    found = await DirectoryResultOutbox(tmp_path).due(at=NOON, limit=5)

    assert [(parcel.call_id, parcel.tries) for parcel in found] == [(A, 1)]


async def test_a_parcel_that_another_process_puts_is_seen(tmp_path: Path) -> None:
    sender, writer = DirectoryResultOutbox(tmp_path), DirectoryResultOutbox(tmp_path)
    assert await sender.waiting() == 0

    await writer.put(A, b"a", at=NOON)

    assert [parcel.body for parcel in await sender.due(at=NOON, limit=5)] == [b"a"]
    await writer.delivered(A)
    assert list(await sender.due(at=NOON, limit=5)) == []


async def test_a_file_that_is_no_parcel_is_parked_and_stops_no_other(tmp_path: Path) -> None:
    outbox = DirectoryResultOutbox(tmp_path)
    await outbox.put(A, b"a", at=NOON)
    (tmp_path / "call_b.parcel").write_bytes(b"\0" * 100)

    assert [parcel.call_id for parcel in await outbox.due(at=NOON, limit=5)] == [A]
    assert list(await outbox.parked()) == [B]


async def test_a_kill_loses_no_promised_parcel_and_shows_no_half_one(tmp_path: Path) -> None:
    promised = promised_before_kill(PUTTING, tmp_path, after=50)

    found = {p.call_id: p.body for p in await DirectoryResultOutbox(tmp_path).due(at=NOON, limit=10_000)}

    assert promised + 1 <= len(found) <= promised + 2
    assert all(found[CallId(f"call_{n}")] == b"%d" % n * 5_000 for n in range(len(found)))


async def test_body_then_name_then_folder_reach_the_disk_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox, steps = DirectoryResultOutbox(tmp_path), []
    fsync, link = os.fsync, os.link

    def seen_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append("folder" if path == tmp_path else "body")
        fsync(descriptor)

    def seen_link(source: Path, target: Path) -> None:
        steps.append("name")
        link(source, target)

    monkeypatch.setattr("os.fsync", seen_fsync)
    monkeypatch.setattr("os.link", seen_link)
    await outbox.put(A, b"a", at=NOON)

    assert steps == ["body", "name", "folder"]


async def test_temporary_files_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    store = DirectoryObjectStore(tmp_path)
    await store.put("key", one(b"x"))
    old, new = tmp_path / "incoming" / "old.tmp", tmp_path / "incoming" / "new.tmp"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    two_hours_ago = new.stat().st_mtime - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))

    again = DirectoryObjectStore(tmp_path)

    assert not old.exists()
    assert new.exists()
    assert (await again.stat("key")).size == 1


async def test_an_object_survives_a_restart_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    stored = await DirectoryObjectStore(tmp_path).put("key", one(b"x" * 1000))

    assert await DirectoryObjectStore(tmp_path).stat("key") == stored
    assert list((tmp_path / "incoming").iterdir()) == []


async def test_a_file_that_is_no_object_is_unavailable(tmp_path: Path) -> None:
    store = DirectoryObjectStore(tmp_path)
    await store.put("key", one(b"x" * 1000))
    path = only_file(tmp_path)
    for broken in (b"", b"short", b"x" * 5000, path.read_bytes()[:-1]):
        path.write_bytes(broken)
        with pytest.raises(Unavailable):
            await store.stat("key")


async def test_a_disk_that_takes_nothing_is_unavailable(tmp_path: Path) -> None:
    store, outbox = DirectoryObjectStore(tmp_path / "objects"), DirectoryResultOutbox(tmp_path / "outbox")
    for folder in (tmp_path / "objects" / "incoming", tmp_path / "outbox" / "incoming"):
        folder.rmdir()
        folder.write_bytes(b"")

    with pytest.raises(Unavailable):
        await store.put("key", one(b"x"))
    with pytest.raises(Unavailable):
        await outbox.put(A, b"a", at=NOON)
