"""Ports for processes that are started soon, below those that outgoing connections take theirs from."""

import errno
import fcntl
import os
import socket
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import Final

FIRST: Final = 21000
LAST: Final = 31000
PATIENCE: Final = 0.2
_held: list[int] = []
_ports = cycle(range(FIRST, LAST))


def take_ports(count: int) -> list[int]:
    """Free ones that no other run of the trials takes before this process ends. Each look goes on where the one before
    ended: a process that has taken hundreds does not look at them again."""
    folder = Path(tempfile.gettempdir()) / f"cxb-trial-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    found: list[int] = []
    for port in islice(_ports, LAST - FIRST):
        if _claimed(folder / str(port)) and _free(port):
            found.append(port)
        if len(found) == count:
            break
    return found


def _free(port: int) -> bool:
    """Somebody who listens and takes nobody in, such as a process that hangs, has it all the same."""
    with socket.socket() as probe:
        probe.settimeout(PATIENCE)
        return probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def _claimed(path: Path) -> bool:
    """A lock that goes with this process, however it ends."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    _held.append(lock)
    return True
