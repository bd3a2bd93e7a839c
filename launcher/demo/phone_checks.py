"""The demo's end checks by what the far end saw: only who was called rang, and nobody was left on the line."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

from domain.calls.outcome import Outcome
from launcher.demo.client import Plain
from launcher.demo.facts import Facts
from launcher.demo.media import LIVEKIT

LET_GO_WITHIN: Final = 15.0
"""Seconds from the end of a call, or the death of a Core in it, to the end of its leg: the law says three, on a machine
with nothing else to do. The report has the longest that it took."""

LEFT_BY_A_DEAD_LINE: Final = 45.0
"""A SIP process that was killed sends no BYE: callees hang up when they hear nothing, machines when a tape is full.
Legs of a media server that was killed are let go once it is back and they have come back into their rooms."""


HUNG_UP_WITHIN: Final = 3.0
"""Seconds by which what the far end saw and what we saw of the same BYE may differ on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A call as the far end saw it, and what we know of it. `seconds` is how much longer the phone was busy."""

    phone: Plain
    call: Plain
    seconds: float | None
    line_died: bool


def only_who_was_called_rang(facts: Facts) -> Iterator[str]:
    rang = Counter(phone["to"] for phone in facts.phones)
    called = Counter(call["phone"] for call in facts.calls)
    for number, count in rang.items():
        if count > called[number]:
            yield f"{number} rang {count} times, and {called[number]} calls to it are stored"


def who_is_said_to_have_answered_did(facts: Facts) -> Iterator[str]:
    if facts.by_sip:
        answered = Counter(phone["to"] for phone in facts.phones if phone["answered"])
        said = Counter(call["phone"] for call in facts.calls if call["result"] and call["result"]["answered_at"])
        for number, count in said.items():
            if count > answered[number]:
                yield f"{count} calls to {number} were answered, and its phone says {answered[number]}"


def who_is_said_to_have_hung_up_did(facts: Facts) -> Iterator[str]:
    for leg in legs(facts):
        ended, result = leg.phone["ended"], leg.call["result"]
        late = inf if ended is None else ended - _time(result["ended_at"])
        if leg.phone["answered"] and result["outcome"] == Outcome.HUNG_UP and late > HUNG_UP_WITHIN:
            yield f"the callee of call {leg.call['id']} is said to have hung up {late:.1f} s before the phone did"


def every_phone_was_let_go(facts: Facts) -> Iterator[str]:
    for leg in legs(facts):
        most = LEFT_BY_A_DEAD_LINE if leg.line_died else LET_GO_WITHIN
        if leg.seconds is None:
            if leg.phone["answered"] or not leg.line_died:
                yield f"the leg of call {leg.call['id']} was never ended"
        elif leg.seconds > most:
            yield f"the leg of call {leg.call['id']} lasted {leg.seconds:.1f} s longer than the call"


def legs(facts: Facts) -> Iterator[Leg]:
    """Those that rang or were refused, of calls that are stored and over."""
    by_id = {call["id"]: call for call in facts.calls}
    for phone in facts.phones:
        call = by_id.get(phone["call"]) or _latest(facts, phone)
        if phone["rang"] and call is not None and call["result"]:
            yield _leg(facts, phone, call)


def _latest(facts: Facts, phone: Plain) -> Plain | None:
    """Where the INVITE does not name its call, it is the last one to that number that was stored before it."""
    calls = [
        call for call in facts.calls if call["phone"] == phone["to"] and _time(call["created_at"]) < phone["began"]
    ]
    return max(calls, key=lambda call: _time(call["created_at"]), default=None)


def _leg(facts: Facts, phone: Plain, call: Plain) -> Leg:
    ended = phone["ended"]
    struck = [kill for kill in facts.kills if phone["began"] < kill.at and (ended is None or kill.at < ended)]
    over = max([_time(call["result"]["ended_at"]), *(kill.at for kill in struck)])
    return Leg(
        phone=phone,
        call=call,
        seconds=None if ended is None else ended - over,
        line_died=any(kill.victim in {"exchange", LIVEKIT} and kill.calls for kill in struck),
    )


def longest(facts: Facts) -> Mapping[str, float]:
    """Seconds from the end of a call to that of its leg, at most: of all, and of those whose line died."""
    found = {"": 0.0, " whose line died": 0.0}
    for leg in legs(facts):
        name = " whose line died" if leg.line_died else ""
        found[name] = max(found[name], leg.seconds or 0.0)
    return found


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
