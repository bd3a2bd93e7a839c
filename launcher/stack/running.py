"""Starts servers that go on when the command has ended, sees them get well, and ends them by their own process id."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from launcher.private_file import write_private
from launcher.problem import LaunchProblem
from launcher.stack.process import StackProcess, forget, healthy
from launcher.stack.records import Record, alive, birth

SEEN: Final = ("PATH", "HOME", "TMPDIR", "LANG", "TZ")
READY_SECONDS: Final = 60.0
"""A generous limit: each answers within two."""

KILLED_SECONDS: Final = 10.0
LOOK_EVERY: Final = 0.05


def start(process: StackProcess, folder: Path) -> Record:
    """In a session of its own, so that no Ctrl-C in this terminal reaches it. Its output is added to NAME.log."""
    for name in process.folders:
        (folder / name).mkdir(exist_ok=True)
    for name, text in process.files.items():
        write_private(folder / name, text)
    try:
        for key in process.forgets:
            forget(key)
        with log_of(folder, process.name).open("ab") as log:
            started = subprocess.Popen(  # noqa: S603  # a server of the plan
                list(process.command),
                cwd=folder,
                env={name: os.environ[name] for name in SEEN if name in os.environ} | dict(process.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise LaunchProblem(f"{process.name} cannot be started: {error.strerror}") from None
    started.returncode = 0  # it is not waited for: it outlives this command
    return Record(name=process.name, pid=started.pid, born=birth(started.pid) or "", health=process.health)


def log_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"


def until_healthy(record: Record, log: Path) -> None:
    """Raises LaunchProblem when it ends, or does not get well in time, and says where its own words are."""
    if not _comes(lambda: healthy(record.health) or not alive(record), READY_SECONDS):
        raise LaunchProblem(f"{record.name} is not ready after {READY_SECONDS:.0f} s; see {log}")
    if not alive(record):
        raise LaunchProblem(f"{record.name} ended while it started; see {log}")


def stop(record: Record, seconds: float) -> bool:
    """SIGTERM, and SIGKILL to one that is there after `seconds`: whether that was needed. A process that has its id by
    now and is another one is left alone."""
    _signal(record, signal.SIGTERM)
    if _comes(lambda: not alive(record), seconds):
        return False
    _signal(record, signal.SIGKILL)
    if not _comes(lambda: not alive(record), KILLED_SECONDS):
        raise LaunchProblem(f"{record.name} (process {record.pid}) does not end, not even killed")
    return True


def _signal(record: Record, number: signal.Signals) -> None:
    if alive(record):
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.kill(record.pid, number)


def _comes(what: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_EVERY)  # processes that are nobody's children: there is nothing to be told by
    return True
