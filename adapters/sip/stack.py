"""The SIP stack of this process: started once, its events brought to the calls that they are of."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Final

import structlog
from baresip import Account, Call, Config, Runtime, UserAgent
from baresip.events import Event, StackEvent

from adapters.sip.call import SipCall
from adapters.sip.errors import translated
from adapters.sip.sources import Sources
from adapters.sip.stack_log import Invited, kept
from ports.clock import Clock
from ports.errors import Unavailable

RTP_TIMEOUT: Final = 30
"""Seconds without a packet after which a call is over."""

HELD_SECONDS: Final = 0.02
"""The least that the jitter buffer holds back; it grows to 100 ms."""

SETTINGS: Final = """\
sip_listen {address}:{port}
rtp_ports {rtp_ports}
audio_jitter_buffer_type fixed
audio_jitter_buffer_ms {held:.0f}-100
call_hold_other_calls no
"""
SHOWN: Final = ("To", "From", "P-Asserted-Identity", "Privacy")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SipPlace:
    """Where SIP and RTP are bound. `rtp_ports` such as 30000-39999."""

    address: str
    port: int
    rtp_ports: str


class SipStack:
    """One a process, since the library has one. `came` is given each call that comes in, while it rings.

    Events may be faster than the answer to `dial`: those of a call that nobody knows yet are kept for as long as
    somebody dials, and told it when it is known.
    """

    def __init__(self, clock: Clock, came: Callable[[SipCall], None]) -> None:
        self.sources = Sources()
        self._clock = clock
        self._came = came
        self._runtime = Runtime()
        self._calls: dict[int, SipCall] = {}
        self._early: dict[int, list[StackEvent]] = {}
        self._dialling = asyncio.Lock()
        self._closing = ExitStack()

    @property
    def calls(self) -> int:
        return len(self._calls)

    async def start(self, place: SipPlace) -> None:
        """Raises Unavailable, such as when the port is somebody else's."""
        loop = asyncio.get_running_loop()

        def invited(found: Invited) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody asks any more
                loop.call_soon_threadsafe(self.sources.note, found)

        self._closing.enter_context(kept(invited))
        text = SETTINGS.format(
            address=place.address, port=place.port, rtp_ports=place.rtp_ports, held=1000 * HELD_SECONDS
        )
        config = Config(
            net_interface=place.address,
            max_concurrent_calls=None,
            rtp_timeout=RTP_TIMEOUT,
            expose_headers=SHOWN,
            sip_trace=True,
            native_log_level="error",  # each datagram of junk is a warning: this halves what a flood costs
            extra_config_text=text,
        )
        try:
            with translated():
                await self._runtime.start(config)
        except BaseException:
            self._closing.close()
            raise
        self._runtime.on_dead = self._die
        self._runtime.subscribe(self._hear)

    async def aclose(self) -> None:
        """Ends what is left."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for call in tuple(self._calls.values()):
                    tasks.create_task(call.hang_up())
            with translated():
                await self._runtime.close()
        except Unavailable:
            log.exception("sip_stack_not_closed")
        finally:
            self._closing.close()

    async def agent(self, account: Account, *, open_to_all: bool = False) -> UserAgent:
        """A new identity, which this version of the library cannot let go of again. Raises Unavailable. Who is
        `open_to_all` takes calls to any user part."""
        if open_to_all:
            account.extra_params = (*account.extra_params, "catchall=yes")
        with translated():
            return await UserAgent.create(self._runtime, account, transfer_policy="reject")

    async def dial(self, agent: UserAgent, uri: str, headers: dict[str, str]) -> SipCall:
        """One INVITE at a time: a burst would fill the stack's queue. Not to be cancelled. Raises Unavailable."""
        async with self._dialling:
            try:
                with translated():
                    call = await agent.dial(uri, headers)
                return self._adopt(call)
            finally:
                self._early.clear()

    def _adopt(self, call: Call) -> SipCall:
        """Nothing may be awaited between the library's making it and this, or an event comes twice."""
        ours = self._calls[call.handle] = SipCall(call, self._clock)
        for event in self._early.pop(call.handle, ()):
            call._on_stack_event(event)  # noqa: SLF001  # it missed it too, and would listen for ever
            self._hear(event)
        return ours

    def _hear(self, event: StackEvent) -> None:
        if event.event is Event.CALL_INCOMING:
            call = Call._from_incoming(self._runtime, event)  # noqa: SLF001  # UserAgent.on_incoming hides the event
            self._came(self._adopt(call))
        elif event.call in self._calls:
            self._calls[event.call].hear(event)
            if event.event is Event.CALL_CLOSED:
                del self._calls[event.call]
        elif event.call and self._dialling.locked():
            self._early.setdefault(event.call, []).append(event)

    def _die(self) -> None:
        """The stack's thread is gone: it cannot be started again in this process."""
        log.critical("sip_stack_dead", calls=len(self._calls))
        calls, self._calls = tuple(self._calls.values()), {}
        for call in calls:
            call.lose("the SIP stack is dead")
