"""After a start: the calls that an earlier life of this Core was in become results, recordings included."""

from dataclasses import dataclass
from typing import Final

import structlog

from applications.core.use_cases.conclude_call import ConcludeCall
from domain.ids import CallId
from ports.call_journal import CallJournal
from ports.clock import Clock

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvageCalls:
    """Called with the journals that were there before the first new call."""

    journal: CallJournal
    conclude: ConcludeCall
    clock: Clock

    async def __call__(self, left_behind: tuple[CallId, ...]) -> None:
        pause = FIRST_PAUSE
        while left_behind:
            left_behind = tuple([call_id for call_id in left_behind if not await self._salvaged(call_id)])
            if left_behind:
                await self.clock.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)

    async def _salvaged(self, call_id: CallId) -> bool:
        try:
            await self.conclude(call_id)
        except Exception:  # one journal that cannot be read now holds up no other
            log.exception("call_not_salvaged", call_id=call_id)
            return False
        log.info("call_salvaged", call_id=call_id)
        return True
