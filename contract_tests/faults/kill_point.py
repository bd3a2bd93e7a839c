"""A kill point: before or after which passage of which port a process is to die."""

from dataclasses import dataclass
from enum import StrEnum


class When(StrEnum):
    BEFORE = "before"  # nothing of the step has happened
    AFTER = "after"  # it has, and nobody has been told


@dataclass(frozen=True, slots=True, kw_only=True)
class KillPoint:
    """Written `dialler:attempts.save=ringing:after:2`; a last part `whole` kills a Core's other processes too.

    `detail` is what the passage is about, such as the state that is saved; empty for any.
    """

    process: str
    port: str
    method: str
    when: When
    detail: str = ""
    nth: int = 1
    whole: bool = False

    def __str__(self) -> str:
        detail = f"={self.detail}" if self.detail else ""
        return f"{self.process}:{self.port}.{self.method}{detail}:{self.when}:{self.nth}{':whole' * self.whole}"


def kill_point(text: str) -> KillPoint:
    """Raises ValueError for what is none."""
    process, passage, when, *rest = text.split(":")
    called, _, detail = passage.partition("=")
    port, method = called.split(".")
    whole = "whole" in rest
    nth = next((int(part) for part in rest if part != "whole"), 1)
    return KillPoint(process=process, port=port, method=method, when=When(when), detail=detail, nth=nth, whole=whole)
