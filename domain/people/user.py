"""People who sign in, the roles they have, and what each role may do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.errors import Fault, InvalidValue
from domain.ids import ApiKeyId, BrandId, UserId

SHORTEST_PASSWORD: Final = 12
"""OWASP ASVS 5.0 asks for at least 8; an administrator of a dialler deserves more."""


class Role(StrEnum):
    ADMIN = "admin"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What may be done; routes ask for one of these, never for a role."""

    READ = "read"
    CHANGE_BOTS = "change_bots"
    CHANGE_CAMPAIGNS = "change_campaigns"
    CHANGE_SUPPRESSION = "change_suppression"
    CHANGE_INTEGRATIONS = "change_integrations"
    HEAR_RECORDINGS = "hear_recordings"
    DIAL_OUT = "dial_out"
    MANAGE_USERS = "manage_users"


PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMIN: frozenset(Permission),
    Role.VIEWER: frozenset({Permission.READ, Permission.HEAR_RECORDINGS}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person's document. `epoch` is written into tokens: raising it ends every session."""

    id: UserId
    brand: BrandId
    email: str
    password_hash: str
    role: Role
    created_at: datetime
    active: bool = True
    epoch: int = 0
    version: int = 0

    def may(self, permission: Permission) -> bool:
        return self.active and permission in PERMISSIONS[self.role]

    def with_password(self, password_hash: str) -> "User":
        return replace(self, password_hash=password_hash, epoch=self.epoch + 1)

    def end_sessions(self) -> "User":
        return replace(self, epoch=self.epoch + 1)


def check_password(password: str) -> None:
    """Raises InvalidValue for one that is too short to be kept."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidValue(Fault(field="password", reason=f"must have at least {SHORTEST_PASSWORD} characters"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key that a CRM calls with. Only its prefix and a keyed hash are kept; the key itself is shown once."""

    id: ApiKeyId
    brand: BrandId
    name: str
    prefix: str
    key_hash: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 0

    def works_at(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def revoke(self, *, at: datetime) -> "ApiKey":
        return self if self.revoked_at else replace(self, revoked_at=at)
