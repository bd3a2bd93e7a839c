"""What all things on disk share: safe file names, atomic durable writes, and our errors for the system's."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from ports.errors import NotFound, Stale, Unavailable

ORPHAN_SECONDS: Final = 3600.0
"""A temporary file this old belongs to a process that died."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Our errors for the system's; `what` names the thing without personal data."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound(f"no such {what}") from None
    except FileExistsError:
        raise Stale(f"there is such a {what} already") from None
    except OSError as error:
        raise Unavailable(f"{what}: {error.strerror or type(error).__name__}") from None


def file_name(name: str) -> str:
    """A name of one path part that `name_of` turns back."""
    return quote(name, safe="").replace(".", "%2E")


def name_of(file: str) -> str:
    return unquote(file)


def sync_folder(folder: Path) -> None:
    """The names in it survive power loss from here on."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """The folder with those above it, each of whose names is durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def new_temporary(folder: Path) -> Path:
    return folder / f"{secrets.token_hex(8)}.tmp"


def write_temporary(folder: Path, body: bytes) -> Path:
    """A new file that holds `body`, durable but for its name."""
    path = new_temporary(folder)
    with path.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    return path


def sweep(folder: Path) -> int:
    """Remove what processes that died left in a folder of temporary files; how many that was.

    Age is measured by the file system's own clock, so that a wrong system time sweeps nothing that is in use.
    """
    probe = write_temporary(folder, b"")
    now = probe.stat().st_mtime
    probe.unlink()
    swept = 0
    for path in folder.iterdir():
        try:
            if now - path.stat().st_mtime > ORPHAN_SECONDS:
                path.unlink()
                swept += 1
        except FileNotFoundError:
            continue  # its writer, or another sweep, was faster
    return swept
