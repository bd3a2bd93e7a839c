"""New names for new things."""

from abc import abstractmethod
from typing import Protocol


class Ids(Protocol):
    """Makes ids that nobody can guess and that are never made twice."""

    @abstractmethod
    def new(self, prefix: str) -> str:
        """`<prefix>_` and at least 26 characters of a-z and 0-9 that sort by the time they were made."""

    @abstractmethod
    def secret(self, size: int = 32) -> str:
        """`size` random bytes as URL-safe base64 without padding."""
