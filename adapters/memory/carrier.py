"""A carrier whose callees do what they were told beforehand, by phone number."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from domain.calls.audio import AudioFrame
from domain.routing.trunk import CarrierKind
from ports.audio_links import AudioLink, Heard
from ports.carrier import Carrier, LegEnd, Progress
from ports.clock import Clock
from ports.errors import Unavailable
from ports.telephony import DialOrder, HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What happens when a number is called. Seconds: `rings_after` the INVITE (None: never), the final answer
    `answers_after` that, the hang-up `hangs_up_after` the answer (None: never). `status` other than 200 is a no."""

    rings_after: float | None = 0.1
    answers_after: float | None = 1.0
    status: int = 200
    reason: str = ""
    by: HangUp = HangUp.CALLEE
    hangs_up_after: float | None = None
    says: tuple[AudioFrame, ...] = ()
    echoes: bool = False
    presses: str = ""


ANSWERS: Final = Callee()
ECHOES: Final = Callee(echoes=True)
NO_ANSWER: Final = Callee(answers_after=None)
BUSY: Final = Callee(rings_after=None, answers_after=0.1, status=486, reason="Busy Here")
REJECTS: Final = Callee(status=603, reason="Decline")
UNKNOWN_NUMBER: Final = Callee(rings_after=None, answers_after=0.1, status=404, reason="Not Found", by=HangUp.NETWORK)
CONGESTED: Final = Callee(
    rings_after=None, answers_after=0.1, status=503, reason="Service Unavailable", by=HangUp.NETWORK
)


class MemoryCarrier(Carrier):
    """Numbers that are in no script are unknown to the network: 404."""

    def __init__(
        self, callees: Mapping[str, Callee], clock: Clock, *, kind: CarrierKind = CarrierKind.SIMULATED
    ) -> None:
        self.kind = kind
        self.orders: list[DialOrder] = []
        self._callees = callees
        self._clock = clock

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        self.orders.append(order)
        callee = self._callees.get(order.to, UNKNOWN_NUMBER)
        if callee.rings_after is not None:
            await self._clock.sleep(callee.rings_after)
            await progress.ringing()
        await self._wait(callee.answers_after)
        if callee.status != 200:
            return LegEnd(status=callee.status, reason=callee.reason, by=callee.by)
        link = await progress.answered()
        try:
            return await self._talk(callee, link)
        finally:
            await link.leave()

    async def _talk(self, callee: Callee, link: AudioLink) -> LegEnd:
        """Until the callee hangs up or the room ends, whichever comes first."""
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen(callee, link))
            acting = group.create_task(self._act(callee, link))
            await asyncio.wait({listening, acting}, return_when=asyncio.FIRST_COMPLETED)
            by = HangUp.US if listening.done() else HangUp.CALLEE
            listening.cancel()
            acting.cancel()
        return LegEnd(status=200, reason="bye", by=by)

    async def _act(self, callee: Callee, link: AudioLink) -> None:
        with suppress(Unavailable):  # the room's end ends the listening too, and so the call
            for frame in callee.says:
                await link.speak(frame)
            for digit in callee.presses:
                await link.press(digit)
        await self._wait(callee.hangs_up_after)

    async def _listen(self, callee: Callee, link: AudioLink) -> None:
        with suppress(Unavailable):
            async for event in link.events():
                if callee.echoes and isinstance(event, Heard):
                    await link.speak(event.frame)

    async def _wait(self, seconds: float | None) -> None:
        await self._clock.sleep(86_400.0 if seconds is None else seconds)
