"""Shares of something limited, such as a Core's slots or a trunk's channels, held for a limited time."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol


class Allotments(Protocol):
    """The units held of one name never add up to more than its limit at the moment they were granted."""

    @abstractmethod
    async def hold(self, name: str, holder: str, *, units: int, limit: int, seconds: float) -> int:
        """Set the holder's share to as many of `units` as `limit` leaves beside the others, for `seconds`; how many
        that is. Asking again replaces the earlier share; 0 units gives it back."""

    @abstractmethod
    async def held(self, name: str) -> Mapping[str, int]:
        """Units by holder, without shares that ran out."""
