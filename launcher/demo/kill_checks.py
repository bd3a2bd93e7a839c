"""The demo's end checks of a killed system: who was struck is told so, nobody else is, and calls went on."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from domain.calls.outcome import Outcome
from launcher.demo.client import Plain
from launcher.demo.facts import Facts
from launcher.demo.kills import CALLS, Kill
from launcher.demo.media import LIVEKIT

LINE: Final = frozenset({Outcome.LINE_LOST, Outcome.UNKNOWN})
BLAMED: Final[Mapping[str, frozenset[Outcome]]] = {
    "dialler": frozenset({Outcome.DIALLER_LOST, Outcome.CANCELLED}),
    "core": frozenset({Outcome.CORE_LOST}),
    CALLS: frozenset({Outcome.CORE_LOST}),
    "api": frozenset({Outcome.FAILED}),
    "exchange": LINE | {Outcome.CANCELLED},
    LIVEKIT: LINE | {Outcome.CANCELLED},
}
"""What only this process's death brings about."""

STRUCK_WITHIN: Final = 3.0
"""Seconds in which a death ends its calls; until then a bot may come to its own end."""

LOST: Final = frozenset[Outcome]().union(*BLAMED.values())
FELT_BEFORE: Final = 3.0
FELT_AFTER: Final = 30.0
"""Seconds from a death in which calls that are placed may still meet nobody; all are back after ten on two cores."""


def the_struck_calls_say_so(facts: Facts) -> Iterator[str]:
    """Each that had not ended before. A wish not to be called stands above all else, and calls outlive a media server
    that is back at once: those then ended as others do."""
    results = {call["id"]: call["result"] for call in facts.calls}
    for kill in facts.kills:
        ends = {call: results.get(call) for call in kill.calls}
        blamed = {call for call, result in ends.items() if result and result["outcome"] in BLAMED[kill.victim]}
        if kill.calls and not blamed and not kill.survivable:
            yield f"{kill.victim} was killed in {len(kill.calls)} calls, and no result says so"
        for call in kill.calls - blamed:
            result = ends[call]
            if result is None:
                yield f"{kill.victim} was killed in call {call}, which has no result"
            elif not kill.survivable and result["outcome"] != Outcome.OPTED_OUT and _later(result, kill):
                yield f"{kill.victim} was killed in call {call}, which ended {result['outcome']} after that"


def _later(result: Plain, kill: Kill) -> bool:
    return _time(result["ended_at"]) > kill.at + STRUCK_WITHIN


def nothing_else_was_lost(facts: Facts) -> Iterator[str]:
    for call in facts.calls:
        outcome = call["result"] and Outcome(call["result"]["outcome"])
        if outcome in LOST and not any(
            outcome in BLAMED.get(kill.victim, ()) and _felt(kill, call) for kill in facts.kills
        ):
            yield f"call {call['id']} ended {outcome} ({call['result']['detail']}), and nobody was killed who does that"


def _felt(kill: Kill, call: Plain) -> bool:
    began, ended = _time(call["created_at"]), _time(call["result"]["ended_at"])
    return ended > kill.at - FELT_BEFORE and began < kill.at + FELT_AFTER


def calls_went_on(facts: Facts) -> Iterator[str]:
    """After each death somebody was called anew and talked to."""
    for kill in facts.kills:
        if not any(_talked(call) and _time(call["created_at"]) > kill.at for call in facts.calls):
            yield f"after {kill.victim} was killed nobody was talked to any more"


def _talked(call: Plain) -> bool:
    return bool(call["result"] and call["result"]["outcome"] == Outcome.COMPLETED)


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
