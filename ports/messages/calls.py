"""What a Core tells the API while a call is live."""

from enum import StrEnum

import msgspec

from domain.calls.transcript import Turn
from domain.ids import ServerId


class _News(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all news have in common."""


class CoreJoined(_News, frozen=True, kw_only=True, tag="joined"):
    """This Core is in the call from now on."""

    server_id: ServerId


class TurnHeard(_News, frozen=True, kw_only=True, tag="turn"):
    """A turn is over; for those who watch. The result brings it again, and is what counts."""

    turn: Turn


class LegProgress(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"


class LegMoved(_News, frozen=True, kw_only=True, tag="leg"):
    """The leg that this Core dialled, or the call that it answers; for those who watch."""

    progress: LegProgress


CallNews = CoreJoined | TurnHeard | LegMoved
