"""The far end of calls by SIP that click, in a process of its own, and how late it hears the bot's clicks."""

import asyncio
from multiprocessing.connection import Connection
from typing import Final

import numpy as np

from benchmarks.click_calls import NUMBER, Lossy
from benchmarks.clicks import clicks_in, sound_of_clicks
from contract_tests.carrier import scripts
from contract_tests.carrier.called import CalledLeg
from contract_tests.carrier.far_end import far_end
from contract_tests.carrier.g711 import LAWS, RATE
from contract_tests.carrier.media import STEP
from contract_tests.carrier.records import MediaSeen
from contract_tests.carrier.scripts import Act, Number
from contract_tests.carrier.speaker import Trouble

BEYOND: Final = 30.0
"""Seconds for which it clicks on, as nobody hangs up on the second."""


def serve(pipe: Connection, line: Lossy, seconds: float) -> None:
    """Tells its port; asked for anything, it tells what it heard and ends."""
    asyncio.run(_serve(pipe, line, seconds))


async def _serve(pipe: Connection, line: Lossy, seconds: float) -> None:
    trouble = Trouble(loss=line.loss, jitter=line.jitter)
    script = scripts.answers(scripts.over(trouble), clicks_for(seconds + BEYOND), ringing=0)
    async with far_end(numbers={NUMBER: Number(script=script)}) as far:
        pipe.send(far.port)
        await asyncio.to_thread(pipe.recv)
        pipe.send([late for call in far.calls.values() for late in lateness(call.media)])


def clicks_for(seconds: float) -> Act:
    """As a microphone has it: a frame is sent when it is over."""

    async def act(leg: CalledLeg) -> None:
        await leg.say(sound_of_clicks(leg.place.pacer.due - STEP, round(seconds * RATE), RATE))

    return act


def lateness(media: MediaSeen) -> list[float]:
    """Milliseconds from each whole second to the click's arrival."""
    found: list[tuple[float, float]] = []
    for seen in media.audio:
        sound = LAWS[seen.packet.payload_type].decode(seen.packet.payload)
        clicks = clicks_in(np.asarray(sound), RATE)
        late = (seen.at + clicks[0]) % 1 if clicks else 1.0
        if late < 0.5 and (not found or seen.at - found[-1][0] > 0.5):
            found.append((seen.at, late * 1000))
    return [late for _, late in found]
