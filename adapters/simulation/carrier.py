"""A carrier whose far end is a population of simulated people and machines."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Final

from adapters.simulation.callee import Callee
from adapters.simulation.ears import Ears
from adapters.simulation.mouth import Mouth
from adapters.simulation.population import ORDINARY, Answer, Overrides, Persona, PopulationShares, persona_of
from adapters.simulation.voicemail import Voicemail
from domain.routing.trunk import CarrierKind
from ports.audio_links import AudioLink
from ports.carrier import Carrier, Incoming, LegEnd, Progress, Refer
from ports.clock import Clock
from ports.errors import Refused, Unavailable
from ports.speech_to_text import SpeechToText
from ports.telephony import REFERRED, DialOrder, HangUp
from ports.text_to_speech import TextToSpeech

BUSY: Final = LegEnd(status=486, reason="Busy Here", by=HangUp.CALLEE)
INVALID: Final = LegEnd(status=404, reason="Not Found", by=HangUp.NETWORK)
CONGESTION: Final = LegEnd(status=503, reason="Service Unavailable", by=HangUp.NETWORK)
REJECTED: Final = LegEnd(status=603, reason="Decline", by=HangUp.CALLEE)
NO_ANSWER: Final = LegEnd(status=480, reason="Temporarily Unavailable", by=HangUp.NETWORK)
LOST: Final = LegEnd(status=200, reason="line lost", by=HangUp.NETWORK)

UNRUNG: Final[Mapping[Answer, LegEnd]] = {
    Answer.BUSY: BUSY,
    Answer.INVALID: INVALID,
    Answer.CONGESTION: CONGESTION,
}
"""What ends before the phone rings."""

REFUSALS: Final[Mapping[Answer, LegEnd]] = {**UNRUNG, Answer.REJECTS: REJECTED, Answer.NO_ANSWER: NO_ANSWER}
"""What somebody who was referred to such a number is told."""

NETWORK_PATIENCE: Final = 120.0
"""Seconds after which the network gives up on a phone that nobody answers; the caller does so long before."""

SILENT_SECONDS: Final = (15.0, 30.0)
"""How long somebody stays on the line who says nothing."""


class SimulatedCarrier(Carrier):
    """`speed` divides the times until the answer, so that a demonstration is short; speech is never hurried."""

    kind = CarrierKind.SIMULATED

    def __init__(
        self,
        clock: Clock,
        text_to_speech: TextToSpeech,
        speech_to_text: SpeechToText,
        *,
        seed: int,
        shares: PopulationShares = ORDINARY,
        overrides: Overrides | None = None,
        speed: float = 1.0,
    ) -> None:
        self._clock = clock
        self._text_to_speech = text_to_speech
        self._speech_to_text = speech_to_text
        self._seed = seed
        self._shares = shares
        self._overrides = overrides or {}
        self._speed = speed

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        persona = persona_of(order.to, seed=self._seed, shares=self._shares, overrides=self._overrides)
        answer = persona.role.answer
        await self._clock.sleep(persona.network / self._speed)
        if answer in UNRUNG:
            return UNRUNG[answer]
        await progress.ringing()
        if answer is Answer.NO_ANSWER:
            await self._clock.sleep(NETWORK_PATIENCE)
            return NO_ANSWER
        await self._clock.sleep(persona.rings / self._speed)
        if answer is Answer.REJECTS:
            return REJECTED
        referred = asyncio.Event()
        link = await progress.answered(self._referring(referred))
        try:
            return await self._talk(order, persona, link, referred)
        finally:
            await link.leave()

    async def arrivals(self) -> AsyncIterator[Incoming]:
        """Nobody of this population calls by itself."""
        nobody: tuple[Incoming, ...] = ()
        for each in nobody:
            yield each

    def _referring(self, referred: asyncio.Event) -> Refer:
        """Whether the callee comes to talk to that number is up to the number's own persona."""

        async def refer(to: str) -> None:
            persona = persona_of(to, seed=self._seed, shares=self._shares, overrides=self._overrides)
            await self._clock.sleep((persona.network + persona.rings) / self._speed)
            refused = REFUSALS.get(persona.role.answer)
            if refused is not None:
                raise Refused(f"the callee was told {refused.status}", reason=f"sip_{refused.status}")
            referred.set()

        return refer

    async def _talk(self, order: DialOrder, persona: Persona, link: AudioLink, referred: asyncio.Event) -> LegEnd:
        chance = Random(f"{self._seed}/{order.to}/{order.call_id}")  # noqa: S311  # a simulation, no secret
        mouth = Mouth(link, self._text_to_speech, persona.voice)
        match persona.role.answer:
            case Answer.VOICEMAIL:
                machine = Voicemail(mouth=mouth, clock=self._clock, chance=chance)
                return await _lived(machine.live(), _drained(link), referred)
            case Answer.SILENT:
                return await _lived(self._clock.sleep(chance.uniform(*SILENT_SECONDS)), _drained(link), referred)
        async with self._ears(order, link) as ears:
            manner = persona.role.manner
            callee = Callee(manner=manner, mouth=mouth, ears=ears, clock=self._clock, chance=chance)
            return await _lived(callee.live(), ears.listen(), referred, ears.understand(), ears.notice_silence())

    @asynccontextmanager
    async def _ears(self, order: DialOrder, link: AudioLink) -> AsyncIterator[Ears]:
        seed = f"callee/{order.to}/{order.call_id}"
        async with self._speech_to_text.open(language="en", seed=seed) as recognition:
            yield Ears(link, recognition, self._clock)


async def _lived(
    story: Coroutine[Any, Any, None],
    line: Coroutine[Any, Any, None],
    referred: asyncio.Event,
    *beside: Coroutine[Any, Any, None],
) -> LegEnd:
    """Until the story ends, which hangs up, or the line does, by our doing, or another number has taken over."""
    async with asyncio.TaskGroup() as tasks:
        living = tasks.create_task(_ended(story))
        listening = tasks.create_task(line)
        leaving = tasks.create_task(referred.wait())
        others = [tasks.create_task(other) for other in beside]
        await asyncio.wait({living, listening, leaving}, return_when=asyncio.FIRST_COMPLETED)
        end = LegEnd(status=200, reason="bye", by=HangUp.US)
        if referred.is_set():
            end = LegEnd(status=200, reason=REFERRED, by=HangUp.US)
        elif not listening.done():
            end = living.result()
        for task in (living, listening, leaving, *others):
            task.cancel()
    return end


async def _ended(story: Coroutine[Any, Any, None]) -> LegEnd:
    try:
        await story
    except Unavailable:
        return LOST
    return LegEnd(status=200, reason="bye", by=HangUp.CALLEE)


async def _drained(link: AudioLink) -> None:
    """Hear and forget, until the room is closed."""
    async for _ in link.events():
        pass
