"""What a SIP status says about an attempt: the one table, the same for every carrier.

Sources: RFC 3261, RFC 3398 (cause pairs), RFC 8197 (607), RFC 8688 (608), and what LiveKit SIP 1.11.0 was seen to do.
"""

from collections.abc import Mapping
from typing import Final

from domain.calls.outcome import Outcome

BY_STATUS: Final[Mapping[int, Outcome]] = {
    401: Outcome.TRUNK_FAULT,
    403: Outcome.TRUNK_FAULT,
    404: Outcome.INVALID_NUMBER,
    407: Outcome.TRUNK_FAULT,
    408: Outcome.NO_ANSWER,
    410: Outcome.INVALID_NUMBER,
    480: Outcome.NO_ANSWER,
    484: Outcome.INVALID_NUMBER,
    486: Outcome.BUSY,
    487: Outcome.NO_ANSWER,
    488: Outcome.TRUNK_FAULT,
    502: Outcome.CONGESTION,
    503: Outcome.CONGESTION,
    504: Outcome.CONGESTION,
    600: Outcome.BUSY,
    603: Outcome.REJECTED,
    604: Outcome.INVALID_NUMBER,
    606: Outcome.TRUNK_FAULT,
    607: Outcome.BLOCKED,
    608: Outcome.BLOCKED,
}


def outcome_of_status(status: int, reason: str) -> Outcome:
    """The outcome of an INVITE that ended with a final status of 300 or more and its reason phrase."""
    said = reason.lower()
    if status == 603 and "network blocked" in said:
        return Outcome.BLOCKED
    if (status == 403 and "limit" in said) or (status >= 500 and ("cps limit" in said or "call limit" in said)):
        return Outcome.CONGESTION
    if status in BY_STATUS:
        return BY_STATUS[status]
    return Outcome.CONGESTION if 500 <= status < 600 else Outcome.FAILED
