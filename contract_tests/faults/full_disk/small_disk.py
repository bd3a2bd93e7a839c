"""Runs a story on a disk of a few megabytes, which nobody but its own processes sees."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

MOUNT: Final = 'mount -t tmpfs -o "size=$1,mode=0700" cxb-small-disk "$2" && shift 2 && exec "$@"'
"""In a mount namespace of its own, which is gone with its last process."""


def why_not(folder: Path) -> str | None:
    """What is missing for it here, in words; None when nothing is."""
    if not shutil.which("unshare"):
        return "there is no unshare(1)"
    if os.geteuid() != 0:
        return "only root may mount a small disk"
    tried = on_a_small_disk(folder, 1, sys.executable, "-c", "")
    return f"a small disk cannot be mounted: {tried.stderr.strip()}" if tried.returncode else None


def on_a_small_disk(folder: Path, megabytes: int, *command: str) -> "subprocess.CompletedProcess[str]":
    """`command` with `folder`, a small disk for as long as it runs, as its last argument."""
    size = f"{megabytes}m"
    arguments = ["unshare", "--mount", "sh", "-c", MOUNT, "sh", size, str(folder), *command, str(folder)]
    return subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=120)  # noqa: S603  # our own


class Ballast:
    """A file that takes all the room there is, until it is thrown away."""

    def __init__(self, disk: Path) -> None:
        self._path = disk / "ballast"

    def take_all(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                while True:
                    try:
                        file.write(bytes(size))
                    except OSError:
                        break

    def throw_away(self) -> None:
        self._path.unlink()
