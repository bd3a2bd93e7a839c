"""A folder that one process at a time works in."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapters.directory.disk import make_folder, translated
from ports.errors import Busy

LOCK: Final = "in-use.lock"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Nobody else has it meanwhile; a process that dies gives it up. Raises Busy while another one has it."""
    with translated("folder"):
        make_folder(folder)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another process works in {folder}") from None
        yield
    finally:
        os.close(lock)
