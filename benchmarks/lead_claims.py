"""P7: leads claimed and attempts scheduled a second by one Dialler, with few and with a million leads in the campaign.

`python -m benchmarks.lead_claims [--short] [--sizes 1000 10000]`: real ticks over SQLite, from the claim to the stored
attempt, call and lead; what the calls then do is left out. Beside it what one finds in many diallers, over the same
file: ten of the leads that are due, at random, claimed under a lock and dispatched one after the other.
"""

import logging
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import apsw
import structlog
import uvloop

from adapters.codec.documents import decode
from adapters.codec.instants import micros
from adapters.sqlite.rows import SqlValue, rows
from benchmarks.dialling_desk import CAMPAIGN, DIALLER, TRUNK, Desk, desk_at, fill
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Side, alternate, percentile
from domain.calls.call import Call, Direction, Origin
from domain.campaigns.attempt import Attempt
from domain.campaigns.lead import Lead
from domain.campaigns.rate import TokenBucket
from domain.ids import CallId
from domain.lease import Lease

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
SHORT: Final = (1_000,)
A_TICK: Final = 125
"""Calls that a tick may start: at four ticks a second, 500 a second."""

TICKS: Final = 6
BATCH: Final = 10
BATCHES: Final = 6
CLAIM: Final = timedelta(seconds=10)
AT_RANDOM: Final = """
SELECT id FROM leads WHERE campaign_id = :campaign AND state = 'waiting' AND claim_at <= :at
ORDER BY random() LIMIT :limit"""
TAKE: Final = """
UPDATE leads SET state = 'leased', version = version + 1, claim_at = :until_micros, doc = json_set(doc,
    '$.state', 'leased', '$.version', version + 1,
    '$.lease', json_object('holder', :holder, 'until', :until, 'fence', 1))
WHERE id = :id RETURNING doc"""

Answer = TypeVar("Answer")


async def _ours(path: Path) -> Figures:
    async with desk_at(path) as desk:
        ticks = [await _tick(desk) for _ in range(TICKS)]
        claims = [(await _timed(_claim(desk)))[0] for _ in range(BATCHES)]
    return {
        "attempts/s": A_TICK / percentile(ticks, 0.5),
        "tick of 125 (ms)": percentile(ticks, 0.5) * 1000,
        "claim of 10 (ms)": percentile(claims, 0.5) * 1000,
    }


async def _tick(desk: Desk) -> float:
    """Seconds that one took. The calls of the one before are over by then."""
    bucket = TokenBucket(per_second=A_TICK, level=A_TICK, filled_at=datetime.now(UTC))
    took, left = await _timed(desk.dial(CAMPAIGN, bucket))
    assert left.whole == 0, f"{left.whole} calls of {A_TICK} were not started"
    await desk.calls_end()
    return took


async def _claim(desk: Desk) -> list[Lead]:
    now = datetime.now(UTC)
    claimed = await desk.leads.claim_due(
        CAMPAIGN.brand, CAMPAIGN.id, holder=DIALLER, at=now, until=now + CLAIM, limit=BATCH
    )
    return list(claimed)


async def _theirs(path: Path) -> Figures:
    async with desk_at(path) as desk:
        claims, wholes = [], []
        for _ in range(BATCHES):
            claiming, leads = await _timed(_claim_at_random(desk))
            dispatching, _ = await _timed(_dispatch(desk, leads))
            claims.append(claiming)
            wholes.append(claiming + dispatching)
    return {"attempts/s": BATCH / percentile(wholes, 0.5), "claim of 10 (ms)": percentile(claims, 0.5) * 1000}


async def _claim_at_random(desk: Desk) -> list[Lead]:
    """In one transaction, whose write lock is what other databases' SKIP LOCKED would be."""
    now = datetime.now(UTC)
    until = now + CLAIM
    taken: dict[str, SqlValue] = {"holder": "peer", "until": until.isoformat(), "until_micros": micros(until)}

    def claim(connection: apsw.Connection) -> list[str]:
        ids = rows(connection, AT_RANDOM, {"campaign": CAMPAIGN.id, "at": micros(now), "limit": BATCH})
        return [rows(connection, TAKE, {"id": lead_id, **taken})[0][0] for (lead_id,) in ids]

    return [decode(text, Lead) for text in await desk.file.write(claim)]


async def _dispatch(desk: Desk, leads: list[Lead]) -> None:
    """One after the other: attempt, call and lead are stored, and only then comes the next."""
    for lead in leads:
        now = datetime.now(UTC)
        call_id = CallId(f"call_{lead.next_attempt_id}")
        attempt = Attempt(
            id=lead.next_attempt_id,
            brand=lead.brand,
            campaign_id=lead.campaign_id,
            lead_id=lead.id,
            call_id=call_id,
            number=1,
            phone=lead.phone.e164,
            caller_number="+14155550199",
            trunk_id=TRUNK.id,
            opened_at=now,
            lease=Lease(holder="peer", until=now + CLAIM, fence=1),
        )
        call = Call(
            id=call_id,
            brand=lead.brand,
            direction=Direction.CAMPAIGN,
            bot_id=CAMPAIGN.bot_id,
            bot_version=1,
            phone=lead.phone.e164,
            caller_number=attempt.caller_number,
            trunk_id=TRUNK.id,
            created_at=now,
            origin=Origin(campaign_id=lead.campaign_id, lead_id=lead.id, attempt_id=attempt.id),
            variables=lead.variables,
        )
        await desk.attempts.open(attempt)
        await desk.calls.add(call)
        await desk.leads.save(lead.dial())


async def _timed(work: Awaitable[Answer]) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = await work
    return time.perf_counter() - began, answer


def _file(folder: Path, leads: int) -> Path:
    path = folder / f"{leads}.sqlite"
    if not path.exists():
        uvloop.run(fill(path, leads))
    return path


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    sizes, rounds = (asked.sizes or (SHORT if asked.short else SIZES)), (1 if asked.short else asked.rounds)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        file = partial(_file, Path(folder))
        sides = [
            Side(name="CXB, a tick at a time", measure=lambda leads: uvloop.run(_ours(file(leads)))),
            Side(name="ten at random, one after the other", measure=lambda leads: uvloop.run(_theirs(file(leads)))),
        ]
        measured = alternate(sides, sizes, rounds)
    Report(
        name="lead_claims",
        title="P7: leads claimed and attempts scheduled by one Dialler",
        size="leads",
        rows=measured,
        rounds=rounds,
        short=asked.short,
        out=asked.out,
        plotted=(Plotted(figure="attempts/s"), Plotted(figure="claim of 10 (ms)")),
    ).publish()


if __name__ == "__main__":
    main()
