"""Deaths that nobody ordered."""

import signal
from collections.abc import Iterable
from typing import Final

from launcher.supervisor import Child

KILLED: Final = -signal.SIGKILL


def of_their_own(children: Iterable[Child]) -> list[str]:
    """Whoever ended before its time and was not killed, with its exit code."""
    return [f"{child.name} with code {code}" for child in children for code in child.deaths if code != KILLED]
