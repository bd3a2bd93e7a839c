"""Reading telephone numbers as people and spreadsheets write them."""

from abc import abstractmethod
from typing import Protocol

from domain.phone.number import NumberFault, PhoneNumber


class NumberPlan(Protocol):
    """Knows the numbering plans of the world; never asks a network."""

    @abstractmethod
    def read(self, raw: str, region: str) -> PhoneNumber | NumberFault:
        """The number, read as if dialled from `region` (ISO 3166), or why it is none. Premium, emergency and short
        numbers are numbers: whether they may be dialled is for the gate to say. Digits of any script are read."""

    @abstractmethod
    def knows(self, region: str) -> bool:
        """Whether there is such a region."""
