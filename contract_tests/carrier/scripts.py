"""What a number does when it is called; ready for every case that a carrier shows."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.hostile import BROKEN, SPOILS, rtp_junk, sip_junk
from contract_tests.carrier.message import Headers
from contract_tests.carrier.speaker import Trouble

Act = Callable[[CalledLeg], Awaitable[object]]
"""One thing to do in a call that was answered."""

RINGING: Final = 0.05
AT_ONCE: Final = 10
"""Datagrams of a flood that go out in one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """With `credentials` the caller is challenged with `challenge` (407 or 401) before anything else happens."""

    script: Script
    credentials: Credentials | None = None
    challenge: int = 407


def refuses(status: int, reason: str = "", *, ringing: float = RINGING, headers: Headers = ()) -> Script:
    """Rings for so many seconds, and then refuses; with 0 it does not ring at all."""

    async def script(leg: CalledLeg) -> None:
        await _rings(leg, ringing)
        leg.refuse(status, reason=reason, headers=headers)

    return script


def answers(*acts: Act, ringing: float = RINGING, headers: Headers = (), body: bytes | None = None) -> Script:
    """Answers and does one act after the other; then it listens until they hang up."""

    async def script(leg: CalledLeg) -> None:
        await _rings(leg, ringing)
        await leg.answer(headers=headers, body=body)
        for act in acts:
            await act(leg)

    return script


def early_media(pcm: Pcm, *, then: Script, headers: Headers = ()) -> Script:
    """183 with sound, and when all of it has been sent whatever comes `then`."""

    async def script(leg: CalledLeg) -> None:
        leg.progress(183, early_media=True, headers=headers)
        await leg.say(pcm)
        await then(leg)

    return script


def progresses(*steps: tuple[int, float], then: Script) -> Script:
    """Provisional answers, each with the seconds to wait after it."""

    async def script(leg: CalledLeg) -> None:
        for status, wait in steps:
            leg.progress(status)
            await asyncio.sleep(wait)
        await then(leg)

    return script


async def silent(leg: CalledLeg) -> None:
    """Never answers anything, a CANCEL neither."""
    leg.mute = True


async def rings(leg: CalledLeg) -> None:
    """For ever: whoever calls has to give up."""
    leg.progress(180)


async def crosses_cancel(leg: CalledLeg) -> None:
    """Rings, and answers at the very moment at which it is given up."""
    leg.crosses_cancel = True
    leg.progress(180)


def mumbles(*, then: Script) -> Script:
    """Says everything that is broken to whoever calls, and goes on as if nothing had been."""

    async def script(leg: CalledLeg) -> None:
        for data in BROKEN.values():
            leg.wire.send(data)
        await then(leg)

    return script


def spoils(*names: str, then: Script) -> Script:
    """Rings, and rings again in each of those ways of SPOILS, and goes on as if nothing had been."""

    async def script(leg: CalledLeg) -> None:
        leg.progress(180)
        assert leg.invite.last is not None
        for name in names:
            leg.wire.send(SPOILS[name](leg.invite.last.to_bytes()))
        await then(leg)

    return script


def says(pcm: Pcm) -> Act:
    return lambda leg: leg.say(pcm)


def types(digits: str) -> Act:
    return lambda leg: leg.type_digits(digits)


def waits(seconds: float) -> Act:
    return lambda _leg: asyncio.sleep(seconds)


async def echoes(leg: CalledLeg) -> None:
    leg.echo()


async def stops_rtp(leg: CalledLeg) -> None:
    leg.stop_rtp()


def hangs_up(*, after: float = 0.0) -> Act:
    async def act(leg: CalledLeg) -> None:
        await asyncio.sleep(after)
        await leg.hang_up()

    return act


def holds(direction: str = "sendonly", *, lasting: float) -> Act:
    async def act(leg: CalledLeg) -> None:
        await leg.hold(direction)
        await asyncio.sleep(lasting)
        await leg.resume()

    return act


def over(trouble: Trouble) -> Act:
    """From now on our audio goes over a network that has trouble."""

    async def act(leg: CalledLeg) -> None:
        leg.media.speaker.trouble = trouble

    return act


def floods(*, count: int = 500) -> Act:
    """Junk to the caller's SIP port and to its RTP port, as many datagrams each."""

    async def act(leg: CalledLeg) -> None:
        await flood(leg.wire.send, sip_junk(leg.place.chance, count))
        await flood(leg.media.send, rtp_junk(leg.place.chance, count))

    return act


async def flood(send: Callable[[bytes], None], datagrams: list[bytes]) -> None:
    for number, data in enumerate(datagrams):
        send(data)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0.001)


async def _rings(leg: CalledLeg, seconds: float) -> None:
    if seconds:
        leg.progress(180)
        await asyncio.sleep(seconds)


REFUSALS: Final = (400, 403, 404, 408, 410, 480, 484, 486, 488, 500, 502, 503, 504, 600, 603, 604, 606, 607, 608)
BLOCKED: Final = Number(
    script=refuses(603, "Network Blocked", headers=(("Reason", 'SIP;cause=603;text="Network Blocked"'),))
)
NUMBERS: Final[Mapping[str, Number]] = {
    **{str(status): Number(script=refuses(status)) for status in REFUSALS},
    "blocked": BLOCKED,
    "answer": Number(script=answers()),
    "echo": Number(script=answers(echoes)),
    "silent": Number(script=silent),
    "rings": Number(script=rings),
    "crosses": Number(script=crosses_cancel),
}
"""What a far end knows unless a test gives it others."""
