"""The simulated population behind real SIP: the same personas by number, who hear loudness and answer with keys.

`python -m contract_tests.carrier.people --port 5090` is a carrier to dial by; who calls must know its password. With
`--journal FILE` it writes down at its end, a line each, when which phone rang, was answered and was let go.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from adapters.simulation.population import Answer, Manner, Persona, persona_of
from contract_tests.carrier.called import CalledLeg, Script
from contract_tests.carrier.digest import Credentials
from contract_tests.carrier.far_end import far_end
from contract_tests.carrier.g711 import LAWS, RATE, Pcm
from contract_tests.carrier.records import CallSeen
from contract_tests.carrier.scripts import Number, refuses, rings
from contract_tests.carrier.sounds import silence, tone

CREDENTIALS: Final = Credentials(user="cxb", password=os.environ.get("CXB_TRUNK_PASSWORD", "a password of tests"))
QUIET: Final = 0.8
"""Seconds of quiet after which a caller's turn is over."""

PATIENCE: Final = 9.0
"""Seconds after which whoever hears nothing hangs up."""

LOUD: Final = 300
LOOK_EVERY: Final = 0.06
BEEP: Final = 1000.0
TAPE: Final = 30.0
CALL_ID: Final = "X-CXB-Call-Id"

KEYS: Final[Mapping[Manner, str]] = {
    Manner.SAYS_YES: "1",
    Manner.SAYS_NO: "2",
    Manner.OPTS_OUT: "9",
    Manner.INTERRUPTS: "1",
    Manner.SCREENS: "1",
    Manner.PRESSES_KEYS: "1",
}
"""What each presses at the end of a caller's turn."""

Story = dict[str, str | float | None]

UNANSWERED: Final[Mapping[Answer, Script]] = {
    Answer.BUSY: refuses(486, ringing=0),
    Answer.INVALID: refuses(404, ringing=0),
    Answer.CONGESTION: refuses(503, ringing=0),
    Answer.NO_ANSWER: rings,
}


class People(dict[str, Number]):
    """Every number has a persona, so every number is there."""

    def __init__(self, seed: int, speed: float, patience: float) -> None:
        super().__init__()
        self._seed = seed
        self._speed = speed
        self._patience = patience

    def get(self, user: str, default: Number | None = None) -> Number:  # type: ignore[override]  # never without one
        persona = persona_of(user, seed=self._seed, overrides={})
        return Number(script=script_of(persona, self._speed, self._patience), credentials=CREDENTIALS)


def script_of(persona: Persona, speed: float, patience: float) -> Script:
    """`speed` divides the times until the answer; who hears nothing for `patience` seconds hangs up."""
    answer = persona.role.answer
    if answer in UNANSWERED:
        return UNANSWERED[answer]
    if answer is Answer.REJECTS:
        return refuses(603, ringing=persona.rings / speed)

    async def script(leg: CalledLeg) -> None:
        leg.progress(180)
        await asyncio.sleep(persona.rings / speed)
        try:
            await leg.answer()
            await _lives(persona, patience)(leg)
        except TimeoutError:  # whoever called died before the answer was acknowledged
            await leg.hang_up()
        finally:
            leg.seen.media.audio.clear()  # of hundreds of calls it would be much, and nobody asks for it any more

    return script


def _lives(persona: Persona, patience: float) -> Callable[[CalledLeg], Awaitable[None]]:
    match persona.role.answer:
        case Answer.VOICEMAIL:
            return _machine
        case Answer.SILENT:
            return _nobody
    key = KEYS.get(persona.role.manner)
    return lambda leg: _hangs_up_soon(leg, patience) if key is None else _presses(leg, key, patience)


async def _machine(leg: CalledLeg) -> None:
    """Greets without a pause, beeps, and records until its tape is full."""
    await asyncio.sleep(0.4)
    await leg.say(np.concatenate([babble(4.0, leg.place.chance), silence(0.6), tone(BEEP, 0.4)]))
    await asyncio.sleep(TAPE)
    await leg.hang_up()


async def _nobody(leg: CalledLeg) -> None:
    await asyncio.sleep(20.0)
    await leg.hang_up()


async def _hangs_up_soon(leg: CalledLeg, patience: float) -> None:
    await _hello(leg)
    await _spoken_to(leg, quiet=0.0, within=patience)
    await asyncio.sleep(1.5)
    await leg.hang_up()


async def _presses(leg: CalledLeg, key: str, patience: float) -> None:
    """Answers every turn with the same key, until nobody speaks any more."""
    await _hello(leg)
    while await _spoken_to(leg, quiet=QUIET, within=patience):
        await leg.type_digits(key)
    await leg.hang_up()


async def _hello(leg: CalledLeg) -> None:
    await asyncio.sleep(0.5)
    await leg.say(babble(0.7, leg.place.chance))


async def _spoken_to(leg: CalledLeg, *, quiet: float, within: float) -> bool:
    """True once somebody has spoken and been quiet for so long; False when nobody does within that, or all is over."""
    loop = asyncio.get_running_loop()
    began, heard, last = loop.time(), len(leg.seen.media.audio), 0.0
    while leg.seen.ended_at is None:
        await asyncio.sleep(LOOK_EVERY)
        arrived = leg.seen.media.audio[heard:]
        heard += len(arrived)
        last = max(
            [
                last,
                *(seen.at for seen in arrived if _is_loud(LAWS[seen.packet.payload_type].decode(seen.packet.payload))),
            ]
        )
        if last and loop.time() - last >= quiet:
            return True
        if not last and loop.time() - began > within:
            return False
    return False


def _is_loud(pcm: Pcm) -> bool:
    return float(np.abs(pcm.astype(np.float64)).mean()) >= LOUD


def babble(seconds: float, chance: random.Random) -> Pcm:
    """As loud and as uneven as a voice, with no words in it and no pure tone."""
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0.0, 2500.0, round(seconds * RATE))
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4.0 * np.arange(len(noise)) / RATE)
    return np.clip(noise * syllables, -30_000, 30_000).astype(np.int16)


def story_of(call: CallSeen) -> Story:
    """Times in seconds since 1970. `call` is the caller's own name for it, where the INVITE says one; `rang` is false
    where the caller was asked for a password and did not come again."""
    since = time.time() - asyncio.get_running_loop().time()
    times = {"began": call.began_at, "answered": call.answered_at, "ended": call.ended_at}
    return {
        "to": call.to_user,
        "call": call.messages[0].message.first(CALL_ID) or None,
        "rang": bool(call.status or call.answered_at or "180 INVITE" in call.names(sent=True)),
        **{name: None if at is None else since + at for name, at in times.items()},
    }


async def serve(port: int, people: People, seed: int) -> list[Story]:
    """Until a signal; then all calls that there were."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with far_end(port=port, seed=seed) as carrier:
        carrier.numbers = people
        sys.stdout.write(f"listening on {carrier.port}\n")
        sys.stdout.flush()
        await stopping.wait()
        return [story_of(call) for call in carrier.calls.values()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--patience", type=float, default=PATIENCE)
    parser.add_argument("--journal", type=Path)
    asked = parser.parse_args()
    seen = asyncio.run(serve(asked.port, People(asked.seed, asked.speed, asked.patience), asked.seed))
    if asked.journal is not None:
        asked.journal.write_text("".join(json.dumps(story) + "\n" for story in seen))
