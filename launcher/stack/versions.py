"""Which versions of other people's servers the stack is made of: deploy/stack.toml, and nothing else."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).resolve().parents[2] / "deploy" / "stack.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Exact ones such as 1.13.5, for behaviour changes between them; of Redis the line, of Go the oldest."""

    redis: str
    livekit_server: str
    livekit_sip: str
    go: str


def versions(file: Path = FILE) -> Versions:
    return Versions(**tomllib.loads(file.read_text()))


def agrees(found: str, wanted: str) -> bool:
    """Whether 7.0.15 is of the line 7.0, or 1.13.5 is 1.13.5."""
    return found == wanted or found.startswith(f"{wanted}.")
