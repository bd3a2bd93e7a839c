"""The one folder that holds all state: who has it open, and the secrets made for it."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from launcher.private_file import write_private
from launcher.problem import LaunchProblem
from ports.settings import Environment, Settings

LOCK: Final = "cxb.lock"
SECRETS: Final = "secrets.json"
LIVEKIT_SECRETS: Final = "livekit_secrets.json"


@contextmanager
def held(folder: Path, address: str) -> Iterator[None]:
    """Nobody else can start on `folder` meanwhile. Raises LaunchProblem with the address of whoever has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LaunchProblem(f"cannot use the data folder {folder}: {error.strerror}") from None
    try:
        _take(lock, folder)
        os.ftruncate(lock, 0)
        os.pwrite(lock, address.encode(), 0)
        yield
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.pread(lock, 200, 0).decode(errors="replace")
        raise LaunchProblem(f"CXB already runs on {folder.resolve()}: {where}") from None


def with_secrets(settings: Settings) -> Settings:
    """In development, secrets that nobody set are made once for the folder and kept there, for its owner's eyes."""
    if settings.environment is Environment.PRODUCTION:
        return settings
    made = _made_once(Path(settings.data) / SECRETS, "jwt_secret", "core_secret", "secrets_key")
    return replace(
        settings,
        jwt_secret=settings.jwt_secret or made["jwt_secret"],
        core_secret=settings.core_secret or made["core_secret"],
        secrets_key=settings.secrets_key or made["secrets_key"],
    )


def livekit_secret(folder: Path) -> str:
    """What LiveKit's key is proved by; made once for the folder, in a file of its own: `./cxb up` may run meanwhile."""
    return _made_once(folder / LIVEKIT_SECRETS, "livekit_secret")["livekit_secret"]


def _made_once(file: Path, *names: str) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(file.read_text())
    except FileNotFoundError:
        kept = {}
    missing = [name for name in names if name not in kept]  # a folder of an earlier release lacks some
    if missing:
        kept |= {name: secrets.token_urlsafe(48) for name in missing}
        write_private(file, json.dumps(kept))
    return kept
