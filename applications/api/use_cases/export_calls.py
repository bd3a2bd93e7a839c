"""Calls as a CSV file, line by line, however many there are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from applications.api.csv_writer import csv_lines
from domain.calls.call import Call
from domain.ids import BrandId
from ports.call_store import CallFilter, CallStore

COLUMNS: Final = (
    "call_id",
    "direction",
    "state",
    "outcome",
    "disposition",
    "phone",
    "caller_number",
    "bot_id",
    "bot_version",
    "campaign_id",
    "lead_id",
    "external_id",
    "created_at",
    "answered_at",
    "ended_at",
    "ended_by",
    "talk_seconds",
    "sip_status",
)
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCalls:
    """Newest first, a page at a time, so that memory holds no more than one."""

    calls: CallStore

    async def __call__(self, brand: BrandId, where: CallFilter) -> AsyncIterator[str]:
        yield csv_lines([COLUMNS])
        after: str | None = None
        while True:
            page = await self.calls.page(brand, where=where, after=after, limit=AT_ONCE)
            yield csv_lines(_cells(call) for call in page.items)
            after = page.next
            if after is None:
                return


def _cells(call: Call) -> tuple[object, ...]:
    result, origin = call.result, call.origin
    return (
        call.id,
        call.direction.value,
        call.state.value,
        result and result.outcome.value,
        result and result.disposition,
        call.phone,
        call.caller_number,
        call.bot_id,
        call.bot_version,
        origin.campaign_id,
        origin.lead_id,
        origin.external_id,
        call.created_at.isoformat(),
        result and result.answered_at and result.answered_at.isoformat(),
        result and result.ended_at.isoformat(),
        result and result.ended_by.value,
        result and f"{result.talk_seconds:.1f}",
        result and result.sip_status,
    )
