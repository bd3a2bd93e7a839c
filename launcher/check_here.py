"""What the system check sees on this machine: the data folder, its secrets, and the room on its disk."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from launcher.data_folder import LOCK, SECRETS
from ports.messages.findings import Finding, fine, stops_calls, worth_a_look
from ports.settings import SHORTEST_SECRET, Settings

STORE: Final = "cxb.sqlite"
LITTLE: Final = 1_000_000_000
TOO_LITTLE: Final = 100_000_000
"""Bytes: a call of three minutes records some 12 million."""

START: Final = "start it: ./cxb up"


def here(settings: Settings) -> Iterator[Finding]:
    """Looks, and changes nothing."""
    folder = Path(settings.data)
    if not folder.is_dir():
        yield stops_calls("data folder", f"{folder} is not there", f"{START}, or set CXB_DATA to where it is")
        return
    yield _folder(folder)
    yield _secrets(settings)
    yield _disk(folder)


def with_kept_secrets(settings: Settings) -> Settings:
    """Those that were made for the folder, where none are set; unlike `./cxb up`, this makes none."""
    try:
        kept: dict[str, str] = json.loads((Path(settings.data) / SECRETS).read_text())
    except (OSError, ValueError):
        kept = {}
    return replace(
        settings,
        jwt_secret=settings.jwt_secret or kept.get("jwt_secret", ""),
        core_secret=settings.core_secret or kept.get("core_secret", ""),
        secrets_key=settings.secrets_key or kept.get("secrets_key", ""),
    )


def _folder(folder: Path) -> Finding:
    unwritable = [path for path in (folder, folder / STORE) if path.exists() and not os.access(path, os.W_OK)]
    if unwritable:
        return stops_calls("data folder", f"{unwritable[0]} cannot be written", "give it to the user that runs CXB")
    holder = _holder(folder / LOCK)
    if holder is None:
        why = f"no ./cxb up holds {folder}"
        return worth_a_look("data folder", why, f"{START}; fine where processes are started one by one")
    return fine("data folder", f"{folder}, held by {holder or 'a CXB that is starting'}")


def _holder(lock: Path) -> str | None:
    """The address of whoever has it; None when nobody has."""
    try:
        handle = os.open(lock, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(handle, 200, 0).decode(errors="replace")
    finally:
        os.close(handle)
    return None


def _secrets(settings: Settings) -> Finding:
    known = with_kept_secrets(settings)
    short = [
        name
        for name, secret in (("JWT_SECRET", known.jwt_secret), ("CXBCORE_SECRET", known.core_secret))
        if len(secret) < SHORTEST_SECRET
    ]
    if not short:
        return fine("secrets", "set")
    why = f"{' and '.join(short)} unset or shorter than {SHORTEST_SECRET} characters"
    return stops_calls("secrets", why, "set them alike for all processes, or let ./cxb up make them")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free on the disk of {folder}"
    if free < TOO_LITTLE:
        return stops_calls("disk", said, "make room: neither results nor recordings can be kept")
    return worth_a_look("disk", said, "make room soon") if free < LITTLE else fine("disk", said)
