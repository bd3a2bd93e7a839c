"""What livekit-sip 1.11.0 with livekit-server 1.13.5 was seen to answer, by what the far end did.

Recorded in November 2026 from the real ones. Whatever plays livekit-sip's part is held to this table, the real one too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DIALLED: Final = ("dialing",)
RANG: Final = ("dialing", "ringing")
TALKED: Final = ("dialing", "ringing", "active")
HUNG_UP: Final = ("dialing", "ringing", "active", "hangup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The blocking request raises `code` with HTTP status `http` and the SIP status `sip` in its metadata (None: there
    is no metadata), or returns where `code` is empty. `reason` is why the participant left, `shown` the values of
    `sip.callStatus` on the way."""

    code: str
    http: int
    sip: int | None
    reason: str
    shown: tuple[str, ...]


REFUSALS: Final[Mapping[tuple[int, str], Recorded]] = {
    (486, "Busy Here"): Recorded(code="resource_exhausted", http=429, sip=486, reason="USER_REJECTED", shown=RANG),
    (600, "Busy Everywhere"): Recorded(
        code="resource_exhausted", http=429, sip=600, reason="USER_REJECTED", shown=RANG
    ),
    (603, "Decline"): Recorded(code="permission_denied", http=403, sip=603, reason="USER_REJECTED", shown=RANG),
    (608, "Rejected"): Recorded(code="permission_denied", http=403, sip=608, reason="USER_REJECTED", shown=RANG),
    (403, "Forbidden"): Recorded(code="permission_denied", http=403, sip=403, reason="USER_REJECTED", shown=RANG),
    (488, "Not Acceptable Here"): Recorded(
        code="invalid_argument", http=400, sip=488, reason="USER_REJECTED", shown=RANG
    ),
    (404, "Not Found"): Recorded(code="not_found", http=404, sip=404, reason="USER_UNAVAILABLE", shown=RANG),
    (480, "Temporarily Unavailable"): Recorded(
        code="resource_exhausted", http=429, sip=480, reason="USER_UNAVAILABLE", shown=RANG
    ),
    (503, "Service Unavailable"): Recorded(
        code="failed_precondition", http=412, sip=503, reason="CLIENT_INITIATED", shown=RANG
    ),
}
"""A far end that rings and then says no, by its status and phrase."""

NO_ANSWER: Final = Recorded(code="canceled", http=408, sip=None, reason="USER_UNAVAILABLE", shown=RANG)
"""It rings for longer than `ringing_timeout`: CANCEL goes out on time."""

NOBODY_THERE: Final = Recorded(code="canceled", http=408, sip=None, reason="USER_UNAVAILABLE", shown=DIALLED)
"""Nothing answers at the address until `ringing_timeout` is over."""

TIMED_OUT: Final = "sip request timed out"
"""The message of both."""

CALLEE_HANGS_UP: Final = Recorded(code="", http=200, sip=None, reason="CLIENT_INITIATED", shown=HUNG_UP)
REMOVED: Final = Recorded(code="", http=200, sip=None, reason="PARTICIPANT_REMOVED", shown=TALKED)

FULL: Final = ("unavailable", 503, "twirp error unknown: cpu exhausted")
"""Where it has too much to do: without SIP metadata, and no word about the lead."""

AT_ANSWER: Final = ("sip.callTag", "sip.callIDFull")
"""Attributes that come just before `active`."""

FROM_THE_START: Final = ("sip.callID", "sip.trunkID", "sip.phoneNumber", "sip.trunkPhoneNumber")

ACTIVE_AFTER_ANSWER_OF_INBOUND: Final = 0.9
"""Seconds."""

LEAVES_AFTER_TRANSFER: Final = 1.0
"""Seconds."""
