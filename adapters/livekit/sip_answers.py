"""What LiveKit's SIP service answers to a call that it did not get through, as it was recorded.

`sip_status_code` in the metadata is the far end's own word. Without it, LiveKit speaks for itself.
"""

from dataclasses import dataclass
from typing import Final

from livekit.api import TwirpError, TwirpErrorCode

from domain.calls.transfer import word_for_referral
from ports.errors import Busy, PortError, Refused
from ports.telephony import HangUp

BY_CALLEE: Final = frozenset({486, 600, 603, 607})
"""What a person says, or a phone for them; the network says all else."""

SILENT: Final = frozenset({TwirpErrorCode.CANCELED, TwirpErrorCode.DEADLINE_EXCEEDED})
"""What came when nothing came: it rang too long, nobody is there, or the call was taken out."""

BUSY: Final = frozenset({TwirpErrorCode.UNAVAILABLE, TwirpErrorCode.RESOURCE_EXHAUSTED})
NO_SUCH_TRUNK: Final = "trunk"
REFUSED: Final = {
    TwirpErrorCode.NOT_FOUND: NO_SUCH_TRUNK,
    TwirpErrorCode.INVALID_ARGUMENT: "number",
    TwirpErrorCode.FAILED_PRECONDITION: NO_SUCH_TRUNK,
    TwirpErrorCode.UNAUTHENTICATED: "key",
    TwirpErrorCode.PERMISSION_DENIED: "key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnding:
    """How a leg ended. `status` is None where nobody can say."""

    status: int | None
    reason: str
    by: HangUp


HUNG_UP: Final = LegEnding(status=487, reason="hung up", by=HangUp.US)
ROOM_CLOSED: Final = LegEnding(status=487, reason="room closed", by=HangUp.US)
RING_TIMEOUT: Final = LegEnding(status=408, reason="ring timeout", by=HangUp.US)
NO_ROOM: Final = LegEnding(status=503, reason="media server busy", by=HangUp.NETWORK)


def sip_status(error: TwirpError) -> int | None:
    """The final SIP status of the far end, where there was one."""
    text = error.metadata.get("sip_status_code", "")
    return int(text) if text.isdecimal() else None


def ending_of(error: TwirpError) -> LegEnding | None:
    """What the far end, or LiveKit, said of a call; None where nothing was said at all (`SILENT`)."""
    status = sip_status(error)
    if status is not None:
        reason = error.metadata.get("sip_status") or f"sip {status}"
        blocked = status == 603 and "network blocked" in reason.lower()
        by = HangUp.CALLEE if status in BY_CALLEE and not blocked else HangUp.NETWORK
        return LegEnding(status=status, reason=reason, by=by)
    if error.code in SILENT:
        return None
    return NO_ROOM if error.code in BUSY else LegEnding(status=500, reason=f"livekit {error.code}", by=HangUp.NETWORK)


def not_placed(error: TwirpError) -> PortError | None:
    """Why no INVITE was sent at all; None where one may have been."""
    if sip_status(error) is not None:
        return None
    if error.code in BUSY:
        return Busy("LiveKit has no room for a call now")
    if error.code in REFUSED:
        return Refused(f"LiveKit answered {error.code}", reason=REFUSED[error.code])
    return None


def not_referred(error: TwirpError) -> PortError | None:
    """Why the far end called nobody; None where nobody can say."""
    status = sip_status(error)
    if status is not None:
        return Refused("the far end called nobody", reason=word_for_referral(status))
    return Refused("LiveKit did not refer it", reason="not_offered") if error.code in REFUSED else None
