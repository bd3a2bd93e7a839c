"""Pushing to somebody's CRM."""

from abc import abstractmethod
from typing import Protocol

from domain.crm.delivery import CrmTarget, Delivery, PushTry


class CrmConnection(Protocol):
    """One kind of CRM; the generic one is a webhook signed after Standard Webhooks 1.0.0."""

    @abstractmethod
    async def push(self, target: CrmTarget, delivery: Delivery) -> PushTry:
        """One try, within fifteen seconds. Never raises: whatever goes wrong is in the answer. Never follows a
        redirect, and reads at most 64 KB of what comes back."""
