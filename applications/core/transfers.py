"""The transfers of one call: each is tried beside the conversation that asked for it, which learns what came of it."""

import asyncio
from typing import Final

import structlog

from applications.core.use_cases.transfer_call import TransferCall
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.transfer import Transfer, TransferHow, second_leg
from domain.ids import CallId
from ports.call_journal import JournalEntry, JournalWriter, Note
from ports.clock import Clock
from ports.conversation import ConversationSession, TransferFailed
from ports.messages.core import End

REFER_SETTLES: Final = 1.0
"""Seconds that a REFER has to say that it was taken, once its callee is gone: one that went over leaves as well."""

log = structlog.get_logger()


class Transfers:
    """`target_leg` is the leg of who took the call, where that is in its room."""

    def __init__(
        self,
        config: RuntimeConfig,
        transfer_call: TransferCall,
        session: ConversationSession,
        journal: JournalWriter,
        clock: Clock,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.target_leg: CallId | None = None
        self.taken = False
        self._config = config
        self._transfer_call = transfer_call
        self._session = session
        self._journal = journal
        self._clock = clock
        self._tasks = tasks
        self._tried = 0
        self._trying: asyncio.Task[None] | None = None
        self._how = TransferHow.DIAL

    def ask(self, transfer: Transfer) -> None:
        """Each try has a leg with a name of its own."""
        self._tried += 1
        self._how = transfer.how
        leg_id = second_leg(self._config.call_id, self._tried)
        self._trying = self._tasks.create_task(self._try(transfer, leg_id))

    def forgo(self) -> None:
        """The call is ordered to end: nobody takes it any more, and who has just taken it does not keep it."""
        self.taken, self.target_leg = False, None
        if self._trying is not None:
            self._trying.cancel()

    async def settle(self) -> None:
        """The conversation is over: what is not taken by now is given up."""
        if self._trying is None:
            return
        await asyncio.wait([self._trying], timeout=REFER_SETTLES if self._how is TransferHow.REFER else 0)
        self._trying.cancel()
        await asyncio.wait([self._trying])

    async def _try(self, transfer: Transfer, leg_id: CallId) -> None:
        log.info("transfer_begun", how=transfer.how.value, leg=leg_id, pii_to=transfer.to)
        failure = await self._transfer_call(self._config, transfer, leg_id)
        if failure is not None:
            log.info("transfer_failed", leg=leg_id, reason=failure)
            self._note(Note.TRANSFER_FAILED, failure)
            await self._session.order(TransferFailed(reason=failure))
            return
        log.info("transferred", how=transfer.how.value, leg=leg_id)
        self.taken = True
        self.target_leg = leg_id if transfer.how is TransferHow.DIAL else None
        self._note(Note.TRANSFERRED, None)
        await self._session.order(End(reason="transferred"))

    def _note(self, note: Note, value: str | None) -> None:
        self._journal.note(JournalEntry(at=self._clock.now(), note=note, value=value))
