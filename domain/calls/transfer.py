"""Handing a call over to somebody else: to whom, by what means, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import CallId

CANNOT_REFER: Final = frozenset({405, 420, 501})
"""Answers of a far end that knows no REFER (RFC 3515) at all."""


class TransferHow(StrEnum):
    """DIAL places a second leg into the call's room, where its recording goes on; REFER gives the call away."""

    DIAL = "dial"
    REFER = "refer"


class ShownCaller(StrEnum):
    """Whose number a second leg shows. Many trunks refuse any but ours."""

    OURS = "ours"
    CALLEE = "callee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`to` is E.164 once its variables are filled in. Times in seconds: how long it may ring, and how long the two
    may talk afterwards. All but `to` and `how` are of a second leg only."""

    to: str
    how: TransferHow = TransferHow.DIAL
    ring_timeout: float = 25.0
    talk_limit: float = 3600.0
    caller: ShownCaller = ShownCaller.OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTried:
    """A call's last transfer. `failure` is a word for why nobody took it, such as `sip_486`; None when it was taken,
    since `at`."""

    to: str
    how: TransferHow
    at: datetime
    failure: str | None = None


def second_leg(call_id: CallId, nth: int) -> CallId:
    """The name of a call's leg beside its own: of its first try `call_1.2`, of the next one `call_1.3`, since the same
    name would be the leg that has ended."""
    return CallId(f"{call_id}.{nth + 1}")


def is_second_leg(name: str, call_id: CallId) -> bool:
    call, _, number = name.rpartition(".")
    return call == call_id and number.isdecimal()


def word_for_status(status: int | None) -> str:
    """Why a number that was called did not answer: one word for all that mean that nobody picked up."""
    return "no_answer" if status in (408, 480, 487) else f"sip_{status}"


def word_for_referral(status: int) -> str:
    """Why a far end that was asked to call somebody else did not."""
    return "not_offered" if status in CANNOT_REFER else f"sip_{status}"
