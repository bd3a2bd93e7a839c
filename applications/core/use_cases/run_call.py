"""One call from its first word to its last: what is heard goes into the journal, and orders come in on the way."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from applications.core.call_notes import note_of_order, notes_of_event
from applications.core.news_teller import NewsTeller
from applications.core.patient_journal import PatientJournal
from applications.core.transfers import Transfers
from applications.core.use_cases.open_call import Opened, Orders
from applications.core.use_cases.stay_on import StayOn
from applications.core.use_cases.transfer_call import TransferCall
from domain.calls.ending import CALLER_GONE, NO_ORDERS
from domain.calls.result import EndedBy
from domain.ids import CallId, ServerId
from ports.audio_links import AudioLink, AudioLinks
from ports.call_journal import CallJournal, JournalEntry, JournalHeader, JournalWriter, Note
from ports.clock import Clock
from ports.conversation import Conversation, ConversationSession, Ended, TransferAsked, TurnTaken
from ports.errors import PortError, Unavailable
from ports.messages.calls import CoreJoined, LegMoved, LegProgress, TurnHeard
from ports.messages.core import End, Order
from ports.result_sink import ResultSink
from ports.rooms import Rooms
from ports.telephony import Telephony

ORDERS_WITHIN: Final = 60.0
"""Seconds after which a call that nobody gave an order is ended."""

ENDS_WITHIN: Final = 10.0
"""Seconds that a conversation has to end once it was ordered to."""

MARGIN: Final = 120.0
"""Seconds beyond the bot's own limit after which its conversation counts as stuck."""

log = structlog.get_logger()


class NeverEnded(Exception):
    """The engine broke its promise that a conversation ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCall:
    """Nothing that goes wrong in a call leaves it: its journal says what it was. A call that was transferred into its
    room lasts until one of the two has left."""

    rooms: Rooms
    telephony: Telephony
    journal: CallJournal
    taped: Callable[[JournalWriter], AudioLinks]
    conversation: Conversation
    transfer_call: TransferCall
    stay_on: StayOn
    sink: ResultSink
    clock: Clock
    server_id: ServerId

    async def __call__(self, opened: Opened, orders: Orders) -> None:
        """Returns when the call is over and its journal is written. Raises Stale when the call has a journal."""
        header = JournalHeader(config=opened.config, opened_at=self.clock.now())
        async with self.journal.open(header) as writer:
            journal = PatientJournal(writer, self.clock)
            try:
                async with asyncio.timeout(opened.config.spec.longest_call + MARGIN):
                    await self._be_there(opened, orders, journal)
            except Unavailable:
                journal.note(JournalEntry(at=self.clock.now(), note=Note.LINE_OVER))
                journal.note(JournalEntry(at=self.clock.now(), note=Note.ENDED))
            except Exception as error:  # one call's fault is that call's result, and no other call's
                log.exception("call_failed")
                journal.note(JournalEntry(at=self.clock.now(), note=Note.FAILED, value=_first_fault(error)))
            if not journal.settled():  # on a full disk this may take long, and the callee is not to wait for it
                await self._hang_up(opened.config.call_id)
            await journal.settle()

    async def _hang_up(self, call_id: CallId) -> None:
        with suppress(PortError):  # who carries the audio is away, and the leg with it
            await self.rooms.close(call_id)

    async def _be_there(self, opened: Opened, orders: Orders, journal: JournalWriter) -> None:
        link = await self.taped(journal).join(opened.invitation)
        log.info("room_joined")
        try:
            await self._converse(opened, link, orders, journal)
        finally:
            await link.leave()

    async def _converse(self, opened: Opened, link: AudioLink, orders: Orders, journal: JournalWriter) -> None:
        config = opened.config
        teller = opened.teller or NewsTeller(config.call_id, self.sink, self.clock)
        teller.tell(CoreJoined(server_id=self.server_id))
        async with self.conversation.open(link, config) as session, asyncio.TaskGroup() as beside:
            transfers = Transfers(config, self.transfer_call, session, journal, self.clock, beside)
            aside = [
                beside.create_task(teller.run()),
                beside.create_task(self._pass_orders(opened, session, orders, transfers, teller, journal)),
            ]
            ended = await self._listen(session, teller, transfers, journal)
            await transfers.settle()
            for task in aside:
                task.cancel()
            if transfers.target_leg is None:
                self._note_end(Ended(by=EndedBy.BOT) if transfers.taken else ended, journal)
        if transfers.target_leg is not None:
            by = await self.stay_on(config.call_id, transfers.target_leg, link, orders, journal)
            self._note_end(Ended(by=by), journal)

    async def _listen(
        self, session: ConversationSession, teller: NewsTeller, transfers: Transfers, journal: JournalWriter
    ) -> Ended:
        async for event in session.events():
            if isinstance(event, Ended):
                log.info("conversation_ended", by=event.by.value, disposition=event.disposition)
                return event
            for entry in notes_of_event(event, self.clock.now()):
                journal.note(entry)
            if isinstance(event, TurnTaken):
                teller.tell(TurnHeard(turn=event.turn))
            if isinstance(event, TransferAsked):
                transfers.ask(event.transfer)
        raise NeverEnded("the conversation's events ran out before it had ended")

    def _note_end(self, ended: Ended, journal: JournalWriter) -> None:
        for entry in notes_of_event(ended, self.clock.now()):
            journal.note(entry)

    async def _pass_orders(
        self,
        opened: Opened,
        session: ConversationSession,
        orders: Orders,
        transfers: Transfers,
        teller: NewsTeller,
        journal: JournalWriter,
    ) -> None:
        order = await _first_order(orders)
        if opened.rings and not isinstance(order, End):
            order = await self._answer(opened.config.call_id, order, teller)
        while True:
            log.info("order_taken", order=type(order).__name__)
            journal.note(note_of_order(order, self.clock.now()))
            if isinstance(order, End):
                transfers.forgo()
            await session.order(order)
            if isinstance(order, End):
                break
            order = await orders.get()
        await self.clock.sleep(ENDS_WITHIN)
        raise NeverEnded("the conversation did not end although it was ordered to")

    async def _answer(self, call_id: CallId, order: Order, teller: NewsTeller) -> Order:
        """The order, once its caller can hear us."""
        try:
            await self.telephony.answer(call_id)
        except PortError:
            return End(reason=CALLER_GONE)
        log.info("answered")
        teller.tell(LegMoved(progress=LegProgress.ANSWERED))
        return order


async def _first_order(orders: Orders) -> Order:
    try:
        async with asyncio.timeout(ORDERS_WITHIN):
            return await orders.get()
    except TimeoutError:
        return End(reason=NO_ORDERS)


def _first_fault(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
