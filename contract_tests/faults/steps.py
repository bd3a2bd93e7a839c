"""Every step of attempt, call, result and delivery at which a process may die, and what that means for the call."""

from dataclasses import dataclass
from typing import Final

from contract_tests.faults.fate import Fate
from contract_tests.faults.kill_point import KillPoint, kill_point


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`first` dies before it, such as the Dialler whose attempt is then recovered. `fate` is its victim's."""

    point: KillPoint
    fate: Fate
    first: KillPoint | None = None

    def __str__(self) -> str:
        return f"{self.first}, then {self.point}" if self.first else str(self.point)


def _steps(fate: Fate, *points: str, first: str = "") -> tuple[Step, ...]:
    earlier = kill_point(first) if first else None
    return tuple(Step(point=kill_point(point), fate=fate, first=earlier) for point in points)


DIALLER: Final = (
    *_steps(Fate.NATURAL, "dialler:leads.claim_due=leased:after", "dialler:attempts.open:before"),
    *_steps(
        Fate.NEVER_PLACED,
        "dialler:attempts.open:after",
        "dialler:calls.add:before",
        "dialler:calls.add:after",
        "dialler:leads.save=dialling:after",
        "dialler:rooms.open:before",
        "dialler:rooms.open:after",
        "dialler:telephony.dial:before",
    ),
    *_steps(
        Fate.RANG,
        "dialler:telephony.dial:after",
        "dialler:attempts.save=ringing:before",
        "dialler:attempts.save=ringing:after",
        "dialler:cores.take:before",
    ),
    *_steps(
        Fate.ANSWERED,
        "dialler:telephony.watch=ringing:after",
        "dialler:telephony.watch=answered:after",
        "dialler:attempts.save=answered:before",
        "dialler:attempts.save=answered:after",
    ),
    *_steps(
        Fate.LEFT_ALONE,
        "dialler:cores.take:after",
        "dialler:screening.verdict:after",
        "dialler:cores.order=talk:before",
        "dialler:cores.order=talk:after",
        "dialler:attempts.save=handed_over:before",
        "dialler:attempts.save=handed_over:after",
    ),
    *_steps(
        Fate.NATURAL,
        "dialler:telephony.watch=ended:after",
        "dialler:calls.save=ended:before",
        "dialler:calls.save=ended:after",
        "dialler:attempts.save=ended:before",
        "dialler:attempts.save=ended:after",
        "dialler:leads.save=waiting:after",
        "dialler:leads.save=done:before",
        "dialler:leads.save=done:after",
        "dialler:attempts.save=settled:before",
        "dialler:attempts.save=settled:after",
    ),
    *_steps(
        Fate.NEVER_PLACED,
        "dialler:attempts.claim_abandoned=opened:after",
        "dialler:telephony.find:after",
        "dialler:rooms.close:after",
        first="dialler:rooms.open:after",
    ),
    *_steps(
        Fate.RANG,
        "dialler:telephony.find:before",
        "dialler:telephony.hang_up:after",
        "dialler:calls.save=ended:after",
        "dialler:attempts.save=ended:before",
        first="dialler:cores.take:before",
    ),
)
CORE: Final = (
    *_steps(Fate.SEATED_LATE, "core:runner.start:before", "core:runner.start:after", "core:runner.start:after:1:whole"),
    *_steps(Fate.CORE_LOST, "core:runner.order=talk:before:1:whole", "core:runner.order=talk:after:1:whole"),
    *_steps(
        Fate.NATURAL,
        "core:journal.read:after",
        "core:objects.put:before",
        "core:objects.put:after",
        "core:outbox.put:before",
        "core:outbox.put:after",
        "core:journal.drop:before",
        "core:journal.drop:after",
        "core:sink.hand_over:before",
        "core:sink.hand_over:after",
        "core:outbox.delivered:before",
        "core:outbox.delivered:after",
        "core:outbox.put:after:2:whole",
    ),
    *_steps(
        Fate.CORE_LOST,
        "core:journal.read:before",
        "core:outbox.put:before",
        "core:outbox.put:after",
        "core:journal.drop:after",
        first="calls:journal.note=talk:after:1:whole",
    ),
)
CALLS: Final = (
    *_steps(
        Fate.CORE_LOST,
        "calls:configs.fetch:before",
        "calls:configs.fetch:after",
        "calls:journal.open:before",
        "calls:journal.open:after",
        "calls:links.join:before",
        "calls:links.join:after",
        "calls:sink.tell=joined:before",
        "calls:sink.tell=joined:after",
        "calls:conversation.open:after",
        "calls:journal.note=talk:before",
        "calls:conversation.order=talk:after",
        "calls:journal.note=turn:after",
        "calls:sink.tell=turn:after",
        "calls:journal.note=ended:before",
        "calls:links.join:after:1:whole",
        "calls:sink.tell=joined:after:1:whole",
        "calls:journal.note=turn:after:1:whole",
    ),
    *_steps(Fate.NATURAL, "calls:journal.note=ended:after", "calls:journal.note=ended:after:1:whole"),
    *_steps(Fate.CORE_LOST, "calls:configs.fetch:after:1:whole", "calls:journal.open:before:1:whole"),
)
API: Final = (
    *_steps(Fate.BRIEFED_LATE, "api:calls.find:after", "api:bots.get:before", "api:bots.get:after"),
    *_steps(
        Fate.NATURAL,
        "api:allotments.hold:after",
        "api:calls.save=live:before",
        "api:calls.save=live:after",
        "api:events.append:after",
        "api:calls.save=ended:before",
        "api:calls.save=ended:after",
        "api:calls.unrelayed=ended:after",
        "api:attempts.save=ended:before",
        "api:attempts.save=ended:after",
        "api:dnc.add:before",
        "api:dnc.add:after",
        "api:deliveries.add:before",
        "api:deliveries.add:after",
        "api:calls.save=relayed:before",
        "api:calls.save=relayed:after",
        "api:deliveries.claim_due=pending:after",
        "api:crm.push:before",
        "api:crm.push:after",
        "api:deliveries.save=delivered:before",
        "api:deliveries.save=delivered:after",
        "api:fleet.put:before",
        "api:leases.acquire:after",
    ),
)
EXCHANGE: Final = (
    *_steps(
        Fate.NEVER_PLACED,
        "exchange:rooms.open:before",
        "exchange:rooms.open:after",
        "exchange:telephony.dial:before",
        "exchange:journal.append=intent:before",
    ),
    *_steps(
        Fate.UNKNOWN,
        "exchange:journal.append=intent:after",
        "exchange:telephony.dial:after",
        "exchange:carrier.carry:before",
        "exchange:journal.append=ringing:before",
    ),
    *_steps(
        Fate.LINE_LOST,
        "exchange:journal.append=ringing:after",
        "exchange:journal.append=answered:before",
        "exchange:journal.append=answered:after",
        "exchange:rooms.invite:before",
        "exchange:rooms.invite:after",
        "exchange:rooms.admit:after",
    ),
    *_steps(Fate.CUT_SHORT, "exchange:carrier.carry:after", "exchange:journal.append=ended:before"),
    *_steps(
        Fate.NATURAL,
        "exchange:journal.append=ended:after",
        "exchange:rooms.close:before",
        "exchange:rooms.close:after",
    ),
)
STEPS: Final = (*DIALLER, *CORE, *CALLS, *API, *EXCHANGE)


def ports_of(process: str) -> dict[str, set[str]]:
    """Which methods of which ports a process is to be watched at."""
    watched: dict[str, set[str]] = {}
    for step in STEPS:
        for point in filter(None, (step.first, step.point)):
            if point.process == process:
                watched.setdefault(point.port, set()).add(point.method)
    return watched
