"""One caller of the proof: it calls, speaks now and then, listens, and hangs up; and what was on the wire meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from benchmarks.babble import babble
from contract_tests.carrier.calling import CallingLeg
from contract_tests.carrier.far_end import FarEnd
from contract_tests.carrier.g711 import RATE
from contract_tests.carrier.measure import first_sound, missing
from contract_tests.carrier.records import CallSeen, EndedBy, RtpSeen

ANSWERED_WITHIN: Final = 30.0
FIRST_WORDS: Final = 3.0
"""Seconds after the answer: a greeting of a second or two is heard out."""

SPEAKS_EVERY: Final = 8.0
SPEAKS_FOR: Final = 2.0
WRAPPED: Final = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """What each caller does; `seconds` is how long after the answer it hangs up, `keys` what it presses halfway."""

    number: str
    host: str
    port: int
    seconds: float
    keys: str = ""
    caller: str = "+14155550123"


@dataclass(slots=True, kw_only=True)
class WireCall:
    """One call as it was on the wire, in seconds, instants by the machine's monotonic clock. `fault` is empty when it
    was answered, heard, and ended by the caller's own BYE that was answered 200."""

    fault: str = ""
    began: float = 0.0
    rang: float | None = None
    answered: float | None = None
    ended: float | None = None
    first_packet: float | None = None
    first_sound: float | None = None
    bye: float | None = None
    packets: int = 0
    lost: int = 0
    gaps: list[float] = field(default_factory=list)


async def make_call(far: FarEnd, calling: Calling, seed: int) -> WireCall:
    """Whatever happens is in what it returns."""
    leg = await far.call(calling.number, (calling.host, calling.port), from_=calling.caller)
    call = WireCall(began=leg.seen.began_at)
    try:
        await leg.until_answered(ANSWERED_WITHIN)
    except TimeoutError:
        call.fault = await _given_up(leg)
    else:
        call.fault = await _talk(leg, calling, seed) or await _hang_up(leg, call)
    _look(leg.seen, call)
    if not call.fault and call.first_sound is None:
        call.fault = "nothing heard"
    return call


async def _given_up(leg: CallingLeg) -> str:
    if leg.seen.status is None:
        leg.place.tasks.start(_cancel(leg))
        return "no answer"
    return str(leg.seen.status)


async def _cancel(leg: CallingLeg) -> None:
    await leg.cancel()


async def _talk(leg: CallingLeg, calling: Calling, seed: int) -> str:
    """Until it is time to hang up, or they do."""
    for at in _moments(calling.seconds):
        leg.place.tasks.start(_say(leg, at, seed))
    if calling.keys:
        leg.place.tasks.start(_press(leg, calling.seconds / 2, calling.keys))
    try:
        await leg.until_ended(calling.seconds)
    except TimeoutError:
        return ""
    return "they hung up"


def _moments(seconds: float) -> Sequence[float]:
    """When it speaks: at least once, however short the call is."""
    moments, at = [min(FIRST_WORDS, seconds / 4)], FIRST_WORDS + SPEAKS_EVERY
    while at + SPEAKS_FOR < seconds:
        moments.append(at)
        at += SPEAKS_EVERY
    return moments


async def _say(leg: CallingLeg, after: float, seed: int) -> None:
    await asyncio.sleep(after)
    if leg.seen.ended_at is None:
        leg.play(babble(SPEAKS_FOR, seed))


async def _press(leg: CallingLeg, after: float, keys: str) -> None:
    await asyncio.sleep(after)
    if leg.seen.ended_at is None:
        leg.media.speaker.type_digits(keys)


async def _hang_up(leg: CallingLeg, call: WireCall) -> str:
    began = asyncio.get_running_loop().time()
    status = await leg.hang_up()
    call.bye = asyncio.get_running_loop().time() - began
    if status != 200 or leg.seen.ended_by is not EndedBy.US:
        return f"BYE {status}"
    return ""


def _look(seen: CallSeen, call: WireCall) -> None:
    """What its records say."""
    call.rang = next((at for at, status in seen.statuses() if status in {180, 183}), None)
    call.answered, call.ended = seen.answered_at, seen.ended_at
    audio = [each for each in seen.media.audio if seen.ended_at is None or each.at <= seen.ended_at]
    call.packets, call.lost, call.gaps = len(audio), missing(audio), arrival_gaps(audio)
    if audio:
        call.first_packet, call.first_sound = audio[0].at, first_sound(seen.media)


def arrival_gaps(audio: Sequence[RtpSeen]) -> list[float]:
    """Seconds between arrivals. What a sender who is silent leaves out, by its own timestamps, is no gap: it counts
    as 20 ms; where packets were lost their time stays in."""
    return [later.at - earlier.at - _left_out(earlier, later) for earlier, later in pairwise(audio)]


def _left_out(earlier: RtpSeen, later: RtpSeen) -> float:
    packet, before = later.packet, earlier.packet
    if packet.ssrc != before.ssrc or (packet.sequence - before.sequence) & 0xFFFF != 1:
        return 0.0
    skipped = (packet.timestamp - before.timestamp) % WRAPPED - len(before.payload)
    return skipped / RATE if 0 < skipped < 60 * RATE else 0.0
