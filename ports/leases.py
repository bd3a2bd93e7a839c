"""Holds on named things, of which at most one runs at a time."""

from abc import abstractmethod
from typing import Protocol

from domain.lease import Lease


class Leases(Protocol):
    """Time is the adapter's own clock: holders on several machines need not agree on theirs."""

    @abstractmethod
    async def acquire(self, name: str, holder: str, seconds: float) -> Lease | None:
        """The lease, or None while another holder's runs. The holder's own is prolonged and keeps its fence;
        a new holder's fence is higher than any before."""

    @abstractmethod
    async def release(self, name: str, lease: Lease) -> None:
        """Give it back early; without effect when it is no longer the one that runs."""

    @abstractmethod
    async def holder(self, name: str) -> Lease | None:
        """The lease that runs now."""
