"""Who is told what the pipeline's parts perceive."""

from typing import Protocol

from domain.calls.result import EndedBy
from ports.speech_to_text import Recognised


class Listener(Protocol):
    """Nothing here may wait. Word times in seconds of the call."""

    def understood(self, result: Recognised) -> None: ...

    def pressed(self, digit: str) -> None: ...

    def gone(self, by: EndedBy) -> None: ...

    def faltered(self, detail: str, *, deaf: bool = False) -> None: ...
