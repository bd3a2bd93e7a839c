"""A link to one call's recording that works for five minutes, for players that can send no header."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from applications.api.crm_event import recording_link
from domain.ids import BrandId, CallId
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import NotFound
from ports.tokens import Claims, Tokens

PURPOSE: Final = "recording"
GOOD_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecording:
    """The token is for this one recording."""

    calls: CallStore
    tokens: Tokens
    clock: Clock
    public_url: str

    async def __call__(self, brand: BrandId, call_id: CallId) -> Link:
        """Raises NotFound for a call without a recording."""
        call = await self.calls.get(brand, call_id)
        if call.result is None or call.result.recording is None:
            raise NotFound("the call has no recording")
        expires_at = self.clock.now() + GOOD_FOR
        claims = Claims(purpose=PURPOSE, subject=call_id, brand=brand, expires_at=expires_at)
        url = f"{recording_link(self.public_url, call_id)}?token={self.tokens.issue(claims)}"
        return Link(url=url, expires_at=expires_at)
