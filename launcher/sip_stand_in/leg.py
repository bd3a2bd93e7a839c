"""One leg while it lives: a carrier on one side, a participant of a room on the other, its limits, and its end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog

from launcher.sip_stand_in.faults import TIMED_OUT, TwirpFault, farewell, sip_fault
from launcher.sip_stand_in.phone import Farewell, Phone
from ports.audio_links import AudioLink
from ports.carrier import LegEnd, Reception, Refer
from ports.clock import Clock
from ports.errors import PortError, Unavailable
from ports.telephony import REFERRED, HangUp

log = structlog.get_logger()

STATUS: Final = "sip.callStatus"
TAG: Final = "sip.callTag"
FULL_ID: Final = "sip.callIDFull"

ACTIVE_AFTER: Final = 0.9
"""Seconds from the answer of a call that came in until livekit-sip says so: nobody may wait for it."""

REFERRED_STAYS: Final = 1.0
"""Seconds that a leg which was referred stays in the room."""

DTMF_PAUSE: Final = 0.5
"""Seconds that a `w` among the digits stands for."""

RING_TIMEOUT: Final = LegEnd(status=408, reason="ring timeout", by=HangUp.US)
MAX_DURATION: Final = LegEnd(status=200, reason="max duration", by=HangUp.US)
TAKEN_OUT: Final = LegEnd(status=487, reason="taken out of the room", by=HangUp.US)
STOPPING: Final = LegEnd(status=487, reason="stopping", by=HangUp.US)
NOT_CARRIED: Final = LegEnd(status=503, reason="not carried", by=HangUp.NETWORK)
"""No INVITE could be brought to the trunk: no far end has said anything."""

FAILED: Final = LegEnd(status=500, reason="carrier failed", by=HangUp.NETWORK)

Carry = Callable[[Reception], Awaitable[LegEnd]]
"""A carrier's part in one leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTerms:
    """`tag` is what is shown of the SIP dialogue; `dtmf` what is pressed after the answer. Times in seconds."""

    call_id: str
    tag: str
    ring_timeout: float
    max_duration: float
    dtmf: str = ""
    inbound: bool = False


class Leg(Reception):
    """Whoever ends it first says why. `settled` is done at the answer, or at an end before it, which it then tells."""

    def __init__(self, terms: LegTerms, phone: Phone, clock: Clock) -> None:
        self.terms = terms
        self.phone = phone
        self.settled: asyncio.Future[TwirpFault | None] = asyncio.get_running_loop().create_future()
        self._clock = clock
        self._ended: asyncio.Future[LegEnd] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._group: asyncio.TaskGroup | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._link: AudioLink | None = None
        self._refer: Refer | None = None
        self._rang = terms.inbound

    async def ringing(self) -> None:
        if not self._rang and self._link is None:
            self._rang = True
            await self.phone.show({STATUS: "ringing"})

    async def wanted(self) -> None:
        await self.phone.accompanied.wait()

    async def answered(self, refer: Refer | None = None) -> AudioLink:
        if self._ended.done():
            raise Unavailable("this leg is over")
        if self._link is None:
            self._link, self._refer = self.phone.pick_up(), refer
            self._stop_after(self.terms.max_duration, MAX_DURATION)
            if self.terms.inbound:
                self._beside(self._active_later())
            else:
                await self._become_active()
        return self._link

    async def refer(self, to: str) -> None:
        """As the carrier does it. Raises TwirpFault where it is not answered."""
        if self._link is None or self._ended.done():
            raise TwirpFault("failed_precondition", "the call is not active")
        if self._refer is None:
            raise sip_fault(405, "Method Not Allowed")
        await self._refer(to)

    def stop(self, end: LegEnd) -> None:
        """End it, unless somebody has already."""
        if not self._ended.done():
            self._ended.set_result(end)

    async def run(self, carry: Carry) -> None:
        """Its whole life in the room. The participant leaves at once; the carrier's part ends before this returns."""
        self._stop_after(self.terms.ring_timeout, RING_TIMEOUT)
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._beside(self._carry(carry))
                self._beside(self._watch())
                end = await self._ended
                for task in self._tasks:
                    task.cancel()
                await self._part(end)
        finally:
            self._settle(STOPPING)
            if self._timer is not None:
                self._timer.cancel()

    async def _carry(self, carry: Carry) -> None:
        try:
            end = await carry(self)
        except PortError as error:
            log.warning("leg_not_carried", sip_call_id=self.terms.call_id, error=type(error).__name__)
            end = NOT_CARRIED
        except Exception:  # one leg's carrier must not end the others
            log.exception("carrier_failed", sip_call_id=self.terms.call_id)
            end = FAILED
        self.stop(end)

    async def _watch(self) -> None:
        await self.phone.left.wait()
        self.stop(TAKEN_OUT)

    async def _become_active(self) -> None:
        await self.phone.show({TAG: self.terms.tag, FULL_ID: self.terms.call_id})
        await self.phone.show({STATUS: "active"})
        if not self.settled.done():
            self.settled.set_result(None)
        self._beside(self._dial())

    async def _active_later(self) -> None:
        await self._clock.sleep(ACTIVE_AFTER)
        await self.phone.show({STATUS: "active"})

    async def _dial(self) -> None:
        for digit in self.terms.dtmf:
            if digit == "w":
                await self._clock.sleep(DTMF_PAUSE)
            else:
                self.phone.dial(digit)

    async def _part(self, end: LegEnd) -> None:
        log.info("leg_ended", sip_call_id=self.terms.call_id, status=end.status, reason=end.reason, by=end.by.value)
        self._settle(end)
        if self.phone.left.is_set():
            return
        if self._link is None:
            ours = self.terms.inbound or end is STOPPING
            await self.phone.leave(Farewell.CLIENT_INITIATED if ours else farewell(end.status))
            return
        if end.reason == REFERRED:
            await self._clock.sleep(REFERRED_STAYS)
        await self.phone.show({STATUS: "hangup"})
        await self.phone.leave(Farewell.CLIENT_INITIATED)

    def _settle(self, end: LegEnd) -> None:
        if not self.settled.done():
            self.settled.set_result(_fault(end))

    def _stop_after(self, seconds: float, end: LegEnd) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.stop, end)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        if self._group is None or self._ended.done():
            work.close()
        else:
            self._tasks.append(self._group.create_task(work))


def _fault(end: LegEnd) -> TwirpFault:
    """Of a leg that was never answered. No final answer at all is told as the ring timeout is."""
    if end.status == 408:
        return TwirpFault(*TIMED_OUT)
    if end is TAKEN_OUT or end is STOPPING:
        return TwirpFault("canceled", "the call was ended")
    if end is NOT_CARRIED:
        return TwirpFault("unavailable", "twirp error unknown: network error")
    return sip_fault(end.status, end.reason)
