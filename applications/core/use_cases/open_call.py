"""Brings a call to the point where its callee is in a room and a ticket into it is in hand."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from applications.core.news_teller import NewsTeller
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.ending import Ending
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.room import CALLEE, CORE, TARGET, Invitation
from domain.calls.sip_outcome import outcome_of_status
from domain.ids import CallId
from ports.clock import Clock
from ports.config_source import ConfigSource
from ports.errors import Busy, NotFound, PortError, Refused, Unavailable
from ports.messages.calls import LegMoved, LegProgress
from ports.messages.core import Attach, CallRequest, Dial, End, Notice, Order, Receive, Talk
from ports.result_sink import ResultSink
from ports.rooms import Rooms
from ports.telephony import DialOrder, HangUp, LegEvent, LegKind, LegState, Telephony

CONFIG_PATIENCE: Final = 2.0
"""Seconds for which a config is asked for while the API is away."""

CONFIG_PAUSE: Final = 0.2
MARGIN: Final = 60.0
"""Seconds beyond the bot's own limits after which the carrier ends the leg whatever the bot does."""

Orders: TypeAlias = "asyncio.Queue[Order]"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A call whose callee is there, or `rings` to be answered. `teller` has told how its leg went on, where this Core
    has placed it, and goes on to tell of the call."""

    config: RuntimeConfig
    invitation: Invitation
    rings: bool = False
    teller: NewsTeller | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """For a call that is attached, everybody is there already; one that is dialled rings first; one that came in is
    answered only when somebody is there to talk."""

    configs: ConfigSource
    rooms: Rooms
    telephony: Telephony
    sink: ResultSink
    clock: Clock

    async def __call__(self, request: CallRequest, orders: Orders) -> Opened | Ending:
        """The open call, or how it ended before anybody could be spoken to."""
        try:
            config = await self._config(request)
        except Refused as refused:
            return _failed(refused.reason)
        except PortError:
            return _failed("no_config")
        log.info("config_fetched", bot_id=config.bot_id, bot_version=config.bot_version)
        if isinstance(request, Attach):
            return Opened(config=config, invitation=request.invitation)
        try:
            if isinstance(request, Receive):
                return await self._receive(request, config, orders)
            return await self._dial(request, config, orders)
        except (NotFound, Unavailable):
            return Ending(outcome=Outcome.LINE_LOST, ended_by=EndedBy.SYSTEM)

    async def _config(self, request: CallRequest) -> RuntimeConfig:
        give_up_at = self.clock.monotonic() + CONFIG_PATIENCE
        while True:
            try:
                return await self.configs.fetch(request.bot_id, request.call_id)
            except (Busy, Unavailable):
                if self.clock.monotonic() + CONFIG_PAUSE > give_up_at:
                    raise
            await self.clock.sleep(CONFIG_PAUSE)

    async def _dial(self, request: Dial, config: RuntimeConfig, orders: Orders) -> Opened | Ending:
        await self.rooms.open(request.call_id)
        try:
            await self._place(request, config)
        except Busy:
            return Ending(outcome=Outcome.CONGESTION, ended_by=EndedBy.SYSTEM, detail="no_room")
        except Refused as refused:
            return Ending(outcome=Outcome.TRUNK_FAULT, ended_by=EndedBy.SYSTEM, detail=refused.reason)
        teller = NewsTeller(request.call_id, self.sink, self.clock)
        ending = await self._until_answered(request.call_id, orders, teller)
        if ending is not None:
            return ending
        teller.tell(LegMoved(progress=LegProgress.ANSWERED))
        orders.put_nowait(Talk())
        return Opened(config=config, invitation=await self._invitation(request.call_id), teller=teller)

    async def _receive(self, request: Receive, config: RuntimeConfig, orders: Orders) -> Opened:
        orders.put_nowait(Notice(text=request.notice) if request.notice else Talk())
        return Opened(config=config, invitation=await self._invitation(request.call_id), rings=True)

    async def _invitation(self, call_id: CallId) -> Invitation:
        them = frozenset({CALLEE, TARGET})
        return await self.rooms.invite(call_id, CORE, hears=them, heard_by=them)

    async def _place(self, request: Dial, config: RuntimeConfig) -> None:
        order = DialOrder(
            call_id=request.call_id,
            brand=request.brand,
            room=request.call_id,
            trunk_id=request.trunk_id,
            to=request.to,
            caller_number=request.caller_number,
            ring_timeout=request.ring_timeout,
            max_duration=config.spec.longest_call + MARGIN,
        )
        try:
            await self.telephony.dial(order)
        except Unavailable:
            leg = await self.telephony.find(request.call_id)
            if leg.state in {LegState.NEVER_PLACED, LegState.UNKNOWN}:
                raise

    async def _until_answered(self, call_id: CallId, orders: Orders, teller: NewsTeller) -> Ending | None:
        """None when it was answered. An order to end cancels it while it rings."""
        cancelled = asyncio.Event()
        async with asyncio.TaskGroup() as beside:
            aside = [
                beside.create_task(self._cancel_when_ordered(call_id, orders, cancelled)),
                beside.create_task(teller.run()),
            ]
            event = await self._answer_or_end(call_id, teller)
            for task in aside:
                task.cancel()
        if cancelled.is_set():
            return Ending(outcome=Outcome.CANCELLED, ended_by=EndedBy.OPERATOR)
        if event is None:
            return Ending(outcome=Outcome.LINE_LOST, ended_by=EndedBy.SYSTEM)
        return _unanswered(event) if event.kind is LegKind.ENDED else None

    async def _answer_or_end(self, call_id: CallId, teller: NewsTeller) -> LegEvent | None:
        """None when the far side was lost, or never heard of the leg."""
        with suppress(Unavailable, NotFound):
            async for event in self.telephony.watch(call_id):
                if event.kind is not LegKind.RINGING:
                    return event
                teller.tell(LegMoved(progress=LegProgress.RINGING))
        return None

    async def _cancel_when_ordered(self, call_id: CallId, orders: Orders, cancelled: asyncio.Event) -> None:
        while not isinstance(await orders.get(), End):
            pass
        cancelled.set()
        with suppress(PortError):  # the room is closed in any case, and that ends its leg
            await self.telephony.hang_up(call_id)


def _unanswered(event: LegEvent) -> Ending:
    status = event.status or 0
    by = EndedBy.CALLEE if event.by is HangUp.CALLEE else EndedBy.SYSTEM
    return Ending(outcome=outcome_of_status(status, event.reason), ended_by=by, sip_status=event.status)


def _failed(detail: str) -> Ending:
    log.error("config_not_fetched", reason=detail)
    return Ending(outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM, detail=detail)
