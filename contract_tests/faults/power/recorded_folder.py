"""What a process does to a folder, written down as it happens, and the folders that a power cut could leave behind.

As strict as POSIX allows: a file's bytes are certain once the file was synced, its name once the folder was. A rename
is one step: it happened, or it did not.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any

import pytest

SECTOR = 512
Names = dict[Path, int | None]
"""What lies where: the number of a file, or None for a folder."""


@dataclass(frozen=True, slots=True)
class NameStep:
    """Names that went and came at once; certain when any of the folders that they are in was synced."""

    gone: tuple[Path, ...] = ()
    come: tuple[tuple[Path, int | None], ...] = ()

    def apply(self, names: Names) -> None:
        for path in self.gone:
            names.pop(path, None)
        names.update(self.come)

    def is_in(self, folder: Path) -> bool:
        return any(path.parent == folder for path in (*self.gone, *(path for path, _ in self.come)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is certain of the folder, what is not, and the values that each thing in it may have."""

    certain: Names
    pending: tuple[NameStep, ...]
    synced: dict[int, bytes]
    content: dict[int, bytes]
    allowed: dict[str, frozenset[Any]]

    def after_power_loss(self, target: Path, chance: Random) -> None:
        """Make `target` one of the folders that may be found then."""
        target.mkdir(parents=True)
        names = dict(self.certain)
        likely = chance.choice((0.0, 0.5, 0.5, 1.0))
        for step in self.pending:
            if chance.random() < likely:
                step.apply(names)
        for path in sorted(names, key=lambda each: len(each.parts)):
            file = names[path]
            if not (target / path).parent.is_dir():
                continue  # the folder's own name was lost
            if file is None:
                (target / path).mkdir()
            else:
                body = _arrived(self.synced.get(file, b""), self.content.get(file, b""), chance)
                (target / path).write_bytes(body)


@dataclass(kw_only=True)
class RecordedFolder:
    """`moments` has one before each step. A sync that `heeds` says no to does nothing, for tests of the test."""

    root: Path
    heeds: Callable[[Path], bool] = lambda _: True
    moments: list[Moment] = field(default_factory=list)
    _names: Names = field(default_factory=dict)
    _certain: Names = field(default_factory=dict)
    _pending: list[NameStep] = field(default_factory=list)
    _synced: dict[int, bytes] = field(default_factory=dict)
    _content: dict[int, bytes] = field(default_factory=dict)
    _allowed: dict[str, frozenset[Any]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    def may(self, key: str, value: Any) -> None:
        """From now on this value may be found, too."""
        self._allowed[key] = self._allowed.get(key, frozenset({None})) | {value}
        self.look()

    def must(self, key: str, value: Any) -> None:
        """Somebody was told so: nothing else may be found from now on."""
        self._allowed[key] = frozenset({value})
        self.look()

    def look(self) -> None:
        self._notice()
        moment = Moment(
            certain=dict(self._certain),
            pending=tuple(self._pending),
            synced=dict(self._synced),
            content=dict(self._content),
            allowed=dict(self._allowed),
        )
        self.moments.append(moment)

    def sync(self, name: Path) -> None:
        if not self.heeds(self.root / name):
            return
        self._notice()
        if (file := self._names.get(name)) is not None:
            self._synced[file] = self._content[file]
            return
        for step in self._pending:
            if step.is_in(name):
                step.apply(self._certain)
        self._pending = [step for step in self._pending if not step.is_in(name)]

    def link(self, source: Path, target: Path) -> None:
        self._step(NameStep(come=((target, self._names[source]),)))

    def move(self, source: Path, target: Path) -> None:
        self._step(NameStep(gone=(source,), come=((target, self._names[source]),)))

    def remove(self, path: Path) -> None:
        self._step(NameStep(gone=(path,)))

    def make(self, path: Path) -> None:
        self._step(NameStep(come=((path, None),)))

    def _step(self, step: NameStep) -> None:
        self._pending.append(step)
        step.apply(self._names)

    def _notice(self) -> None:
        """Names that came by no call that is listened to are of files that were opened anew."""
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root)
            if path.is_dir():
                continue
            if name not in self._names:
                self._step(NameStep(come=((name, next(self._numbers)),)))
            if (file := self._names[name]) is not None:
                self._content[file] = path.read_bytes()


@contextmanager
def recording(folder: RecordedFolder, patch: pytest.MonkeyPatch) -> Iterator[RecordedFolder]:
    """Everything that this process asks the system to do inside the folder is written down meanwhile."""
    lock = RLock()

    def heard(name: str, note: Callable[..., None], paths: int = 1) -> None:
        real = getattr(os, name)

        def call(*given: Any, **options: Any) -> None:
            about = [_path_of(each) for each in given[:paths]]
            if not all(path.is_relative_to(folder.root) for path in about):
                real(*given, **options)
                return
            with lock:
                folder.look()
                real(*given, **options)
                note(*(path.relative_to(folder.root) for path in about))

        patch.setattr(f"os.{name}", call)

    heard("fsync", folder.sync)
    heard("link", folder.link, paths=2)
    heard("replace", folder.move, paths=2)
    heard("rename", folder.move, paths=2)
    heard("unlink", folder.remove)
    heard("rmdir", folder.remove)
    heard("mkdir", folder.make)
    yield folder
    patch.undo()
    folder.look()


def _path_of(given: Any) -> Path:
    """Of a path, or of an open file's number."""
    return Path(f"/proc/self/fd/{given}").readlink() if isinstance(given, int) else Path(given)


def _arrived(synced: bytes, written: bytes, chance: Random) -> bytes:
    """Of bytes that were not synced: none, all, or some sectors, in a file of the old length, the new, or one between;
    what did not arrive is as before, or zero."""
    if synced == written or chance.random() < 0.2:
        return synced
    if chance.random() < 0.2:
        return written
    length = chance.choice((len(synced), len(written), chance.randint(0, max(len(synced), len(written)))))
    torn = bytearray(synced[:length].ljust(length, b"\0"))
    for at in range(0, length, SECTOR):
        if chance.random() < 0.5:
            piece = written[at : min(at + SECTOR, length)]
            torn[at : at + len(piece)] = piece
    return bytes(torn)
