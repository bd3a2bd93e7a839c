"""What can go wrong with the world, drawn as a tree; every adapter raises these and nothing else.

PortError                the world did not do what was asked
├── NotFound             there is no such thing
├── Stale                somebody else wrote first: load again and decide again
├── Busy                 no room now; ask again after `retry_after` seconds, or elsewhere      retryable
├── Unavailable          no answer, or not in time: it may or may not have happened            retryable
│   └── Unreached        nobody was there to be asked: it has not happened
└── Refused              a final no: asking again will not help
"""

from typing import ClassVar


class PortError(Exception):
    """The world did not do what was asked. The message is for logs and carries no personal data."""

    retryable: ClassVar[bool] = False


class NotFound(PortError):
    """There is no such thing."""


class Stale(PortError):
    """Somebody else wrote first: load again and decide again."""


class Busy(PortError):
    """No room now. `retry_after` is in seconds."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(PortError):
    """No answer, or not in time: it may or may not have happened."""

    retryable = True


class Unreached(Unavailable):
    """Nobody was there to be asked, so that it has certainly not happened."""


class Refused(PortError):
    """A final no. `reason` is a short word that a program can read."""

    def __init__(self, message: str, *, reason: str = "refused") -> None:
        super().__init__(message)
        self.reason = reason
