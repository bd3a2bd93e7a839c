"""The names under which what is limited is held, the same for all who hold some of it."""

from typing import Final

from domain.ids import ServerId, TrunkId

DIALLERS: Final = "diallers"
"""Held by everybody who places calls; each may take an equal part of every trunk."""

MOST_DIALLERS: Final = 10_000
"""The name is held only to be counted, so this is more than will ever place calls."""

PARTS_A_CALL: Final = 100
"""Rates are held in hundredths of a call per second."""


def slots_of(server_id: ServerId) -> str:
    """A Core's slots, one a call."""
    return f"core:{server_id}"


def channels_of(trunk_id: TrunkId) -> str:
    """A trunk's channels, one a call."""
    return f"trunk:{trunk_id}"


def rate_of(trunk_id: TrunkId) -> str:
    """A trunk's calls per second, in PARTS_A_CALL."""
    return f"trunk:{trunk_id}:rate"
