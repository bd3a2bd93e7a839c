"""What a callee or its network may do with a call of ours, for each kind of far end, and the outcome that is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from adapters.memory.carrier import Callee
from contract_tests.carrier import scripts
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sounds import silence, tone
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from ports.telephony import HangUp
from tests.dialler.world import HELLO
from tests.telephone.voice import voice

RING_TIMEOUT: Final = 3.0
RINGS: Final = 0.1
HANGS_UP_AFTER: Final = 1.5
"""Seconds from the hello: the bot is in the middle of its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sipp:
    """A scenario of a called SIPp, and what it leaves open."""

    scenario: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Behaviour:
    """`callee` does it in memory, `number` at the scripted far end, `sipp` where SIPp can play it; `baresip` is what
    Debian's baresip has to say where it can: when it has said that, it hangs up. `status` is the one that is stored:
    None for a call that was answered."""

    name: str
    outcome: Outcome
    by: EndedBy
    status: int | None = None
    callee: Callee
    number: Number
    sipp: Sipp | None = None
    baresip: Pcm | None = None


def refusal(
    status: int, reason: str, outcome: Outcome, by: HangUp = HangUp.NETWORK, *, stored: int | None = None
) -> Behaviour:
    return Behaviour(
        name=f"{status} {reason}",
        outcome=outcome,
        by=EndedBy.CALLEE if by is HangUp.CALLEE else EndedBy.SYSTEM,
        status=stored or status,
        callee=Callee(answers_after=0.2, status=status, reason=reason, by=by),
        number=Number(script=scripts.refuses(status, reason)),
        sipp=Sipp(scenario="refuses", values={"status": str(status), "reason": reason}),
    )


REFUSALS: Final[Sequence[Behaviour]] = (
    refusal(400, "Bad Request", Outcome.FAILED),
    refusal(403, "Forbidden", Outcome.TRUNK_FAULT),
    refusal(403, "Call Limit Exceeded", Outcome.CONGESTION),
    refusal(404, "Not Found", Outcome.INVALID_NUMBER),
    refusal(408, "Request Timeout", Outcome.NO_ANSWER),
    refusal(410, "Gone", Outcome.INVALID_NUMBER),
    refusal(480, "Temporarily Unavailable", Outcome.NO_ANSWER),
    refusal(484, "Address Incomplete", Outcome.INVALID_NUMBER),
    refusal(486, "Busy Here", Outcome.BUSY, HangUp.CALLEE),
    refusal(487, "Request Terminated", Outcome.NO_ANSWER),
    refusal(488, "Not Acceptable Here", Outcome.TRUNK_FAULT),
    refusal(500, "Server Internal Error", Outcome.CONGESTION),
    refusal(502, "Bad Gateway", Outcome.CONGESTION),
    refusal(503, "Service Unavailable", Outcome.CONGESTION),
    refusal(503, "CPS limit exceeded", Outcome.CONGESTION),
    refusal(504, "Server Time-out", Outcome.CONGESTION),
    refusal(600, "Busy Everywhere", Outcome.BUSY, HangUp.CALLEE),
    refusal(603, "Decline", Outcome.REJECTED, HangUp.CALLEE),
    refusal(603, "Network Blocked", Outcome.BLOCKED),
    refusal(604, "Does Not Exist Anywhere", Outcome.INVALID_NUMBER),
    refusal(606, "Not Acceptable", Outcome.TRUNK_FAULT),
    refusal(607, "Unwanted", Outcome.BLOCKED, HangUp.CALLEE),
    refusal(608, "Rejected", Outcome.BLOCKED),
)


UNANSWERED: Final[Sequence[Behaviour]] = (
    Behaviour(
        name="rings until the ring timeout",
        outcome=Outcome.NO_ANSWER,
        by=EndedBy.SYSTEM,
        status=408,
        callee=Callee(rings_after=RINGS, answers_after=None),
        number=Number(script=scripts.rings),
        sipp=Sipp(scenario="rings"),
    ),
    Behaviour(
        name="answers nothing at all",
        outcome=Outcome.NO_ANSWER,
        by=EndedBy.SYSTEM,
        status=408,
        callee=Callee(rings_after=None, answers_after=None),
        number=Number(script=scripts.silent),
    ),
    Behaviour(
        name="answers as it is given up",
        outcome=Outcome.NO_ANSWER,
        by=EndedBy.SYSTEM,
        status=408,
        callee=Callee(rings_after=RINGS, answers_after=RING_TIMEOUT - RINGS),
        number=Number(script=scripts.crosses_cancel),
        sipp=Sipp(scenario="crosses_cancel"),
    ),
    Behaviour(
        name="early media, then 486",
        outcome=Outcome.BUSY,
        by=EndedBy.CALLEE,
        status=486,
        callee=Callee(rings_after=RINGS, answers_after=0.5, status=486, reason="Busy Here"),
        number=Number(script=scripts.early_media(tone(440, 0.5), then=scripts.refuses(486, "Busy Here", ringing=0))),
    ),
    Behaviour(
        name="wants a password that we do not have",
        outcome=Outcome.TRUNK_FAULT,
        by=EndedBy.SYSTEM,
        status=403,
        callee=Callee(rings_after=None, answers_after=0.1, status=403, reason="Forbidden", by=HangUp.NETWORK),
        number=Number(script=scripts.answers(), credentials=Credentials(user="cxb", password="another"), challenge=407),
    ),
)
ANSWERED: Final[Sequence[Behaviour]] = (
    Behaviour(
        name="answers and says hello",
        outcome=Outcome.COMPLETED,
        by=EndedBy.BOT,
        callee=Callee(says=HELLO),
        number=Number(script=scripts.answers(scripts.says(voice(0.5)))),
        baresip=np.concatenate([voice(0.5), silence(30.0)]),
    ),
    Behaviour(
        name="answers and says nothing",
        outcome=Outcome.COMPLETED,
        by=EndedBy.BOT,
        callee=Callee(),
        number=Number(script=scripts.answers()),
        sipp=Sipp(scenario="answers"),
    ),
    Behaviour(
        name="early media, then 200",
        outcome=Outcome.COMPLETED,
        by=EndedBy.BOT,
        callee=Callee(rings_after=RINGS, answers_after=0.5, says=HELLO),
        number=Number(script=scripts.early_media(tone(440, 0.5), then=scripts.answers(scripts.says(voice(0.5))))),
        sipp=Sipp(scenario="has_early_media"),
    ),
    Behaviour(
        name="hangs up on the bot",
        outcome=Outcome.HUNG_UP,
        by=EndedBy.CALLEE,
        callee=Callee(says=HELLO, hangs_up_after=HANGS_UP_AFTER),
        number=Number(script=scripts.answers(scripts.says(voice(0.5)), scripts.hangs_up(after=HANGS_UP_AFTER))),
        baresip=np.concatenate([voice(0.5), silence(HANGS_UP_AFTER)]),
    ),
    Behaviour(
        name="hangs up before anybody has spoken",
        outcome=Outcome.HUNG_UP,
        by=EndedBy.CALLEE,
        callee=Callee(hangs_up_after=0.5),
        number=Number(script=scripts.answers(scripts.hangs_up(after=0.5))),
        sipp=Sipp(scenario="answers_and_hangs_up"),
    ),
)
BEHAVIOURS: Final = (*REFUSALS, *UNANSWERED, *ANSWERED)
