"""What SQLite tells its disk, written down as it happens, and the disks that a power cut could leave behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import apsw

SECTOR: Final = 512
NAME: Final = "recorded"


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    file: str


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody was told that this is stored: their await has returned."""

    fact: Any


Step = Write | Truncate | Sync | Delete | Told
Files = dict[str, bytearray]


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], steps: list[Step]) -> None:
        super().__init__("", name, flags)
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name)).name
        self._steps = steps

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's own name, as those below
        self._steps.append(Write(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._steps.append(Truncate(self._name, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._steps.append(Sync(self._name))


class _Disk(apsw.VFS):
    def __init__(self, steps: list[Step]) -> None:
        super().__init__(NAME, "")
        self._steps = steps

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802
        return _File(name, flags, self._steps)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802
        self._steps.append(Delete(Path(name).name))
        super().xDelete(name, sync_folder)


@contextmanager
def recorded() -> Iterator[list[Step]]:
    """Everything that connections by the VFS `NAME` do to their files meanwhile, in order."""
    steps: list[Step] = []
    disk = _Disk(steps)
    try:
        yield steps
    finally:
        disk.unregister()


def after_power_loss(steps: Sequence[Step], chance: Random) -> Files:
    """The files as they might be found if the power failed after the last of these steps. What was synced is there;
    of what was not, for each file, nothing has arrived, or all, or any of its sectors in any order."""
    files: Files = {}
    pending: dict[str, list[Write | Truncate]] = {}
    for step in steps:
        match step:
            case Write() | Truncate():
                pending.setdefault(step.file, []).append(step)
            case Sync(file):
                for written in pending.pop(file, ()):
                    _apply(files, written)
            case Delete(file):
                files.pop(file, None)
                pending.pop(file, None)
    for unsynced in pending.values():
        for written in _arrived(unsynced, chance):
            _apply(files, written)
    return files


def _apply(files: Files, step: Write | Truncate) -> None:
    content = files.setdefault(step.file, bytearray())
    if isinstance(step, Truncate):
        del content[step.size :]
        return
    content.extend(bytes(max(0, step.at + len(step.data) - len(content))))
    content[step.at : step.at + len(step.data)] = step.data


def _arrived(unsynced: Sequence[Write | Truncate], chance: Random) -> Iterator[Write | Truncate]:
    how = chance.random()
    if how < 0.25:
        return
    if how < 0.45:
        yield from unsynced
        return
    for step in unsynced:
        if isinstance(step, Truncate):
            if chance.random() < 0.5:
                yield step
            continue
        for start in range(0, len(step.data), SECTOR):
            if chance.random() < 0.5:
                yield Write(step.file, step.at + start, step.data[start : start + SECTOR])
