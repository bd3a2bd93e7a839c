"""A simulated human on the phone, as a story: picks up, listens, answers, and hangs up."""

from random import Random
from typing import Final

from adapters.simulation.ears import Ears
from adapters.simulation.mouth import Mouth
from adapters.simulation.population import Manner
from adapters.simulation.replies import Reply, reply_to
from ports.clock import Clock

GREETINGS: Final = ("Hello?", "Hello.", "Yes, hello?", "Hi, this is Sam.", "Good morning.", "Miller, hello?")
SCREENING_GREETING: Final = "Hello. Before I connect you, please tell me who is calling?"
INTERRUPTIONS: Final = ("Sorry, wait. What is this about?", "Hold on, who is this?", "Stop. What do you want?")
OPT_OUTS: Final = ("Please do not call me again.", "Take me off your list.", "Stop calling me.")

PATIENCE: Final = 9.0
"""Seconds of silence after which a callee says hello again, and the next time hangs up."""

MOST_TURNS: Final = 25
"""A bot that goes round in circles is hung up on."""


class Callee:
    """One human in one call. All that is known of the caller comes through the ears."""

    def __init__(self, *, manner: Manner, mouth: Mouth, ears: Ears, clock: Clock, chance: Random) -> None:
        self._manner = manner
        self._mouth = mouth
        self._ears = ears
        self._clock = clock
        self._chance = chance

    async def live(self) -> None:
        """From the answer until the callee hangs up. Raises Unavailable when the line is gone."""
        await self._wait(0.3, 0.8)
        match self._manner:
            case Manner.HANGS_UP:
                await self._greet()
                await self._ears.words(self._chance.randint(3, 6), within=PATIENCE)
            case Manner.OPTS_OUT:
                await self._greet()
                await self._opt_out()
            case Manner.INTERRUPTS:
                await self._greet()
                await self._interrupt()
                await self._converse()
            case Manner.SCREENS:
                await self._screen()
                await self._converse()
            case _:
                await self._greet()
                await self._converse()

    async def _greet(self) -> None:
        await self._mouth.say(self._chance.choice(GREETINGS))

    async def _opt_out(self) -> None:
        await self._turn()
        await self._mouth.say(self._chance.choice(OPT_OUTS))
        await self._turn()
        await self._wait(1.0, 2.0)

    async def _interrupt(self) -> None:
        if await self._ears.words(self._chance.randint(3, 5), within=PATIENCE):
            await self._mouth.say(self._chance.choice(INTERRUPTIONS))

    async def _screen(self) -> None:
        await self._mouth.say(SCREENING_GREETING)
        if await self._turn() is not None:
            await self._mouth.say("Thank you. One moment, please.")
            await self._wait(1.5, 2.5)
            await self._greet()

    async def _converse(self) -> None:
        lonely = False
        for _ in range(MOST_TURNS):
            said = await self._turn()
            if said is None and lonely:
                return
            lonely = said is None
            reply = Reply(say="Hello?") if said is None else reply_to(said, self._manner, self._chance)
            if reply.over:
                await self._wait(1.5, 2.5)  # whoever said goodbye hangs up first, as a rule
            await self._give(reply)
            if reply.over:
                return

    async def _give(self, reply: Reply) -> None:
        for digit in reply.press:
            await self._mouth.press(digit)
        if reply.say:
            await self._mouth.say(reply.say)

    async def _turn(self) -> str | None:
        return await self._ears.turn(pause=self._chance.uniform(0.3, 0.8), within=PATIENCE)

    async def _wait(self, least: float, most: float) -> None:
        await self._clock.sleep(self._chance.uniform(least, most))
