"""How a call is written into its journal, and read back: all that its result says comes from these notes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from domain.bots.opt_out import asks_not_to_be_called
from domain.calls.ending import CallFacts, Purpose
from domain.calls.result import EndedBy
from domain.calls.transcript import Speaker, Turn
from domain.calls.transfer import TransferHow, TransferTried
from ports.call_journal import JournalEntry, JournalRecord, Note
from ports.conversation import ConversationEvent, Ended, Faltered, Learned, MessageLeft, TransferAsked, TurnTaken
from ports.messages.core import End, LeaveMessage, Notice, Order, SafeHarbour, Talk

Notes: TypeAlias = Sequence[JournalEntry]

GIVEN_UP: Final = "given_up"
"""The failure of a transfer that was under way when its call ended."""

NOTE_OF_ORDER: Final[Mapping[type[Order], Note]] = {
    Talk: Note.TALK,
    LeaveMessage: Note.LEAVE_MESSAGE,
    SafeHarbour: Note.SAFE_HARBOUR,
    Notice: Note.NOTICE,
}
PURPOSE_OF_NOTE: Final[Mapping[str, Purpose]] = {
    Note.TALK: Purpose.TALK,
    Note.LEAVE_MESSAGE: Purpose.LEAVE_MESSAGE,
    Note.SAFE_HARBOUR: Purpose.SAFE_HARBOUR,
    Note.NOTICE: Purpose.NOTICE,
}


def notes_of_event(event: ConversationEvent, at: datetime) -> Notes:
    match event:
        case TurnTaken(turn=turn):
            return [JournalEntry(at=at, turn=turn)]
        case Learned(name=name, value=value):
            return [JournalEntry(at=at, name=name, value=value)]
        case MessageLeft():
            return [JournalEntry(at=at, note=Note.MESSAGE_LEFT)]
        case TransferAsked(transfer=transfer):
            return [JournalEntry(at=at, note=Note.TRANSFER_ASKED, name=transfer.how.value, value=transfer.to)]
        case Faltered(detail=detail):
            return [JournalEntry(at=at, note=Note.FALTERED, value=detail)]
        case Ended():
            ended = JournalEntry(at=at, note=Note.ENDED, name=event.by.value, value=event.disposition)
            return [JournalEntry(at=at, note=Note.TIMED_OUT), ended] if event.timed_out else [ended]


def note_of_order(order: Order, at: datetime) -> JournalEntry:
    if isinstance(order, End):
        return JournalEntry(at=at, note=Note.ORDERED_END, value=order.reason)
    return JournalEntry(at=at, note=NOTE_OF_ORDER[type(order)])


def turns_of(record: JournalRecord) -> tuple[Turn, ...]:
    return tuple(entry.turn for entry in record.entries if entry.turn)


def collected_of(record: JournalRecord) -> dict[str, str]:
    """The last answer to each question, in the order in which they were first asked."""
    return {e.name: e.value for e in record.entries if not e.note and e.name is not None and e.value is not None}


def transfer_of(record: JournalRecord) -> TransferTried | None:
    """The last transfer. One that nobody saw the end of was given up: the callee or the Core was gone before that."""
    tried = None
    for entry in record.entries:
        if entry.note == Note.TRANSFER_ASKED:
            how = TransferHow(entry.name or TransferHow.DIAL)
            tried = TransferTried(to=entry.value or "", how=how, at=entry.at, failure=GIVEN_UP)
        elif tried and entry.note == Note.TRANSFERRED:
            tried = replace(tried, at=entry.at, failure=None)
        elif tried and entry.note == Note.TRANSFER_FAILED:
            tried = replace(tried, at=entry.at, failure=entry.value)
    return tried


def ended_at_of(record: JournalRecord, seconds: float) -> datetime:
    """When its conversation ended; where nobody saw that, the last moment that anything is known of."""
    for entry in record.entries:
        if entry.note in (Note.ENDED, Note.FAILED):
            return entry.at
    opened = record.header.opened_at
    return max([opened + timedelta(seconds=seconds), *(entry.at for entry in record.entries)])


def facts_of(record: JournalRecord) -> CallFacts:
    notes: dict[str, JournalEntry] = {}
    for entry in record.entries:
        notes.setdefault(entry.note, entry)
    ended, failed, ordered = (notes.get(note) for note in (Note.ENDED, Note.FAILED, Note.ORDERED_END))
    return CallFacts(
        purpose=next((PURPOSE_OF_NOTE[note] for note in notes if note in PURPOSE_OF_NOTE), None),
        ended_by=EndedBy(ended.name) if ended and ended.name else None,
        disposition=ended.value if ended else None,
        timed_out=Note.TIMED_OUT in notes,
        message_left=Note.MESSAGE_LEFT in notes,
        asked_not_to_be_called=_asked_not_to_be_called(turns_of(record)),
        ordered_end=ordered.value if ordered else None,
        transferred=Note.TRANSFERRED in notes,
        callee_left=Note.CALLEE_LEFT in notes,
        line_over=Note.LINE_OVER in notes,
        failure=failed.value or "unknown" if failed else None,
        finished=ended is not None or failed is not None,
    )


def _asked_not_to_be_called(turns: Sequence[Turn]) -> bool:
    return any(turn.speaker is Speaker.CALLEE and asks_not_to_be_called(turn.text) for turn in turns)
