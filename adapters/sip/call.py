"""One call of the SIP stack: what happened to it, in order, and what can be done to it."""

import asyncio
from contextlib import suppress
from enum import StrEnum
from typing import Final

import structlog
from baresip import Call, CallState
from baresip.audio import CallAudio
from baresip.errors import BaresipError, TransferFailed
from baresip.events import Event, StackEvent

from adapters.sip.ends import GIVEN_UP, end_of_answered, end_of_unanswered
from adapters.sip.errors import translated
from adapters.sip.giving_up import until_given_up
from domain.calls.transfer import word_for_referral
from ports.carrier import LegEnd
from ports.clock import Clock
from ports.errors import Refused

CLOSING: Final = 5.0
"""Seconds that the stack has to let go of a call that we end."""

REFER_SECONDS: Final = 60.0
"""How long the far end may take to say what became of a REFER."""

BETWEEN_DIGITS: Final = 0.12

KEYS: Final = frozenset("0123456789*#")
"""Those that a party of a room can press; A to D are on no telephone and are left out."""

log = structlog.get_logger()


class Step(StrEnum):
    RINGS = "rings"
    ANSWERED = "answered"
    OVER = "over"


STEPS: Final = {
    Event.CALL_RINGING: Step.RINGS,
    Event.CALL_PROGRESS: Step.RINGS,
    Event.CALL_ESTABLISHED: Step.ANSWERED,
}


class SipCall:
    """`steps` come in order and end with OVER; `keys` are those that the far end pressed. `over` is set when the stack
    has let go of it, or when `fail` says that it is of no use any more."""

    def __init__(self, call: Call, clock: Clock) -> None:
        self.call_id = call.call_id or ""
        self.headers = call.headers
        self.steps: asyncio.Queue[Step] = asyncio.Queue()
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.over = asyncio.Event()
        self.answered = False
        self.held = False
        self.end: LegEnd | None = None
        self._call = call
        self._came_in = call.state is CallState.INCOMING
        self._clock = clock
        self._gone = asyncio.Event()

    @property
    def audio(self) -> CallAudio:
        audio: CallAudio = self._call.audio
        return audio

    def hear(self, event: StackEvent) -> None:
        """What the stack says of this call."""
        match event.event:
            case Event.CALL_ESTABLISHED:
                self.answered = True
            case Event.CALL_HOLD:
                self.held = True
            case Event.CALL_RESUME:
                self.held = False
            case Event.CALL_DTMF_START if event.text and event.text in KEYS:
                self.keys.put_nowait(event.text)
            case Event.CALL_CLOSED:
                self.lose(event.text or "")
        if event.event in STEPS:
            self.steps.put_nowait(STEPS[event.event])

    def lose(self, text: str) -> None:
        """The stack knows it no more."""
        self.end = self.end or self._end(text)
        self.steps.put_nowait(Step.OVER)
        self._gone.set()
        self.over.set()

    def _end(self, text: str) -> LegEnd:
        if self.answered:
            return end_of_answered(text)
        return GIVEN_UP if self._came_in else end_of_unanswered(text)

    def fail(self, end: LegEnd) -> None:
        """Of no use any more, although the far end does not know yet."""
        self.end = self.end or end
        self.over.set()

    async def answer(self) -> None:
        """200 for a call that came in. Raises NotFound when its caller has gone, Unavailable."""
        with translated():
            await self._call.answer(video=True)  # with video=False the stack sends a re-INVITE right after the ACK

    async def hang_up(self) -> None:
        """CANCEL, BYE, or 486 for one that came in and rings: returns once it is out, or the call was over. It is on
        its way before anything is waited for: who gives up waiting hangs up all the same."""
        if self._gone.is_set():
            return
        with suppress(BaresipError):  # it crossed the far end's own, or the stack is dead: then nothing can be sent
            await self._call.hangup()
        try:
            async with asyncio.timeout(CLOSING):
                await self._gone.wait()
        except TimeoutError:
            log.warning("sip_call_not_closed", seconds=CLOSING)

    async def press(self, digit: str) -> None:
        """Send one digit (RFC 4733), and wait as long as two have to be apart. Raises NotFound, Unavailable."""
        with translated():
            await self._call.send_dtmf(digit)
        await self._clock.sleep(BETWEEN_DIGITS)

    async def refer(self, uri: str) -> None:
        """As Telephony.refer has it: the call is over when this returns. Whoever gives up waiting leaves a call that
        goes on, until the far end does what it was perhaps asked already."""
        with translated():
            try:
                await until_given_up(self._call.transfer(uri, timeout=REFER_SECONDS))
            except TransferFailed as error:
                if error.status is None:
                    raise
                raise Refused(f"the far end was told {error.status}", reason=word_for_referral(error.status)) from error
