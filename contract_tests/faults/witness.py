"""Writes down what a Core was told has been kept, so that afterwards one can ask whether it was."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from time import time
from typing import Any, Final

FILE: Final = "witness.ndjson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """`what` is `taken`, a call that a Core has accepted, or `kept`, a result of that digest in its outbox."""

    what: str
    call_id: str
    at: float
    digest: str = ""


def keep(container: Any, folder: Path) -> None:
    """From now on, for a Core's control process."""
    runner, outbox = container.runner(), container.outbox()
    start, put = runner.start, outbox.put

    @wraps(start)
    async def started(request: Any) -> None:
        await start(request)
        _write(folder, {"what": "taken", "call_id": request.call_id, "at": time()})

    @wraps(put)
    async def kept(call_id: str, body: bytes, **named: Any) -> None:
        await put(call_id, body, **named)
        digest = hashlib.sha256(body).hexdigest()
        _write(folder, {"what": "kept", "call_id": call_id, "at": time(), "digest": digest})

    runner.start, outbox.put = started, kept


def _write(folder: Path, said: Mapping[str, Any]) -> None:
    """One write a line, with the system when this returns."""
    file = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, json.dumps(said).encode() + b"\n")
    finally:
        os.close(file)


def heard(folder: Path) -> list[Testimony]:
    path = folder / FILE
    lines = path.read_text().splitlines() if path.exists() else []
    return [Testimony(**json.loads(line)) for line in lines]
