"""How a call is said to have ended: the one place where what happened in it becomes an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy


class Purpose(StrEnum):
    """What a Core was ordered to do in a call."""

    TALK = "talk"
    LEAVE_MESSAGE = "leave_message"
    SAFE_HARBOUR = "safe_harbour"
    NOTICE = "notice"


NO_ORDERS: Final = "no_orders"
DRAINING: Final = "draining"
CALLER_GONE: Final = "caller_gone"

ORDERED_ENDS: Final[Mapping[str, tuple[Outcome, EndedBy]]] = {
    "machine": (Outcome.MACHINE, EndedBy.SYSTEM),
    "silent": (Outcome.SILENT, EndedBy.SYSTEM),
    "silence": (Outcome.SILENT, EndedBy.SYSTEM),
    "human": (Outcome.ABANDONED, EndedBy.SYSTEM),
    "unsure": (Outcome.ABANDONED, EndedBy.SYSTEM),
    "abandoned": (Outcome.ABANDONED, EndedBy.SYSTEM),
    "cancelled": (Outcome.CANCELLED, EndedBy.OPERATOR),
    CALLER_GONE: (Outcome.NO_ANSWER, EndedBy.CALLEE),
    NO_ORDERS: (Outcome.ABANDONED, EndedBy.SYSTEM),
    DRAINING: (Outcome.CORE_LOST, EndedBy.SYSTEM),
}
"""Reasons of an order to end that say what the outcome is, a Dialler's verdicts among them; any other is an
operator's. A person whom nobody spoke to was abandoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of a call that was answered.

    `ended_by`, `disposition` and `timed_out` are the conversation's word; `line_over` says that the room was gone
    without the callee having left it, `finished` that its Core saw it to its end. What happens to a call after it was
    `transferred` does not change what came of it.
    """

    purpose: Purpose | None = None
    ended_by: EndedBy | None = None
    disposition: str | None = None
    timed_out: bool = False
    message_left: bool = False
    transferred: bool = False
    asked_not_to_be_called: bool = False
    ordered_end: str | None = None
    callee_left: bool = False
    line_over: bool = False
    failure: str | None = None
    finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The part of a result that says how the call ended. `detail` is a short word without personal data."""

    outcome: Outcome
    ended_by: EndedBy
    disposition: str | None = None
    sip_status: int | None = None
    detail: str | None = None


def ending_of(facts: CallFacts) -> Ending:
    """The outcome by the first rule that holds; a wish not to be called stands above all others."""
    outcome, by = _outcome(facts)
    return Ending(outcome=outcome, ended_by=by, disposition=facts.disposition, detail=facts.failure or _why(facts))


def _outcome(facts: CallFacts) -> tuple[Outcome, EndedBy]:
    by = facts.ended_by or EndedBy.SYSTEM
    if _opted_out(facts):
        return Outcome.OPTED_OUT, by
    if facts.transferred:
        return Outcome.TRANSFERRED, by
    cut_short = _cut_short(facts)
    if cut_short is not None:
        return cut_short, EndedBy.SYSTEM
    if facts.message_left:
        return _message_outcome(facts), by
    if facts.ordered_end is not None and by not in {EndedBy.BOT, EndedBy.CALLEE}:
        return _ordered_outcome(facts)
    if facts.line_over and not facts.callee_left and by is not EndedBy.BOT:
        return Outcome.LINE_LOST, EndedBy.SYSTEM
    return _natural_outcome(facts, by), by


def _cut_short(facts: CallFacts) -> Outcome | None:
    if not facts.finished:
        return Outcome.CORE_LOST
    if facts.failure is not None:
        return Outcome.FAILED
    return Outcome.MAX_DURATION if facts.timed_out else None


def _opted_out(facts: CallFacts) -> bool:
    """A machine's greeting asks for nothing, whatever it sounds like."""
    machine = facts.purpose is Purpose.LEAVE_MESSAGE or facts.ordered_end == "machine"
    return facts.disposition == Outcome.OPTED_OUT.value or (facts.asked_not_to_be_called and not machine)


def _message_outcome(facts: CallFacts) -> Outcome:
    return {
        Purpose.LEAVE_MESSAGE: Outcome.VOICEMAIL_LEFT,
        Purpose.NOTICE: Outcome.TURNED_AWAY,
    }.get(facts.purpose or Purpose.SAFE_HARBOUR, Outcome.ABANDONED)


def _ordered_outcome(facts: CallFacts) -> tuple[Outcome, EndedBy]:
    """An operator's end of a conversation that had begun is not a call that never was: it is not dialled again."""
    known = ORDERED_ENDS.get(facts.ordered_end or "")
    if known is not None:
        return known
    return Outcome.COMPLETED if facts.purpose is Purpose.TALK else Outcome.CANCELLED, EndedBy.OPERATOR


def _natural_outcome(facts: CallFacts, by: EndedBy) -> Outcome:
    match facts.purpose:
        case Purpose.LEAVE_MESSAGE:
            return Outcome.MACHINE
        case Purpose.SAFE_HARBOUR:
            return Outcome.ABANDONED
        case Purpose.NOTICE:
            return Outcome.TURNED_AWAY
    if by is EndedBy.CALLEE:
        return Outcome.HUNG_UP
    return Outcome.COMPLETED if by is EndedBy.BOT else Outcome.FAILED


def _why(facts: CallFacts) -> str | None:
    if facts.transferred and not facts.finished:
        return Outcome.CORE_LOST.value
    return facts.ordered_end if facts.ordered_end in (NO_ORDERS, DRAINING) else None
