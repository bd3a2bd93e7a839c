"""Sealing what others are to find useless in a store: passwords of trunks."""

from abc import abstractmethod
from typing import Protocol


class SecretBox(Protocol):
    """`about` says where a text belongs, such as `brand|trunk:1|password`: it opens nowhere else."""

    @abstractmethod
    def seal(self, plain: str, *, about: str) -> str:
        """A text for a store, another each time, sealed by the first key. Raises Refused with `no_key` where there
        is none."""

    @abstractmethod
    def open(self, sealed: str, *, about: str) -> str:
        """What was sealed, by whichever of the keys. Raises Refused for what was not sealed here or was changed, for
        what belongs elsewhere, and for a key that is not known."""
