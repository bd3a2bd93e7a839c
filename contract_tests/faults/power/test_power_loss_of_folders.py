"""Power is cut at random moments of the work of outbox and object store: what was promised is there, and whole."""

import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.directory.object_store import DirectoryObjectStore
from adapters.directory.result_outbox import DirectoryResultOutbox
from contract_tests.backends.scene import NOON
from contract_tests.faults.power.recorded_folder import Moment, RecordedFolder, recording
from domain.ids import CallId
from ports.errors import NotFound, PortError

LARGE = os.environ.get("CONTRACT_TRIALS") == "large"
IMAGES = 2000 if LARGE else 300
BLIND_IMAGES = 200
PARCELS = 12
KEYS = 4
PARKED = "parked"

Story = Callable[[RecordedFolder], Awaitable[None]]
Look = Callable[[Path], Awaitable[Mapping[str, Any]]]


def body_of(number: int) -> bytes:
    return b"%d," % number * (number * 977 % 1500 + 1)


async def parcels_come_and_go(folder: RecordedFolder) -> None:
    """Put, postponed, and then delivered, parked or left."""
    outbox = DirectoryResultOutbox(folder.root / "outbox")
    for number in range(PARCELS):
        call_id, key = CallId(f"call_{number}"), f"call_{number}"
        folder.may(key, body_of(number))
        await outbox.put(call_id, body_of(number), at=NOON)
        folder.must(key, body_of(number))
        await outbox.postpone(call_id, due_at=NOON)
        if number % 3 == 1:
            folder.may(key, None)
            await outbox.delivered(call_id)
        elif number % 3 == 2:
            folder.may(key, PARKED)
            await outbox.park(call_id, "conflict")
            folder.must(key, PARKED)


async def parcels_found(root: Path) -> Mapping[str, Any]:
    outbox = DirectoryResultOutbox(root / "outbox")
    found: dict[str, Any] = {parcel.call_id: parcel.body for parcel in await outbox.due(at=NOON, limit=100)}
    return found | dict.fromkeys(await outbox.parked(), PARKED)


async def objects_come_and_go(folder: RecordedFolder) -> None:
    """Put, replaced, some deleted and put again."""
    store = DirectoryObjectStore(folder.root / "objects")
    for number in range(4 * KEYS):
        key = f"key {number % KEYS}"
        if number % 5 == 4:
            folder.may(key, None)
            await store.delete(key)
            folder.must(key, None)
        folder.may(key, body_of(number))
        await store.put(key, _chunks(body_of(number)))
        folder.must(key, body_of(number))


async def objects_found(root: Path) -> Mapping[str, Any]:
    store = DirectoryObjectStore(root / "objects")
    found = {}
    for number in range(KEYS):
        try:
            found[f"key {number}"] = b"".join([chunk async for chunk in store.read(f"key {number}")])
        except NotFound:
            continue
    return found


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 700):
        yield body[at : at + 700]


async def moments(folder: RecordedFolder, story: Story, patch: pytest.MonkeyPatch) -> list[Moment]:
    folder.root.mkdir()
    with recording(folder, patch):
        await story(folder)
    return folder.moments


async def verdicts(lived: list[Moment], look: Look, images: int, scratch: Path) -> Counter[str]:
    chance, seen = Random(20260), Counter[str]()  # noqa: S311  # cuts, no secrets
    for number in range(images):
        moment, folder = chance.choice(lived), scratch / str(number)
        moment.after_power_loss(folder, chance)
        try:
            found = await look(folder)
        except PortError:
            seen["torn"] += 1
        else:
            wrong = any(found.get(key) not in allowed for key, allowed in moment.allowed.items())
            seen["wrong" if wrong or found.keys() - moment.allowed.keys() else "as promised"] += 1
        shutil.rmtree(folder)
    return seen


STORIES = pytest.mark.parametrize(
    ("story", "look"),
    [(parcels_come_and_go, parcels_found), (objects_come_and_go, objects_found)],
    ids=["outbox", "objects"],
)


@STORIES
async def test_nothing_that_was_promised_is_lost_or_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Story, look: Look
) -> None:
    lived = await moments(RecordedFolder(root=tmp_path / "lived"), story, monkeypatch)

    assert await verdicts(lived, look, IMAGES, tmp_path / "found") == {"as promised": IMAGES}


@STORIES
@pytest.mark.parametrize("heeded", ["files", "folders"])
async def test_the_images_show_what_syncs_of_one_kind_alone_lose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Story, look: Look, heeded: str
) -> None:
    folder = RecordedFolder(root=tmp_path / "lived", heeds=lambda path: path.is_dir() is (heeded == "folders"))
    lived = await moments(folder, story, monkeypatch)

    seen = await verdicts(lived, look, BLIND_IMAGES, tmp_path / "found")

    assert seen["torn"] + seen["wrong"] > BLIND_IMAGES / 10
