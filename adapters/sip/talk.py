"""A call that was answered: the phone and the room hear one another until either ends."""

import asyncio
from contextlib import suppress
from typing import Final

import numpy as np

from adapters.sip.call import SipCall
from adapters.sip.ends import OUR_BYE
from adapters.sip.line import Line
from adapters.sip.silence import QUIET, peak
from adapters.sip.ticker import Ticker
from domain.calls.audio import AudioFrame
from ports.audio_links import AudioLink, Heard, Pressed
from ports.carrier import LegEnd
from ports.errors import NotFound, Unavailable

AHEAD: Final = 0.03
"""Seconds of the phone's sound that may wait in the room. Frames that came in a burst would stay late as long as
somebody speaks: beyond that a pause is left out."""


async def talk(call: SipCall, link: AudioLink, ticker: Ticker) -> LegEnd:
    """Returns when the far end hangs up, is referred or is lost, or when the room is over: then nobody has hung up
    on the far end yet."""
    line, digits = Line(call, link.clock), asyncio.Queue[str]()
    with ticker.moving(line):
        async with asyncio.TaskGroup() as tasks:
            over = tasks.create_task(call.over.wait())
            hearing = tasks.create_task(_hear(link, line, digits))
            beside = [bring(line.heard, link), _press(call, link), _send(digits, call)]
            others = [tasks.create_task(each) for each in beside]
            await asyncio.wait({over, hearing}, return_when=asyncio.FIRST_COMPLETED)
            for task in (over, hearing, *others):
                task.cancel()
    return call.end or OUR_BYE


async def _hear(link: AudioLink, line: Line, digits: asyncio.Queue[str]) -> None:
    with suppress(Unavailable):
        async for event in link.events():
            if isinstance(event, Heard):
                line.say(event.party, event.frame.pcm)
            elif isinstance(event, Pressed):
                digits.put_nowait(event.digit)


async def bring(heard: asyncio.Queue[AudioFrame], link: AudioLink) -> None:
    """What the phone says into the room."""
    free = 0.0
    with suppress(Unavailable):  # the room's end ends the hearing too, and so the call
        while True:
            frame = await heard.get()
            if free - link.clock() <= AHEAD or peak(np.frombuffer(frame.pcm, "<i2")) >= QUIET:
                free = await link.speak(frame) + frame.seconds


async def _press(call: SipCall, link: AudioLink) -> None:
    with suppress(Unavailable):
        while True:
            await link.press(await call.keys.get())


async def _send(digits: asyncio.Queue[str], call: SipCall) -> None:
    while True:  # shielded, because Python 3.11's wait_for, inside the library, may swallow a cancellation
        await asyncio.shield(asyncio.ensure_future(_send_one(await digits.get(), call)))


async def _send_one(digit: str, call: SipCall) -> None:
    with suppress(NotFound, Unavailable):  # the end of the call is told elsewhere
        await call.press(digit)
