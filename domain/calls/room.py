"""A call's audio lives in a room; these are the names of those in it and the ticket by which they join."""

from dataclasses import dataclass
from typing import Final

CALLEE: Final = "callee"
CORE: Final = "core"
DIALLER: Final = "dialler"
TARGET: Final = "target"
"""Whoever a call is transferred to, when that is a second leg in the same room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A ticket into one room for one party. `token` is a secret that the media server checks."""

    url: str
    room: str
    party: str
    token: str
