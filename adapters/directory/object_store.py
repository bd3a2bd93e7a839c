"""Objects as files in a folder."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from adapters.directory.disk import make_folder, new_temporary, sweep, sync_folder, translated
from adapters.directory.object_file import described, footer
from ports.errors import Refused
from ports.object_store import ObjectStore, StoredObject

CHUNK: Final = 256 * 1024
LONGEST_KEY: Final = 512


class DirectoryObjectStore(ObjectStore):
    """Files are named by the hash of their key: no key can leave the folder, be too long, or differ by case only."""

    backend: ClassVar[str] = "directory"  # type: ignore[misc]  # the same for every instance

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        with translated("folder of objects"):
            make_folder(self._incoming)
            sweep(self._incoming)

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> StoredObject:
        if not 1 <= len(key) <= LONGEST_KEY:
            raise Refused(f"a key has 1 to {LONGEST_KEY} characters", reason="bad_key")
        with translated("object"):
            writing = await asyncio.to_thread(_Writing, key, self._incoming)
        try:
            await self._fill(writing, chunks)
            with translated("object"):
                return await asyncio.to_thread(writing.finish, self._path(key))
        finally:
            await asyncio.shield(asyncio.to_thread(writing.clear))

    async def _fill(self, writing: "_Writing", chunks: AsyncIterator[bytes]) -> None:
        """Small chunks are gathered first: a thread is dear beside 20 ms of audio."""
        gathered = bytearray()
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) >= CHUNK:
                with translated("object"):
                    await asyncio.to_thread(writing.add, bytes(gathered))
                gathered.clear()
        with translated("object"):
            await asyncio.to_thread(writing.add, bytes(gathered))

    async def stat(self, key: str) -> StoredObject:
        with translated("object"):
            return await asyncio.to_thread(_stat, self._path(key))

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        with translated("object"):
            file, found = await asyncio.to_thread(_open, self._path(key))
        with file:
            at, stop = max(0, start), found.size if end is None else min(end, found.size)
            while at < stop:
                with translated("object"):
                    chunk = await asyncio.to_thread(os.pread, file.fileno(), min(CHUNK, stop - at), at)
                yield chunk
                at += len(chunk)

    async def delete(self, key: str) -> bool:
        with translated("object"):
            return await asyncio.to_thread(_delete, self._path(key))

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(_bytes(key)).hexdigest()
        return self._root / name[:2] / name


class _Writing:
    """An object on its way into the store, in a file that nobody reads yet."""

    def __init__(self, key: str, folder: Path) -> None:
        self._key = key
        self._temporary = new_temporary(folder)
        self._file = self._temporary.open("xb")
        self._digest = hashlib.sha256()
        self._size = 0

    def add(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self._size += len(chunk)

    def finish(self, target: Path) -> StoredObject:
        self._file.write(footer(_bytes(self._key), self._digest.digest()))
        self._file.flush()
        os.fsync(self._file.fileno())
        make_folder(target.parent)
        self._temporary.replace(target)
        sync_folder(target.parent)
        return StoredObject(key=self._key, size=self._size, sha256=self._digest.hexdigest())

    def clear(self) -> None:
        """After `finish` nothing is left to remove. A full disk makes close fail too; that was told before."""
        with suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _open(path: Path) -> tuple[BinaryIO, StoredObject]:
    file = path.open("rb")
    try:
        return file, described(file)
    except OSError:
        file.close()
        raise


def _stat(path: Path) -> StoredObject:
    file, found = _open(path)
    file.close()
    return found


def _delete(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    sync_folder(path.parent)
    return True
