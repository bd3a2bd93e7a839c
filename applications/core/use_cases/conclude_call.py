"""A call is over: its room is closed, and its journal becomes a recording and a result that cannot be lost any more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from applications.core.result_package import package_of_ending, package_of_journal
from domain.calls.audio import RATE, wav_header
from domain.calls.ending import Ending
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Recording, ResultSource
from domain.ids import BrandId, CallId, ServerId
from domain.measures import CALLS_CONCLUDED
from ports.call_journal import CallJournal
from ports.clock import Clock
from ports.errors import NotFound, PortError
from ports.messages.results import ResultPackage
from ports.metrics import UNMEASURED, Metrics
from ports.object_store import ObjectStore
from ports.result_outbox import ResultOutbox
from ports.rooms import Rooms
from ports.tracing import UNTRACED, Tracing

CHANNELS: Final = 2
SAMPLE_BYTES: Final = 2

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeCall:
    """Each step may be repeated: cut off anywhere, it comes to the same package when it is done again."""

    rooms: Rooms
    journal: CallJournal
    objects: ObjectStore
    outbox: ResultOutbox
    clock: Clock
    server_id: ServerId
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self, call_id: CallId, *, brand: BrandId | None = None, ending: Ending | None = None) -> bool:
        """Whether nobody can be left in its room: somebody can where it could not be closed, and where the line was
        lost, for what a media server has lost may come back to it. `brand` and `ending` are of a call that may have no
        journal; where it has one, that alone counts.

        Raises a PortError when something cannot be kept now: then nothing is lost, and it has to be done again.
        """
        with self.tracing.span("conclude", call=call_id):
            closed = await self._close_room(call_id)
            package = await self._conclude(call_id, brand, ending)
        return closed and (package is None or package.outcome is not Outcome.LINE_LOST)

    async def _conclude(self, call_id: CallId, brand: BrandId | None, ending: Ending | None) -> ResultPackage | None:
        package = await self._package(call_id, brand, ending)
        if package is not None:
            await self.outbox.put(call_id, msgspec.json.encode(package), at=self.clock.now())
            self.metrics.count(CALLS_CONCLUDED, package.outcome.value)
            log.info("call_concluded", call_id=call_id, outcome=package.outcome.value, source=package.source.value)
        await self.journal.drop(call_id)
        return package

    async def _close_room(self, call_id: CallId) -> bool:
        try:
            await self.rooms.close(call_id)
        except PortError as error:  # who carries the audio is away, and its result is not to wait for that
            log.warning("room_not_closed", call_id=call_id, error=type(error).__name__)
            return False
        return True

    async def _package(self, call_id: CallId, brand: BrandId | None, ending: Ending | None) -> ResultPackage | None:
        try:
            record = await self.journal.read(call_id)
        except NotFound:
            return self._without_journal(call_id, brand, ending)
        seconds = await self.journal.seconds(call_id)
        recording = await self._recording(call_id, record.header.config.recording_key, seconds) if seconds else None
        return package_of_journal(record, seconds=seconds, recording=recording, server=self.server_id)

    def _without_journal(self, call_id: CallId, brand: BrandId | None, ending: Ending | None) -> ResultPackage | None:
        if brand is None:
            log.warning("journal_unreadable", call_id=call_id)
            return None
        source = ResultSource.CORE
        if ending is None:
            source = ResultSource.JOURNAL
            ending = Ending(outcome=Outcome.CORE_LOST, ended_by=EndedBy.SYSTEM)
        return package_of_ending(call_id, brand, ending, at=self.clock.now(), source=source, server=self.server_id)

    async def _recording(self, call_id: CallId, key: str, seconds: float) -> Recording:
        stored = await self.objects.put(key, self._wav(call_id, seconds))
        return Recording(
            key=stored.key, backend=self.objects.backend, seconds=seconds, size=stored.size, sha256=stored.sha256
        )

    async def _wav(self, call_id: CallId, seconds: float) -> AsyncIterator[bytes]:
        yield wav_header(round(seconds * RATE) * CHANNELS * SAMPLE_BYTES, CHANNELS)
        async for chunk in self.journal.stereo(call_id):
            yield chunk
