"""Makes the one package that a call's result is, from its journal or, where it never had one, from its ending."""

from datetime import datetime

from applications.core.call_notes import collected_of, ended_at_of, facts_of, transfer_of, turns_of
from domain.calls.ending import Ending, ending_of
from domain.calls.result import Recording, ResultSource
from domain.ids import BrandId, CallId, ServerId
from ports.call_journal import JournalRecord
from ports.messages.results import ResultPackage


def package_of_journal(
    record: JournalRecord, *, seconds: float, recording: Recording | None, server: ServerId
) -> ResultPackage:
    """The same journal always makes the same package. `seconds` is how long something was heard or said."""
    facts, config = facts_of(record), record.header.config
    ending = ending_of(facts)
    return ResultPackage(
        call_id=config.call_id,
        brand=config.brand,
        outcome=ending.outcome,
        ended_by=ending.ended_by,
        source=ResultSource.CORE if facts.finished else ResultSource.JOURNAL,
        ended_at=ended_at_of(record, seconds),
        server=server,
        answered_at=record.header.opened_at,
        turns=turns_of(record),
        collected=collected_of(record),
        disposition=ending.disposition,
        recording=recording,
        detail=ending.detail,
        transfer=transfer_of(record),
    )


def package_of_ending(
    call_id: CallId, brand: BrandId, ending: Ending, *, at: datetime, source: ResultSource, server: ServerId
) -> ResultPackage:
    return ResultPackage(
        call_id=call_id,
        brand=brand,
        outcome=ending.outcome,
        ended_by=ending.ended_by,
        source=source,
        ended_at=at,
        server=server,
        sip_status=ending.sip_status,
        detail=ending.detail,
    )
