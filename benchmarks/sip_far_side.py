"""The other end of a benchmark's SIP calls, in a process of its own: answers, speaks, and says how even we were."""

import asyncio
import time
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Final

from contract_tests.carrier import scripts
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.measure import missing
from contract_tests.carrier.records import RtpSeen
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sounds import tone

TALKS: Final = "+15557000001"
LONGEST: Final = 120.0
"""Seconds for which it speaks."""

NUMBERS: Final = {TALKS: Number(script=scripts.answers(scripts.says(tone(440, LONGEST)), ringing=0))}


def serve(pipe: Connection) -> None:
    """Tells its port; then takes turns: `begin` and `end` of a measurement, both answered."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    async with far_end(numbers=NUMBERS, stamped=True) as far:
        pipe.send(far.port)
        began = 0.0
        while (said := await asyncio.to_thread(pipe.recv)) != "stop":
            if said == "begin":
                began = time.monotonic()
            pipe.send(_seen(far, began) if said == "end" else _sent(far))


def _sent(far: FarEnd) -> int:
    return sum(call.media.sent for call in far.calls.values())


def _seen(far: FarEnd, began: float) -> tuple[int, int, int, list[float]]:
    """Packets sent since its first, packets that came and were missing since `began`, and milliseconds between them."""
    heard: list[list[RtpSeen]] = [[s for s in call.media.audio if s.at >= began] for call in far.calls.values()]
    gaps = [(b.at - a.at) * 1000 for seen in heard for a, b in pairwise(seen)]
    return _sent(far), sum(map(len, heard)), sum(map(missing, heard)), gaps
