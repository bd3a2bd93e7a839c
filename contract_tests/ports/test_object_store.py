"""What every object store promises."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from ports.errors import NotFound, Refused
from ports.object_store import ObjectStore

BODY = bytes(range(256)) * 4096  # a mebibyte: more than one chunk of any store
KEYS = [
    "default/2026/03/call_1.wav",
    "../../etc/passwd",
    "/etc/passwd",
    "a",
    "A",
    "..",
    ".",
    "naïve/ключ/鍵 \U0001f511",
    "nul\0and\nnewline",
    "k" * 512,
]


async def chunks(body: bytes, size: int = 50_000) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def whole(store: ObjectStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start=start, end=end)])


@pytest.mark.parametrize("body", [b"", b"x", BODY])
async def test_what_is_put_is_read(object_store: ObjectStore, body: bytes) -> None:
    stored = await object_store.put("key", chunks(body))

    assert (stored.key, stored.size, stored.sha256) == ("key", len(body), hashlib.sha256(body).hexdigest())
    assert await object_store.stat("key") == stored
    assert await whole(object_store, "key") == body


async def test_every_key_is_its_own(object_store: ObjectStore) -> None:
    for key in KEYS:
        await object_store.put(key, chunks(key.encode()))
    for key in KEYS:
        assert await whole(object_store, key) == key.encode()
        assert (await object_store.stat(key)).key == key


@pytest.mark.parametrize("key", ["", "k" * 513])
async def test_a_key_that_is_none_is_refused(object_store: ObjectStore, key: str) -> None:
    with pytest.raises(Refused):
        await object_store.put(key, chunks(b"x"))


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 10), (5, None), (300_000, 700_001), (0, 10**9), (len(BODY), None), (len(BODY) + 5, None), (10, 10), (10, 5)],
)
async def test_a_range_is_read_as_slices_are(object_store: ObjectStore, start: int, end: int | None) -> None:
    await object_store.put("key", chunks(BODY))
    assert await whole(object_store, "key", start, end) == BODY[start:end]


async def test_what_is_not_there_is_not_found(object_store: ObjectStore) -> None:
    with pytest.raises(NotFound):
        await object_store.stat("key")
    with pytest.raises(NotFound):
        await whole(object_store, "key")


async def test_what_is_deleted_is_gone(object_store: ObjectStore) -> None:
    await object_store.put("key", chunks(b"x"))

    assert await object_store.delete("key")
    assert not await object_store.delete("key")
    with pytest.raises(NotFound):
        await object_store.stat("key")


async def test_a_put_that_fails_half_way_leaves_the_old_object(object_store: ObjectStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield BODY
        raise ValueError("the source is broken")

    await object_store.put("key", chunks(b"old"))
    with pytest.raises(ValueError, match="the source is broken"):
        await object_store.put("key", broken())

    assert await whole(object_store, "key") == b"old"


async def test_a_reader_sees_the_old_object_or_the_new_one(object_store: ObjectStore) -> None:
    half_read, replaced = asyncio.Event(), asyncio.Event()

    async def reader() -> bytes:
        parts = []
        async for chunk in object_store.read("key"):
            parts.append(chunk)
            half_read.set()
            await replaced.wait()
        return b"".join(parts)

    await object_store.put("key", chunks(BODY))
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(reader())
        await half_read.wait()
        await object_store.put("key", chunks(BODY[::-1]))
        replaced.set()

    assert reading.result() == BODY
    assert await whole(object_store, "key") == BODY[::-1]


async def test_of_many_writers_at_once_one_wins_whole(object_store: ObjectStore) -> None:
    bodies = [bytes([n]) * 200_000 for n in range(8)]
    async with asyncio.TaskGroup() as group:
        for body in bodies:
            group.create_task(object_store.put("key", chunks(body)))

    assert await whole(object_store, "key") in bodies
