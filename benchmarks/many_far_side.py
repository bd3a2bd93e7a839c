"""The other end of many short calls, in a process of its own: called, it does as the number says; told to, it calls."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Final

from contract_tests.carrier import scripts
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.carrier.leg import Leg
from contract_tests.carrier.measure import first_sound
from contract_tests.carrier.scripts import Number
from contract_tests.carrier.sounds import tone
from ports.telephony import HangUp

TALK: Final = 0.4
"""Seconds for which each side of an answered call is heard."""

LONG: Final = tone(440, 20.0)

PATIENCE: Final = 30.0


class Kind(StrEnum):
    """How a call goes. Calls that come in are to a number of ours."""

    CALLEE_HANGS_UP = "+15557000001"
    WE_HANG_UP = "+15557000002"
    IS_BUSY = "+15557000003"
    IS_NOBODY = "+15557000004"
    WE_GIVE_UP = "+15557000005"
    CALLER_HANGS_UP = "+15558000001"
    CALLER_IS_HUNG_UP_ON = "+15558000002"
    CALLER_GIVES_UP = "+15558000003"


ENDS: Final[Mapping[Kind, tuple[int, HangUp]]] = {
    Kind.CALLEE_HANGS_UP: (200, HangUp.CALLEE),
    Kind.WE_HANG_UP: (200, HangUp.US),
    Kind.IS_BUSY: (486, HangUp.CALLEE),
    Kind.IS_NOBODY: (404, HangUp.NETWORK),
    Kind.WE_GIVE_UP: (487, HangUp.US),
    Kind.CALLER_HANGS_UP: (200, HangUp.CALLEE),
    Kind.CALLER_IS_HUNG_UP_ON: (200, HangUp.US),
    Kind.CALLER_GIVES_UP: (487, HangUp.CALLEE),
}
"""The status and who ended it, by which one knows that each went as it should."""


async def _converses(leg: Leg) -> None:
    """Until it has heard somebody, and a little longer, so that they have heard it too."""
    leg.play(LONG)
    await leg.until(lambda seen: first_sound(seen.media) is not None, PATIENCE)
    await asyncio.sleep(TALK)


CALLED: Final[Mapping[str, Number]] = {
    Kind.CALLEE_HANGS_UP: Number(script=scripts.answers(_converses, scripts.hangs_up(), ringing=0)),
    Kind.WE_HANG_UP: Number(script=scripts.answers(scripts.says(LONG))),
    Kind.IS_BUSY: Number(script=scripts.refuses(486, ringing=0)),
    Kind.IS_NOBODY: Number(script=scripts.refuses(404)),
    Kind.WE_GIVE_UP: Number(script=scripts.rings),
}


async def _hangs_up(leg: CallingLeg) -> None:
    await leg.until_answered(PATIENCE)
    await _converses(leg)
    await leg.hang_up()


async def _stays(leg: CallingLeg) -> None:
    await leg.until_answered(PATIENCE)
    await leg.say(LONG)


async def _gives_up(leg: CallingLeg) -> None:
    await leg.until_status(180, PATIENCE)
    await leg.cancel()


CALLERS: Final[Mapping[Kind, Callable[[CallingLeg], Awaitable[None]]]] = {
    Kind.CALLER_HANGS_UP: _hangs_up,
    Kind.CALLER_IS_HUNG_UP_ON: _stays,
    Kind.CALLER_GIVES_UP: _gives_up,
}


def serve(pipe: Connection) -> None:
    """Tells its port. Then it takes a Kind with the port to call, `forget`, which is answered by how many of the
    answered calls that are over have heard nothing, and `stop`. Fails when a caller's part did."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    async with far_end(numbers=CALLED) as far:
        pipe.send(far.port)
        while (said := await asyncio.to_thread(pipe.recv)) != "stop":
            if said == "forget":
                pipe.send(_forget(far))
            else:
                far.place.tasks.start(_call(far, *said))


async def _call(far: FarEnd, kind: Kind, port: int) -> None:
    leg = await far.call(kind, (far.place.host, port), from_="+15559990001")
    await CALLERS[kind](leg)


def _forget(far: FarEnd) -> int:
    """It remembers all that it saw, and its own memory is not what is looked at."""
    over = {call_id: call for call_id, call in far.calls.items() if call.ended_at is not None}
    for call_id in over:
        del far.calls[call_id]
        far.legs.pop(call_id, None)
    return sum(call.answered_at is not None and first_sound(call.media) is None for call in over.values())
