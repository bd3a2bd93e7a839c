"""What went wrong, as Twirp tells it, and what a SIP status becomes in it."""

from collections.abc import Mapping
from typing import Final

from launcher.sip_stand_in.phone import Farewell

HTTP_STATUS: Final[Mapping[str, int]] = {
    "canceled": 408,
    "unknown": 500,
    "invalid_argument": 400,
    "malformed": 400,
    "deadline_exceeded": 408,
    "not_found": 404,
    "bad_route": 404,
    "already_exists": 409,
    "permission_denied": 403,
    "unauthenticated": 401,
    "resource_exhausted": 429,
    "failed_precondition": 412,
    "aborted": 409,
    "out_of_range": 400,
    "unimplemented": 501,
    "internal": 500,
    "unavailable": 503,
    "dataloss": 503,
}
"""Twirp's codes: https://twitchtv.github.io/twirp/docs/errors.html."""


class TwirpFault(Exception):
    """The answer to a request that failed. `meta` is for programs."""

    def __init__(self, code: str, message: str, meta: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.meta = dict(meta or {})


TIMED_OUT: Final = ("canceled", "sip request timed out")
"""Recorded of livekit-sip: without metadata, both where it rang too long and where nobody was there."""

NOT_INVALID: Final[Mapping[int, str]] = {
    **dict.fromkeys((301, 302, 404, 410, 481, 604), "not_found"),
    **dict.fromkeys((401, 402, 403, 433, 470, 603, 607, 608), "permission_denied"),
    **dict.fromkeys((407, 428, 436, 437, 438, 494), "unauthenticated"),
    **dict.fromkeys((440, 480, 486, 600), "resource_exhausted"),
    **dict.fromkeys((408, 504), "deadline_exceeded"),
    **dict.fromkeys((409, 412, 482, 483, 500, 501, 502, 503), "failed_precondition"),
    **dict.fromkeys((487, 491), "aborted"),
    416: "out_of_range",
}
"""What LiveKit makes of a SIP status, as far as it is not invalid_argument."""

REJECTIONS: Final = frozenset({401, 403, 407, 486, 488})


def sip_fault(status: int, phrase: str) -> TwirpFault:
    """A final SIP status other than 2xx, with its reason phrase."""
    code = NOT_INVALID.get(status, "failed_precondition" if 500 <= status < 600 else "invalid_argument")
    meta = {"sip_status_code": str(status), "sip_status": phrase or str(status)}
    return TwirpFault(code, f"twirp error unknown: sip status {status}: {phrase}", meta)


def farewell(status: int) -> Farewell:
    """With which reason a leg leaves that was never answered."""
    if status in REJECTIONS or status >= 600:
        return Farewell.USER_REJECTED
    return Farewell.USER_UNAVAILABLE if 400 <= status < 500 else Farewell.SIP_TRUNK_FAILURE
