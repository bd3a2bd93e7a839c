"""A carrier whose callees do what they were told beforehand, by phone number, and whose callers when told to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from domain.calls.audio import AudioFrame
from domain.routing.trunk import CarrierKind
from ports.audio_links import AudioLink, Heard
from ports.carrier import Arrival, Carrier, Incoming, LegEnd, Progress, Reception, Refer
from ports.clock import Clock
from ports.errors import Refused, Unavailable
from ports.telephony import REFERRED, DialOrder, HangUp


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
    refers: bool = True


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
        self._calling: asyncio.Queue[Incoming] = asyncio.Queue()

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        self.orders.append(order)
        callee = self._callees.get(order.to, UNKNOWN_NUMBER)
        if callee.rings_after is not None:
            await self._clock.sleep(callee.rings_after)
            await progress.ringing()
        await self._wait(callee.answers_after)
        if callee.status != 200:
            return LegEnd(status=callee.status, reason=callee.reason, by=callee.by)
        return await self.talk(callee, progress)

    async def arrivals(self) -> AsyncIterator[Incoming]:
        while True:
            yield await self._calling.get()

    def call_in(self, arrival: Arrival, caller: Callee = ANSWERS, *, gives_up_after: float | None = None) -> None:
        """Somebody calls us; once answered, it behaves as a callee does."""
        self._calling.put_nowait(MemoryIncoming(arrival, caller, self, self._clock, gives_up_after))

    async def talk(self, callee: Callee, progress: Progress) -> LegEnd:
        """Until the callee hangs up, is referred or the room ends, whichever comes first."""
        referred = asyncio.Event()
        link = await progress.answered(self._referring(referred) if callee.refers else None)
        try:
            return await self._talk(callee, link, referred)
        finally:
            await link.leave()

    def _referring(self, referred: asyncio.Event) -> Refer:
        async def refer(to: str) -> None:
            other = self._callees.get(to, UNKNOWN_NUMBER)
            await self._wait(other.answers_after)
            if other.status != 200:
                raise Refused(f"the far end was told {other.status}", reason=f"sip_{other.status}")
            referred.set()

        return refer

    async def _talk(self, callee: Callee, link: AudioLink, referred: asyncio.Event) -> LegEnd:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen(callee, link))
            acting = group.create_task(self._act(callee, link))
            leaving = group.create_task(referred.wait())
            await asyncio.wait({listening, acting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in (listening, acting, leaving):
                task.cancel()
        if referred.is_set():
            return LegEnd(status=200, reason=REFERRED, by=HangUp.US)
        return LegEnd(
            status=200, reason="bye", by=HangUp.CALLEE if acting.done() and not acting.cancelled() else HangUp.US
        )

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


class MemoryIncoming(Incoming):
    """Rings until it is wanted, or its caller gives up."""

    def __init__(
        self, arrival: Arrival, caller: Callee, carrier: MemoryCarrier, clock: Clock, gives_up_after: float | None
    ) -> None:
        self.arrival = arrival
        self._caller = caller
        self._carrier = carrier
        self._clock = clock
        self._gives_up_after = gives_up_after

    async def carry(self, reception: Reception) -> LegEnd:
        async with asyncio.TaskGroup() as group:
            wanted = group.create_task(reception.wanted())
            giving_up = group.create_task(self._clock.sleep(self._gives_up_after or 86_400.0))
            await asyncio.wait({wanted, giving_up}, return_when=asyncio.FIRST_COMPLETED)
            gone = not wanted.done()
            for task in (wanted, giving_up):
                task.cancel()
        if gone:
            return LegEnd(status=487, reason="given up", by=HangUp.CALLEE)
        return await self._carrier.talk(self._caller, reception)
