"""Tickets into LiveKit's rooms: access tokens of least rights, and what a joiner reads in its own.

Whom a party hears and who hears it stand in the token's attributes, which the server shows to everybody in the room.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec
from livekit.api import AccessToken, VideoGrants

from adapters.livekit.server import LiveKitServer
from domain.calls.room import Invitation
from ports.errors import Refused
from ports.messages.decoders import decoder_of

GOOD_FOR: Final = timedelta(minutes=1)
"""From the invitation to the join."""

SESSION: Final = "cxb.session"
"""Which of the rooms of that name: LiveKit's own id of it."""

ROOM: Final = "cxb.room"
"""Which call's it is: LiveKit's name of the room may be another one."""

NUMBER: Final = "cxb.ticket"
HEARS: Final = "cxb.hears"
HEARD_BY: Final = "cxb.heard_by"

_read_names = decoder_of(frozenset[str]).decode


class _Claims(msgspec.Struct, frozen=True):
    sub: str
    exp: int
    attributes: dict[str, str]


_read_claims = decoder_of(_Claims).decode


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A room as CXB knows it, by its call, and as LiveKit does, by its name and its id."""

    room: str
    name: str
    session: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says of its bearer. Whether it is genuine, the server says; `until` is a POSIX time."""

    room: str
    party: str
    session: str
    number: str
    hears: frozenset[str]
    heard_by: frozenset[str]
    until: int

    def hears_one(self, other: str, attributes: Mapping[str, str]) -> bool:
        """A party that came by no ticket of ours, such as a phone leg, is heard by all and hears all."""
        return other in self.hears and _allows(attributes, HEARD_BY, self.party)

    def is_heard_by(self, other: str, attributes: Mapping[str, str]) -> bool:
        return other in self.heard_by and _allows(attributes, HEARS, self.party)


def issue(server: LiveKitServer, place: Place, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> str:
    """A token for one party of one room, that may speak only where somebody may hear it."""
    grants = VideoGrants(
        room_join=True,
        room=place.name,
        can_publish=bool(heard_by),
        can_publish_sources=["microphone"] if heard_by else None,
        can_subscribe=True,
        can_publish_data=True,
        can_update_own_metadata=False,
    )
    attributes = {
        SESSION: place.session,
        ROOM: place.room,
        NUMBER: secrets.token_hex(8),
        HEARS: msgspec.json.encode(sorted(hears)).decode(),
        HEARD_BY: msgspec.json.encode(sorted(heard_by)).decode(),
    }
    token = AccessToken(server.key, server.secret).with_identity(party).with_ttl(GOOD_FOR)
    return token.with_grants(grants).with_attributes(attributes).to_jwt()


def read(invitation: Invitation, now: float) -> Ticket:
    """Raises Refused for what is no ticket, has expired, or is of another room or party than it is shown for."""
    try:
        claims = _claims(invitation.token)
        ticket = Ticket(
            room=claims.attributes[ROOM],
            party=claims.sub,
            session=claims.attributes[SESSION],
            number=claims.attributes[NUMBER],
            hears=_read_names(claims.attributes[HEARS]),
            heard_by=_read_names(claims.attributes[HEARD_BY]),
            until=claims.exp,
        )
    except (binascii.Error, ValueError, KeyError, msgspec.MsgspecError):
        raise Refused("this is no ticket", reason="ticket") from None
    if (ticket.room, claims.sub) != (invitation.room, invitation.party):
        raise Refused("this ticket is of another place", reason="ticket")
    if claims.exp < now:
        raise Refused("this ticket has expired", reason="expired")
    return ticket


def _claims(token: str) -> _Claims:
    _, body, _ = token.split(".")
    return _read_claims(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def _allows(attributes: Mapping[str, str], key: str, party: str) -> bool:
    try:
        return key not in attributes or party in _read_names(attributes[key])
    except msgspec.MsgspecError:
        return False
