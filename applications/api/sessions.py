"""What a session is: a token that says who somebody is until it runs out, or until they log out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.people.user import User
from ports.tokens import Claims, Tokens

SESSION: Final = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody has logged in."""

    token: str
    expires_at: datetime
    user: User


def open_session(user: User, tokens: Tokens, *, at: datetime, minutes: int) -> Session:
    expires_at = at.replace(microsecond=0) + timedelta(minutes=minutes)
    claims = Claims(purpose=SESSION, subject=user.id, brand=user.brand, expires_at=expires_at, epoch=user.epoch)
    return Session(token=tokens.issue(claims), expires_at=expires_at, user=user)
