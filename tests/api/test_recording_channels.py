"""A recording as one party or both in one channel: every part of it is cut from the same whole."""

import asyncio
import io
import wave
from array import array
from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.object_store import CHUNK, MemoryObjectStore
from applications.api.container import Container
from applications.api.http.channels import HEADER_BYTES, Channels, Rendition
from applications.api.http.ranges import Span
from contract_tests.ports import specimens
from domain.calls.audio import RATE, wav_header
from domain.calls.result import Recording
from domain.ids import DEFAULT_BRAND
from tests.api.conftest import caller

PATH: Final = "/recordings/cal_000001"
MONO: Final = (Channels.MIXED, Channels.CALLEE, Channels.BOT)
CALLEE: Final = [n * 37 % 65_536 - 32_768 for n in range(40_000)]
BOT: Final = [n * 113 % 65_536 - 32_768 for n in range(40_000)]
"""Each as long as several chunks of the store, and together beyond full scale in both directions."""

samples = st.integers(-0x8000, 0x7FFF)


def stereo_wav(callee: list[int], bot: list[int]) -> bytes:
    pcm = array("h", [each for pair in zip(callee, bot, strict=True) for each in pair]).tobytes()
    return wav_header(len(pcm), 2) + pcm


def expected(channels: Channels, callee: list[int], bot: list[int]) -> list[int]:
    if channels is Channels.MIXED:
        return [max(-0x8000, min(0x7FFF, a + b)) for a, b in zip(callee, bot, strict=True)]
    return callee if channels is Channels.CALLEE else bot


def played(body: bytes) -> list[int]:
    """As a player reads it."""
    with wave.open(io.BytesIO(body)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return list(array("h", file.readframes(file.getnframes())))


class CrumblingObjectStore(MemoryObjectStore):
    """Its chunks end anywhere, as those of a network do."""

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        async for chunk in super().read(key, start=start, end=end):
            for at in range(0, len(chunk), 7):
                yield chunk[at : at + 7]


async def put(objects: MemoryObjectStore, body: bytes, channels: Channels) -> Rendition:
    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return Rendition(stored=await objects.put("one.wav", chunks()), channels=channels)


async def part(objects: MemoryObjectStore, kept: Rendition, start: int, end: int) -> bytes:
    chunks = [chunk async for chunk in kept.read(objects, Span(start=start, end=end, size=kept.size))]
    assert all(len(chunk) <= CHUNK for chunk in chunks), "more is held in memory than the store hands out"
    return b"".join(chunks)


@given(st.lists(st.tuples(samples, samples), max_size=60), st.sampled_from(MONO), st.data())
def test_every_part_is_a_slice_of_the_whole(
    pairs: list[tuple[int, int]], channels: Channels, data: st.DataObject
) -> None:
    callee, bot = [a for a, _ in pairs], [b for _, b in pairs]

    async def check() -> None:
        objects = CrumblingObjectStore()
        kept = await put(objects, stereo_wav(callee, bot), channels)
        whole = await part(objects, kept, 0, kept.size)
        assert len(whole) == kept.size
        assert played(whole) == expected(channels, callee, bot)
        start = data.draw(st.integers(0, kept.size), label="start")
        end = data.draw(st.integers(start, kept.size), label="end")
        assert await part(objects, kept, start, end) == whole[start:end]

    asyncio.run(check())


@pytest.mark.parametrize("loud", [(0x7FFF, 0x7FFF), (0x7FFF, 1), (-0x8000, -0x8000), (-0x8000, -1)])
async def test_two_loud_parties_are_cut_off_and_do_not_wrap_around(loud: tuple[int, int]) -> None:
    objects = MemoryObjectStore()
    kept = await put(objects, stereo_wav([loud[0], 5], [loud[1], -7]), Channels.MIXED)
    limit = 0x7FFF if loud[0] > 0 else -0x8000
    assert played(await part(objects, kept, 0, kept.size)) == [limit, -2]


@pytest.mark.parametrize("length", [0, 20, 44, 45, 47])
async def test_a_file_without_a_sample_is_a_header(length: int) -> None:
    objects = MemoryObjectStore()
    kept = await put(objects, bytes(length), Channels.BOT)
    assert kept.size == HEADER_BYTES
    assert await part(objects, kept, 0, kept.size) == wav_header(0, 1)


@pytest.fixture
async def recorded(container: Container) -> None:
    kept = await put(container.objects(), stereo_wav(CALLEE, BOT), Channels.STEREO)
    stored = kept.stored
    recording = Recording(key=stored.key, backend="memory", seconds=2.5, size=stored.size, sha256=stored.sha256)
    call = specimens.call(1, brand=DEFAULT_BRAND)
    await container.calls().add(call)
    await container.calls().save(call.conclude(specimens.result(recording=recording)))


@pytest.mark.usefixtures("recorded")
async def test_it_is_stereo_unless_asked_otherwise(viewer: httpx.AsyncClient) -> None:
    whole = stereo_wav(CALLEE, BOT)
    assert (await viewer.get(PATH)).content == whole
    assert (await viewer.get(PATH, params={"channels": "stereo"})).content == whole
    assert (await viewer.get(PATH, params={"channels": "both"})).status_code == 400


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("channels", MONO)
async def test_sizes_and_ranges_are_those_of_what_is_sent(viewer: httpx.AsyncClient, channels: Channels) -> None:
    asked = {"channels": channels.value}
    whole = await viewer.get(PATH, params=asked)
    size = HEADER_BYTES + 2 * len(CALLEE)
    assert (whole.status_code, len(whole.content), whole.headers["content-length"]) == (200, size, str(size))
    assert played(whole.content) == expected(channels, CALLEE, BOT)
    told = await viewer.head(PATH, params=asked)
    assert (told.headers["content-length"], told.headers["etag"]) == (str(size), whole.headers["etag"])
    for start, end in ((0, 1), (43, 45), (44, 45), (45, 46), (32_811, 65_583), (size - 3, size)):
        cut = await viewer.get(PATH, params=asked, headers={"range": f"bytes={start}-{end - 1}"})
        assert (cut.status_code, cut.content) == (206, whole.content[start:end])
        assert cut.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert cut.headers["content-length"] == str(end - start)
    beyond = await viewer.get(PATH, params=asked, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.usefixtures("recorded")
async def test_each_form_is_a_version_of_its_own(viewer: httpx.AsyncClient) -> None:
    etags = [(await viewer.head(PATH, params={"channels": each.value})).headers["etag"] for each in Channels]
    assert len(set(etags)) == len(Channels)
    mixed = {"channels": "mixed"}
    for etag, status in zip(etags, (200, 304, 200, 200), strict=True):
        assert (await viewer.get(PATH, params=mixed, headers={"if-none-match": etag})).status_code == status
    other = {"range": "bytes=0-9", "if-range": etags[0]}
    assert (await viewer.get(PATH, params=mixed, headers=other)).status_code == 200


@pytest.mark.usefixtures("recorded")
async def test_a_link_opens_each_form_and_no_other_recording(container: Container, viewer: httpx.AsyncClient) -> None:
    path = (await viewer.post("/calls/cal_000001/recording-link")).json()["url"].partition("/api/v1")[2]
    async with caller(container) as nobody:
        for channels in MONO:
            asked = f"{path}&channels={channels.value}"
            mine = await viewer.get(PATH, params={"channels": channels.value})
            assert (await nobody.get(asked)).content == mine.content
            assert (await nobody.head(asked)).headers["content-length"] == mine.headers["content-length"]
            tail = await nobody.get(asked, headers={"range": "bytes=-3"})
            assert (tail.status_code, tail.content) == (206, mine.content[-3:])
            assert (await nobody.get(asked.replace("cal_000001", "cal_000002"))).status_code == 401
