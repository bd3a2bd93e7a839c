"""Tickets into rooms: signed, for one party, good once and for a minute."""

import base64
import binascii
import hashlib
import hmac
from itertools import count
from typing import Final

import msgspec

from adapters.memory.room import Audience, Room
from domain.calls.room import Invitation
from ports.clock import Clock
from ports.errors import Refused
from ports.messages.decoders import decoder_of

GOOD_FOR: Final = 60.0
"""Seconds from the invitation to the join."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. `opened` tells a room from an earlier one of the same name; `until` is monotonic."""

    room: str
    opened: int
    party: str
    hears: frozenset[str]
    heard_by: frozenset[str]
    until: float
    number: int

    @property
    def audience(self) -> Audience:
        return Audience(hears=self.hears, heard_by=self.heard_by)


class Tickets:
    """Issues and checks them. The secret stays with whoever keeps the rooms."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self._numbers = count(1)
        self._spent: dict[int, float] = {}

    def issue(self, room: Room, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> str:
        ticket = Ticket(
            room=room.name,
            opened=room.serial,
            party=party,
            hears=hears,
            heard_by=heard_by,
            until=self._clock.monotonic() + GOOD_FOR,
            number=next(self._numbers),
        )
        said = msgspec.json.encode(ticket)
        return base64.urlsafe_b64encode(self._sign(said) + said).decode()

    def spend(self, invitation: Invitation) -> Ticket:
        """The ticket, once. Raises Refused for one that is forged, spent, expired, or of another room or party."""
        ticket = self._read(invitation.token)
        now = self._clock.monotonic()
        self._forget(now)
        if (ticket.room, ticket.party) != (invitation.room, invitation.party) or ticket.number in self._spent:
            raise Refused("this ticket is spent or of another place", reason="ticket")
        if ticket.until < now:
            raise Refused("this ticket has expired", reason="expired")
        self._spent[ticket.number] = ticket.until
        return ticket

    def _read(self, token: str) -> Ticket:
        try:
            raw = base64.urlsafe_b64decode(token)
            if not hmac.compare_digest(raw[:32], self._sign(raw[32:])):
                raise Refused("this ticket is not genuine", reason="ticket")
            return decoder_of(Ticket).decode(raw[32:])
        except (binascii.Error, ValueError, msgspec.DecodeError):
            raise Refused("this ticket is not genuine", reason="ticket") from None

    def _sign(self, said: bytes) -> bytes:
        return hmac.digest(self._secret, said, hashlib.sha256)

    def _forget(self, now: float) -> None:
        for number in [number for number, until in self._spent.items() if until < now]:
            del self._spent[number]
