"""A simulated voicemail: greets at length, beeps, and records until its tape is full."""

from random import Random
from typing import Final

from adapters.simulation.mouth import Mouth
from ports.clock import Clock

GREETINGS: Final = (
    "You have reached the Miller family. Please leave a message after the tone.",
    "Hi, this is Sam. I cannot come to the phone. Leave a message after the beep.",
    "The person you have called is not available. Please leave your message after the tone.",
)
TAPE: Final = 30.0
"""Seconds that it records."""


class Voicemail:
    def __init__(self, *, mouth: Mouth, clock: Clock, chance: Random) -> None:
        self._mouth = mouth
        self._clock = clock
        self._chance = chance

    async def live(self) -> None:
        """From the answer until it hangs up. Raises Unavailable when the line is gone."""
        await self._clock.sleep(self._chance.uniform(0.2, 0.6))
        await self._mouth.say(self._chance.choice(GREETINGS))
        await self._clock.sleep(self._chance.uniform(0.4, 0.9))
        await self._mouth.beep(self._chance.uniform(0.3, 0.5))
        await self._clock.sleep(TAPE)
