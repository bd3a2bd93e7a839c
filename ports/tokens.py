"""Signed, short-lived proofs of who somebody is or what they may fetch."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.ids import BrandId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says. `purpose` keeps one kind from being used as another; `epoch` ends old sessions."""

    purpose: str
    subject: str
    brand: BrandId
    expires_at: datetime
    epoch: int = 0


class Tokens(Protocol):
    """Makes and reads tokens."""

    @abstractmethod
    def issue(self, claims: Claims) -> str:
        """A token of URL-safe characters."""

    @abstractmethod
    def read(self, token: str, *, purpose: str, at: datetime) -> Claims:
        """The claims of a genuine, unexpired token of that purpose. Raises Refused for any other, whatever
        is wrong with it, with reason `expired` for a genuine one that has run out."""
