"""The demo's checks of what the far end saw and of what was killed: each finds what it is for, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from launcher.demo.client import Plain
from launcher.demo.crm import CrmReceiver
from launcher.demo.facts import Facts
from launcher.demo.kill_checks import FELT_AFTER, calls_went_on, nothing_else_was_lost, the_struck_calls_say_so
from launcher.demo.kills import CALLS, Kill
from launcher.demo.media import LIVEKIT
from launcher.demo.phone_checks import (
    LEFT_BY_A_DEAD_LINE,
    LET_GO_WITHIN,
    every_phone_was_let_go,
    only_who_was_called_rang,
    who_is_said_to_have_answered_did,
    who_is_said_to_have_hung_up_did,
)

BEGAN = 1_800_000_000.0
KILLED = BEGAN + 8.0
PHONE = "+12127360011"


def time(seconds: float) -> str:
    return datetime.fromtimestamp(BEGAN + seconds, UTC).isoformat()


def call(call_id: str, outcome: str, *, began: float = 0.0, ended: float = 10.0, phone: str = PHONE) -> Plain:
    result = {"outcome": outcome, "answered_at": time(began + 2), "ended_at": time(ended), "detail": None}
    return {"id": call_id, "phone": phone, "created_at": time(began), "result": result}


def leg(call_id: str | None, *, ended: float | None = 10.2, phone: str = PHONE, answered: bool = True) -> Plain:
    return {
        "call": call_id,
        "to": phone,
        "rang": True,
        "began": BEGAN + 0.1,
        "answered": BEGAN + 2 if answered else None,
        "ended": None if ended is None else BEGAN + ended,
    }


def facts(calls: list[Plain], phones: list[Plain], *kills: Kill) -> Facts:
    rest: dict[str, Any] = {"campaign": {}, "lead_import": {}}
    rest |= {name: [] for name in ("row_errors", "leads", "attempts", "deliveries")}
    return Facts(
        calls=calls,
        phones=phones,
        kills=kills,
        by_sip=True,
        attempts_csv=0,
        recordings={},
        dnc=frozenset(),
        invited=frozenset(),
        least_pause=1.0,
        crm=CrmReceiver(log=Path("crm.ndjson")),
        **rest,
    )


def killed(victim: str, *calls: str, survivable: bool = False) -> Kill:
    return Kill(victim=victim, pid=1, at=KILLED, calls=frozenset(calls), survivable=survivable)


LATER = call("call_2", "completed", began=20.0, ended=30.0, phone="+12127360012")
LATER_LEG = leg("call_2", ended=30.1, phone="+12127360012")
GOOD = {
    "nothing happened": facts([call("call_1", "completed")], [leg("call_1")]),
    "who has no name in the INVITE": facts([call("call_1", "completed")], [leg(None)]),
    "a process died": facts(
        [call("call_1", "core_lost", ended=7.9), LATER], [leg("call_1"), LATER_LEG], killed(CALLS, "call_1")
    ),
    "a call outlived": facts(
        [call("call_1", "completed", ended=20.0), LATER],
        [leg("call_1", ended=20.0), LATER_LEG],
        killed(LIVEKIT, "call_1", survivable=True),
    ),
    "a dead line": facts(
        [call("call_1", "line_lost", ended=8.5), LATER],
        [leg("call_1", ended=8.5 + LEFT_BY_A_DEAD_LINE - 1), LATER_LEG],
        killed("exchange", "call_1"),
    ),
}
LOST = facts([call("call_1", "core_lost"), LATER], [leg("call_1")], killed(CALLS, "call_1"))
BAD: dict[Callable[[Facts], Iterator[str]], list[Facts]] = {
    only_who_was_called_rang: [
        facts([call("call_1", "completed")], [leg("call_1"), leg("call_9")]),
        facts([], [leg("call_9")]),
    ],
    who_is_said_to_have_answered_did: [
        facts([call("call_1", "completed")], []),
        facts([call("call_1", "completed")], [leg("call_1", answered=False)]),
    ],
    who_is_said_to_have_hung_up_did: [
        facts([call("call_1", "hung_up")], [leg("call_1", ended=17.0)]),
        facts([call("call_1", "hung_up")], [leg("call_1", ended=None)]),
    ],
    every_phone_was_let_go: [
        facts([call("call_1", "completed")], [leg("call_1", ended=None)]),
        facts([call("call_1", "completed")], [leg("call_1", ended=10.0 + LET_GO_WITHIN + 1)]),
        facts([call("call_1", "completed")], [leg(None, ended=None, answered=False)]),
        replace(LOST, phones=[leg("call_1", ended=10.0 + LET_GO_WITHIN + 1)]),
        facts([call("call_1", "line_lost")], [leg("call_1", ended=None)], killed("exchange", "call_1")),
    ],
    the_struck_calls_say_so: [
        replace(LOST, calls=[call("call_1", "completed", ended=12.0), LATER]),
        replace(LOST, calls=[call("call_1", "completed", ended=5.0), LATER]),
        replace(LOST, calls=[{**call("call_1", "core_lost"), "result": None}, LATER]),
        replace(LOST, kills=[killed(LIVEKIT, "call_1")]),
        facts([LATER], [], killed(LIVEKIT, "call_1", survivable=True)),
    ],
    nothing_else_was_lost: [
        facts([call("call_1", "core_lost")], [leg("call_1")]),
        facts([call("call_1", "core_lost")], [leg("call_1")], killed("exchange")),
        facts([call("call_1", "core_lost", ended=4.0)], [leg("call_1", ended=4.0)], killed(CALLS)),
        facts([call("call_1", "failed", began=9 + FELT_AFTER, ended=60)], [], killed("api")),
    ],
    calls_went_on: [
        facts([call("call_1", "completed")], [], killed("api")),
        facts([call("call_1", "core_lost", began=20.0)], [], killed("api")),
    ],
}


@pytest.mark.parametrize("found", GOOD.values(), ids=GOOD.keys())
def test_what_is_right_is_not_complained_of(found: Facts) -> None:
    assert [fault for check in BAD for fault in check(found)] == []


@pytest.mark.parametrize(
    ("check", "found"),
    [
        pytest.param(check, found, id=f"{check.__name__}-{number}")
        for check, all_ in BAD.items()
        for number, found in enumerate(all_)
    ],
)
def test_what_is_wrong_is_found(check: Callable[[Facts], Iterator[str]], found: Facts) -> None:
    assert list(check(found))
