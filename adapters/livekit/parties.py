"""By which name a call knows somebody in a room: LiveKit names whoever calls in by their number."""

from typing import Final

from livekit import rtc

PARTY: Final = "cxb.party"
"""The attribute that our dispatch rules give to a phone that calls in: which party of the call it is."""

STATUS: Final = "sip.callStatus"
RINGS: Final = frozenset({"dialing", "ringing"})


def is_phone(other: rtc.RemoteParticipant) -> bool:
    return other.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP


def party_of(other: rtc.RemoteParticipant) -> str:
    """Nobody but a phone has another name than its own."""
    return other.attributes.get(PARTY, other.identity) if is_phone(other) else other.identity


def is_there(other: rtc.RemoteParticipant) -> bool:
    """A phone that is dialled is in the room from the INVITE on, and there for a call only once it is answered. Whoever
    calls in is there at once: LiveKit answers as soon as somebody is there to talk, and shows it a second later."""
    rings = is_phone(other) and other.attributes.get(STATUS) in RINGS
    return not rings or PARTY in other.attributes
