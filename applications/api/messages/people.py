"""What is said about people, sessions and keys."""

from datetime import datetime
from typing import Annotated

import msgspec

from applications.api.use_cases.create_user import EMAIL
from domain.ids import ApiKeyId, UserId
from domain.people.user import PERMISSIONS, SHORTEST_PASSWORD, ApiKey, Permission, Role, User

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=320)]
Password = Annotated[str, msgspec.Meta(max_length=1024)]
NewEmail = Annotated[str, msgspec.Meta(pattern=f"^{EMAIL.pattern}$", max_length=320)]
NewPassword = Annotated[str, msgspec.Meta(min_length=SHORTEST_PASSWORD, max_length=1024)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class LogInRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Email
    password: Password


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    current: Password
    new: NewPassword


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: NewEmail
    password: NewPassword
    role: Role = Role.VIEWER


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    active: bool | None = None
    role: Role | None = None


class UserShown(msgspec.Struct, frozen=True, kw_only=True):
    id: UserId
    email: str
    role: Role
    permissions: tuple[Permission, ...]
    active: bool
    created_at: datetime


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """`token` goes into `Authorization: Bearer`; browsers have it as a cookie as well."""

    token: str
    expires_at: datetime
    user: UserShown


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    expires_at: datetime | None = None


class ApiKeyShown(msgspec.Struct, frozen=True, kw_only=True):
    id: ApiKeyId
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is shown this once."""

    key: str
    api_key: ApiKeyShown


def show_user(user: User) -> UserShown:
    return UserShown(
        id=user.id,
        email=user.email,
        role=user.role,
        permissions=tuple(sorted(PERMISSIONS[user.role])),
        active=user.active,
        created_at=user.created_at,
    )


def show_api_key(key: ApiKey) -> ApiKeyShown:
    return ApiKeyShown(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )
