"""What runs of the stack, written down for the next command; whose process id is somebody else's by now has ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from launcher.private_file import write_private
from launcher.problem import LaunchProblem

RECORDS: Final = "processes.json"
BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
STATE, START_TIME = 0, 19
"""Places in /proc/<pid>/stat behind the command's name (proc_pid_stat(5), fields 3 and 22)."""

DEAD: Final = "ZX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A process that was started. Its id alone may be another's after a while; with `born` it is this one or nobody."""

    name: str
    pid: int
    born: str
    health: tuple[str, ...]


def read_records(folder: Path) -> tuple[Record, ...]:
    """In the order in which they were started. Raises LaunchProblem when the file is none."""
    try:
        rows = json.loads((folder / RECORDS).read_text())
        return tuple(Record(**{**row, "health": tuple(row["health"])}) for row in rows)
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, KeyError):
        raise LaunchProblem(
            f"{folder / RECORDS} cannot be read; end what runs of the stack by hand, then remove it"
        ) from None


def write_records(folder: Path, records: Iterable[Record]) -> None:
    write_private(folder / RECORDS, json.dumps([asdict(record) for record in records], indent=1))


def alive(record: Record) -> bool:
    return birth(record.pid) == record.born


def birth(pid: int) -> str | None:
    """When the process that has this id now began, as no other that has it can have; None when nobody has it."""
    return _birth_here(pid) if sys.platform == "linux" else _birth_by_ps(pid)


def _birth_here(pid: int) -> str | None:
    """Ticks since this boot of the machine."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if told[STATE] in DEAD else f"{BOOT.read_text().strip()} {told[START_TIME]}"


def _birth_by_ps(pid: int) -> str | None:
    told = subprocess.run(  # noqa: S603  # a fixed command and a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split(maxsplit=1)
    return None if not told or told[0][0] in DEAD else told[1].strip()
