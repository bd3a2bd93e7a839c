"""Files that nobody but their owner may read, and that are whole or not there."""

import os
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as written:
        os.fchmod(handle, 0o600)  # also where an earlier one was left behind
        written.write(text)
    part.replace(file)
